"""Run OpenVINO's requests beside each other, and use no compiled model again in which a run was broken off.

OpenVINO's `cancel` ends a run after the layer that is being computed, and leaves the layers before it prepared for that
run's shape and those behind it for the shape before. Where the next run has that shape again, layers take what was
prepared for another one: answers are wrong from then on, or runs fail (seen with 2026.4.1: 95 of 143 answers to one
picture after a batch of eight that was broken off). Another request of the same model does not help; compiling does.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Collection, Sequence
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine.faults import plain_reason
from inference.engine.parts import LONG_S

if TYPE_CHECKING:
    import openvino

LEAST_PATIENCE_S, MOST_PATIENCE_S = 0.15, 0.3
"""A run that nobody wants any more may go on for as long as compiling anew would take, within these: Stop is to be felt
within half a second."""

_LOOK_MS = 5

_LOG = logging.getLogger(__name__)


class Compiled:
    """A compiled model, from its first use on, and anew after `spoil`."""

    def __init__(self, make: Callable[[], Sequence[openvino.InferRequest]]) -> None:
        """Compile nothing yet.

        Args:
            make: compiles the model; one request for each part of a batch that runs beside the others.
        """
        self._make = make
        self._requests: tuple[openvino.InferRequest, ...] = ()
        self._made_s = 0.0

    @property
    def patience_s(self) -> float:
        """For how long a run that nobody wants any more may go on."""
        return min(max(LEAST_PATIENCE_S, self._made_s), MOST_PATIENCE_S)

    def requests(self) -> tuple[openvino.InferRequest, ...]:
        """What runs the model. Raises what compiling raises."""
        if not self._requests:
            began = time.monotonic()
            self._requests = tuple(self._make())
            self._made_s = time.monotonic() - began
        return self._requests

    def spoil(self) -> None:
        """A run of it was broken off or failed: nothing of it is used again."""
        self._requests = ()


class Streams(Compiled):
    """The same model once more, compiled for parts of a batch beside each other; made when a run turns out to be long.

    One batch on all threads waits after every layer for the thread that was held up, and decoders hold threads up all
    the time; parts of a batch on threads of their own wait once (decision 0033). The answers are the same.

    Attributes:
        constant: outputs that are the same for every batch, such as the head's weights.
    """

    def __init__(self, make: Callable[[], Sequence[openvino.InferRequest]], constant: Collection[str] = ()) -> None:
        super().__init__(make)
        self.constant = frozenset(constant)
        self._has_failed = False
        self._run_s = 0.0

    def ran(self, seconds: float) -> None:
        """A batch took so long on all threads."""
        self._run_s += seconds

    def requests(self) -> tuple[openvino.InferRequest, ...]:
        """One for each stream; none as long as making them would not pay, or where there is no memory for them."""
        if self._has_failed or self._run_s < LONG_S:
            return ()
        try:
            return super().requests()
        except Exception as error:  # noqa: BLE001 - OpenVINO's errors have no common type
            self.give_up(plain_reason(error))
            return ()

    def give_up(self, reason: str) -> None:
        """Batches are not shared out any more; `reason` says why, a phrase."""
        self._has_failed = True
        self.spoil()
        _LOG.warning("batches are not shared out: %s", reason)


def run_beside(
    requests: Sequence[openvino.InferRequest],
    parts: Sequence[dict[str, NDArray[Any]]],
    cancel: CancelToken | None,
    *,
    patience_s: float = LEAST_PATIENCE_S,
) -> None:
    """Run each part in a request of its own, until all of them are over.

    The inputs are read where they lie: the caller keeps them alive until then. After an exception the compiled model is
    spoilt.

    Raises:
        Cancelled: `cancel` was used, and the runs did not end by themselves within `patience_s`.
        BaseException: what the first that failed raised.
    """
    started: list[openvino.InferRequest] = []
    failures: list[BaseException] = []

    def fail(error: BaseException) -> None:
        failures.append(error)
        if len(failures) == 1:
            for request in started:
                request.cancel()

    try:
        for request, part in zip(requests, parts, strict=False):
            request.start_async(part, share_inputs=True)
            started.append(request)
    except BaseException as error:  # noqa: BLE001 - whatever it is, what was started must end first
        fail(error)
    unwanted_since: float | None = None
    for request in started:
        is_over = False
        while not is_over:
            try:
                is_over = request.wait_for(_LOOK_MS)
                if not is_over and cancel is not None and cancel.is_set():
                    unwanted_since = unwanted_since or time.monotonic()
                    if time.monotonic() - unwanted_since >= patience_s and not failures:
                        fail(Cancelled())
            except KeyboardInterrupt as interrupt:
                fail(interrupt)
            except Exception as error:  # noqa: BLE001 - likewise
                fail(error)
                is_over = True
    if failures:
        first = failures[0]
        # An exception that a frame of its own traceback holds lives until the next collection, and the compiled model
        # with it, which is large.
        failures.clear()
        try:
            raise first
        finally:
            del first
