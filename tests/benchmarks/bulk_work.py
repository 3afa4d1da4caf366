"""Measure what a person does to a whole gallery at once, and one decision after the other, each with its painting."""

from __future__ import annotations

import random
from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication

from gui.action_table import ActionId
from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.labelling_widgets.accept_above import AcceptAboveDialog
from gui.main_window import View
from gui.review.review_queue import QueueOrder
from inference.sessions.marks import NO_NAME
from inference.sessions.states import ImageState
from tests.benchmarks.driver import Driver
from tests.benchmarks.report import Row

_PLAIN = Arrangement()
_BULKS = 5
_DECISIONS = 100
_LABEL = "everything"
_THRESHOLD = 0.5


def bulk_rows(driver: Driver, count: int) -> list[Row]:
    """Look, arrange, decide; the gallery is as it was in the end, but for the labels."""
    driver.program.window.show_view(View.GALLERY)
    driver.pause(4)
    return [
        *_looking(driver),
        *_arranging(driver),
        *_labelling_all(driver, count),
        *_accepting_above(driver),
        *_deciding(driver),
    ]


def _looking(driver: Driver) -> list[Row]:
    grid = driver.program.window.grid
    bar, chance = grid.verticalScrollBar(), random.Random(2)  # noqa: S311 - the same places every time
    driver.timed(lambda: bar.setValue(bar.maximum() // 3))
    scrolls = [driver.timed(lambda: bar.setValue(bar.value() + 53)) for _ in range(200)]
    jumps = [driver.timed(lambda: bar.setValue(chance.randrange(bar.maximum() + 1))) for _ in range(100)]
    repaints = [driver.timed(grid.viewport().repaint) for _ in range(100)]
    downs = [driver.timed(lambda: driver.press(Qt.Key.Key_Down)) for _ in range(100)]
    return [
        Row.of_times("scroll by 53 px", scrolls, 8),
        Row.of_times("jump to a random place", jumps, 12),
        Row.of_times("full repaint", repaints, 6),
        Row.of_times("Key Down", downs, 8),
    ]


def _arranging(driver: Driver) -> list[Row]:
    """Each from the plain list and back; what a worker computes is timed until it is on screen."""
    table = driver.program.images.table
    label = max(table.label_counts(), key=table.label_counts().__getitem__, default=0)
    wanted = {
        "filter by state": Arrangement(ImageFilter(states=frozenset({ImageState.SUGGESTED}))),
        "filter by label": Arrangement(ImageFilter(labels=frozenset({label}))),
        "filter by text": Arrangement(ImageFilter(text="77")),
        "sort by score": Arrangement(sort=SortKey.SCORE, descending=True),
        "sort by name, names ranked before": Arrangement(sort=SortKey.NAME),
        "group by suggestion": Arrangement(group=GroupKey.SUGGESTION),
    }
    first = driver.arrange(Arrangement(sort=SortKey.NAME))
    driver.arrange(_PLAIN)
    rows = [Row("sort by name for the first time, in a worker", f"{first * 1e3:,.0f} ms")]
    for what, arrangement in wanted.items():
        times, back = [], []
        for _ in range(10):
            times.append(driver.timed(lambda: driver.program.labels.browsing.arrange(arrangement)))  # noqa: B023
            back.append(driver.timed(lambda: driver.program.labels.browsing.arrange(_PLAIN)))
            driver.pause(0.15)
        rows.append(Row.of_times(what, times, 50))
    rows.append(Row.of_times("show all again", back, 50))
    return rows


def _labelling_all(driver: Driver, count: int) -> list[Row]:
    """Select all, give all one label, take it back, do it again."""
    program = driver.program
    program.window.grid.setFocus()
    program.desk.labelling.choose([program.images.key_at(0)], _LABEL)
    select, label, undo, redo, saved = [], [], [], [], []
    for _ in range(_BULKS):
        program.window.grid.set_current_row(0)
        select.append(driver.timed(lambda: driver.trigger(ActionId.SELECT_ALL)))
        label.append(driver.timed(lambda: driver.press(Qt.Key.Key_Period)))
        _require(_labelled(driver) == count, "all have the label")
        saved.append(1e3 * driver.until(driver.is_saved))
        undo.append(driver.timed(lambda: driver.trigger(ActionId.UNDO)))
        driver.until(driver.is_saved)
        redo.append(driver.timed(lambda: driver.trigger(ActionId.REDO)))
        driver.until(driver.is_saved)
        driver.timed(lambda: driver.trigger(ActionId.UNDO))
        driver.until(driver.is_saved)
        driver.pause(0.5)
    return [
        Row.of_times("select all", select, 8),
        Row.of_times("label all", label, 16),
        Row.of_times("label all: on the disk, in a worker", saved),
        Row.of_times("undo of it", undo, 16),
        Row.of_times("redo of it", redo, 16),
    ]


def _accepting_above(driver: Driver) -> list[Row]:
    """Accept all at or above a score, by the dialog, and take it back."""
    program = driver.program
    opening, accepting, undo, accepted = [], [], [], 0
    for _ in range(_BULKS):
        waiting = program.images.count(ImageState.SUGGESTED)
        opening.append(driver.timed(lambda: driver.trigger(ActionId.LABEL_ABOVE)))
        dialog = next(one for one in QApplication.topLevelWidgets() if isinstance(one, AcceptAboveDialog))
        accepting.append(driver.timed(lambda: dialog.threshold_chosen.emit(_THRESHOLD, NO_NAME)))  # noqa: B023
        dialog.close()
        accepted = waiting - program.images.count(ImageState.SUGGESTED)
        _require(accepted > 0, "some are accepted")
        driver.until(driver.is_saved)
        undo.append(driver.timed(lambda: driver.trigger(ActionId.UNDO)))
        driver.until(driver.is_saved)
        driver.pause(0.5)
    return [
        Row.of_times("accept above: the dialog opens", opening, 50),
        Row.of_times(f"accept above: {accepted:,} accepted", accepting, 16),
        Row.of_times("undo of it", undo, 16),
    ]


def _deciding(driver: Driver) -> list[Row]:
    """One key, one decision: in the gallery, in a filtered and grouped gallery, in a review."""
    program = driver.program
    rows = []
    grouped = Arrangement(
        ImageFilter(states=frozenset({ImageState.SUGGESTED})), SortKey.SCORE, group=GroupKey.SUGGESTION
    )
    for what, arrangement in (("gallery", _PLAIN), ("gallery, filtered and grouped", grouped)):
        driver.arrange(arrangement)
        program.window.grid.set_current_row(10)
        rows.append(Row.of_times(f"one decision, {what}", _decisions(driver, lambda: driver.press(Qt.Key.Key_P)), 16))
    driver.arrange(_PLAIN)
    begins = []
    for order in QueueOrder:
        begins.append(driver.timed(lambda: program.labels.reviewing.start(order)))  # noqa: B023
        driver.pause(0.5)
        program.labels.reviewing.stop()
    rows.append(Row.of_times("a review begins, in each of its orders", begins, 50))
    program.labels.reviewing.start(QueueOrder.LEAST_CERTAIN)
    driver.pause(1)
    picture = program.window.page.picture
    steps = _decisions(driver, lambda: driver.press(Qt.Key.Key_P, picture))
    rows.append(Row.of_times("one decision and the next picture, review", steps, 16))
    program.labels.reviewing.stop()
    return rows


def _decisions(driver: Driver, decide: Callable[[], object]) -> list[float]:
    times = []
    for _ in range(_DECISIONS):
        times.append(driver.timed(decide))
        driver.pause(0.05)
    driver.until(driver.is_saved)
    return times


def _labelled(driver: Driver) -> int:
    return sum(driver.program.images.count(state) for state in (ImageState.ACCEPTED, ImageState.CORRECTED))


def _require(holds: bool, what: str) -> None:
    """Refuse to report times of what did not happen."""
    if not holds:
        raise RuntimeError(f"it does not hold that {what}")
