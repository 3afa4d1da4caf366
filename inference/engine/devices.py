"""Name the devices, and say which of them this computer has and what keeps the others from being used."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum

from inference.errors import DeviceError


class Device(StrEnum):
    """What can run a network."""

    CUDA = "cuda"
    TENSORRT = "tensorrt"
    OPENVINO = "openvino"
    COREML = "coreml"
    CPU = "cpu"


PROCESSORS = frozenset({Device.OPENVINO, Device.CPU})
"""What runs on the processor's cores, which decoding needs, too."""

AUTO = "auto"
"""The wish for the best device that works."""


class Precision(StrEnum):
    """The numbers that a device computes with."""

    FLOAT32 = "float32"
    FLOAT16 = "float16"
    BFLOAT16 = "bfloat16"
    INT8 = "int8"
    """Of an int8 copy of a model, whose head stays in float32."""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a device was not used.

    Attributes:
        device: the device that was wanted.
        reason: a phrase without a full stop; it completes "The device cannot be used: ...".
        remedy: a sentence that says what would change it.
        is_here: its hardware is on this computer, and something else keeps it from being used.
    """

    device: Device
    reason: str
    remedy: str
    is_here: bool = False

    def __str__(self) -> str:
        return f"{self.reason}. {self.remedy}"


@dataclass(frozen=True, slots=True)
class DeviceReport:
    """What is known of a device before a model is opened on it.

    Attributes:
        device: the device.
        available: everything it needs was found; whether it really works, only opening a model shows.
        reason: why it is not available, as in `Refusal`, or empty.
        remedy: what would change that, or empty.
        detail: the card or processor and its versions, or empty.
    """

    device: Device
    available: bool
    reason: str
    remedy: str
    detail: str


def devices_to_try(wish: Device | str, *, platform: str = sys.platform, faster: Device | None = None) -> list[Device]:
    """The devices that a wish allows, best first.

    Args:
        wish: `AUTO`, or one device, which is then the only one tried.
        platform: as `sys.platform` has it.
        faster: the faster of openvino and cpu where it was measured, or None.

    Raises:
        DeviceError: if `wish` names no device.
    """
    if wish != AUTO:
        if wish not in list(Device):
            raise DeviceError(wish, "there is no such device", f"Known are {', '.join([AUTO, *Device])}.")
        return [Device(wish)]
    cards = [Device.COREML] if platform == "darwin" else [Device.CUDA]
    processors = [Device.OPENVINO, Device.CPU] if faster is Device.OPENVINO else [Device.CPU]
    return cards + processors


def probe_devices() -> tuple[DeviceReport, ...]:
    """What this computer has, without opening a model. Takes up to a second: not for the GUI thread."""
    # Names of devices are needed everywhere; ONNX Runtime (0.3 s to import) only where a device is looked for.
    from inference.engine.probe import report  # noqa: PLC0415

    return tuple(report(device) for device in Device)
