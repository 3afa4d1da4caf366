"""Say what a model that is open on a device can do, whichever runtime runs it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from numpy.typing import NDArray

from inference.cancel import CancelToken
from inference.engine.devices import Device, Precision


@dataclass(frozen=True, slots=True)
class SessionOptions:
    """How a session uses the processor.

    Attributes:
        threads: threads that compute, the calling one included.
        spinning: waiting threads burn their core, which answers a little sooner and starves everything else.
        sharing: the pictures of a batch are shared out among threads, where the runtime can: more pictures a second
            beside decoders, for a moment more before the first batch and the model's weights once more in memory.
    """

    threads: int
    spinning: bool = False
    sharing: bool = False


class Session(Protocol):
    """A model opened by a runtime on one device. One thread at a time may run it."""

    @property
    def device(self) -> Device:
        """The device that really runs it."""
        ...

    @property
    def precision(self) -> Precision:
        """What the device computes with."""
        ...

    @property
    def metadata(self) -> Mapping[str, str]:
        """The metadata texts of the model file."""
        ...

    @property
    def input(self) -> tuple[str, str, tuple[object, ...]] | None:
        """Name, type as ONNX Runtime writes it, and shape of the only input; None where there is none or several."""
        ...

    @property
    def outputs(self) -> Mapping[str, tuple[object, ...]]:
        """Name and shape (numbers, names or None) of each graph output."""
        ...

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """Run the network once on inputs by name and return the outputs called `names`, as arrays of their own.

        Raises:
            Cancelled: if `cancel` was used before the run, or stopped it.
            InferenceError: if it cannot be run; `out_of_memory` says whether fewer pictures may fit.
        """
        ...
