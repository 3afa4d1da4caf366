"""List the suggestions of the image under review: looked at as in the Viewer, chosen as its label."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

from gui.review.label_keys import LabelAction, label_key
from gui.viewer.suggestions_model import KEYS
from gui.viewer.suggestions_view import SuggestionsView

_MOVING_KEYS = frozenset({Qt.Key.Key_Up, Qt.Key.Key_Down})
_LABELLING_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class ReviewSuggestions(SuggestionsView):
    """Hover shows a class's map and a click keeps it; a double click, or Enter on the row, makes it the label.

    Signals:
        nth_requested(nth: int): the suggestion at this place, 1 to 5, is the label.
    """

    nth_requested = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter is the row that has the focus, a digit its own row; other keys go on to the page."""
        if event.key() in _MOVING_KEYS:
            super().keyPressEvent(event)
            return
        pressed = label_key(event)
        if pressed is not None and pressed.action is LabelAction.NTH:
            self._request(pressed.nth - 1)
        elif pressed is not None and event.key() in _LABELLING_KEYS:
            self._request(self.currentIndex().row())
        else:
            event.ignore()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._request(self.indexAt(event.position().toPoint()).row())

    def _request(self, row: int) -> None:
        is_class = 0 <= row < KEYS and self._class_at(self.model().index(row, 0)) >= 0
        if is_class:
            self.nth_requested.emit(row + 1)
