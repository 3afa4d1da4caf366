"""Find out whether an NVIDIA card can be used, and load the CUDA libraries that ONNX Runtime needs."""

from __future__ import annotations

import contextlib
import ctypes
import importlib.util
import io
import os
import re
import sys
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import onnxruntime

from inference.engine.devices import Device, Refusal

_DRIVER_LIBRARY = "nvcuda.dll" if sys.platform == "win32" else "libcuda.so.1"
_NVIDIA_VENDOR = "0x10de"
_PCI_DEVICES = Path("/sys/bus/pci/devices")

_CUDA_NO_DEVICE = 100
_CUDA_NOT_READY = 802
_CUDA_VERSION_MISMATCH = 803

_CAPABILITY_MAJOR, _CAPABILITY_MINOR = 75, 76
"""The driver's numbers for what a card can do."""

_OLDEST_CAPABILITY = (7, 5)
"""Turing (GTX 16, RTX 20). CUDA 13 has nothing for older cards, and the provider's kernels begin there."""

_CUDNN = "cudnn64_9.dll" if sys.platform == "win32" else "libcudnn.so.9"
"""Needed for convolutions; `preload_dlls` does not mention its absence."""

_TENSORRT = ("libnvinfer.so.10", "libnvonnxparser.so.10")
if sys.platform == "win32":
    _TENSORRT = ("nvinfer_10.dll", "nvonnxparser_10.dll")
_TENSORRT_PACKAGE = "tensorrt_libs"
"""Where `pip install tensorrt` puts them, which no loader looks into."""

_PCI_DISPLAY = "0x03"
"""The class of graphics cards; their sound and USB controllers are of others."""

_NOT_LOADED = re.compile(r"Failed to load (?P<library>.+?): ")


@dataclass(frozen=True, slots=True)
class NvidiaDriver:
    """What the NVIDIA driver answered.

    Attributes:
        cuda_version: the newest CUDA that it runs, (major, minor).
        cards: names of the cards, in the driver's order.
        error: the driver's error number, 0 where it works.
        capability: compute capability of the first card, which is the one that is used; None where it is not told.
    """

    cuda_version: tuple[int, int]
    cards: tuple[str, ...]
    error: int = 0
    capability: tuple[int, int] | None = None


