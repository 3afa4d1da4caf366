"""Say in the empty gallery that the filters leave nothing over, and offer to clear them."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QPalette, QShowEvent
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import tr

_MARGIN_PX = 24


class EmptyNotice(QWidget):
    """A sentence and a button in the middle of its parent, hidden until it is shown.

    Signals:
        clear_requested(): the person wants all images back.
    """

    clear_requested = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self._covered = parent
        self._sentence = plain_label(tr("No images match these filters."), points=2)
        self._sentence.setWordWrap(True)
        self._sentence.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._sentence.setForegroundRole(QPalette.ColorRole.WindowText)
        clear = QPushButton(tr("Clear filters"))
        clear.setAutoDefault(False)
        clear.setMinimumHeight(TARGET_PX + 4)
        clear.clicked.connect(self.clear_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(_MARGIN_PX, _MARGIN_PX, _MARGIN_PX, _MARGIN_PX)
        column.setSpacing(12)
        column.addWidget(self._sentence)
        column.addWidget(clear, 0, Qt.AlignmentFlag.AlignHCenter)
        self.setAccessibleName(self._sentence.text())
        parent.installEventFilter(self)
        self.hide()

    def showEvent(self, event: QShowEvent) -> None:
        self._place()
        self.raise_()
        super().showEvent(event)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._covered:
            self._place()
        return False

    def _place(self) -> None:
        """In the middle, and no larger than needed: the rest of the gallery stays a place to drop on."""
        line = self._sentence.fontMetrics().horizontalAdvance(self._sentence.text()) + 2 * _MARGIN_PX + 2
        width = min(max(line, self.minimumSizeHint().width()), self._covered.width())
        self.resize(width, max(self.sizeHint().height(), self.heightForWidth(width)))
        centre = self._covered.rect().center()
        self.move(max(0, centre.x() - width // 2), max(0, centre.y() - self.height() // 2))
