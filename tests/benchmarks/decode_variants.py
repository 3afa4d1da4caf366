"""Measure ways to decode against the program's own, all by turns, and print the table of docs/benchmarks/DECODE.md.

    uv run python -m tests.benchmarks.decode_variants [--seconds 1] [--rounds 5] [--sizes 64x64 500x375 4000x3000]

Every pass of a way opens it anew, decodes for `--seconds`, and closes it; every second round goes backwards. While it
decodes, an event loop in this process says how late its turns are. Linux; run it alone on the machine.
"""

from __future__ import annotations

import argparse
import os
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import cycle, groupby, islice
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QEventLoop, QTimer

from inference.bench.made_pictures import make_pictures
from inference.bench.processes import OthersWatch, cpu_seconds, tree
from inference.engine import machine
from tests.benchmarks.decode_ways import Pass, Way, ways
from tests.benchmarks.lateness import Lateness, StallProbe

_PICTURES, _LARGE_PICTURES = 64, 8
_LARGE = 2_000_000
_WARM_UP = 48
_LOOK_MS = 10


@dataclass(frozen=True, slots=True)
class Measured:
    """What a pass gave: pictures a second, processor time for each (ms), and the event loop beside it."""

    per_s: float
    cpu_ms: float
    late: Lateness


class _Beside:
    """Runs a pass in a thread while an event loop turns, as in a window."""

    def __init__(self, run: Pass, paths: Sequence[str], seconds: float) -> None:
        self._run, self._paths, self._seconds = run, paths, seconds
        self._count, self._took = 0, 0.0
        self._error: BaseException | None = None

    def measure(self) -> Measured:
        """Warm up, then decode for so many seconds."""
        warm = _WARM_UP if len(self._paths) == _PICTURES else len(self._paths)
        self._run(islice(cycle(self._paths), warm))
        probe, loop, timer = StallProbe(), QEventLoop(), QTimer(interval=_LOOK_MS)
        thread = threading.Thread(target=self._work)
        timer.timeout.connect(lambda: None if thread.is_alive() else loop.quit())
        before = _computed()
        thread.start()
        timer.start()
        probe.start()
        loop.exec()
        timer.stop()
        late = probe.stop()
        thread.join()
        if self._error is not None:
            raise self._error
        return Measured(self._count / self._took, (_computed() - before) * 1e3 / self._count, late)

    def _work(self) -> None:
        started = time.perf_counter()
        try:
            self._count = self._run(self._until(started + self._seconds))
        except Exception as error:  # noqa: BLE001 - a thread's end: raised in `measure`
            self._error = error
        self._took = time.perf_counter() - started

    def _until(self, ends: float) -> Iterator[str]:
        for path in cycle(self._paths):
            if time.perf_counter() >= ends:
                return
            yield path


def _computed() -> float:
    """What this process and all below it have computed so far, in seconds."""
    return sum(cpu_seconds(process) for process in tree(os.getpid()))


def measure(found: Sequence[Way], paths: Sequence[str], rounds: int, seconds: float) -> list[list[Measured]]:
    """Measure all ways by turns; for each what its rounds gave."""
    workers = machine.usable_cores()
    measured: list[list[Measured]] = [[] for _ in found]
    for number in range(rounds):
        numbered = list(enumerate(found))
        for place, way in reversed(numbered) if number % 2 else numbered:
            with way.opened(workers) as run:
                measured[place].append(_Beside(run, paths, seconds).measure())
    return measured


def table(found: Sequence[Way], measured: Sequence[Sequence[Measured]]) -> str:
    """Markdown: each group with the program's own way first, which the others are compared with, round by round."""
    lines = ["| | pictures/s | of the program's | processor time a picture | event loop late: p99, max |"]
    lines.append("|---|---|---|---|---|")
    pairs = zip(found, measured, strict=True)
    for group, members in groupby(pairs, key=lambda pair: pair[0].group):
        rows = list(members)
        lines.append(f"| *{group}* | | | | |")
        own = rows[0][1]
        lines += [_row(way.name, passes, own) for way, passes in rows]
    return "\n".join(lines)


def _row(name: str, passes: Sequence[Measured], own: Sequence[Measured]) -> str:
    per_s = [one.per_s for one in passes]
    share = statistics.median(one.per_s / other.per_s for one, other in zip(passes, own, strict=True))
    cpu = statistics.median(one.cpu_ms for one in passes)
    p99 = statistics.median(one.late.p99 for one in passes)
    worst = max(one.late.worst for one in passes)
    compared = "" if passes is own else f"{share:.2f}"
    speed = f"{statistics.median(per_s):,.0f} [{min(per_s):,.0f} to {max(per_s):,.0f}]"
    return f"| {name} | {speed} | {compared} | {cpu:.2f} ms | {p99:.1f}, {worst:.1f} ms |"


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--seconds", type=float, default=1.0)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--sizes", nargs="+", default=["64x64", "500x375", "4000x3000"])
    wanted = parser.parse_args(arguments)
    application = QCoreApplication(sys.argv[:1])
    cores = machine.usable_cores()
    load = os.getloadavg()[0]
    say = sys.stdout.write
    say(f"{datetime.now(UTC):%Y-%m-%d}, {machine.processor_name()}, {cores} cores, load average before {load:.1f}.\n")
    say(f"{wanted.rounds} rounds of passes of {wanted.seconds:g} s, all by turns; medians [lowest to highest].\n\n")
    found = ways(cores)
    with OthersWatch() as others:
        for size in wanted.sizes:
            width, height = map(int, size.split("x"))
            count = _PICTURES if width * height < _LARGE else _LARGE_PICTURES
            with tempfile.TemporaryDirectory() as folder:
                paths = [str(path) for path in make_pictures(Path(folder), count=count, size=(width, height))]
                measured = measure(found, paths, wanted.rounds, wanted.seconds)
            say(f"### {width} x {height} px\n\n{table(found, measured)}\n\n")
            sys.stdout.flush()
    if others.share is not None:
        say(f"Other programs took {others.share:.0%} of the cores meanwhile.\n")
    del application
    return 0


if __name__ == "__main__":
    sys.exit(main())
