"""Look for each device's driver, libraries and plug-in, before any model is opened on it."""

from __future__ import annotations

import sys

import onnxruntime

from inference.engine import machine, nvidia, openvino
from inference.engine.devices import Device, DeviceReport, Refusal

_FATAL_ONLY = 4
"""ONNX Runtime's number for logging nothing but its own death."""

PROVIDERS = {
    Device.CUDA: "CUDAExecutionProvider",
    Device.TENSORRT: "TensorrtExecutionProvider",
    Device.OPENVINO: "OpenVINOExecutionProvider",
    Device.COREML: "CoreMLExecutionProvider",
    Device.CPU: "CPUExecutionProvider",
}
"""ONNX Runtime's name for what runs a network on each device."""


def report(device: Device) -> DeviceReport:
    """Whether everything that `device` needs is here."""
    refusal = find_refusal(device)
    if refusal is None:
        return DeviceReport(device, available=True, reason="", remedy="", detail=_detail(device))
    return DeviceReport(device, available=False, reason=refusal.reason, remedy=refusal.remedy, detail="")


def find_refusal(device: Device) -> Refusal | None:
    """What keeps `device` from being used, or None where everything it needs was found."""
    # What ONNX Runtime would write on stderr is told in words by `Refusal`s and errors.
    onnxruntime.set_default_logger_severity(_FATAL_ONLY)
    if device is Device.CPU:
        return None
    if device is Device.OPENVINO:
        return openvino.find_refusal()
    if device is Device.COREML:
        return None if _is_built_in(device) else _coreml_refusal()
    return _nvidia_refusal(device)


def _nvidia_refusal(device: Device) -> Refusal | None:
    driver = nvidia.find_driver()
    cuda_major = nvidia.needed_cuda_major() if _is_built_in(device) else None
    # Without a working driver nothing is loaded: preloading takes a second and may complain.
    refusal = nvidia.driver_refusal(driver, device=device, card=nvidia.has_card(), cuda_major=cuda_major)
    refusal = refusal or nvidia.library_refusal(device, nvidia.load_libraries())
    if refusal is None and device is Device.TENSORRT and not nvidia.has_tensorrt():
        return Refusal(
            device, "NVIDIA's TensorRT 10 is not installed", "Install TensorRT 10, or use cuda.", is_here=True
        )
    return refusal


def _coreml_refusal() -> Refusal:
    if sys.platform == "darwin":
        return Refusal(Device.COREML, "this ONNX Runtime was built without Core ML", "Use cpu.", is_here=True)
    return Refusal(Device.COREML, "Core ML exists on macOS only", "Use cpu, or auto.")


def _is_built_in(device: Device) -> bool:
    return PROVIDERS[device] in onnxruntime.get_available_providers()


def _detail(device: Device) -> str:
    if device is Device.CPU:
        return f"{machine.processor_name()}, {machine.physical_cores()} cores"
    if device is Device.OPENVINO:
        return f"{openvino.describe()}, {openvino.default_precision()}"
    if device is Device.COREML:
        return machine.processor_name()
    driver = nvidia.find_driver()
    if driver is None:
        return ""
    return f"{', '.join(driver.cards)}, CUDA {'.'.join(map(str, driver.cuda_version))}"
