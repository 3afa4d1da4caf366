"""Say what a process and all below it take of the memory and of the processor, where the system tells (Linux)."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType

from inference.engine import machine

_PROC = Path("/proc")
_KIB = 1024


def children() -> dict[int, list[int]]:
    """The processes below each process; none where the system does not say."""
    below: dict[int, list[int]] = {}
    for entry in _PROC.iterdir() if _PROC.is_dir() else ():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has just ended
                continue
            below.setdefault(int(parent), []).append(int(entry.name))
    return below


def tree(root: int) -> Iterator[int]:
    """A process and all below it."""
    below, waiting = children(), [root]
    while waiting:
        process = waiting.pop()
        yield process
        waiting += below.get(process, [])


def set_size_bytes(process: int) -> int:
    """The proportional set size: memory that processes share counts once in a sum. 0 for one that has ended."""
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) * _KIB for line in lines if line.startswith("Pss:")), 0)


def cpu_seconds(process: int) -> float:
    """What a process has computed so far, the ended ones below it included; 0 for one that has ended."""
    try:
        fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return sum(map(int, fields[11:15])) / os.sysconf("SC_CLK_TCK")


def core_seconds() -> float | None:
    """What the cores that this process may use have computed since the start of the system, for whomever, in total.

    Time that another machine on the same hardware has taken away counts, too. None where the system does not say.
    """
    try:
        lines = (_PROC / "stat").read_text().splitlines()
        usable = {f"cpu{core}" for core in os.sched_getaffinity(0)}
        rows = [line.split() for line in lines if line.split()[0] in usable]
    except (OSError, AttributeError, IndexError):
        return None
    # user, nice, system, idle, waiting for a disk, interrupts (two kinds), stolen
    ticks = sum(int(number) for _, *numbers in rows for number in (*numbers[:3], *numbers[5:8]))
    return ticks / os.sysconf("SC_CLK_TCK")


class OthersWatch:
    """Finds out how much of the cores other programs take while its `with` block runs.

    Attributes:
        share: of the time of all cores that this process may use, 0...1; None where the system does not say.
    """

    def __init__(self) -> None:
        self.share: float | None = None
        self._before: tuple[float, float, float] | None = None

    def __enter__(self) -> OthersWatch:
        self._before = _computed()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        after = _computed()
        if self._before is None or after is None:
            return
        seconds, all_s, own_s = (new - old for new, old in zip(after, self._before, strict=True))
        self.share = min(1.0, max(0.0, all_s - own_s) / (seconds * machine.usable_cores()))


def _computed() -> tuple[float, float, float] | None:
    """The clock, what all programs have computed so far, and what this one and all below it have; in seconds."""
    everybody = core_seconds()
    if everybody is None:
        return None
    return time.monotonic(), everybody, sum(map(cpu_seconds, tree(os.getpid())))


def can_tell() -> bool:
    """Whether the system says what processes take."""
    return set_size_bytes(os.getpid()) > 0


class MemoryWatch:
    """Samples the memory of a process and all below it while its `with` block runs, from a thread of its own.

    It can watch again and again: the peaks are those of all its blocks.

    Attributes:
        root: the process; another one can take its place between two blocks.
        every_s: seconds between two looks, each of which takes some milliseconds of a core.
        peak_bytes: the largest sum of all of them that was seen, None where the system does not say.
        peak_own_bytes: the largest of the process alone, likewise.
    """

    def __init__(self, root: int, *, every_s: float = 0.1) -> None:
        self.root = root
        self.every_s = every_s
        self._over = threading.Event()
        self._thread: threading.Thread | None = None
        self.peak_bytes: int | None = None
        self.peak_own_bytes: int | None = None

    def __enter__(self) -> MemoryWatch:
        self._over.clear()
        self._thread = threading.Thread(target=self._sample, name="memory-watch", daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._over.set()
        if self._thread is not None:
            self._thread.join()

    def _sample(self) -> None:
        if not can_tell():
            return
        while True:
            sizes = [set_size_bytes(process) for process in tree(self.root)]
            self.peak_bytes = max(self.peak_bytes or 0, sum(sizes))
            self.peak_own_bytes = max(self.peak_own_bytes or 0, sizes[0])
            if self._over.wait(self.every_s):
                return
