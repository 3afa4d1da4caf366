"""Read what a container may use of the computer: the limits of Linux control groups (version 2)."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path

_ROOT = Path("/sys/fs/cgroup")
_MEMBERSHIP = Path("/proc/self/cgroup")


def most_cores() -> int | None:
    """Cores whose time this process may take, rounded up; None where nothing limits it."""
    limits = []
    for group in _groups():
        quota, _, period = _read(group / "cpu.max").partition(" ")
        if quota.isdecimal() and period.isdecimal() and int(period):
            limits.append(max(1, math.ceil(int(quota) / int(period))))
    return min(limits, default=None)


def most_memory() -> int | None:
    """Bytes of memory that this process and its neighbours in the container may take; None where nothing limits it."""
    return min((limit for limit, _ in _memory()), default=None)


def free_memory() -> int | None:
    """Bytes of these that are left, files that the system could forget counted in; None likewise."""
    return min((max(0, limit - used) for limit, used in _memory()), default=None)


def _memory() -> Iterator[tuple[int, int]]:
    """Limit and use of each group that has a limit."""
    for group in _groups():
        limit, used = _read(group / "memory.max"), _read(group / "memory.current")
        if limit.isdecimal() and used.isdecimal():
            lines = (line.partition(" ") for line in _read(group / "memory.stat").splitlines())
            forgettable = next((int(value) for name, _, value in lines if name == "inactive_file"), 0)
            yield int(limit), max(0, int(used) - forgettable)


def _groups() -> Iterator[Path]:
    """The group of this process and those that hold it, each with limits of its own."""
    for line in _read(_MEMBERSHIP).splitlines():
        # Version 2 has one hierarchy, with the number 0 and without a name.
        if line.startswith("0::"):
            group = _ROOT / line.removeprefix("0::").strip("/")
            yield from (one for one in (group, *group.parents) if one.is_relative_to(_ROOT))


def _read(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace").strip()
    except OSError:
        return ""
