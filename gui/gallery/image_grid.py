"""Show all images as a grid of tiles."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from gui.gallery.image_model import ImageModel
from gui.gallery.row_view import RowView
from gui.gallery.tile_painter import INSET_PX, TilePainter, caption_height
from gui.words import tr

DEFAULT_THUMBNAIL_PX = 160
_HEIGHT_SHARE = 0.8
"""Height of a picture's place by its width: between landscape and portrait."""


class ImageGrid(RowView):
    """The gallery: as many columns as fit, the space that is left spread between them."""

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        self._thumbnail_px = DEFAULT_THUMBNAIL_PX
        self._painter = TilePainter(images)  # before Qt's constructor, which already sends events
        super().__init__(images, parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Images"))
        self._prepare()

    def set_thumbnail_width(self, width_px: int) -> None:
        """How wide a tile's picture is, in logical pixels."""
        self._thumbnail_px = width_px
        self._prepare()
        self.doItemsLayout()

    def columns(self) -> int:
        return max(1, self.viewport().width() // (self._thumbnail_px + 2 * INSET_PX))

    def cell_height(self) -> int:
        picture = round(self._thumbnail_px * _HEIGHT_SHARE)
        return picture + 2 * INSET_PX + caption_height(self.fontMetrics()) + 5

    def cell_of(self, row: int) -> QRect:
        columns, height = self.columns(), self.cell_height()
        line, column = divmod(row, columns)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            column = columns - 1 - column
        width = self.viewport().width()
        left = column * width // columns
        return QRect(left, line * height, (column + 1) * width // columns - left, height)

    def nearest_row(self, point: QPoint) -> int:
        columns = self.columns()
        column = max(0, min(columns - 1, point.x() * columns // max(1, self.viewport().width())))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            column = columns - 1 - column
        return point.y() // self.cell_height() * columns + column

    def _rows_in(self, area: QRect) -> tuple[int, int]:
        """Whole lines of cells, so that the direction of reading does not matter."""
        count, columns = len(self.images), self.columns()
        height, top = self.cell_height(), area.top() + self.verticalOffset()
        first = max(0, top // height * columns)
        last = min(count - 1, (top + area.height() - 1) // height * columns + columns - 1)
        return (first, last) if not area.isEmpty() and first <= last else (-1, -1)

    def content_size(self) -> QSize:
        lines = -(-len(self.images) // self.columns())
        self.verticalScrollBar().setSingleStep(self.cell_height() // 3)
        return QSize(0, lines * self.cell_height())

    def steps(self) -> tuple[int, int]:
        lines = max(1, self.viewport().height() // self.cell_height())
        return self.columns(), lines * self.columns()

    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        self._painter.paint_tile(painter, cell, row, selected=selected, focused=focused)

    def _prepare(self) -> None:
        self._painter.prepare(self.palette(), self.font(), self.devicePixelRatioF())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._prepare()
            self.doItemsLayout()
