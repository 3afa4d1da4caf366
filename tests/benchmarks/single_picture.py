"""Measure how soon a single picture that was dropped on the open window is classified and its map painted.

    uv run python -m tests.benchmarks.single_picture FOLDER [--model NAME|FILE] [--profile DIR] [--device DEVICE]

Each picture is dropped by itself, with nothing else to do. The clock starts when the decoded picture has come back from
its worker, and stops when the viewer has painted it with its map, on a real screen (Xvfb will do). The drop until then
(search, session, decoding, the way through the processes) is told beside it.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import Future
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QTimer

from gui.app import SWITCH_INTERVAL_S, create_application
from gui.main_thread_gc import MainThreadGc
from gui.program import Program
from inference.bench.figures import percentile
from inference.classify.opening import learn_engine_once
from inference.engine.devices import AUTO
from inference.profile import Profile
from tests.benchmarks.driver import Driver
from tests.benchmarks.report import Row, is_acceptable, table

BUDGET_MS = 60.0
PICTURES = 40
_LIMIT_S = 20.0


class Clock(QObject):
    """Notes when a picture came back decoded, and when the viewer had painted it with a map.

    Attributes:
        path: of the picture that is waited for.
        decoded: when its input was there, or None.
        painted: when it was on screen with its map, or None.
    """

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._viewing, self._canvas = program.viewing, program.window.page.picture
        self.path = ""
        self.decoded: float | None = None
        self.painted: float | None = None
        self._canvas.installEventFilter(self)

    def expect(self, path: str) -> None:
        """Wait for another picture from now on."""
        self.path, self.decoded, self.painted = path, None, None

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at paint events; none is taken away. What is on screen is asked for when the painting is over."""
        if event.type() == QEvent.Type.Paint and self.painted is None:
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        known, drawn = self._viewing.classification, self._viewing.drawn_map
        if self.painted is None and known is not None and known.path == self.path and drawn is not None:
            self.painted = time.perf_counter()


def watch_decoding(clock: Clock) -> None:
    """Tell the clock of every input that comes back from the decode pool, on whichever thread it does."""
    from inference.pictures.decode_pool import DecodePool  # noqa: PLC0415 - after the window, as the program does

    real = DecodePool.submit

    def submit(
        pool: DecodePool, function: object, path: str, argument: object, *, urgent: bool = False
    ) -> Future[object]:
        future: Future[object] = real(pool, function, path, argument, urgent=urgent)  # type: ignore[arg-type]
        if getattr(function, "__name__", "") == "prepare_picture":
            future.add_done_callback(lambda _done: _note_decoded(clock, path))
        return future

    DecodePool.submit = submit  # type: ignore[method-assign,assignment]


def _note_decoded(clock: Clock, path: str) -> None:
    if path == clock.path and clock.decoded is None:
        clock.decoded = time.perf_counter()


def measure(driver: Driver, pictures: list[Path]) -> list[Row]:
    """Drop one after the other."""
    clock = Clock(driver.program)
    watch_decoding(clock)
    before, after = [], []
    for number, picture in enumerate(pictures):
        clock.expect(str(picture))
        dropped = time.perf_counter()
        driver.drop(picture)
        driver.until(lambda: clock.painted is not None, _LIMIT_S)
        driver.pause(0.3)
        if clock.decoded is None or clock.painted is None or not number:
            # The first one opens the viewer, which lays it out for the first time.
            continue
        before.append((clock.decoded - dropped) * 1e3)
        after.append((clock.painted - clock.decoded) * 1e3)
    known = driver.program.viewing.classification
    return rows_of(before, after, "" if known is None else f" ({known.device}, {known.precision})")


def rows_of(before: Sequence[float], after: Sequence[float], ran: str) -> list[Row]:
    """Lines of the table.

    Args:
        before: milliseconds of each picture until it was decoded.
        after: from then until it was painted.
        ran: where, in words that follow others.
    """
    return [
        Row.of_times("dropped until decoded", before),
        Row.of_times(f"decoded until classified and painted with its map{ran}", after, BUDGET_MS),
        Row.of_value("the same, 95th percentile", percentile(after, 0.95), BUDGET_MS, "ms"),
    ]


def _nothing() -> None:
    """Nobody has to be told."""


def main() -> int:
    """Measure; prints a table in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--profile", type=Path)
    parser.add_argument("--device", default=AUTO)
    arguments = parser.parse_args()
    pictures = sorted(path for path in arguments.folder.iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    application = create_application([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    collector = MainThreadGc()
    collector.start()
    with tempfile.TemporaryDirectory() as scratch:
        profile = arguments.profile or Path(scratch) / "profile"
        if arguments.device == AUTO:
            # The window would measure once which engine is faster, and change to it while this measures.
            learn_engine_once(arguments.model, Profile.below(profile), before_measuring=_nothing)
        driver = Driver(application, profile, model=arguments.model, device=arguments.device)
        driver.pause(2.0)
        rows = measure(driver, pictures[:PICTURES])
        driver.program.window.close()
    sys.stdout.write(table(rows))
    return 0 if is_acceptable(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
