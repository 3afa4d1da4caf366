"""Find OpenVINO's way to the processor: its plug-in for ONNX Runtime on Intel's, its own runtime on others."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import metadata

import onnxruntime

from inference.engine import openvino_runtime
from inference.engine.devices import Device, Precision, Refusal
from inference.engine.machine import has_bfloat16, is_x86

_PACKAGE = "onnxruntime-ep-openvino"
_PROVIDER = "OpenVINOExecutionProvider"
_INTEL = 0x8086


@dataclass(frozen=True, slots=True)
class OfferedDevice:
    """A device that ONNX Runtime lists.

    Attributes:
        provider: name of the execution provider that offers it.
        kind: "CPU", "GPU" or "NPU".
        vendor: the hardware's maker.
        vendor_id: the maker's PCI number.
        openvino_name: OpenVINO's word for it ("CPU", "GPU.0"), empty for other providers.
        is_virtual: it stands for hardware that is not here (models can be compiled for it, not run).
    """

    provider: str
    kind: str
    vendor: str
    vendor_id: int
    openvino_name: str = ""
    is_virtual: bool = False


def find_refusal() -> Refusal | None:
    """What keeps OpenVINO from being used here, or None where one of its two ways is open."""
    if refuses_this_maker() and openvino_runtime.is_installed():
        return None
    found = find_device()
    return found if isinstance(found, Refusal) else None


def describe() -> str:
    """What runs models here, with its version."""
    if refuses_this_maker():
        return f"OpenVINO {openvino_runtime.version()}"
    return f"plug-in {plug_in_version()}"


def plug_in_version() -> str:
    """Version of the installed plug-in, or an empty string."""
    try:
        return metadata.version(_PACKAGE)
    except metadata.PackageNotFoundError:
        return ""


def refuses_this_maker() -> bool:
    """Whether the plug-in will offer nothing because the processor is not Intel's. Does not load it."""
    processors = [device for device in map(_describe, onnxruntime.get_ep_devices()) if device.kind == "CPU"]
    return bool(processors) and all(device.vendor_id != _INTEL for device in processors)


def find_device() -> onnxruntime.OrtEpDevice | Refusal:
    """The plug-in's device for this processor, registering the plug-in with ONNX Runtime first (60 ms, once)."""
    try:
        import onnxruntime_ep_openvino  # noqa: PLC0415 - absent on macOS and on processors that are not x86-64
    except ImportError:
        return _refusal(
            "the OpenVINO plug-in is not installed", f"It exists for Linux and Windows on x86-64: {_PACKAGE}."
        )
    try:
        onnxruntime.register_execution_provider_library(_PROVIDER, onnxruntime_ep_openvino.get_library_path())
    except Exception as error:  # noqa: BLE001 - ONNX Runtime's errors have no common type
        # Registered by an earlier call: ONNX Runtime keeps plug-ins for the life of the process.
        if "already registered" not in str(error):
            return _refusal(
                f"the OpenVINO plug-in cannot be loaded ({_first_line(error)})",
                "Install the project's own requirements again.",
            )
    handles = onnxruntime.get_ep_devices()
    chosen = choose_device([_describe(handle) for handle in handles])
    return chosen if isinstance(chosen, Refusal) else handles[chosen]


def choose_device(offered: Sequence[OfferedDevice]) -> int | Refusal:
    """The index of the plug-in's processor device among all devices that ONNX Runtime lists, or why there is none."""
    for index, device in enumerate(offered):
        if device.provider == _PROVIDER and device.openvino_name.partition(".")[0] == "CPU" and not device.is_virtual:
            return index
    processors = [device for device in offered if device.kind == "CPU"]
    if processors and all(device.vendor_id != _INTEL for device in processors):
        # The plug-in skips hardware whose vendor number is not Intel's, although OpenVINO itself runs there.
        # onnxruntime pull request 31981 asks for the same change in its own copy; look again when the plug-in moves.
        vendor = processors[0].vendor or "another maker"
        return _refusal(
            f"the OpenVINO plug-in accepts Intel processors only, and this one is from {vendor}",
            f"Use cpu, or install the project's requirements again: {openvino_runtime.PACKAGE} runs there without it.",
        )
    return _refusal(
        "the OpenVINO plug-in offers no device on this processor", "Use cpu, or a processor that OpenVINO supports."
    )


def default_precision() -> Precision:
    """What OpenVINO computes with where nothing else is ordered: bfloat16 where an x86 processor has it.

    Where the system does not say what the processor has (Windows), float32 is ordered, so that the answer is true; on
    Arm as well, where OpenVINO has not been seen to compute in bfloat16.
    """
    return Precision.BFLOAT16 if is_x86() and has_bfloat16() else Precision.FLOAT32


def provider_options(precision: Precision, threads: int) -> dict[str, str]:
    """The plug-in's options: one stream (least time for a batch), `threads` threads, computing in `precision`."""
    properties = {
        "INFERENCE_PRECISION_HINT": "bf16" if precision is Precision.BFLOAT16 else "f32",
        "PERFORMANCE_HINT": "LATENCY",
        "NUM_STREAMS": "1",
        "INFERENCE_NUM_THREADS": str(threads),
    }
    return {"load_config": json.dumps({"CPU": properties})}


def _describe(handle: onnxruntime.OrtEpDevice) -> OfferedDevice:
    hardware = handle.device
    return OfferedDevice(
        provider=handle.ep_name,
        kind=hardware.type.name,
        vendor=hardware.vendor,
        vendor_id=hardware.vendor_id,
        openvino_name=handle.ep_metadata.get("ov_device", ""),
        is_virtual=hardware.metadata.get("is_virtual", "0") == "1",
    )


def _refusal(reason: str, remedy: str) -> Refusal:
    return Refusal(Device.OPENVINO, reason, remedy)


def _first_line(error: Exception) -> str:
    return str(error).strip().partition("\n")[0]
