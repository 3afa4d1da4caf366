"""Open and run ONNX Runtime sessions, and translate its errors into ours."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
from numpy.typing import NDArray

from inference.cancel import Cancelled, CancelToken
from inference.engine import openvino, openvino_runtime
from inference.engine.card.provider_options import CUDA_OPTIONS
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.engine.onnx_parts import OnnxParts
from inference.engine.parts import MOST_PARTS, file_stamp
from inference.engine.probe import PROVIDERS, find_refusal
from inference.engine.session import Session, SessionOptions
from inference.errors import InferenceError, ModelLoadError
from inference.models.contract import OutputName
from inference.models.metadata import read_metadata
from inference.models.quantize.facts import QUANTIZATION_KEY

if sys.platform == "win32":
    # Windows traces such events by itself; elsewhere a variable is enough (decision 0037).
    onnxruntime.disable_telemetry_events()

_FILE_FAULTS = {"InvalidProtobuf", "NoModel", "NoSuchFile", "InvalidGraph"}
"""ONNX Runtime's errors that are about the file, whatever the device."""

_CONSTANT = frozenset({OutputName.HEAD_WEIGHT.value, OutputName.HEAD_BIAS.value})
"""Outputs that are the same for every batch."""


@dataclass(frozen=True, slots=True)
class OnnxSession:
    """A model opened by ONNX Runtime on one device; a `Session`.

    Attributes:
        handle: ONNX Runtime's session.
        device: the device that `handle` answered it runs on.
        precision: what the device computes with.
        parts: what runs batches; None where they are not shared out.
    """

    handle: onnxruntime.InferenceSession
    device: Device
    precision: Precision
    parts: OnnxParts | None = None

    @property
    def metadata(self) -> Mapping[str, str]:
        """The metadata texts of the model file."""
        metadata: Mapping[str, str] = self.handle.get_modelmeta().custom_metadata_map
        return metadata

    @property
    def input(self) -> tuple[str, str, tuple[object, ...]] | None:
        """Name, type and shape of the only input; None where the graph has none or several."""
        inputs = self.handle.get_inputs()
        return (inputs[0].name, inputs[0].type, tuple(inputs[0].shape)) if len(inputs) == 1 else None

    @property
    def outputs(self) -> Mapping[str, tuple[object, ...]]:
        """Name and shape (numbers, names or None) of each graph output."""
        return {output.name: tuple(output.shape) for output in self.handle.get_outputs()}

    def run(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> dict[str, NDArray[Any]]:
        """Run the network once, as `Session.run` says.

        The OpenVINO plug-in does not notice `cancel` before the run ends; its results are then returned all the same.
        """
        if cancel is not None:
            cancel.raise_if_set()
        # Fewer pictures than parts would leave threads without work.
        count = min(len(array) for array in feeds.values())
        parts = self.parts if self.parts is not None and count >= self.parts.count else None
        try:
            arrays = parts.run(names, feeds, cancel) if parts is not None and parts.is_open() else None
            if arrays is None:
                began = time.monotonic()
                arrays = self._run_whole(names, feeds, cancel)
                if parts is not None:
                    parts.ran(time.monotonic() - began)
        except InferenceError:
            # A card's variant opens what it needs when it needs it, and has said in words why it cannot.
            raise
        except Exception as error:
            if cancel is not None and cancel.is_set():
                raise Cancelled from error
            if isinstance(error, MemoryError) or is_out_of_memory(str(error)):
                raise InferenceError(f"the memory of {self.device} is too small.", out_of_memory=True) from error
            raise InferenceError(f"{plain_reason(error)}.") from error
        return dict(zip(names, arrays, strict=True))

    def _run_whole(
        self, names: Sequence[str], feeds: Mapping[str, NDArray[Any]], cancel: CancelToken | None
    ) -> list[NDArray[Any]]:
        """All of the batch on all threads."""
        options = onnxruntime.RunOptions()

        def terminate() -> None:
            options.terminate = True

        with nullcontext() if cancel is None else cancel.on_cancel(terminate):
            arrays: list[NDArray[Any]] = self.handle.run(list(names), dict(feeds), options)
        return arrays


def open_session(
    path: str, device: Device, options: SessionOptions, *, weights: Mapping[str, NDArray[Any]] | None = None
) -> Session | Refusal:
    """Open the model file `path` on `device`, or say why the device cannot be used.

    Args:
        path: the model file.
        device: to open it on.
        options: how it uses the processor.
        weights: replace those of the file; only such as it keeps in a second file beside it can be replaced.

    Raises:
        ModelLoadError: if the file is at fault.
    """
    refusal = find_refusal(device)
    if refusal is not None:
        return refusal
    precision, read = _precision(path, device), _stamp(path)
    settings = _settings(options)
    if weights:
        # `add_initializer` would be ignored where an operator was folded or fused; these are there before that.
        values = [onnxruntime.OrtValue.ortvalue_from_numpy(np.ascontiguousarray(value)) for value in weights.values()]
        settings.add_external_initializers(list(weights), values)
    providers = None
    if device is Device.OPENVINO:
        if openvino.refuses_this_maker():
            return openvino_runtime.open_session(path, precision, options)
        found = openvino.find_device()
        if isinstance(found, Refusal):
            return found
        settings.add_provider_for_devices([found], openvino.provider_options(precision, options.threads))
    else:
        providers = _providers(device)
    try:
        # Without `enable_fallback=0` it prints, and tries other devices than the one that was asked for.
        handle = onnxruntime.InferenceSession(path, settings, providers=providers, enable_fallback=0)
    except Exception as error:  # ONNX Runtime's errors have no common type
        if device is Device.CPU or type(error).__name__ in _FILE_FAULTS:
            raise ModelLoadError(path, _why_not_loaded(error)) from error
        # Drivers, libraries and hardware were found before, or `find_refusal` would have answered.
        has_memory = not is_out_of_memory(str(error))
        remedy = "Use cpu." if has_memory else "Close other programs that use it, choose a smaller model, or use cpu."
        return Refusal(device, plain_reason(error), remedy, is_here=True)
    if handle.get_providers()[0] != PROVIDERS[device]:
        return Refusal(
            device,
            "ONNX Runtime opened the model on the processor instead, without saying why",
            "Use cpu.",
            is_here=True,
        )
    shares = device is Device.CPU and options.sharing and not weights
    parts = _parts(path, read, handle, options) if shares and read is not None else None
    return OnnxSession(handle, device, precision, parts)


def _parts(
    path: str, read: tuple[int, int], handle: onnxruntime.InferenceSession, options: SessionOptions
) -> OnnxParts | None:
    """How batches will run; None with one thread, and where the model takes or gives one size of batches only.

    None with many threads, too: each part has one, and what several for each would gain was not measured.
    """
    count = options.threads
    batches = [*handle.get_inputs(), *(one for one in handle.get_outputs() if one.name not in _CONSTANT)]
    if not 1 < count <= MOST_PARTS or any(not one.shape or isinstance(one.shape[0], int) for one in batches):
        return None

    def make() -> onnxruntime.InferenceSession:
        if file_stamp(path) != read:
            raise OSError("the model's file was changed since it was opened")
        settings = _settings(replace(options, threads=1))
        return onnxruntime.InferenceSession(path, settings, providers=_providers(Device.CPU), enable_fallback=0)

    return OnnxParts(make, count, _CONSTANT)


def _stamp(path: str) -> tuple[int, int] | None:
    try:
        return file_stamp(path)
    except OSError:
        # ONNX Runtime says better what is wrong with the file.
        return None


def _precision(path: str, device: Device) -> Precision:
    """What a model is computed with: what it was quantized to, or what the device does with float32."""
    try:
        if QUANTIZATION_KEY in read_metadata(Path(path)):
            return Precision.INT8
    except ModelLoadError:
        # ONNX Runtime says better what is wrong with the file.
        pass
    return openvino.default_precision() if device is Device.OPENVINO else Precision.FLOAT32


def _why_not_loaded(error: Exception) -> str:
    if type(error).__name__ == "InvalidProtobuf":
        return "it is not an ONNX model, or it is damaged."
    return f"{plain_reason(error)}."


def _settings(options: SessionOptions) -> onnxruntime.SessionOptions:
    settings = onnxruntime.SessionOptions()
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    settings.intra_op_num_threads = options.threads
    settings.inter_op_num_threads = 1
    settings.add_session_config_entry("session.intra_op.allow_spinning", "1" if options.spinning else "0")
    return settings


def _providers(device: Device) -> list[tuple[str, dict[str, str]]]:
    """What ONNX Runtime is asked to use, best first; the processor takes what the device does not know."""
    cuda = dict(CUDA_OPTIONS)
    options = {
        Device.CUDA: [(PROVIDERS[Device.CUDA], cuda)],
        Device.TENSORRT: [(PROVIDERS[Device.TENSORRT], {}), (PROVIDERS[Device.CUDA], cuda)],
        Device.COREML: [(PROVIDERS[Device.COREML], {"ModelFormat": "MLProgram", "MLComputeUnits": "ALL"})],
    }
    return [*options.get(device, []), (PROVIDERS[Device.CPU], {})]
