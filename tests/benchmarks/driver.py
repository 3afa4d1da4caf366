"""Drive the real program in this process as a person does, with the event loop it always has."""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QMimeData, QObject, QPointF, Qt, QTimer, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from gui.action_table import ActionId
from gui.app import build
from gui.gallery.arrangement import Arrangement
from gui.program import Program
from gui.wishes import Wishes
from inference.profile import Profile

_POLL_MS = 10
_LIMIT_S = 4 * 3600.0


class Driver:
    """A program that runs, with a model that is ready.

    Attributes:
        program: it.
    """

    def __init__(
        self, application: QApplication, profile: Path, *, model: str | None = None, device: str = "cpu"
    ) -> None:
        self.program: Program = build(application, Profile.below(profile), Wishes(model, device))
        self.program.start()
        self.program.window.resize(1280, 800)
        self.until(lambda: bool(self.program.models.name))

    def until(self, holds: Callable[[], bool], limit_s: float = _LIMIT_S, *, poll_ms: int = _POLL_MS) -> float:
        """Let the event loop run until a fact holds, looking every `poll_ms`; the seconds it took.

        Raises:
            TimeoutError: it does not hold after all this time.
        """
        started = time.perf_counter()
        loop, timer = QEventLoop(), QTimer(interval=poll_ms)

        def look() -> None:
            if holds() or time.perf_counter() - started > limit_s:
                loop.quit()

        timer.timeout.connect(look)
        timer.start()
        if not holds():
            loop.exec()
        timer.stop()
        if not holds():
            raise TimeoutError(f"{holds} does not hold after {limit_s} s")
        return time.perf_counter() - started

    def pause(self, seconds: float) -> None:
        """Let the event loop run for a while."""
        ends = time.perf_counter() + seconds
        self.until(lambda: time.perf_counter() >= ends)

    def timed(self, action: Callable[[], object]) -> float:
        """How long something takes with all that it sets off in the event loop, painting included, in ms."""
        started = time.perf_counter()
        action()
        QApplication.processEvents()
        return (time.perf_counter() - started) * 1e3

    def trigger(self, action: ActionId) -> None:
        """Choose something from the menu.

        Raises:
            RuntimeError: it cannot be chosen now.
        """
        entry = self.program.actions[action]
        if not entry.isEnabled():
            raise RuntimeError(f"{action} cannot be chosen now")
        entry.trigger()

    def press(self, key: Qt.Key, where: QWidget | None = None) -> None:
        """Press a key; on the gallery where nothing else is said."""
        QTest.keyClick(where or self.program.window.grid, key)

    def arrange(self, wanted: Arrangement) -> float:
        """Show other images or another order, as the bar does; the seconds until they are on screen."""
        self.program.labels.browsing.arrange(wanted)
        waited = self.until(lambda: self.program.images.arrangement == wanted)
        QApplication.processEvents()
        return waited

    def drop(self, folder: Path) -> float:
        """Drop a folder; how long the window was busy with it, in ms."""
        window, mime = self.program.window, QMimeData()
        mime.setUrls([QUrl.fromLocalFile(str(folder))])
        where, button, plain = QPointF(50, 50), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
        enter = QDragEnterEvent(where.toPoint(), Qt.DropAction.CopyAction, mime, button, plain)
        event = QDropEvent(where, Qt.DropAction.CopyAction, mime, button, plain)
        started = time.perf_counter()
        QApplication.sendEvent(window, enter)
        QApplication.sendEvent(window, event)
        return (time.perf_counter() - started) * 1e3

    def is_saved(self) -> bool:
        """Whether every decision is on the disk."""
        return not self.program.writer.unsaved


class FirstPaint(QObject):
    """Notes when the gallery is painted with images for the first time."""

    def __init__(self, program: Program) -> None:
        super().__init__()
        self._images, self._viewport = program.images, program.window.grid.viewport()
        self._began = time.perf_counter()
        self.seconds = 0.0
        self._viewport.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Look at paint events; none is taken away."""
        if event.type() == QEvent.Type.Paint and len(self._images):
            self._viewport.removeEventFilter(self)
            QTimer.singleShot(0, self._note)
        return False

    def _note(self) -> None:
        self.seconds = time.perf_counter() - self._began
