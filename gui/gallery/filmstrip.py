"""Show all images in one line below the viewer, the current one marked."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QPainter, QWheelEvent
from PySide6.QtWidgets import QAbstractItemView, QSizePolicy, QWidget

from gui.gallery.image_model import ImageModel
from gui.gallery.row_view import RowView
from gui.gallery.tile_painter import TilePainter
from gui.words import tr

_CELL_WIDTH_PX = 92
_CELL_HEIGHT_PX = 72
_WHEEL_NOTCH = 120


class Filmstrip(RowView):
    """One line of pictures. The wheel scrolls along it; the current picture stays near the middle."""

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        self._painter = TilePainter(images.table)  # before Qt's constructor, which already sends events
        super().__init__(images, parent)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Filmstrip"))
        self._prepare()

    def sizeHint(self) -> QSize:
        return QSize(_CELL_WIDTH_PX * 6, _CELL_HEIGHT_PX + self.horizontalScrollBar().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        return QSize(_CELL_WIDTH_PX, self.sizeHint().height())

    def cell_of(self, row: int) -> QRect:
        return QRect(row * _CELL_WIDTH_PX, 0, _CELL_WIDTH_PX, _CELL_HEIGHT_PX)

    def nearest_row(self, point: QPoint) -> int:
        return point.x() // _CELL_WIDTH_PX

    def content_size(self) -> QSize:
        self.horizontalScrollBar().setSingleStep(_CELL_WIDTH_PX)
        return QSize(len(self.images) * _CELL_WIDTH_PX, 0)

    def row_by_lines(self, row: int, lines: int) -> int:
        return row + lines

    def page_lines(self) -> int:
        return max(1, self.viewport().width() // _CELL_WIDTH_PX)

    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        current = row == self.current_row()
        self._painter.paint_frame(
            painter, cell, self.images.place_at(row), current=current or selected, focused=focused
        )

    def currentChanged(
        self, current: QModelIndex | QPersistentModelIndex, previous: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().currentChanged(current, previous)
        self.scrollTo(current, QAbstractItemView.ScrollHint.PositionAtCenter)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """A wheel that turns up and down moves along the strip."""
        pixels, angle = event.pixelDelta(), event.angleDelta()
        if not pixels.isNull():
            delta = pixels.x() or pixels.y()
        else:
            delta = (angle.x() or angle.y()) * 2 * _CELL_WIDTH_PX // _WHEEL_NOTCH
        bar = self.horizontalScrollBar()
        bar.setValue(bar.value() - delta)
        event.accept()

    def _prepare(self) -> None:
        self._painter.prepare(self.palette(), self.font(), self.devicePixelRatioF())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._prepare()
            self.viewport().update()
