"""Run models with OpenVINO's own runtime, on processors that its plug-in for ONNX Runtime refuses.

Decision 0029 says why there are two ways to one engine.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.engine.openvino_requests import Compiled, Streams, run_beside
from inference.engine.parts import MOST_PARTS, file_stamp, joined, shared_out
from inference.engine.session import SessionOptions
from inference.errors import InferenceError
from inference.models.metadata import read_metadata

if TYPE_CHECKING:
    import openvino

PACKAGE = "openvino"
"""What has to be installed."""

_TOOLS = f"{PACKAGE}.tools.ovc"
_UINT8 = "tensor(uint8)"


def is_installed() -> bool:
    """Whether OpenVINO's own runtime is there; says it without loading it."""
    return importlib.util.find_spec(PACKAGE) is not None


def version() -> str:
    """Version of the installed runtime, or an empty string."""
    try:
        return metadata.version(PACKAGE)
    except metadata.PackageNotFoundError:
        return ""


@dataclass(frozen=True, slots=True)
class OpenVinoSession:
    """A model compiled by OpenVINO for the processor; a `Session`.

    Attributes:
        whole: runs the model on all threads, the soonest way to the answer for one picture.
        input: as `Session.input` says.
        outputs: as `Session.outputs` says.
        metadata: the metadata texts of the model file.
        precision: what was ordered.
        streams: what runs batches; None where a batch cannot be shared out.
    """

    whole: Compiled
    input: tuple[str, str, tuple[object, ...]] | None
    outputs: Mapping[str, tuple[object, ...]]
    metadata: Mapping[str, str]
    precision: Precision
    streams: Streams | None = None

    @property
    def device(self) -> Device:
        """OpenVINO, which cannot fall back to another one."""
        return Device.OPENVINO

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """Run the network once, as `Session.run` says.

        After `cancel` a run may go on for a moment (0.15 to 0.3 s), and then to the end of the layer that is being
        computed; the next run after that compiles the model anew.
        """
        if cancel is not None:
            cancel.raise_if_set()
        count = min(len(array) for array in feeds.values())
        # Fewer pictures than streams would leave threads without work.
        if self.streams is not None and count > 1 and 0 < len(self.streams.requests()) <= count:
            try:
                return self._run(self.streams, names, feeds, cancel)
            except InferenceError as error:
                if not error.out_of_memory:
                    raise
                self.streams.give_up(error.reason)
        return self._run(self.whole, names, feeds, cancel)

    def _run(
        self, chosen: Compiled, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """One run by one of the two compiled models."""
        count, is_over = min(len(array) for array in feeds.values()), False
        try:
            requests, began = chosen.requests(), time.monotonic()
            parts = shared_out(feeds, min(len(requests), count))
            run_beside(requests, parts, cancel, patience_s=chosen.patience_s)
            is_over = True
            if cancel is not None:
                cancel.raise_if_set()
            if self.streams is not None and count > 1:
                self.streams.ran(time.monotonic() - began)
            constant = frozenset[str]() if self.streams is None else self.streams.constant
            given = {name: [request.get_tensor(name).data for request in requests[: len(parts)]] for name in names}
            return {name: joined(arrays, is_constant=name in constant) for name, arrays in given.items()}
        except BaseException as error:
            if not is_over:
                chosen.spoil()
            if isinstance(error, Cancelled) or not isinstance(error, Exception):
                raise
            if isinstance(error, MemoryError) or is_out_of_memory(str(error)):
                raise InferenceError(f"the memory of {self.device} is too small.", out_of_memory=True) from error
            raise InferenceError(f"{plain_reason(error)}.") from error


def open_session(path: str, precision: Precision, options: SessionOptions) -> OpenVinoSession | Refusal:
    """Compile the model file `path` for the processor, or say why not. Takes 0.1 s, the first time 0.2 s.

    Args:
        path: the model file.
        precision: bfloat16, or float32, in which int8 layers stay what they are.
        options: `spinning` counts for nothing here.

    Raises:
        ModelLoadError: if the file is at fault.
    """
    texts = read_metadata(Path(path))
    try:
        runtime = _load()
    except Exception as error:  # noqa: BLE001 - a broken installation fails in its own way
        return Refusal(
            Device.OPENVINO, f"OpenVINO cannot be loaded ({error})", "Install the project's own requirements again."
        )

    def requests(streams: int) -> list[openvino.InferRequest]:
        if file_stamp(path) != read:
            raise OSError("the model's file was changed since it was opened; choose the model again")
        properties = _properties(precision, options.threads, streams)
        compiled = core.compile_model(core.read_model(path), "CPU", properties)
        return [compiled.create_infer_request() for _ in range(streams)]

    try:
        read, core = file_stamp(path), runtime.Core()
        whole = Compiled(partial(requests, 1))
        (first,) = whole.requests()
        inputs, outputs = first.model_inputs, first.model_outputs
        return OpenVinoSession(
            whole,
            _described(inputs),
            {output.get_any_name(): _shape(output) for output in outputs},
            texts,
            precision,
            _streams(inputs, outputs, options, requests),
        )
    except Exception as error:  # noqa: BLE001 - OpenVINO's errors have no common type
        return Refusal(Device.OPENVINO, plain_reason(error), "Use cpu.", is_here=True)


def _load() -> ModuleType:
    """Import OpenVINO without its tools that convert models, which take longer (0.1 s) than all the rest of it."""
    kept = sys.modules.get(_TOOLS)
    # None makes an import of it fail, with which OpenVINO reckons.
    sys.modules[_TOOLS] = None  # type: ignore[assignment]
    try:
        return importlib.import_module(PACKAGE)
    finally:
        del sys.modules[_TOOLS]
        if kept is not None:
            sys.modules[_TOOLS] = kept


def _described(inputs: Sequence[openvino.ConstOutput]) -> tuple[str, str, tuple[object, ...]] | None:
    """Name, type and shape of the only input."""
    if len(inputs) != 1:
        return None
    kind = inputs[0].get_element_type().get_type_name()
    # ONNX Runtime's word, which the self-check knows.
    return inputs[0].get_any_name(), _UINT8 if kind == "u8" else kind, _shape(inputs[0])


def _streams(
    inputs: Sequence[openvino.ConstOutput],
    outputs: Sequence[openvino.ConstOutput],
    options: SessionOptions,
    requests: Callable[[int], Sequence[openvino.InferRequest]],
) -> Streams | None:
    """How batches will run; None where nobody wants that, with one thread, or where the model takes one size only."""
    streams = min(options.threads, MOST_PARTS) if options.sharing else 1
    if streams < 2 or any(_shape(port)[:1] != (None,) for port in inputs):  # noqa: PLR2004
        return None
    constant = [port.get_any_name() for port in outputs if _shape(port)[:1] != (None,)]
    return Streams(partial(requests, streams), constant)


def _properties(precision: Precision, threads: int, streams: int = 1) -> dict[str, str]:
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if precision is Precision.BFLOAT16 else "f32",
        # One stream: the least time for one picture.
        "PERFORMANCE_HINT": "LATENCY" if streams == 1 else "THROUGHPUT",
        "NUM_STREAMS": str(streams),
        "INFERENCE_NUM_THREADS": str(threads),
        # Threads that are tied to cores cannot give way to the window.
        "ENABLE_CPU_PINNING": "NO",
    }


def _shape(port: openvino.ConstOutput) -> tuple[object, ...]:
    """Numbers where a size is fixed, None where it is open."""
    return tuple(size.get_length() if size.is_static else None for size in port.get_partial_shape())
