"""Measure what a program and all processes below it take of the memory and of the processor.

Run as a program (`python -m tests.benchmarks.memory PID`) it samples until its input ends, and answers each line of
input with the peaks since the line before.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from pathlib import Path

SAMPLE_S = 0.5
_PROC = Path("/proc")


class MemoryProbe:
    """Peak memory of this process and all below it, sampled from outside every half second, in MiB.

    Memory that processes share counts once: their proportional set sizes are added up.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", __name__, str(os.getpid())], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def peaks(self) -> tuple[float, float]:
        """Of all processes together, and of this one alone, since the last call."""
        if self._process.stdin is None or self._process.stdout is None:
            raise RuntimeError("the memory probe has no pipes")
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        total, own = self._process.stdout.readline().split()
        return float(total), float(own)

    def stop(self) -> None:
        """End the sampling."""
        self._process.communicate("")


def cpu_seconds() -> float:
    """What this process and all below it have computed so far, those that have ended included."""
    below, ticks, waiting = _children(), 0, [os.getpid()]
    while waiting:
        process = waiting.pop()
        try:
            fields = (_PROC / str(process) / "stat").read_text().rpartition(")")[2].split()
        except OSError:  # it has just ended
            continue
        ticks += sum(map(int, fields[11:15]))
        waiting += below.get(process, [])
    return ticks / os.sysconf("SC_CLK_TCK")


def _children() -> dict[int, list[int]]:
    """The processes below each process."""
    below: dict[int, list[int]] = {}
    for entry in _PROC.iterdir():
        if entry.name.isdigit():
            try:
                parent = (entry / "stat").read_text().rpartition(")")[2].split()[1]
            except OSError:  # it has just ended
                continue
            below.setdefault(int(parent), []).append(int(entry.name))
    return below


def _set_size_mib(process: int) -> float:
    try:
        lines = (_PROC / str(process) / "smaps_rollup").read_text().splitlines()
    except OSError:  # likewise
        return 0.0
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("Pss:")), 0.0)


def _sample(watched: int) -> tuple[float, float]:
    below, own = _children(), _set_size_mib(watched)
    total, waiting = own, below.get(watched, [])[:]
    while waiting:
        process = waiting.pop()
        if process != os.getpid():
            total += _set_size_mib(process)
            waiting += below.get(process, [])
    return total, own


def _watch(watched: int) -> None:
    peak_total = peak_own = 0.0
    while True:
        total, own = _sample(watched)
        peak_total, peak_own = max(peak_total, total), max(peak_own, own)
        if select.select([sys.stdin], [], [], SAMPLE_S)[0]:
            if not sys.stdin.readline():
                return
            sys.stdout.write(f"{peak_total:.1f} {peak_own:.1f}\n")
            sys.stdout.flush()
            peak_total = peak_own = 0.0


if __name__ == "__main__":
    _watch(int(sys.argv[1]))
