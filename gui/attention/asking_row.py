"""Offer one question that takes runs of the network: a button, and while it is open its progress and a way to stop."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.plain_text import for_tooltip
from gui.progress_bar import ProgressBar
from gui.theme import TARGET_PX
from gui.words import tr


class AskingRow(QWidget):
    """A button; below it a bar and "Stop" while the question is open.

    Signals:
        asked(): the person wants the answer.
        stop_requested(): the person waits for it no longer.
    """

    asked = Signal()
    stop_requested = Signal()

    def __init__(self, text: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_allowed = False
        self._is_busy = False
        self._ask = QPushButton(text, self)
        self._stop = QPushButton(tr("Stop"), self)
        self._stop.setAccessibleName(tr("Stop: {question}").format(question=text))
        self._progress = ProgressBar(self)
        self._progress.setAccessibleName(text)
        self._lay_out()
        self.set_busy(busy=False)
        self._ask.clicked.connect(self.asked)
        self._stop.clicked.connect(self.stop_requested)

    @property
    def can_ask(self) -> bool:
        """Whether the question can be asked now."""
        return self._ask.isEnabled()

    @property
    def can_stop(self) -> bool:
        """Whether the question is open."""
        return self._is_busy

    def allow(self, *, allowed: bool) -> None:
        """Allow or refuse the question."""
        self._is_allowed = allowed
        self._ask.setEnabled(allowed and not self._is_busy)

    def explain(self, text: str) -> None:
        """Say what the question does, or why it is refused, where the pointer rests."""
        self._ask.setToolTip(for_tooltip(text))

    def set_busy(self, *, busy: bool) -> None:
        """The question is open, or no longer."""
        self._is_busy = busy
        self._progress.show_progress(0, 0)
        self._progress.setVisible(busy)
        self._stop.setVisible(busy)
        self.allow(allowed=self._is_allowed)

    def set_progress(self, done: int, total: int) -> None:
        """So many runs of the network were made."""
        self._progress.show_progress(done, total)

    def _lay_out(self) -> None:
        self._ask.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        for button in (self._ask, self._stop):
            button.setMinimumHeight(TARGET_PX)
        waiting = QHBoxLayout()
        waiting.addWidget(self._progress, 1)
        waiting.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._ask)
        column.addLayout(waiting)
