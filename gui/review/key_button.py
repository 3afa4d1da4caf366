"""Show a button with the key that does the same."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QPushButton, QSizePolicy, QStyle, QStyleOptionButton, QStylePainter, QWidget

from gui.plain_text import for_tooltip
from gui.theme import TARGET_PX, theme_of
from gui.words import tr

_PADDING_PX = 8
_CAP_PADDING_PX = 5
_GAP_PX = 8
_RADIUS_PX = 3


class KeyButton(QPushButton):
    """A button whose key stands before its words. A click leaves the focus where it is; Tab reaches it.

    Its words are cut where there is no room, and then the tool tip has all of them.
    """

    def __init__(self, key: str, words: str, parent: QWidget | None = None) -> None:
        """Show `words`, safe to show already, and `key` as people read it on the keyboard."""
        super().__init__(parent)
        self._key = key
        self._words = ""
        # Layouts ask several times for each button, and a font's metrics are slow.
        self._wanted: QSize | None = None
        self._cap_px: int | None = None
        self.setAutoDefault(False)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.set_words(words)

    @property
    def words(self) -> str:
        """What the button says besides its key."""
        return self._words

    @property
    def key(self) -> str:
        """The key as it is shown."""
        return self._key

    def set_words(self, words: str) -> None:
        """Say something else, safe to show already."""
        if words == self._words:
            return
        self._words = words
        self._wanted = None
        self.setAccessibleName(tr("{words}, key {key}").format(words=words, key=self._key))
        self.setToolTip(for_tooltip(words))
        self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        if self._wanted is None:
            width = self._words_left() + self.fontMetrics().horizontalAdvance(self._words) + 1 + _PADDING_PX
            self._wanted = QSize(width, self._height())
        return QSize(self._wanted)

    def minimumSizeHint(self) -> QSize:
        shortest = min(self.sizeHint().width(), self._words_left() + self.fontMetrics().averageCharWidth() * 6)
        return QSize(shortest, self._height())

    def changeEvent(self, event: QEvent) -> None:
        if event.type() in {QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._wanted = self._cap_px = None
        super().changeEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        option = QStyleOptionButton()
        self.initStyleOption(option)
        painter = QStylePainter(self)
        painter.drawControl(QStyle.ControlElement.CE_PushButtonBevel, option)
        theme, palette = theme_of(self.palette()), self.palette()
        group = QPalette.ColorGroup.Active if self.isEnabled() else QPalette.ColorGroup.Disabled
        words_color = palette.color(group, QPalette.ColorRole.ButtonText)
        key_color = QColor(theme.secondary_text) if self.isEnabled() else words_color
        cap = self._mirrored(QRect(_PADDING_PX, 0, self._cap_width(), self.height()))
        self._paint_cap(painter, cap, key_color)
        room = QRect(self._words_left(), 0, self.width() - self._words_left() - _PADDING_PX, self.height())
        painter.setPen(words_color)
        shown = self.fontMetrics().elidedText(self._words, Qt.TextElideMode.ElideRight, room.width())
        flags = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignLeading | Qt.TextFlag.TextSingleLine
        painter.drawText(self._mirrored(room), int(flags), shown)
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(self.rect().adjusted(1, 1, -1, -1))

    def _paint_cap(self, painter: QPainter, cap: QRect, color: QColor) -> None:
        """The key in a small frame, as it looks on a keyboard."""
        metrics = QFontMetrics(self._cap_font())
        frame = QRectF(0, 0, cap.width(), metrics.height() + 2)
        frame.moveCenter(QRectF(cap).center())
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(color, 1))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(frame.adjusted(0.5, 0.5, -0.5, -0.5), _RADIUS_PX, _RADIUS_PX)
        painter.setFont(self._cap_font())
        painter.drawText(frame, int(Qt.AlignmentFlag.AlignCenter), self._key)
        painter.restore()

    def _cap_font(self) -> QFont:
        font = QFont(self.font())
        font.setPointSizeF(font.pointSizeF() * 0.9)
        return font

    def _cap_width(self) -> int:
        if self._cap_px is None:
            metrics = QFontMetrics(self._cap_font())
            self._cap_px = max(metrics.height() + 2, metrics.horizontalAdvance(self._key) + 2 * _CAP_PADDING_PX)
        return self._cap_px

    def _words_left(self) -> int:
        return _PADDING_PX + self._cap_width() + _GAP_PX

    def _height(self) -> int:
        return max(TARGET_PX, self.fontMetrics().height() + 12)

    def _mirrored(self, rect: QRect) -> QRect:
        return QStyle.visualRect(self.layoutDirection(), self.rect(), rect)
