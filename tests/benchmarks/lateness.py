"""Measure how late the event loop of a running program is."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from dataclasses import dataclass

from PySide6.QtCore import Qt, QTimer

PROBE_MS = 5


@dataclass(frozen=True, slots=True)
class Lateness:
    """How late the turns of an event loop were, in ms.

    Attributes:
        median, p95, p99, worst: lateness.
        turns: how many were measured.
        busy_p99, busiest: what the thread itself computed in a turn; steady also where neighbours take the processor.
    """

    median: float
    p95: float
    p99: float
    worst: float
    turns: int
    busy_p99: float
    busiest: float

    def __str__(self) -> str:
        shares = f"p50 {self.median:.1f}, p95 {self.p95:.1f}, p99 {self.p99:.1f}, max {self.worst:.1f} ms"
        return f"{shares} of {self.turns:,} (own work p99 {self.busy_p99:.1f}, max {self.busiest:.1f} ms)"


class StallProbe:
    """Lateness of a precise timer on the thread that makes it."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.busy: list[float] = []
        self._last = self._last_busy = 0.0
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=PROBE_MS)
        self._timer.timeout.connect(self._tick)

    def start(self) -> None:
        """Measure from now on."""
        self.late.clear()
        self.busy.clear()
        self._last, self._last_busy = time.perf_counter(), time.thread_time()
        self._timer.start()

    def stop(self) -> Lateness:
        """What was measured; a stall that is still under way counts."""
        self._timer.stop()
        self._tick()
        late, busy = sorted(self.late), sorted(self.busy)
        median, p95, p99 = (_share(late, share) for share in (0.5, 0.95, 0.99))
        return Lateness(median, p95, p99, late[-1], len(late), _share(busy, 0.99), busy[-1])

    def _tick(self) -> None:
        now, busy = time.perf_counter(), time.thread_time()
        self.late.append((now - self._last) * 1e3 - PROBE_MS)
        self.busy.append((busy - self._last_busy) * 1e3)
        self._last, self._last_busy = now, busy


@dataclass(frozen=True, slots=True)
class BareLateness:
    """How late a process was that does nothing else, in ms: what the system itself makes everybody wait.

    Attributes:
        p95, p99, worst: lateness.
        turns: how many were measured.
    """

    p95: float
    p99: float
    worst: float
    turns: int

    def __str__(self) -> str:
        return f"p95 {self.p95:.1f}, p99 {self.p99:.1f}, max {self.worst:.1f} ms of {self.turns:,}"


class BareSleeper:
    """A process beside the program's that only sleeps 5 ms, again and again, from now until `stop`.

    It has the window's priority, no lock to wait for and no work: no event loop can be less late than it is.
    """

    def __init__(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _SLEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )

    def stop(self) -> BareLateness:
        """What was measured."""
        told, _ = self._process.communicate()
        late = sorted(json.loads(told))
        return BareLateness(_share(late, 0.95), _share(late, 0.99), late[-1], len(late))


_SLEEP = f"""
import json, select, sys, time
late, before = [], time.perf_counter()
while not select.select([sys.stdin], [], [], {PROBE_MS / 1e3})[0]:
    now = time.perf_counter()
    late.append((now - before) * 1e3 - {PROBE_MS})
    before = now
sys.stdout.write(json.dumps(late or [0.0]))
"""


def _share(ordered: list[float], share: float) -> float:
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))]
