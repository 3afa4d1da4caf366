"""Measure the what-if brush in a real window with the built-in model: answers a second, and how late the window is.

    uv run python -m tests.benchmarks.what_if_brush

A hand strokes over a sample for ten seconds, with a move of the mouse every 8 ms, as most mice make them. Run it on a
screen (Xvfb will do) and alone on the machine.
"""

from __future__ import annotations

import math
import os
import platform
import sys
import tempfile
import time
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication

from gui.app import SWITCH_INTERVAL_S, create_application
from gui.main_thread_gc import MainThreadGc
from gui.main_window import View
from gui.program import Program
from tests.benchmarks.driver import Driver
from tests.benchmarks.lateness import Lateness, StallProbe

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
SECONDS = 10.0
MOVE_MS = 8
STROKE_S = 1.25
STROKES_BETWEEN = 3
"""After so many strokes the hand starts again, so that something is left to be painted."""

WARM_UP_S = 1.0
_NO_BUTTON, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton


class Hand:
    """Strokes over the picture by the events of a mouse, along a curve that reaches all of it.

    Attributes:
        taken_ms: what the window took for each.
    """

    def __init__(self, program: Program) -> None:
        self._program = program
        self._picture = program.window.page.picture
        self._is_down = False
        self._strokes = 0
        self._began = time.perf_counter()
        self.taken_ms: list[float] = []
        self._timer = QTimer(timerType=Qt.TimerType.PreciseTimer, interval=MOVE_MS)
        self._timer.timeout.connect(self._move)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """Take the brush up."""
        self._timer.stop()
        self._send(QEvent.Type.MouseButtonRelease, self._point(), _LEFT, _NO_BUTTON)

    def _move(self) -> None:
        """One move; between two strokes the brush is taken up, and now and then everything begins anew."""
        seconds = time.perf_counter() - self._began
        started = time.perf_counter()
        if self._is_down and seconds % STROKE_S < MOVE_MS / 1e3:
            self._send(QEvent.Type.MouseButtonRelease, self._point(), _LEFT, _NO_BUTTON)
            self._is_down = False
            self._strokes += 1
            if self._strokes % STROKES_BETWEEN == 0:
                self._program.attention.what_if.panel.restart_requested.emit()
        elif not self._is_down:
            self._send(QEvent.Type.MouseButtonPress, self._point(), _LEFT, _LEFT)
            self._is_down = True
        else:
            self._send(QEvent.Type.MouseMove, self._point(), _NO_BUTTON, _LEFT)
        self.taken_ms.append((time.perf_counter() - started) * 1e3)

    def _point(self) -> QPoint:
        seconds = time.perf_counter() - self._began
        placement = self._picture.placement
        if placement is None:
            return QPoint()
        x = 0.5 + 0.35 * math.sin(2.1 * seconds)
        y = 0.5 + 0.35 * math.sin(3.3 * seconds + 1)
        return QPoint(*map(round, placement.to_view(x * placement.width, y * placement.height)))

    def _send(self, kind: QEvent.Type, at: QPoint, button: Qt.MouseButton, down: Qt.MouseButton) -> None:
        where = QPointF(self._picture.mapToGlobal(at))
        event = QMouseEvent(kind, QPointF(at), where, button, down, Qt.KeyboardModifier.NoModifier)
        QApplication.sendEvent(self._picture, event)


def stroke_for(driver: Driver, seconds: float) -> tuple[Lateness, float, list[float]]:
    """Let the hand stroke; lateness, answers a second, and what the window took for each move, in ms."""
    answers: list[float] = []
    examiner = driver.program.attention.parts.examiner
    probe, hand = StallProbe(), Hand(driver.program)

    def note(kind: str, _key: int, _result: object) -> None:
        if kind == "what-if":
            answers.append(time.perf_counter())

    examiner.answered.connect(note)
    loop = QEventLoop()
    QTimer.singleShot(round(seconds * 1e3), loop.quit)
    probe.start()
    hand.start()
    loop.exec()
    hand.stop()
    late = probe.stop()
    examiner.answered.disconnect(note)
    return late, len(answers) / seconds, hand.taken_ms


def main() -> int:
    """Measure; prints a table in Markdown."""
    application = create_application([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    collector = MainThreadGc()
    collector.start()
    with tempfile.TemporaryDirectory() as scratch:
        driver = Driver(application, Path(scratch) / "profile")
        program = driver.program
        driver.drop(SAMPLES)
        driver.until(lambda: len(program.images) > 0 and program.viewing.classification is not None, 60)
        program.window.show_view(View.VIEWER)
        driver.until(lambda: program.viewing.examined is not None, 60)
        program.attention.what_if.toggle()
        stroke_for(driver, WARM_UP_S)
        late, rate, taken = stroke_for(driver, SECONDS)
        program.window.close()
    taken.sort()
    p99 = taken[int(len(taken) * 0.99)]
    sys.stdout.write(f"{platform.platform()}, {os.cpu_count()} cores, Qt platform {application.platformName()}\n\n")
    sys.stdout.write("| what | measured | budget |\n|---|---|---|\n")
    sys.stdout.write(f"| answers of the network a second | {rate:.1f} | at least 10 |\n")
    sys.stdout.write(f"| event-loop lateness while painting | {late} | p99 16 ms |\n")
    sys.stdout.write(f"| one move of the brush, {len(taken):,} of them | p99 {p99:.1f}, max {taken[-1]:.1f} ms | |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
