"""Let a person type a part of a name to shorten the long lists of the library."""

from __future__ import annotations

from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from gui.theme import TARGET_PX
from gui.words import tr


class LibrarySearch(QLineEdit):
    """A line edit that Escape empties; without text, Escape is the window's."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setPlaceholderText(tr("Find a label"))
        self.setAccessibleName(tr("Find a label or a suggestion"))
        self.setClearButtonEnabled(True)
        self.setMinimumHeight(TARGET_PX + 2)

    def event(self, event: QEvent) -> bool:
        """Keep Escape while there is text to clear; otherwise it means "one level out" to the window."""
        is_asked = event.type() == QEvent.Type.ShortcutOverride and isinstance(event, QKeyEvent)
        if is_asked and event.key() == Qt.Key.Key_Escape and self.text():  # type: ignore[attr-defined]  # a QKeyEvent
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
        else:
            super().keyPressEvent(event)
