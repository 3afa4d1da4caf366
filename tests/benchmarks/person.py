"""Act as a person who looks through the gallery, decides now and then, and never waits for the run to end."""

from __future__ import annotations

import random
from collections.abc import Callable
from itertools import cycle

from PySide6.QtCore import QObject, Qt, QTimer, Slot

from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.main_window import View
from inference.sessions.states import ImageState
from inference.sessions.steps import StepKind
from tests.benchmarks.driver import Driver

STEP_MS = 150
"""How often the person does something."""

_SCROLL_PX = 53


class Person(QObject):
    """Goes through the same round of acts until it is stopped.

    Attributes:
        acts: how many things were done.
    """

    def __init__(self, driver: Driver) -> None:
        super().__init__()
        self._driver = driver
        self._program = driver.program
        self._random = random.Random(1)  # noqa: S311 - the same round every time
        self._round = cycle(self._acts())
        self.acts = 0
        self._timer = QTimer(self)
        self._timer.setInterval(STEP_MS)
        self._timer.timeout.connect(self._act)

    def start(self) -> None:
        """Begin."""
        self._timer.start()

    def stop(self) -> None:
        """Leave the gallery as it was found: everything shown, in the order of arrival."""
        self._timer.stop()
        self._program.window.show_view(View.GALLERY)
        self._driver.arrange(Arrangement())

    def _acts(self) -> list[Callable[[], object]]:
        key, wait, show = self._key, self._wait, self._arrange
        return [
            *[self._scroll] * 15,
            *[key(Qt.Key.Key_PageDown)] * 4,
            self._jump,
            *[key(Qt.Key.Key_Right), key(Qt.Key.Key_P)] * 3,
            key(Qt.Key.Key_U),
            self._undo,
            show(Arrangement(ImageFilter(text="7"))),
            wait,
            *[self._scroll] * 3,
            show(Arrangement(ImageFilter(states=frozenset({ImageState.SUGGESTED})))),
            wait,
            *[key(Qt.Key.Key_Right), key(Qt.Key.Key_P)] * 3,
            show(Arrangement(sort=SortKey.SCORE, group=GroupKey.SUGGESTION)),
            wait,
            *[self._scroll] * 3,
            show(Arrangement()),
            key(Qt.Key.Key_E),
            wait,
            *[self._next_picture, wait] * 3,
            self._gallery,
            self._jump,
            wait,
        ]

    @Slot()
    def _act(self) -> None:
        self.acts += 1
        next(self._round)()

    def _key(self, key: Qt.Key) -> Callable[[], object]:
        return lambda: self._driver.press(key)

    def _arrange(self, wanted: Arrangement) -> Callable[[], object]:
        return lambda: self._program.labels.browsing.arrange(wanted)

    def _wait(self) -> None:
        """Look at it."""

    def _scroll(self) -> None:
        bar = self._program.window.grid.verticalScrollBar()
        bar.setValue(bar.value() + _SCROLL_PX)

    def _jump(self) -> None:
        bar = self._program.window.grid.verticalScrollBar()
        bar.setValue(self._random.randrange(bar.maximum() + 1))

    def _undo(self) -> None:
        """Take the last decision back; the opening of the folder, which is a step too, stays."""
        step = self._program.desk.labelling.next_undo
        if step is not None and step.kind is not StepKind.ADD:
            self._program.desk.labelling.undo()

    def _next_picture(self) -> None:
        self._driver.press(Qt.Key.Key_Right, self._program.window.page.picture)

    def _gallery(self) -> None:
        self._program.window.show_view(View.GALLERY)
