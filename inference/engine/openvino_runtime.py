"""Run models with OpenVINO's own runtime, on processors that its plug-in for ONNX Runtime refuses.

Decision 0029 says why there are two ways to one engine.
"""

from __future__ import annotations

import importlib
import importlib.util
import logging
import sys
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.engine.session import SessionOptions
from inference.errors import InferenceError
from inference.models.metadata import read_metadata

if TYPE_CHECKING:
    import openvino

PACKAGE = "openvino"
"""What has to be installed."""

MOST_STREAMS = 4
"""A batch has at most eight pictures (decision 0031), and a stream is no faster with one picture than with two."""

_LONG_S = 1.0
"""A run of so long is likely to go on for longer than the second compilation takes (0.2 to 0.8 s)."""

_LOG = logging.getLogger(__name__)
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


class Streams:
    """The same model once more, compiled for parts of a batch beside each other; made when a run turns out to be long.

    One batch on all threads waits after every layer for the thread that was held up, and decoders hold threads up all
    the time; parts of a batch on threads of their own wait once (decision 0033). The answers are the same.

    Attributes:
        constant: outputs that are the same for every batch, such as the head's weights.
    """

    def __init__(self, make: Callable[[], Sequence[openvino.InferRequest]], constant: Collection[str] = ()) -> None:
        self.constant = frozenset(constant)
        self._make: Callable[[], Sequence[openvino.InferRequest]] | None = make
        self._requests: tuple[openvino.InferRequest, ...] = ()
        self._run_s = 0.0

    def ran(self, seconds: float) -> None:
        """A batch took so long on all threads."""
        self._run_s += seconds

    def requests(self) -> tuple[openvino.InferRequest, ...]:
        """One for each stream; none as long as making them would not pay, or where there is no memory for them."""
        if self._make is not None and self._run_s >= _LONG_S:
            make, self._make = self._make, None
            try:
                self._requests = tuple(make())
            except Exception as error:  # noqa: BLE001 - OpenVINO's errors have no common type
                _LOG.warning("batches are not shared out: %s", plain_reason(error))
        return self._requests


@dataclass(frozen=True, slots=True)
class OpenVinoSession:
    """A model compiled by OpenVINO for the processor; a `Session`.

    Attributes:
        request: what runs the compiled model on all threads, the soonest way to the answer for one picture.
        metadata: the metadata texts of the model file.
        precision: what was ordered.
        streams: what runs batches; None where a batch cannot be shared out.
    """

    request: openvino.InferRequest
    metadata: Mapping[str, str]
    precision: Precision
    streams: Streams | None = None

    @property
    def device(self) -> Device:
        """OpenVINO, which cannot fall back to another one."""
        return Device.OPENVINO

    @property
    def input(self) -> tuple[str, str, tuple[object, ...]] | None:
        """Name, type and shape of the only input, as `Session.input` says."""
        inputs = self.request.model_inputs
        if len(inputs) != 1:
            return None
        kind = inputs[0].get_element_type().get_type_name()
        # ONNX Runtime's word, which the self-check knows.
        return inputs[0].get_any_name(), _UINT8 if kind == "u8" else kind, _shape(inputs[0])

    @property
    def outputs(self) -> Mapping[str, tuple[object, ...]]:
        """Name and shape of each graph output."""
        return {output.get_any_name(): _shape(output) for output in self.request.model_outputs}

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """Run the network once, as `Session.run` says; `cancel` stops it after the layer that is being computed.

        A layer that is itself a loop is run to its end.
        """
        if cancel is not None:
            cancel.raise_if_set()
        count = min(len(array) for array in feeds.values())
        requests = (self.streams.requests() if self.streams is not None and count > 1 else ()) or (self.request,)
        parts, began = _shared_out(feeds, min(len(requests), count)), time.monotonic()
        try:
            _run_beside(requests, parts, cancel)
            if self.streams is not None and count > 1:
                self.streams.ran(time.monotonic() - began)
            given = {name: [request.get_tensor(name).data for request in requests[: len(parts)]] for name in names}
            return {name: self._joined(name, arrays) for name, arrays in given.items()}
        except Exception as error:
            if cancel is not None and cancel.is_set():
                raise Cancelled from error
            if isinstance(error, MemoryError) or is_out_of_memory(str(error)):
                raise InferenceError(f"the memory of {self.device} is too small.", out_of_memory=True) from error
            raise InferenceError(f"{plain_reason(error)}.") from error

    def _joined(self, name: str, arrays: Sequence[NDArray[Any]]) -> NDArray[Any]:
        """An output of all parts as one array of its own: the next run writes into the same memory."""
        if len(arrays) == 1 or (self.streams is not None and name in self.streams.constant):
            return np.array(arrays[0])
        return np.concatenate(arrays)


