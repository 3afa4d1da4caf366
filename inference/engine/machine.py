"""Describe the computer: its processor, cores and memory."""

from __future__ import annotations

import ctypes
import os
import platform
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from inference.engine import container

_BF16_FLAGS = {"avx512_bf16", "amx_bf16", "bf16"}
"""The last one is Arm's name."""

_BYTE_PRODUCTS = {"avx512_vnni", "avx_vnni", "amx_int8"}
_FOR_NETWORKS = {"flags": re.compile(r"avx|amx|fma"), "Features": re.compile(r"asimd|sve|sme|i8mm|bf16")}
"""By the name of the line that lists features: x86's "smep" and "sme" are about memory, Arm's "sme" about matrices."""

_INTEL_NAMES = {"x86_64", "amd64"}
_CPU_INFO = Path("/proc/cpuinfo")
_MEMORY_INFO = Path("/proc/meminfo")


@dataclass(frozen=True, slots=True)
class Memory:
    """Main memory in bytes; None where the system does not say."""

    total: int | None
    available: int | None


def processor_name() -> str:
    """The processor's name as its maker writes it, or the best description there is."""
    if sys.platform == "linux":
        name = _cpu_info_fields(_read(_CPU_INFO)).get("model name", "")
    elif sys.platform == "darwin":
        name = _sysctl("machdep.cpu.brand_string")
    else:
        name = os.environ.get("PROCESSOR_IDENTIFIER", "")
    return name or platform.processor() or platform.machine()


def has_bfloat16() -> bool | None:
    """Whether the processor computes in bfloat16; None where this cannot be known (only Linux says)."""
    flags = _flags()
    return None if flags is None else bool(_BF16_FLAGS & flags)


def is_x86() -> bool:
    """Whether the processor is one of the x86 family, 64 bits wide."""
    return platform.machine().lower() in _INTEL_NAMES


def instruction_sets() -> str:
    """What the processor has for matrix work, names as the system writes them; empty where it does not say.

    Processors of one name differ in it: virtual ones are often called after a family ("AMD EPYC").
    """
    lists = _feature_lists()
    found = {flag for name, pattern in _FOR_NETWORKS.items() for flag in lists.get(name, ()) if pattern.match(flag)}
    return " ".join(sorted(found))


def int8_weight_bits() -> int:
    """8, or 7 where this processor adds products of bytes in 16 bits, which overflow: x86 without VNNI.

    Where the system does not say what an x86 processor has (Windows, macOS), 7 is safe.
    """
    if not is_x86():
        return 8
    return 8 if (_flags() or set()) & _BYTE_PRODUCTS else 7


def usable_cores() -> int:
    """Logical cores that this process may use, also of a container that may use only some."""
    if hasattr(os, "sched_getaffinity"):
        cores = len(os.sched_getaffinity(0))
        return min(cores, container.most_cores() or cores)
    return os.cpu_count() or 1


def physical_cores() -> int:
    """Physical cores that this process may use, likewise: two threads of one core gain nothing from matrix work."""
    if sys.platform == "linux":
        siblings = {
            _read(Path(f"/sys/devices/system/cpu/cpu{core}/topology/thread_siblings_list")) or str(core)
            for core in os.sched_getaffinity(0)
        }
        return min(len(siblings), container.most_cores() or len(siblings))
    if sys.platform == "darwin":
        count = _sysctl("hw.physicalcpu")
        return int(count) if count.isdecimal() else usable_cores()
    # Windows: ONNX Runtime's own rule is the same; without a simple call, half of the logical cores comes close.
    return max(1, usable_cores() // 2)


def memory() -> Memory:
    """Main memory of the computer, or of the container that this process is in, as it is now."""
    if sys.platform == "linux":
        fields = _cpu_info_fields(_read(_MEMORY_INFO))
        total, available = (_kibibytes(fields.get(name)) for name in ("MemTotal", "MemAvailable"))
        return Memory(_least(total, container.most_memory()), _least(available, container.free_memory()))
    if sys.platform == "darwin":
        total = _sysctl("hw.memsize")
        return Memory(int(total) if total.isdecimal() else None, None)
    if sys.platform == "win32":
        status = _WindowsMemoryStatus()
        status.length = ctypes.sizeof(status)
        if ctypes.windll.kernel32.GlobalMemoryStatusEx(ctypes.byref(status)):
            return Memory(int(status.total_physical), int(status.available_physical))
    return Memory(None, None)


class _WindowsMemoryStatus(ctypes.Structure):
    """MEMORYSTATUSEX of the Windows API."""

    _fields_ = (
        ("length", ctypes.c_ulong),
        ("load", ctypes.c_ulong),
        ("total_physical", ctypes.c_ulonglong),
        ("available_physical", ctypes.c_ulonglong),
        ("total_page_file", ctypes.c_ulonglong),
        ("available_page_file", ctypes.c_ulonglong),
        ("total_virtual", ctypes.c_ulonglong),
        ("available_virtual", ctypes.c_ulonglong),
        ("available_extended_virtual", ctypes.c_ulonglong),
    )


def _flags() -> set[str] | None:
    """The processor's features; None where this cannot be known (only Linux says)."""
    lists = _feature_lists()
    return set().union(*lists.values()) if lists else None


def _feature_lists() -> dict[str, set[str]]:
    """The processor's features by the name of the line that lists them: x86 says "flags", Arm "Features"."""
    if sys.platform != "linux":
        return {}
    fields = _cpu_info_fields(_read(_CPU_INFO))
    return {name: set(fields[name].split()) for name in _FOR_NETWORKS if name in fields}


def _cpu_info_fields(text: str) -> dict[str, str]:
    """The first value of each `name: value` line."""
    fields: dict[str, str] = {}
    for line in text.splitlines():
        name, colon, value = line.partition(":")
        if colon:
            fields.setdefault(name.strip(), value.strip())
    return fields


def _least(computers: int | None, containers: int | None) -> int | None:
    return min((one for one in (computers, containers) if one is not None), default=None)


def _kibibytes(text: str | None) -> int | None:
    number = (text or "").removesuffix("kB").strip()
    return int(number) * 1024 if number.isdecimal() else None


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""


def _sysctl(name: str) -> str:
    try:
        answer = subprocess.run(  # noqa: S603 - a fixed program and a fixed name
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, timeout=5, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return answer.stdout.strip()
