"""Show one condition of the filter as a button that takes it away."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from gui.plain_text import for_tooltip
from gui.theme import TARGET_PX, mixed, theme_of
from gui.words import tr

_PAD_PX = 10
_GAP_PX = 6
_LEAST_CROSS_PX = 9
_CROSS_SHARE = 0.7
"""The cross's side in heights of the text above its line: it grows with the font."""
_RING_PX = 2
_LEAST_CHARACTERS = 10
_FILL, _HOVER_FILL = 0.10, 0.20
_REMOVING_KEYS = (Qt.Key.Key_Delete, Qt.Key.Key_Backspace, Qt.Key.Key_Return, Qt.Key.Key_Enter)


class ChipButton(QAbstractButton):
    """A rounded button with a text and a cross. A click, Space, Enter, Delete and Backspace all take it away.

    `clicked` is the signal.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown = ""
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

    @property
    def shown(self) -> str:
        """What the chip says."""
        return self._shown

    def set_text(self, text: str) -> None:
        """Say another condition, safe to show already."""
        # Not QAbstractButton's own text: an ampersand there would become an access key.
        self._shown = text
        self.setAccessibleName(tr("Remove filter {condition}").format(condition=text))
        self.setToolTip(for_tooltip(f"{text}\n{tr('Click to remove this filter.')}"))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(self._width_for(self.fontMetrics().horizontalAdvance(self._shown) + 1), self._height())

    def minimumSizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        least = min(metrics.horizontalAdvance(self._shown) + 1, metrics.averageCharWidth() * _LEAST_CHARACTERS)
        return QSize(self._width_for(least), self._height())

    def _width_for(self, text_width: int) -> int:
        return text_width + 2 * _PAD_PX + _GAP_PX + self._cross_px()

    def _cross_px(self) -> int:
        return max(_LEAST_CROSS_PX, round(self.fontMetrics().ascent() * _CROSS_SHARE))

    def _height(self) -> int:
        return max(TARGET_PX, self.fontMetrics().height() + 8)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _REMOVING_KEYS:
            if not event.isAutoRepeat():
                self.click()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(1, 1, -1, -1)
        is_strong = self.underMouse() or self.isDown()
        painter.setBrush(mixed(theme.selection, theme.window, _HOVER_FILL if is_strong else _FILL))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), _RING_PX))
        else:
            painter.setPen(QPen(QColor(theme.outline), 1))
        painter.drawRoundedRect(body, body.height() / 2, body.height() / 2)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        size = self._cross_px()
        room = self.rect().adjusted(_PAD_PX, 0, -_PAD_PX - _GAP_PX - size, 0)
        cross = QRectF(self.width() - _PAD_PX - size, (self.height() - size) / 2, size, size)
        if is_mirrored:
            room.moveRight(self.width() - 1 - room.left())
            cross.moveLeft(_PAD_PX)
        painter.setPen(QColor(theme.text))
        text = self.fontMetrics().elidedText(self._shown, Qt.TextElideMode.ElideRight, room.width())
        # The painter would align by the script of the text, not by the direction of the window.
        side = Qt.AlignmentFlag.AlignRight if is_mirrored else Qt.AlignmentFlag.AlignLeft
        flags = side | Qt.AlignmentFlag.AlignAbsolute | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(room, int(flags), text)
        _paint_cross(painter, cross, QColor(theme.text if is_strong else theme.secondary_text))


def _paint_cross(painter: QPainter, square: QRectF, color: QColor) -> None:
    painter.setPen(QPen(color, 1.6, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    inner = square.adjusted(0.8, 0.8, -0.8, -0.8)
    painter.drawLine(QPointF(inner.topLeft()), QPointF(inner.bottomRight()))
    painter.drawLine(QPointF(inner.topRight()), QPointF(inner.bottomLeft()))
