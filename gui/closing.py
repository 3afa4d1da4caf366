"""Let the window be closed, but not before a person has heard that decisions cannot be written."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal, Slot

from gui import session_notices
from gui.decision_writer import DecisionWriter
from inference.errors import SessionError


class Closing(QObject):
    """Refuses the first wish to close while decisions wait for the disk; the second one is granted.

    Signals:
        message_raised(message: UserMessage): why the window stays.
    """

    message_raised = Signal(object)

    def __init__(self, writer: DecisionWriter) -> None:
        super().__init__()
        self._writer = writer
        self._has_warned = False
        writer.saved.connect(self._on_saved)

    def may_close(self) -> bool:
        """Whether the window may go now; writes what waits, as far as that is possible."""
        if self._has_warned or not self._writer.unsaved:
            return True
        try:
            self._writer.flush()
        except SessionError as error:
            self._has_warned = True
            self.message_raised.emit(session_notices.closing_unsaved(error, self._writer.unsaved))
            return False
        return True

    @Slot()
    def _on_saved(self) -> None:
        self._has_warned = False
