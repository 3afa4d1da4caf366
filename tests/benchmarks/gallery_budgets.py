"""Measure the gallery with 100,000 images against the budgets of UX.md 4.2 and print them as a table.

    uv run python -m tests.benchmarks.gallery_budgets

Everything happens on the GUI thread of one process, with painting. Run it alone on the machine.
"""

from __future__ import annotations

import os
import platform
import random
import statistics
import sys
import time
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.gallery import arranging
from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.gallery.filmstrip import Filmstrip
from gui.gallery.image_grid import ImageGrid
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate
from gui.theme import LIGHT, palette_of
from inference.sessions.marks import Marks, make_mark, with_removed
from inference.sessions.records import ImageRows

IMAGES = 100_000
CLASSES = 1_000
CHUNK = 1_000
BATCH = 64
"""So many answers come together."""
WINDOW, LARGE = QSize(1280, 800), QSize(2560, 1440)
SEED = 1
_SUGGESTED = ImageFilter(states=frozenset({ImageState.SUGGESTED}))


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table; times in ms."""

    what: str
    times: list[float]
    budget: str

    def __str__(self) -> str:
        return f"| {self.what} | {statistics.median(self.times):.2f} [{max(self.times):.1f}] | {self.budget} |"


def timed(action: Callable[[], object]) -> float:
    """How long something takes with everything that it sets off in the event loop, in ms."""
    started = time.perf_counter()
    action()
    QApplication.processEvents()
    return (time.perf_counter() - started) * 1e3


class Gallery:
    """A grid and a filmstrip that share their selection, as in the window, and what is measured in them."""

    def __init__(self) -> None:
        self._random = random.Random(SEED)  # noqa: S311 - the same pictures each time
        self.images = ImageModel()
        self.table = self.images.table
        self.grid = ImageGrid(self.images)
        self.strip = Filmstrip(self.images)
        self.strip.setSelectionModel(self.grid.selectionModel())
        self.images.thumbnails_wanted.connect(self._bring_thumbnails)
        self._picture = QImage(QSize(256, 171), QImage.Format.Format_RGB32)
        self._picture.fill(QColor("#808080"))
        self.grid.resize(WINDOW)

    def _bring_thumbnails(self, keys: list[int]) -> None:
        for key in keys:
            self.table.set_thumbnail(key, self._picture.copy())

    def growing(self) -> list[Row]:
        """A hundred times a thousand images while the grid is on screen, then answers for all."""
        self.grid.show()
        QApplication.processEvents()
        names = [f"class {number}" for number in range(CLASSES)]
        number = self._random.randrange
        paths = [f"/home/somebody/Pictures/holiday {row // 1000}/IMG_{number(10**6):06d}.jpg" for row in range(IMAGES)]
        inserts = []
        for first in range(0, IMAGES, CHUNK):
            rows = ImageRows.queued(paths[first : first + CHUNK], first)
            inserts.append(timed(lambda rows=rows: self.table.append(rows)))  # type: ignore[misc]
        answers = []
        share = self._random.random
        for first in range(0, IMAGES, BATCH):
            updates = [
                AnswerUpdate(key, ImageState.SUGGESTED, names[number(CLASSES)], share(), share(), time=1e9 * share())
                for key in range(first, min(first + BATCH, IMAGES))
            ]
            answers.append(timed(lambda updates=updates: self.table.apply_answers(updates)))  # type: ignore[misc]
        failures = [AnswerUpdate(key, ImageState.FAILED, reason="It is damaged.") for key in range(0, IMAGES, 97)]
        self.table.apply_answers(failures)
        return [
            Row("insert 1,000 rows, while growing to 100k", inserts, "8"),
            Row(f"{BATCH} answers arrive", answers, "4"),
        ]

    def looking(self, note: str = "") -> list[Row]:
        """Scroll, jump, repaint, resize, walk by keys."""
        grid, bar = self.grid, self.grid.verticalScrollBar()
        place = self._random.randrange
        bar.setValue(bar.maximum() // 3)
        QApplication.processEvents()
        scrolls = [timed(lambda: bar.setValue(bar.value() + 53)) for _ in range(200)]
        jumps = [timed(lambda: bar.setValue(place(bar.maximum()))) for _ in range(100)]
        repaints = [timed(grid.viewport().repaint) for _ in range(100)]
        resizes = [timed(lambda width=width: grid.resize(width, 800)) for width in range(1280, 1180, -1)]  # type: ignore[misc]
        grid.resize(LARGE)
        QApplication.processEvents()
        QApplication.processEvents()
        large = [timed(grid.viewport().repaint) for _ in range(50)]
        grid.resize(WINDOW)
        QApplication.processEvents()
        grid.set_current_row(place(len(self.images) // 2))
        downs = [timed(lambda: QTest.keyClick(grid, Qt.Key.Key_Down)) for _ in range(100)]
        return [
            Row(f"scroll by 53 px{note}", scrolls, "8"),
            Row(f"jump to a random place{note}", jumps, "12"),
            Row(f"full repaint, 1280x800{note}", repaints, "6"),
            Row(f"full repaint, 2560x1440{note}", large, "12"),
            Row(f"one window-resize event{note}", resizes, "8"),
            Row(f"Key Down{note}", downs, "8"),
        ]

    def selecting(self) -> list[Row]:
        """All, the keys of all, none, the other way round."""
        grid = self.grid
        everything = []
        for _ in range(20):
            grid.clearSelection()
            everything.append(timed(grid.selectAll))
        keys = [timed(grid.selected_keys) for _ in range(20)]
        inverted = [timed(grid.invert_selection) for _ in range(20)]
        grid.selectAll()
        return [
            Row("Ctrl+A", everything, "8"),
            Row("keys of 100,000 selected", keys, "8"),
            Row("invert the selection", inverted, "8"),
        ]

    def changing(self) -> list[Row]:
        """One row, all rows, decisions on all, removal of all."""
        table, keys = self.table, self.table.keys()
        one = [timed(lambda key=key: table.apply_answers([AnswerUpdate(key, ImageState.SUGGESTED, "x", 0.5)]))  # type: ignore[misc]
               for key in keys[:100]]  # fmt: skip
        before = table.marks_of(keys)
        reading = [timed(lambda: table.marks_of(keys)) for _ in range(10)]
        accepted = Marks(before.keys, bytes([make_mark(ImageState.ACCEPTED)]) * len(keys), table.columns.suggestions[:])
        forth, back = [], []
        for _ in range(10):
            forth.append(timed(lambda: table.apply_marks(accepted)))
            back.append(timed(lambda: table.apply_marks(before)))
        removed = Marks(before.keys, bytes(with_removed(mark, removed=True) for mark in before.marks), before.names)
        gone, returned = [], []
        for _ in range(5):
            gone.append(timed(lambda: table.apply_marks(removed)))
            returned.append(timed(lambda: table.apply_marks(before)))
        return [
            Row("one answer changes", one, "4"),
            Row("decisions of 100,000 read", reading, "16"),
            Row("100,000 labelled, with repaint", forth, "16"),
            Row("100,000 labels taken back, with repaint", back, "16"),
            Row("100,000 removed", gone, ""),
            Row("100,000 brought back", returned, ""),
        ]

    def arranging(self) -> list[Row]:
        """Filters, orders and groups, each with repaint, from the plain list and back."""
        wanted = {
            "filter by state": Arrangement(_SUGGESTED),
            "filter by score, sort by margin": Arrangement(ImageFilter(score_from=0.2, score_to=0.6), SortKey.MARGIN),
            "filter by text": Arrangement(ImageFilter(text="img_0")),
            "filter by folder": Arrangement(ImageFilter(folders=frozenset({"/home/somebody/Pictures/holiday 3"}))),
            "sort by score": Arrangement(sort=SortKey.SCORE, descending=True),
            "sort by date": Arrangement(sort=SortKey.DATE),
            "1,000 groups by suggestion, sorted by score": Arrangement(sort=SortKey.SCORE, group=GroupKey.SUGGESTION),
            "groups by state": Arrangement(group=GroupKey.STATE),
        }  # fmt: skip
        rows = []
        for what, arrangement in wanted.items():
            times = []
            for _ in range(10):
                times.append(timed(lambda arrangement=arrangement: self.images.set_arrangement(arrangement)))  # type: ignore[misc]
                self.images.set_arrangement(Arrangement())
            rows.append(Row(f"{what} (100k)", times, "50"))
        by_name = Arrangement(sort=SortKey.NAME)
        snapshots = [timed(lambda: self.images.snapshot(by_name)) for _ in range(10)]
        started = time.perf_counter()
        arranged = arranging.compute(self.images.snapshot(by_name))
        worker = (time.perf_counter() - started) * 1e3
        taken = [timed(lambda: self.images.take_order(arranged)) for _ in range(10)]
        self.images.set_arrangement(Arrangement())
        again = [timed(lambda: self.images.set_arrangement(by_name))]
        self.images.set_arrangement(Arrangement())
        return [
            *rows,
            Row("sort by name, first time: copy for the worker", snapshots, "50"),
            Row("sort by name, first time: the worker", [worker], "worker"),
            Row("sort by name, first time: taken over", taken, "50"),
            Row("sort by name, names ranked", again, "50"),
        ]

    def deciding(self) -> list[Row]:
        """One decision after the other in a filtered, grouped list, and an arrangement with everything selected."""
        self.images.set_arrangement(Arrangement(_SUGGESTED, SortKey.SCORE, group=GroupKey.SUGGESTION))
        times = []
        for row in range(50):
            keys = array("q", [self.images.key_at(1_000 + row)])
            mark = Marks.same(keys, make_mark(ImageState.REJECTED))
            times.append(timed(lambda mark=mark: self.table.apply_marks(mark)))  # type: ignore[misc]
        self.images.set_arrangement(Arrangement())
        carried = []
        for _ in range(5):
            self.grid.selectAll()
            self.grid.set_current_row(5) if self.grid.current_row() < 0 else None
            carried.append(timed(lambda: self.images.set_arrangement(Arrangement(sort=SortKey.SCORE))))
            self.images.set_arrangement(Arrangement())
        return [
            Row("one decision in 1,000 groups: the image leaves", times, "16"),
            Row("sort by score with all selected", carried, "50"),
        ]


def main() -> int:
    """Measure everything; prints a table in Markdown."""
    application = QApplication([])
    application.setStyle("Fusion")
    application.setPalette(palette_of(LIGHT))
    gallery = Gallery()
    before = _resident_mb()
    rows = gallery.growing()
    grown = _resident_mb() - before
    gallery.grid.hide()
    rows.append(Row("100,000 images shown and painted", [timed(gallery.grid.show)], "50"))
    rows += gallery.looking()
    rows += gallery.selecting()
    rows += gallery.changing()
    rows += gallery.arranging()
    rows += gallery.deciding()
    gallery.images.set_arrangement(Arrangement(group=GroupKey.SUGGESTION))
    rows += gallery.looking(", in 1,000 groups")
    rows.append(Row("list cleared", [timed(gallery.table.clear)], ""))
    sys.stdout.write(f"{platform.platform()}, {os.cpu_count()} cores, Qt platform {application.platformName()}\n\n")
    sys.stdout.write("| what | ms, median [worst] | budget |\n|---|---|---|\n")
    for row in rows:
        sys.stdout.write(f"{row}\n")
    sys.stdout.write(f"\n100,000 images and their answers take {grown:.0f} MB, paths included (budget 60 MB)\n")
    return 0


def _resident_mb() -> float:
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 1e6


if __name__ == "__main__":
    sys.exit(main())
