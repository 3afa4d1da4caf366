"""Run the parts of a batch beside each other in ONNX Runtime, each on a thread of its own (decision 0033)."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, wait
from typing import Any

import onnxruntime
from numpy.typing import NDArray

from inference.cancel import CancelToken
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.engine.parts import LONG_S, joined, shared_out

_LOG = logging.getLogger(__name__)


class OnnxParts:
    """The same model once more, opened for one thread, when a run turns out to be long.

    One run on all threads waits after every layer for the thread that was held up; parts wait once. The answers are the
    same for models that treat each picture by itself. One thread runs batches.

    Attributes:
        count: parts of a batch, each on a thread of its own.
    """

    def __init__(self, make: Callable[[], onnxruntime.InferenceSession], count: int, constant: Collection[str]) -> None:
        """Open nothing yet.

        Args:
            make: opens the model for one thread.
            count: parts of a batch, at least 2.
            constant: outputs that are the same for every batch, such as the head's weights.
        """
        self.count = count
        self._make = make
        self._constant = frozenset(constant)
        self._handle: onnxruntime.InferenceSession | None = None
        self._threads = ThreadPoolExecutor(count, thread_name_prefix="part")
        self._has_failed = False
        self._run_s = 0.0

    def ran(self, seconds: float) -> None:
        """A batch took so long on all threads."""
        self._run_s += seconds

    def is_open(self) -> bool:
        """Whether batches can run in parts; opens the model where that pays, and has not failed before."""
        if self._handle is None and not self._has_failed and self._run_s >= LONG_S:
            try:
                self._handle = self._make()
            except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no common type
                self._give_up(error)
        return self._handle is not None

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> list[NDArray[Any]] | None:
        """Run a batch of at least `count` pictures in parts, where `is_open`; all are over when it returns or raises.

        Args:
            names: of the outputs.
            feeds: inputs by name, the pictures along their first axis.
            cancel: stops all parts.

        Returns:
            The outputs, or None where there is not enough memory for parts, or no more threads: from then on batches
            run as a whole.
        """
        parts = shared_out(feeds, self.count)
        options = [onnxruntime.RunOptions() for _ in parts]

        def terminate() -> None:
            for one in options:
                one.terminate = True

        running: list[Future[list[NDArray[Any]]]] = []
        token = CancelToken() if cancel is None else cancel
        try:
            with token.on_cancel(terminate):
                for part, one in zip(parts, options, strict=True):
                    running.append(self._submit(names, part, one))
                wait(running)
            answers = [one.result() for one in running]
            return [
                joined([answer[at] for answer in answers], is_constant=name in self._constant)
                for at, name in enumerate(names)
            ]
        except BaseException as error:
            terminate()
            wait(running)
            is_too_little = isinstance(error, _NoThreadError | MemoryError) or is_out_of_memory(str(error))
            if token.is_set() or not is_too_little or not isinstance(error, Exception):
                raise
            self._give_up(error)
            return None
        finally:
            # An error that its own traceback holds would keep the second copy until the next collection.
            running.clear()

    def _submit(
        self, names: Sequence[str], part: dict[str, NDArray[Any]], options: onnxruntime.RunOptions
    ) -> Future[list[NDArray[Any]]]:
        if self._handle is None:
            raise RuntimeError("nothing is open")
        try:
            return self._threads.submit(self._handle.run, list(names), part, options)
        except RuntimeError as error:
            raise _NoThreadError(str(error)) from error

    def _give_up(self, error: Exception) -> None:
        self._handle, self._has_failed = None, True
        _LOG.warning("batches are not shared out: %s", plain_reason(error))


class _NoThreadError(Exception):
    """The system starts no more threads."""
