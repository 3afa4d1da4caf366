"""Say how decisions get onto the disk: counted while they wait, told once where they cannot be written."""

from __future__ import annotations

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.decision_writer import DecisionWriter
from gui.main_window import MainWindow
from gui.messages import describe, unexpected
from gui.words import tr
from inference.errors import CardinalError

SAVING_SHOWN_MS = 1000
"""Decisions that wait for the disk longer than this are said to be saved."""

_NOT_SAVED = ("E-401", "E-402")


class SavingTold(QObject):
    """Shows in the status bar how many decisions are not on the disk yet, and above the images why.

    Signals:
        message_raised(message: UserMessage): decisions cannot be written.
    """

    message_raised = Signal(object)

    def __init__(self, window: MainWindow, writer: DecisionWriter) -> None:
        super().__init__()
        self._window = window
        self._writer = writer
        self._told = ""
        self._waiting = QTimer(self)
        self._waiting.setSingleShot(True)
        self._waiting.setInterval(SAVING_SHOWN_MS)
        self._waiting.timeout.connect(self._show_unsaved)
        writer.failed.connect(self._on_failed)
        writer.written.connect(self._on_written)
        writer.saved.connect(self.forget)
        writer.unsaved_changed.connect(self._on_unsaved_changed)

    @Slot()
    def forget(self) -> None:
        """What was said is no longer so: it was written, or its session was left."""
        self._told = ""
        for message_id in _NOT_SAVED:
            self._window.messages.withdraw(message_id)

    def close(self) -> None:
        """Say nothing any more: the window is gone."""
        self._waiting.stop()
        self._writer.unsaved_changed.disconnect(self._on_unsaved_changed)

    @Slot()
    def _on_written(self) -> None:
        """The next failure is news, also where more was decided before this was heard, so that not all is saved."""
        self._told = ""

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._show_unsaved()
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("the session"), repr(error))
        if message.text != self._told:
            # Once: every decision and every retry fails alike, and the status bar counts them.
            self._told = message.text
            self.message_raised.emit(message)

    @Slot(int)
    def _on_unsaved_changed(self, count: int) -> None:
        if not count:
            self._waiting.stop()
            self._window.show_unsaved(0)
        elif not self._waiting.isActive():
            self._waiting.start()

    @Slot()
    def _show_unsaved(self) -> None:
        self._window.show_unsaved(self._writer.unsaved)
