"""Let messages speak of the newest step only: that step is what Undo takes back, whatever a message says."""

from __future__ import annotations

from PySide6.QtCore import QObject, Slot

from gui.labelling import Labelling
from gui.message_places import MessagePlaces

_OFFERING = ("T-01", "T-02", "T-03", "T-04", "T-05", "T-06", "T-17", "T-18", "T-19", "T-23", "E-414")
"""The messages with this verb."""
_MOVED = ("T-14", "T-20")
"""What was taken back or done again, which the next step makes untrue."""


class UndoOffers(QObject):
    """Withdraws what was said of earlier steps."""

    def __init__(self, labelling: Labelling, messages: MessagePlaces) -> None:
        super().__init__()
        self._messages = messages
        # Told before the message of a new step is raised.
        labelling.journal_changed.connect(self._withdraw)

    @Slot()
    def _withdraw(self) -> None:
        for message_id in (*_OFFERING, *_MOVED):
            self._messages.withdraw(message_id)
