"""Measure how soon the map of another class, another duel or another region is painted, and count the network's runs.

    uv run python -m tests.benchmarks.class_switch

In the real window with the built-in model, on a sample: the pointer goes over the suggestions, every class is shown,
every class is the rival, a box is drawn in 200 moves. Each time ends when the picture has been painted. Run it on a
screen (Xvfb will do) and alone on the machine.
"""

from __future__ import annotations

import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from itertools import cycle, islice
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QApplication, QWidget

from gui.action_table import ActionId
from gui.app import SWITCH_INTERVAL_S, create_application
from gui.main_thread_gc import MainThreadGc
from gui.main_window import View
from gui.viewer.map_mode import MapMode
from inference.engine.network import Network
from tests.benchmarks.driver import Driver
from tests.benchmarks.report import Row, is_acceptable, table

SAMPLES = Path(__file__).parents[2] / "assets" / "samples"
TIMES = 200
BUDGET_MS = 16.0
_LIMIT_S = 2.0
_NO_BUTTON, _LEFT = Qt.MouseButton.NoButton, Qt.MouseButton.LeftButton
_PLAIN, _SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier


@dataclass(frozen=True, slots=True)
class Taken:
    """What one switch took.

    Attributes:
        wall_ms: until the picture had been painted.
        own_ms: what the GUI thread itself computed meanwhile; steady also where neighbours take the processor.
    """

    wall_ms: float
    own_ms: float


class Paints(QObject):
    """Counts the paintings of a widget.

    Attributes:
        count: so far.
    """

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at paint events; none is taken away."""
        if event.type() == QEvent.Type.Paint:
            self.count += 1
        return False


class Switches:
    """Does something to the picture on screen, again and again, and times it.

    Attributes:
        runs: of the network since this was made.
    """

    def __init__(self, driver: Driver) -> None:
        self._driver = driver
        self._page = driver.program.window.page
        self._paints = Paints(self._page.picture)
        self.runs = 0
        real = Network.run

        def run(network: Network, *arguments: object, **options: object) -> object:
            self.runs += 1
            return real(network, *arguments, **options)  # type: ignore[arg-type]  # as they were given

        Network.run = run  # type: ignore[method-assign,assignment]

    def hover(self) -> list[Taken]:
        """The pointer goes over the suggestions, up and down."""
        view = self._page.inspector.suggestions
        rows = range(view.model().rowCount())
        places = [view.visualRect(view.model().index(row, 0)).center() for row in rows]
        way = islice(cycle([*places, *places[-2:0:-1]]), 1, TIMES + 1)
        return self._timed(partial(_move, view.viewport(), place, _NO_BUTTON, _PLAIN) for place in way)

    def classes(self) -> list[Taken]:
        """One class after the other, of all that the model has."""
        return self._timed(partial(self._page.hover_class, index % self._class_count) for index in self._numbers())

    def rivals(self) -> list[Taken]:
        """The first class against one after the other."""
        first, count = self._page.class_shown, self._class_count
        others = [index % count for index in self._numbers() if index % count != first]
        panel = self._driver.program.attention.duel.panel
        return self._timed(partial(panel.rival_chosen.emit, index) for index in others)

    def regions(self) -> list[Taken]:
        """A box is drawn, corner by corner."""
        picture = self._page.picture
        placement = picture.placement
        if placement is None:
            raise RuntimeError("no picture is on screen")
        start, end = (
            QPoint(*map(round, placement.to_view(share * placement.width, share * placement.height)))
            for share in (0.1, 0.9)
        )
        _send(picture, QEvent.Type.MouseButtonPress, start, _LEFT, _LEFT, _SHIFT)
        corners = [start + (end - start) * ((number + 20) / (TIMES + 20)) for number in range(TIMES)]
        taken = self._timed(partial(_move, picture, corner, _LEFT, _SHIFT) for corner in corners)
        _send(picture, QEvent.Type.MouseButtonRelease, corners[-1], _LEFT, _NO_BUTTON, _SHIFT)
        return taken

    @property
    def _class_count(self) -> int:
        examined = self._driver.program.viewing.examined
        if examined is None:
            raise RuntimeError("nothing is known of the picture")
        return len(examined.contract.labels)

    def _numbers(self) -> range:
        return range(7, 7 + TIMES)

    def _timed(self, acts: Iterable[Callable[[], object]]) -> list[Taken]:
        """How long each takes until the picture has been painted; one that paints nothing is passed over."""
        taken = []
        for act in acts:
            before, started, busy = self._paints.count, time.perf_counter(), time.thread_time()
            act()
            while self._paints.count == before and time.perf_counter() - started < _LIMIT_S:
                QApplication.processEvents()
            if self._paints.count > before:
                taken.append(Taken((time.perf_counter() - started) * 1e3, (time.thread_time() - busy) * 1e3))
            self._driver.pause(0.002)
        return taken


def _move(widget: QWidget, at: QPoint, down: Qt.MouseButton, modifiers: Qt.KeyboardModifier) -> None:
    _send(widget, QEvent.Type.MouseMove, at, _NO_BUTTON, down, modifiers)


def _send(
    widget: QWidget,
    kind: QEvent.Type,
    at: QPoint,
    button: Qt.MouseButton,
    down: Qt.MouseButton,
    modifiers: Qt.KeyboardModifier,
) -> None:
    event = QMouseEvent(kind, QPointF(at), QPointF(widget.mapToGlobal(at)), button, down, modifiers)
    QApplication.sendEvent(widget, event)


def measure(driver: Driver) -> list[Row]:
    """Every switch in the evidence map, and the classes in the other ways of drawing."""
    program, switches = driver.program, Switches(driver)
    rows = [
        _row("class under the pointer", switches.hover),
        *[_row(f"one class after the other, drawn as {mode.value}", _in_mode(driver, mode, switches.classes))
          for mode in MapMode if mode is not MapMode.OFF],
    ]  # fmt: skip
    program.viewing.set_mode(MapMode.EVIDENCE)
    driver.trigger(ActionId.MAP_DUEL)
    rows += [_row("another rival", switches.rivals), _row("class under the pointer, in a duel", switches.hover)]
    driver.trigger(ActionId.MAP_DUEL)
    rows.append(_row("a region, while it is drawn", switches.regions))
    rows.append(Row("runs of the network in all of it", str(switches.runs), "0", 0.0 if not switches.runs else 9.0))
    return rows


def _in_mode(driver: Driver, mode: MapMode, work: Callable[[], list[Taken]]) -> Callable[[], list[Taken]]:
    def switched() -> list[Taken]:
        driver.program.viewing.set_mode(mode)
        driver.pause(0.05)
        return work()

    return switched


def _row(what: str, work: Callable[[], list[Taken]]) -> Row:
    taken = work()
    if len(taken) < TIMES // 2:
        raise RuntimeError(f"{what}: only {len(taken)} of {TIMES} were painted")
    wall, own = [one.wall_ms for one in taken], [one.own_ms for one in taken]
    median = statistics.median(wall)
    measured = (
        f"{median:.1f} [{max(wall):.1f}] ms of {len(taken)} (own work {statistics.median(own):.1f} [{max(own):.1f}])"
    )
    return Row.of_value(what, median, BUDGET_MS, "ms", measured)


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
        driver.until(lambda: program.viewing.examined is not None and not program.running.is_under_way, 60)
        driver.pause(2.0)
        rows = measure(driver)
        program.window.close()
    sys.stdout.write(table(rows))
    return 0 if is_acceptable(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
