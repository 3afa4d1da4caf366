"""Keep the room for one message inside a dialog."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.message_strip import MessageStrip
from gui.user_message import UserMessage


class MessagePlace(QWidget):
    """Shows the last message that it was given; takes no room while there is none.

    Signals:
        action_chosen(message: UserMessage, action: MessageAction): a verb was clicked.
    """

    action_chosen = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._strip: MessageStrip | None = None
        self._column = QVBoxLayout(self)
        self._column.setContentsMargins(0, 0, 0, 0)
        self.hide()

    def show_message(self, message: UserMessage) -> None:
        """Show this one in place of any other."""
        self.clear()
        self._strip = MessageStrip(message, self, stacked=True)
        self._strip.action_chosen.connect(self.action_chosen)
        self._strip.dismissed.connect(self.clear)
        self._column.addWidget(self._strip)
        self._strip.show()
        self.show()

    @Slot()
    def clear(self) -> None:
        """Take the message away."""
        self.hide()
        if self._strip is not None:
            self._column.removeWidget(self._strip)
            self._strip.hide()
            self._strip.deleteLater()
            self._strip = None
