"""Take the typing of the label palette, and keep its keys from the window's actions."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit

_ENTER = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})
_MOVES = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown})
_TAKEN = _ENTER | _MOVES | {Qt.Key.Key_Escape}


class LabelEdit(QLineEdit):
    """A line edit whose other keys steer a list. Tab does not leave it.

    Signals:
        escaped(): Escape.
        moved(key: Qt.Key): Up, Down, PageUp or PageDown.
        entered(create: bool, stay: bool): Enter; with Shift a new label is wanted, with Ctrl the image shall stay.
    """

    escaped = Signal()
    moved = Signal(object)
    entered = Signal(bool, bool)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent) and event.key() in _TAKEN:
            event.accept()
            return True
        return super().event(event)

    def focusNextPrevChild(self, _next: bool) -> bool:
        return True

    def keyPressEvent(self, event: QKeyEvent) -> None:
        key = Qt.Key(event.key())
        if key == Qt.Key.Key_Escape:
            self.escaped.emit()
        elif key in _MOVES:
            self.moved.emit(key)
        elif key in _ENTER:
            modifiers = event.modifiers()
            if not event.isAutoRepeat():  # a held Enter must not label a second image
                self.entered.emit(
                    bool(modifiers & Qt.KeyboardModifier.ShiftModifier),
                    bool(modifiers & Qt.KeyboardModifier.ControlModifier),
                )
        else:
            super().keyPressEvent(event)
