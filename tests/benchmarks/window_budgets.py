"""Measure the window's budgets on this machine and print them as a table.

    uv run python -m tests.benchmarks.window_budgets FOLDER_OF_PICTURES [DEVICE]

The folder's pictures are copied until there are 2,000. Start-up is measured from outside, by several real starts; the
rest inside one process, with the lateness of a precise 5 ms timer on the GUI thread (UX.md 6.2). Run it alone on the
machine: neighbours make it lie.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Slot
from PySide6.QtWidgets import QApplication

from gui.app import SWITCH_INTERVAL_S, create_application
from gui.gallery.image_state import ImageState
from gui.main_thread_gc import MainThreadGc
from gui.main_window import View
from gui.program import Program
from tests.benchmarks.driver import Driver
from tests.benchmarks.lateness import BareSleeper, StallProbe

ROOT = Path(__file__).resolve().parent.parent.parent
STARTS = 7
PICTURES = 2000
STEP_S = 0.1
"""How often the person of the viewer's run goes on: to the next picture, then to three of its classes."""
_POLL_MS = 2
"""How often a fact is looked for whose moment is in the table."""
_START_OF_A_PROCESS_S = 0.5
_BARE = "the same of a process that only sleeps, meanwhile"


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    what: str
    measured: str
    budget: str


def start_up(samples: Path) -> list[Row]:
    """Several real starts of the program: from the start of the process to the first paint, and to the model.

    The first start only compiles the modules, as it does once after an installation, and does not count.
    """
    with tempfile.TemporaryDirectory() as compiled:
        environment = {**os.environ, "PYTHONPYCACHEPREFIX": compiled}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        times = [_start(samples, environment) for _ in range(STARTS + 1)][1:]
    return [
        Row("process start to first paint", _median_and_worst([paint for paint, _ in times]), "400 ms"),
        Row("first paint to model ready", _median_and_worst([model for _, model in times]), "1,000 ms"),
    ]


def _start(samples: Path, environment: dict[str, str]) -> tuple[float, float]:
    """One start: ms to the first paint, and from there to the model."""
    with tempfile.TemporaryDirectory() as folder:
        log = Path(folder) / "log.jsonl"
        started = time.monotonic()
        process = subprocess.Popen(
            [sys.executable, str(ROOT / "main.py"), "--profile", folder, str(samples)],
            env={**environment, "APP_TEST_LOG": str(log)},
            cwd=ROOT,
        )
        events: dict[str, float] = {}
        while "model" not in events and process.poll() is None:
            time.sleep(0.02)
            lines = log.read_text().splitlines() if log.exists() else []
            events = {one["event"]: one["monotonic_s"] for one in map(json.loads, lines)}
        process.send_signal(signal.SIGTERM)
        process.wait()
    return (events["first-paint"] - started) * 1e3, (events["model"] - events["first-paint"]) * 1e3


def _median_and_worst(values: list[float]) -> str:
    return f"median {statistics.median(values):.0f}, worst {max(values):.0f} ms of {len(values)}"


