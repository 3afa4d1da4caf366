"""Measure what a program and all processes below it take of the memory and of the processor.

Run as a program (`python -m tests.benchmarks.memory PID`) it samples until its input ends, and answers each line of
input with the peaks since the line before.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys

from inference.bench.processes import cpu_seconds as cpu_seconds_of
from inference.bench.processes import set_size_bytes, tree

SAMPLE_S = 0.5
_MIB = 2**20


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
    return sum(map(cpu_seconds_of, tree(os.getpid())))


def _sample(watched: int) -> tuple[float, float]:
    sizes = {process: set_size_bytes(process) / _MIB for process in tree(watched) if process != os.getpid()}
    return sum(sizes.values()), sizes[watched]


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
