"""Paint one suggestion: its key, its name, its score as a number, and a bar under them."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.viewer.composition import paint_focus_ring
from gui.viewer.suggestions_model import NO_CLASS, SuggestionRole
from gui.viewer.viewer_colors import ViewerColors, viewer_colors

_PADDING = 8
_GAP = 5
_BAR_HEIGHT = 4
_STRIP_WIDTH = 3
_HOVER_ALPHA = 18
_TRACK_ALPHA = 30
_BAR_ALPHA = 120


class SuggestionDelegate(QStyledItemDelegate):
    """Numbers first: the percent is text, the bar below only repeats it; the chosen class is bold and has a strip."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._colors = viewer_colors()

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self._colors = colors

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del index
        height = QFontMetrics(option.font).height()
        return QSize(height * 8, height + _BAR_HEIGHT + _GAP + 2 * _PADDING - 2)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        rect: QRect = option.rect
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        font: QFont = QFont(option.font)
        text_color = palette.color(QPalette.ColorRole.WindowText)
        is_class = index.data(SuggestionRole.CLASS_INDEX) != NO_CLASS
        is_chosen = bool(index.data(SuggestionRole.IS_CHOSEN))

        painter.save()
        if state & QStyle.StateFlag.State_MouseOver and is_class:
            painter.fillRect(rect, _faded(text_color, _HOVER_ALPHA))
        if is_chosen:
            strip = QRect(rect.left(), rect.top() + 4, _STRIP_WIDTH, rect.height() - 8)
            painter.fillRect(strip, self._colors.accent)
        self._paint_words(painter, rect, font, text_color, index)
        self._paint_bar(painter, rect, font, text_color, index)
        if state & QStyle.StateFlag.State_HasFocus:
            paint_focus_ring(painter, QRectF(rect), self._colors.accent)
        painter.restore()

    def _paint_words(
        self,
        painter: QPainter,
        rect: QRect,
        font: QFont,
        text_color: QColor,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        is_class = index.data(SuggestionRole.CLASS_INDEX) != NO_CLASS
        font.setBold(bool(index.data(SuggestionRole.IS_CHOSEN)))
        metrics = QFontMetrics(font)
        line = _words_rect(rect, metrics)
        percent = str(index.data(SuggestionRole.PERCENT))
        percent_width = metrics.horizontalAdvance(percent)
        painter.setFont(font)
        painter.setPen(text_color if is_class else self._colors.secondary_text)
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, percent)
        label_room = line.adjusted(_key_width(metrics), 0, -percent_width - _PADDING, 0)
        label = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideRight, label_room.width())
        painter.drawText(label_room, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, label)
        font.setBold(False)
        painter.setFont(font)
        painter.setPen(self._colors.secondary_text)
        painter.drawText(
            line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, str(index.data(SuggestionRole.KEY))
        )

    def _paint_bar(
        self,
        painter: QPainter,
        rect: QRect,
        font: QFont,
        text_color: QColor,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        metrics = QFontMetrics(font)
        line = _words_rect(rect, metrics)
        track = QRectF(
            line.left() + _key_width(metrics), line.bottom() + _GAP, line.width() - _key_width(metrics), _BAR_HEIGHT
        )
        share = min(1.0, max(0.0, float(index.data(SuggestionRole.PROBABILITY))))
        filled = QRectF(track.left(), track.top(), track.width() * share, track.height())
        color = self._colors.accent if index.data(SuggestionRole.IS_CHOSEN) else _faded(text_color, _BAR_ALPHA)
        painter.fillRect(track, _faded(text_color, _TRACK_ALPHA))
        painter.fillRect(filled, color)


def _words_rect(rect: QRect, metrics: QFontMetrics) -> QRect:
    inner = rect.adjusted(_PADDING + _STRIP_WIDTH, _PADDING - 1, -_PADDING, 0)
    inner.setHeight(metrics.height())
    return inner


def _key_width(metrics: QFontMetrics) -> int:
    return metrics.horizontalAdvance("0") + _PADDING


def _faded(color: QColor, alpha: int) -> QColor:
    faded = QColor(color)
    faded.setAlpha(alpha)
    return faded
