"""Show all images as a grid of tiles, under headings where they are grouped."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QAbstractItemView, QWidget

from gui.gallery.arrangement import Group
from gui.gallery.grid_layout import GridLayout
from gui.gallery.image_model import ImageModel
from gui.gallery.row_view import RowView
from gui.gallery.tile_painter import INSET_PX, TilePainter, caption_height, heading_height
from gui.gallery.wanted_images import WantedImages
from gui.words import tr

DEFAULT_THUMBNAIL_PX = 160
_HEIGHT_SHARE = 0.8
"""Height of a picture's place by its width: between landscape and portrait."""


class ImageGrid(RowView):
    """The gallery: as many columns as fit, the space that is left spread between them.

    Signals:
        maps_wanted(keys: list[int]): maps are shown and these are not here; at most once per turn of the event loop,
            and once per image until `set_map` or `forget_map_requests`.
    """

    maps_wanted = Signal(list)

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        self._thumbnail_px = DEFAULT_THUMBNAIL_PX
        self._maps = WantedImages()
        self._painter = TilePainter(images.table)  # before Qt's constructor, which already sends events
        self._layout: GridLayout | None = None
        self._layout_of: tuple[int, int, int, tuple[Group, ...]] = (0, 0, 0, ())
        super().__init__(images, parent)
        self._maps.wanted.connect(self.maps_wanted)
        self.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(tr("Images"))
        self._prepare()

    def set_thumbnail_width(self, width_px: int) -> None:
        """How wide a tile's picture is, in logical pixels."""
        anchor = self.anchor()
        self._thumbnail_px = width_px
        self._prepare()
        self.doItemsLayout()
        if anchor is not None and anchor[0] != self.images.key_at(0):
            self.restore_anchor((anchor[0], 0))

    # Maps over the pictures.

    @property
    def are_maps_shown(self) -> bool:
        """Whether maps lie over the pictures."""
        return self._painter.maps is not None

    def set_maps_shown(self, shown: bool) -> None:
        """Lay maps over the pictures, or take them away; those that are here are kept."""
        self._painter.maps = self._maps if shown else None
        self.viewport().update()

    def set_map(self, key: int, image: QImage) -> None:
        """The map of an image, with transparency, as large as one likes: it is stretched over the whole picture.

        A null image says that this one has no map.
        """
        self._maps.put(key, image)
        row = self.images.row_of(key)
        if row is not None:
            self._update_row(row)

    def forget_map_requests(self, keys: list[int]) -> None:
        """Say that maps asked for will not come; they may be asked for again."""
        self._maps.forget_requests(keys)

    def forget_maps(self) -> None:
        """Say that all maps are out of date (another model answers)."""
        self._maps.clear()
        self.viewport().update()

    # Where things are.

    def columns(self) -> int:
        return max(1, self.viewport().width() // (self._thumbnail_px + 2 * INSET_PX))

    def cell_height(self) -> int:
        picture = round(self._thumbnail_px * _HEIGHT_SHARE)
        return picture + 2 * INSET_PX + caption_height(self.fontMetrics()) + 5

    def cell_of(self, row: int) -> QRect:
        columns = self.columns()
        column, top = self._lines().place_of(row)
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            column = columns - 1 - column
        width = self.viewport().width()
        left = column * width // columns
        return QRect(left, top, (column + 1) * width // columns - left, self.cell_height())

    def seen_with(self, row: int) -> QRect:
        """The first line of a group is seen with its heading."""
        return self.cell_of(row).adjusted(0, -self._lines().heading_above(row), 0, 0)

    def nearest_row(self, point: QPoint) -> int:
        columns = self.columns()
        column = max(0, min(columns - 1, point.x() * columns // max(1, self.viewport().width())))
        if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
            column = columns - 1 - column
        return self._lines().row_at(column, point.y())

    def _rows_in(self, area: QRect) -> tuple[int, int]:
        """Whole lines of cells, so that the direction of reading does not matter."""
        top = area.top() + self.verticalOffset()
        return (-1, -1) if area.isEmpty() else self._lines().rows_between(top, top + area.height() - 1)

    def content_size(self) -> QSize:
        self.verticalScrollBar().setSingleStep(self.cell_height() // 3)
        return QSize(0, self._lines().height)

    def row_by_lines(self, row: int, lines: int) -> int:
        return self._lines().row_by_lines(row, lines)

    def page_lines(self) -> int:
        return max(1, self.viewport().height() // self.cell_height())

    def _lines(self) -> GridLayout:
        """The layout, computed anew when anything changed that it is made from."""
        made_of = (len(self.images), self.columns(), self.cell_height(), self.images.groups())
        if self._layout is None or made_of[:3] != self._layout_of[:3] or made_of[3] is not self._layout_of[3]:
            self._layout = GridLayout(
                made_of[0],
                made_of[3],
                columns=made_of[1],
                cell_height=made_of[2],
                heading_height=heading_height(self.fontMetrics()),
            )
            self._layout_of = made_of
        return self._layout

    # What is painted.

    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        self._painter.paint_tile(painter, cell, self.images.place_at(row), selected=selected, focused=focused)

    def paint_behind(self, painter: QPainter, area: QRect) -> None:
        """The headings."""
        offset, width = self.verticalOffset(), self.viewport().width()
        height = heading_height(self.fontMetrics())
        for group, top in self._lines().headings_between(area.top() + offset, area.bottom() + offset):
            line = QRect(0, top - offset, width, height)
            self._painter.paint_heading(painter, line, group.title, group.count, self.layoutDirection())

    def _prepare(self) -> None:
        self._painter.prepare(self.palette(), self.font(), self.devicePixelRatioF())

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() in {QEvent.Type.PaletteChange, QEvent.Type.FontChange, QEvent.Type.StyleChange}:
            self._prepare()
            self._layout = None
            self.doItemsLayout()