class Session:
    """One running program and what is measured in it, with the event loop that it always has."""

    def __init__(self, application: QApplication, folder: Path, device: str) -> None:
        self._probe = StallProbe()
        self._driver = Driver(application, folder, device=device)
        self.program: Program = self._driver.program

    def folder_run(self, pictures: Path) -> list[Row]:
        """Drop 2,000 pictures, let them all be classified, and see how late the event loop is meanwhile."""
        images, until = self.program.images, self._driver.until
        sleeper = self._sleeper()
        self._probe.start()
        dropped = self._driver.drop(pictures)
        first_row = until(lambda: len(images) > 0, poll_ms=_POLL_MS)
        first_answer = until(lambda: images.count(ImageState.SUGGESTED) > 0, poll_ms=_POLL_MS) + first_row
        rest = until(lambda: len(images) == PICTURES and images.count(ImageState.QUEUED) == 0)
        late, bare = self._probe.stop(), sleeper.stop()
        total = first_answer + rest
        return [
            Row("drop of a folder of 2,000: window busy", f"{dropped:.1f} ms", "500 ms"),
            Row("first row after the drop", f"{first_row * 1e3:.0f} ms", "150 ms"),
            Row("first answer after the drop", f"{first_answer * 1e3:.0f} ms", ""),
            Row("2,000 pictures classified", f"{total:.1f} s, {PICTURES / total:.0f} pictures/s", ""),
            Row("event-loop lateness, gallery, during the run", str(late), "p99 16, max 50 ms"),
            Row(_BARE, str(bare), ""),
        ]

    def viewer_run(self) -> list[Row]:
        """Classify all again while a person walks through the pictures in the viewer and hovers over classes."""
        images, person = self.program.images, _Onlooker(self.program)
        sleeper = self._sleeper()
        self.program.window.show_view(View.VIEWER)
        self.program.window.grid.set_current_row(0)
        self.program.controller.reclassify(images.table.keys())
        self._probe.start()
        person.start()
        self._driver.until(lambda: images.count(ImageState.QUEUED) == 0)
        person.stop()
        late, bare = self._probe.stop(), sleeper.stop()
        rows = [
            Row("event-loop lateness, viewer, during the run", str(late), "p99 16, max 50 ms"),
            Row(_BARE, str(bare), ""),
        ]
        if person.switches_ms:
            rows.append(Row("switch of the map's class, with paint", _median_and_worst(person.switches_ms), "16 ms"))
        return rows

    def _sleeper(self) -> BareSleeper:
        sleeper = BareSleeper()
        # Its own start is no part of what is measured.
        self._driver.pause(_START_OF_A_PROCESS_S)
        return sleeper

    def stop_run(self) -> list[Row]:
        """Stop in the middle of a run."""
        images, running = self.program.images, self.program.running
        self.program.controller.reclassify(images.table.keys())
        self._driver.until(lambda: 0 < images.count(ImageState.QUEUED) < len(images) - 300)
        started = time.perf_counter()
        running.stop()
        answered = (time.perf_counter() - started) * 1e3
        ended = self._driver.until(lambda: not running.is_under_way, poll_ms=_POLL_MS) * 1e3
        kept = images.count(ImageState.SUGGESTED)
        return [
            Row("Stop: window answers / run ended", f"{answered:.1f} / {ended:.0f} ms, {kept} kept", "100 / 500 ms")
        ]

    def close(self) -> list[Row]:
        """Close during a run."""
        self.program.controller.classify_all()
        self._driver.until(lambda: self.program.running.is_under_way)
        started = time.perf_counter()
        self.program.window.close()
        return [Row("close during a run", f"{(time.perf_counter() - started) * 1e3:.0f} ms", "2,000 ms")]


class _Onlooker(QObject):
    """A person in the viewer: to the next picture, then over three of its classes, and so on.

    Attributes:
        switches_ms: how long each change of the map's class took, with its painting.
    """

    def __init__(self, program: Program) -> None:
        super().__init__()
        self.switches_ms: list[float] = []
        self._program = program
        self._row = self._step = 0
        self._timer = QTimer(self, interval=round(STEP_S * 1e3))
        self._timer.timeout.connect(self._go_on)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """End."""
        self._timer.stop()

    @Slot()
    def _go_on(self) -> None:
        window = self._program.window
        self._step = (self._step + 1) % 4
        classification = self._program.viewing.classification
        if self._step == 0:
            self._row = (self._row + 1) % len(self._program.images)
            window.grid.set_current_row(self._row)
        elif classification is not None:
            suggestion = classification.predictions[self._step]
            started = time.perf_counter()
            window.page.inspector.suggestions.suggestion_hovered.emit(suggestion.index)
            window.page.picture.repaint()
            self.switches_ms.append((time.perf_counter() - started) * 1e3)


def main(arguments: list[str]) -> int:
    """Measure everything; prints a table in Markdown."""
    source = sorted(path for path in Path(arguments[0]).iterdir() if path.suffix.lower() in {".jpg", ".jpeg", ".png"})
    rows = start_up(ROOT / "assets" / "samples")
    application = create_application([])
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    collector = MainThreadGc()
    collector.start()
    with tempfile.TemporaryDirectory() as scratch:
        pictures = Path(scratch) / "pictures"
        pictures.mkdir()
        for number in range(PICTURES):
            shutil.copy(source[number % len(source)], pictures / f"{number}{source[number % len(source)].suffix}")
        session = Session(application, Path(scratch) / "profile", arguments[1] if arguments[1:] else "cpu")
        rows += session.folder_run(pictures)
        rows += session.viewer_run()
        rows += session.stop_run()
        rows += session.close()
    sys.stdout.write(f"{platform.platform()}, {os.cpu_count()} cores, Qt platform {application.platformName()}\n\n")
    sys.stdout.write("| what | measured | budget |\n|---|---|---|\n")
    for row in rows:
        sys.stdout.write(f"| {row.what} | {row.measured} | {row.budget} |\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