def _shared_out(feeds: Mapping[str, NDArray[Any]], count: int) -> list[dict[str, NDArray[Any]]]:
    """The inputs in so many parts of a batch, as alike as possible."""
    shared: dict[str, list[NDArray[Any]]] = {name: np.array_split(array, count) for name, array in feeds.items()}
    return [{name: np.ascontiguousarray(parts[part]) for name, parts in shared.items()} for part in range(count)]


def _run_beside(
    requests: Sequence[openvino.InferRequest], parts: Sequence[dict[str, NDArray[Any]]], cancel: CancelToken | None
) -> None:
    """Run each part in a request of its own; returns, or raises what the first that failed raised, when all are over.

    The inputs are read where they lie: the caller keeps them alive until then.
    """
    started: list[openvino.InferRequest] = []

    def stop() -> None:
        for request in started:
            request.cancel()

    failure: BaseException | None = None
    try:
        for request, part in zip(requests, parts, strict=False):
            request.start_async(part, share_inputs=True)
            started.append(request)
    except BaseException as error:  # noqa: BLE001 - whatever it is, what was started must end first
        failure = error
        stop()
    with nullcontext() if cancel is None else cancel.on_cancel(stop):
        for request in started:
            while True:
                try:
                    request.wait()
                except KeyboardInterrupt as interrupt:
                    failure = failure or interrupt
                    stop()
                    continue
                except Exception as error:  # noqa: BLE001 - likewise
                    failure = failure or error
                break
    if failure is not None:
        raise failure


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
        openvino = _load()
    except ImportError as error:
        return Refusal(
            Device.OPENVINO, f"OpenVINO cannot be loaded ({error})", "Install the project's own requirements again."
        )
    try:
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(path), "CPU", _properties(precision, options.threads))
        return OpenVinoSession(
            compiled.create_infer_request(),
            texts,
            precision,
            _streams(core, path, compiled, precision, options),
        )
    except Exception as error:  # noqa: BLE001 - OpenVINO's errors have no common type
        return Refusal(
            Device.OPENVINO, plain_reason(error), "Use cpu, or run `main.py doctor` to see every device.", is_here=True
        )


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


def _streams(
    core: openvino.Core, path: str, compiled: openvino.CompiledModel, precision: Precision, options: SessionOptions
) -> Streams | None:
    """How batches will run; None where nobody wants that, with one thread, or where the model takes one size only."""
    streams = min(options.threads, MOST_STREAMS) if options.sharing else 1
    if streams < 2 or any(_shape(port)[:1] != (None,) for port in compiled.inputs):  # noqa: PLR2004
        return None
    read = _stamp(path)
    constant = [port.get_any_name() for port in compiled.outputs if _shape(port)[:1] != (None,)]

    def make() -> list[openvino.InferRequest]:
        if _stamp(path) != read:
            raise OSError("the model's file was changed since it was opened")
        properties = _properties(precision, options.threads, streams)
        shared = core.compile_model(core.read_model(path), "CPU", properties)
        return [shared.create_infer_request() for _ in range(streams)]

    return Streams(make, constant)


def _stamp(path: str) -> tuple[int, int, int]:
    """What tells whether a file was changed or replaced."""
    facts = Path(path).stat()
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


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