def find_driver() -> NvidiaDriver | None:
    """Ask the NVIDIA driver what it is and drives; None where no driver is installed. Opens nothing on the card."""
    if sys.platform == "darwin":
        return None
    try:
        driver = ctypes.CDLL(_DRIVER_LIBRARY)
        version = ctypes.c_int(0)
        driver.cuDriverGetVersion(ctypes.byref(version))
        error = int(driver.cuInit(0))
        cards = () if error else tuple(_card_names(driver))
        capability = _capability(driver) if cards else None
    except (OSError, AttributeError):
        return None
    return NvidiaDriver((version.value // 1000, version.value % 1000 // 10), cards, error, capability)


def _card_names(driver: ctypes.CDLL) -> Iterator[str]:
    count = ctypes.c_int(0)
    if driver.cuDeviceGetCount(ctypes.byref(count)):
        return
    for index in range(count.value):
        name = ctypes.create_string_buffer(256)
        handle = ctypes.c_int(0)
        if not driver.cuDeviceGet(ctypes.byref(handle), index) and not driver.cuDeviceGetName(name, 256, handle):
            yield name.value.decode(errors="replace")


def _capability(driver: ctypes.CDLL) -> tuple[int, int] | None:
    handle, major, minor = ctypes.c_int(0), ctypes.c_int(0), ctypes.c_int(0)
    failed = (
        driver.cuDeviceGet(ctypes.byref(handle), 0)
        or driver.cuDeviceGetAttribute(ctypes.byref(major), _CAPABILITY_MAJOR, handle)
        or driver.cuDeviceGetAttribute(ctypes.byref(minor), _CAPABILITY_MINOR, handle)
    )
    return None if failed else (major.value, minor.value)


def first_card_id() -> str | None:
    """What `nvidia-smi` calls the card that is used; None without one. It counts cards in another order than CUDA."""
    if sys.platform == "darwin":
        return None
    number, handle = (ctypes.c_ubyte * 16)(), ctypes.c_int(0)
    try:
        driver = ctypes.CDLL(_DRIVER_LIBRARY)
        failed = (
            driver.cuInit(0)
            or driver.cuDeviceGet(ctypes.byref(handle), 0)
            or driver.cuDeviceGetUuid(ctypes.byref(number), handle)
        )
    except (OSError, AttributeError):
        return None
    return None if failed else f"GPU-{uuid.UUID(bytes=bytes(number))}"


def has_card(pci_devices: Path = _PCI_DEVICES) -> bool | None:
    """Whether an NVIDIA card is plugged in, with or without a driver; None where the system does not say."""
    try:
        found = [
            [(entry / name).read_text().strip() for name in ("vendor", "class")] for entry in pci_devices.iterdir()
        ]
    except OSError:
        return None
    return any(vendor == _NVIDIA_VENDOR and kind.startswith(_PCI_DISPLAY) for vendor, kind in found)


def needed_cuda_major() -> int | None:
    """The CUDA version that this ONNX Runtime was built for, or None where it was built without CUDA."""
    major = str(getattr(onnxruntime, "cuda_version", "") or "").partition(".")[0]
    return int(major) if major.isdecimal() else None


def driver_refusal(
    driver: NvidiaDriver | None, *, device: Device, card: bool | None, cuda_major: int | None
) -> Refusal | None:
    """What is wrong with the driver, or None where it can be used.

    Args:
        driver: what the driver answered, None where there is none.
        device: the device that was wanted.
        card: whether a card is plugged in, None where unknown.
        cuda_major: the CUDA version that ONNX Runtime needs, None where it was built without CUDA.
    """
    newer_driver = f"Install NVIDIA's driver for CUDA {cuda_major} or later, or use cpu."
    other_computer = "Use cpu, or a computer that has one."
    # Only Linux says what is plugged in; elsewhere whoever has the driver has the card.
    is_here = card is True or (card is None and driver is not None)
    reason = ""
    if cuda_major is None:
        reason, remedy = "this ONNX Runtime was built without CUDA", "Install the project's own requirements again."
    elif driver is None and card is False:
        reason, remedy, is_here = "this computer has no NVIDIA graphics card", other_computer, False
    elif driver is None:
        reason, remedy = "no NVIDIA driver is installed", newer_driver
    elif driver.cuda_version[0] < cuda_major:
        newest = ".".join(map(str, driver.cuda_version))
        reason = f"the NVIDIA driver is too old: it runs CUDA up to {newest}, and CUDA {cuda_major} is needed"
        remedy = newer_driver
    elif driver.error == _CUDA_VERSION_MISMATCH:
        reason, remedy = "the NVIDIA driver was updated while an older one still runs", "Restart the computer."
    elif driver.error == _CUDA_NOT_READY:
        reason = "the NVIDIA driver is not ready yet (its error 802)"
        remedy = "On a server start NVIDIA's fabric manager; elsewhere restart the computer."
    elif driver.error not in (0, _CUDA_NO_DEVICE):
        reason, remedy = f"the NVIDIA driver does not start (its error {driver.error})", "Restart the computer."
    elif not driver.cards:
        reason, remedy, is_here = "the NVIDIA driver finds no graphics card", other_computer, False
    elif driver.capability is not None and driver.capability < _OLDEST_CAPABILITY:
        has, needs = (".".join(map(str, one)) for one in (driver.capability, _OLDEST_CAPABILITY))
        reason = (
            f"{driver.cards[0]} is too old for CUDA {cuda_major} (its compute capability is {has}, needed is {needs})"
        )
        remedy = "Use cpu."
    return Refusal(device, reason, remedy, is_here=is_here) if reason else None


def load_libraries() -> tuple[str, ...]:
    """Load the CUDA and cuDNN libraries from their Python packages or the system, and name those that are missing.

    Takes up to a second and holds the interpreter: not for the GUI thread. Loading twice is harmless.
    """
    # What is in float32 stays so although float16 sessions have to allow TF32; NVIDIA's libraries read this once.
    os.environ.setdefault("NVIDIA_TF32_OVERRIDE", "0")
    # `preload_dlls` has no other way to speak than Python's `print`.
    with contextlib.redirect_stdout(io.StringIO()) as said:
        onnxruntime.preload_dlls()
    # It says so as well of a file that is damaged beside a good one on the loader's path.
    wanted = dict.fromkeys((*libraries_not_loaded(said.getvalue()), _CUDNN))
    return tuple(library for library in wanted if not _can_load(library))


def libraries_not_loaded(said: str) -> tuple[str, ...]:
    """The names of the libraries that `onnxruntime.preload_dlls` could not load, from what it printed."""
    return tuple(dict.fromkeys(re.split(r"[/\\]", match["library"])[-1] for match in _NOT_LOADED.finditer(said)))


def has_tensorrt() -> bool:
    """Whether NVIDIA's TensorRT is installed, on the loader's path or as a Python package; it is loaded then."""
    return all(_can_load(library) or _can_load_from_package(library) for library in _TENSORRT)


def library_refusal(device: Device, missing: tuple[str, ...]) -> Refusal | None:
    """What to say of libraries that are missing although the driver works, or None where none is missing."""
    if not missing:
        return None
    return Refusal(
        device,
        f"{'a library is' if len(missing) == 1 else 'libraries are'} missing: {', '.join(missing)}",
        "Install the project's own requirements again: they bring CUDA and cuDNN.",
        is_here=True,
    )


def _can_load_from_package(library: str) -> bool:
    package = importlib.util.find_spec(_TENSORRT_PACKAGE)
    folders = (package.submodule_search_locations or ()) if package is not None else ()
    # Whatever is loaded by its full path is found by its name afterwards.
    return any(_can_load(str(Path(folder) / library)) for folder in folders)


def _can_load(library: str) -> bool:
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True
