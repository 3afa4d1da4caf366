"""Catch the keys of decisions where images have the focus: one press, one decision, whatever the keyboard layout."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QWidget

from gui.review.label_keys import LabelAction, LabelKey, label_key


class DecisionKeys(QObject):
    """Listens to the widgets that show images. Keys pressed elsewhere (in a field, a list, a button) are left alone.

    Signals:
        pressed(key: LabelKey): a decision was asked for.
    """

    pressed = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._opening: list[QWidget] = []

    def listen_to(self, widget: QWidget, *, enter_opens: bool = False) -> None:
        """Take the label keys of a widget.

        Args:
            widget: it, while it has the focus.
            enter_opens: Enter is not "accept" there but opens the image.
        """
        widget.installEventFilter(self)
        if enter_opens:
            self._opening.append(widget)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Whether the event was a key of a decision, which nobody else shall see then."""
        if event.type() != QEvent.Type.KeyPress or not isinstance(event, QKeyEvent):
            return False
        key = label_key(event)
        if key is None or (_is_enter(key, event) and watched in self._opening):
            return False
        self.pressed.emit(key)
        return True


def _is_enter(key: LabelKey, event: QKeyEvent) -> bool:
    return key.action is LabelAction.ACCEPT and not event.text().strip()
