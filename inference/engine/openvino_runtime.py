"""Run models with OpenVINO's own runtime, on processors that its plug-in for ONNX Runtime refuses.

Decision 0029 says why there are two ways to one engine.
"""

from __future__ import annotations

import importlib
import importlib.util
import sys
from collections.abc import Mapping, Sequence
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
        request: what runs the compiled model, one batch at a time.
        metadata: the metadata texts of the model file.
        precision: what was ordered.
    """

    request: openvino.InferRequest
    metadata: Mapping[str, str]
    precision: Precision

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
        shared = {name: np.ascontiguousarray(array) for name, array in feeds.items()}
        try:
            # The inputs are read where they lie; `shared` keeps them alive until the run has ended.
            self.request.start_async(shared, share_inputs=True)
            with nullcontext() if cancel is None else cancel.on_cancel(self.request.cancel):
                self.request.wait()
            # Copies: the next run writes into the same memory.
            return {name: np.array(self.request.get_tensor(name).data) for name in names}
        except Exception as error:
            if cancel is not None and cancel.is_set():
                raise Cancelled from error
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
        openvino = _load()
    except ImportError as error:
        return Refusal(
            Device.OPENVINO, f"OpenVINO cannot be loaded ({error})", "Install the project's own requirements again."
        )
    try:
        core = openvino.Core()
        compiled = core.compile_model(core.read_model(path), "CPU", _properties(precision, options.threads))
        return OpenVinoSession(compiled.create_infer_request(), texts, precision)
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


def _properties(precision: Precision, threads: int) -> dict[str, str]:
    return {
        "INFERENCE_PRECISION_HINT": "bf16" if precision is Precision.BFLOAT16 else "f32",
        # One stream: the least time for a batch.
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": str(threads),
        # Threads that are tied to cores cannot give way to the window.
        "ENABLE_CPU_PINNING": "NO",
    }


def _shape(port: openvino.ConstOutput) -> tuple[object, ...]:
    """Numbers where a size is fixed, None where it is open."""
    return tuple(size.get_length() if size.is_static else None for size in port.get_partial_shape())
