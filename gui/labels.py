"""Show text that never is markup: whole, or cut in the middle where it does not fit."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QFont, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QFrame, QLabel, QSizePolicy, QWidget

from gui.plain_text import for_tooltip

_LEAST_CHARACTERS = 8


def plain_label(text: str = "", *, secondary: bool = False, points: float = 0.0, bold: bool = False) -> QLabel:
    """A label that shows its text as it is.

    Args:
        text: safe to show already (`gui.plain_text`).
        secondary: in the colour for words that matter less.
        points: how much larger than the usual font.
        bold: in bold.
    """
    label = QLabel(text)
    label.setTextFormat(Qt.TextFormat.PlainText)
    if secondary:
        label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    if points or bold:
        font = QFont(label.font())
        font.setPointSizeF(font.pointSizeF() + points)
        font.setBold(bold)
        label.setFont(font)
    return label


class ElidedLabel(QFrame):
    """One line of text, cut in the middle where there is no room; then the tool tip has all of it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._text = ""
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    def text(self) -> str:
        return self._text

    def set_text(self, text: str) -> None:
        """Show another text, safe to show already."""
        if text != self._text:
            self._text = text
            self.setAccessibleName(text)
            self.setToolTip(for_tooltip(text))
            self.updateGeometry()
            self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.horizontalAdvance(self._text) + 1, metrics.height())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        whole = metrics.horizontalAdvance(self._text) + 1
        return QSize(min(whole, metrics.averageCharWidth() * _LEAST_CHARACTERS), metrics.height())

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setPen(self.palette().color(self.foregroundRole()))
        text = self.fontMetrics().elidedText(self._text, Qt.TextElideMode.ElideMiddle, self.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextSingleLine
        painter.drawText(self.rect(), int(flags), text)
