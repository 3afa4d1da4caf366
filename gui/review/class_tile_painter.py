"""Paint a tile of a class page: picture, score and name; a cross and the words "left out" where it is left out."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QImage, QPainter, QPen
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.icons import IconName
from gui.review.class_tiles_model import TileRole
from gui.review.thumbnail_painter import ThumbnailPainter
from gui.words import tr
from inference.sessions.states import ImageState

_INSET_PX = 10
_PAD_PX = 4
_SHAPE_PX = 12
_CROSS_PX = 28
_RING_PX = 2
_RADIUS_PX = 6
_DIMMED = 0.4
_SHORTEST_NAME = 12
"""Letters; with less room a name says nothing."""
_WIDEST = 1.6
"""A picture's place is at most so much wider than high: its caption would stand far from it otherwise."""


def caption_height(metrics: QFontMetrics) -> int:
    """Height of the line below a picture with what is around it, in logical pixels."""
    return max(metrics.height(), _SHAPE_PX) + 2 * _PAD_PX


class ClassTilePainter(QStyledItemDelegate):
    """Paints into the cell that the view gives it; the picture keeps its sides."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.thumbnails = ThumbnailPainter()
        self.cell = QSize(160, 160)

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex | QPersistentModelIndex) -> QSize:
        return self.cell

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        cell: QRect = option.rect
        state: QStyle.StateFlag = option.state
        metrics: QFontMetrics = option.fontMetrics
        is_left_out = bool(index.data(TileRole.IS_LEFT_OUT))
        theme = self.thumbnails.theme
        caption = caption_height(metrics)
        area = _picture_area(cell, caption)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if state & QStyle.StateFlag.State_MouseOver:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.surround))
            painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), _RADIUS_PX, _RADIUS_PX)
        painter.setOpacity(_DIMMED if is_left_out else 1.0)
        self.thumbnails.paint_picture(painter, area, _thumbnail(index))
        painter.setOpacity(1.0)
        if is_left_out:
            self._paint_cross(painter, area)
        self._paint_caption(painter, QRect(area.left(), area.bottom() + 1, area.width(), caption), option, index)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), _RING_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), _RADIUS_PX, _RADIUS_PX)
        painter.restore()

    def _paint_cross(self, painter: QPainter, area: QRect) -> None:
        """On a ground of its own, so that it shows on any picture."""
        theme = self.thumbnails.theme
        ground = QRect(0, 0, _CROSS_PX + 2 * _PAD_PX, _CROSS_PX + 2 * _PAD_PX)
        ground.moveCenter(area.center())
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.window))
        painter.drawEllipse(ground)
        shape = ground.adjusted(2 * _PAD_PX, 2 * _PAD_PX, -2 * _PAD_PX, -2 * _PAD_PX)
        self.thumbnails.paint_shape(painter, shape, IconName.CLOSE, theme.text)

    def _paint_caption(
        self,
        painter: QPainter,
        area: QRect,
        option: QStyleOptionViewItem,
        index: QModelIndex | QPersistentModelIndex,
    ) -> None:
        theme, metrics, direction = self.thumbnails.theme, option.fontMetrics, option.direction
        height = metrics.height()
        line = QRect(area.left(), area.top() + _PAD_PX, area.width(), height)
        mark = QRect(line.left(), line.top() + (height - _SHAPE_PX) // 2, _SHAPE_PX, _SHAPE_PX)
        mark = QStyle.visualRect(direction, line, mark)
        if index.data(TileRole.IS_LEFT_OUT):
            words = tr("left out")
            self.thumbnails.paint_shape(painter, mark, IconName.CLOSE, theme.text)
        else:
            words = str(index.data(TileRole.SCORE))
            self.thumbnails.paint_state(painter, mark, ImageState.SUGGESTED, theme.text)
        flags = int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        room = QStyle.visualRect(direction, line, line.adjusted(_SHAPE_PX + _PAD_PX, 0, 0, 0))
        painter.setPen(QColor(theme.text))
        painter.drawText(room, flags, metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width()))
        taken = _SHAPE_PX + _PAD_PX + metrics.horizontalAdvance(words) + 2 * _PAD_PX
        room = QStyle.visualRect(direction, line, line.adjusted(taken, 0, 0, 0))
        if room.width() < metrics.averageCharWidth() * _SHORTEST_NAME:
            return
        painter.setPen(QColor(theme.secondary_text))
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, flags, name)


def picture_side(cell: QSize, metrics: QFontMetrics) -> int:
    """The shorter side of what a cell of this size leaves to its picture, in logical pixels."""
    area = _picture_area(QRect(0, 0, cell.width(), cell.height()), caption_height(metrics))
    return min(area.width(), area.height())


def _picture_area(cell: QRect, caption: int) -> QRect:
    area = cell.adjusted(_INSET_PX, _INSET_PX, -_INSET_PX, -caption - _PAD_PX)
    too_wide = max(0, area.width() - round(area.height() * _WIDEST))
    return area.adjusted(too_wide // 2, 0, -(too_wide // 2), 0)


def _thumbnail(index: QModelIndex | QPersistentModelIndex) -> QImage | None:
    image = index.data(Qt.ItemDataRole.DecorationRole)
    return image if isinstance(image, QImage) else None
