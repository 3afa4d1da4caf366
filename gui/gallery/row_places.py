"""Place the rows of the image model by arithmetic, so that 100,000 rows cost what fits on screen."""

from __future__ import annotations

from abc import abstractmethod

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QPoint, QRect, QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QAbstractItemView, QListView, QWidget

from gui.gallery.image_model import ImageModel

_AnyIndex = QModelIndex | QPersistentModelIndex
_Hint = QAbstractItemView.ScrollHint


class RowPlaces(QListView):
    """A list that says where each row is and scrolls there. Subclasses give the places; nothing walks over all rows.

    It is a QListView, because that is what screen readers see as a list of items; but the layout is its own, since the
    inherited one visits every row (100 ms and more at 100,000).

    Attributes:
        images: whose rows they are.

    Signals:
        visible_rows_changed(first: int, last: int): other rows are on screen, or other images in the same rows;
            (-1, -1) when none is.
    """

    visible_rows_changed = Signal(int, int)

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = images
        self._visible = (-1, -1)
        self._before = 0
        self._was_laid_out = False
        # The image that stood first at the last change of size, and where it was scrolled to.
        self._anchored = (-1, QPoint())
        self.setUniformItemSizes(True)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setModel(images)
        self.verticalScrollBar().valueChanged.connect(self._tell_visible_rows)
        self.horizontalScrollBar().valueChanged.connect(self._tell_visible_rows)

    # Where things are: in content coordinates, whose origin is the corner of the first row.

    @abstractmethod
    def cell_of(self, row: int) -> QRect:
        """The rectangle of a row."""

    def seen_with(self, row: int) -> QRect:
        """What must be on screen for a row to be seen: its cell, and what belongs to it."""
        return self.cell_of(row)

    @abstractmethod
    def nearest_row(self, point: QPoint) -> int:
        """The row whose cell is nearest to a point; may lie outside the model's rows."""

    @abstractmethod
    def content_size(self) -> QSize:
        """What all rows together take."""

    @abstractmethod
    def row_by_lines(self, row: int, lines: int) -> int:
        """The row so many lines below (or above, if negative); may lie outside the model's rows."""

    @abstractmethod
    def page_lines(self) -> int:
        """How many lines a move by one page goes over."""

    def visible_rows(self) -> tuple[int, int]:
        """The first and the last row on screen, (-1, -1) when there is none."""
        return self._rows_in(self.viewport().rect())

    def anchor(self) -> tuple[int, int] | None:
        """What is on screen: the key of the first image, and how far its cell begins before the edge in pixels."""
        row = self.visible_rows()[0]
        return None if row < 0 else (self.images.key_at(row), self.offset_of(row))

    def offset_of(self, row: int) -> int:
        """How far a row's cell begins before the edge of the view, in pixels along the scroll bar."""
        offset = self._offset() - self.cell_of(row).topLeft()
        return offset.x() if self.verticalScrollBar().maximum() == 0 else offset.y()

    def restore_anchor(self, anchor: tuple[int, int]) -> bool:
        """Scroll to what was on screen; False if that image is not shown."""
        row = self.images.row_of(anchor[0])
        if row is not None:
            self.scroll_row_to(row, anchor[1])
        return row is not None

    def _offset(self) -> QPoint:
        return QPoint(self.horizontalOffset(), self.verticalOffset())

    def _clamped(self, row: int) -> int:
        return max(0, min(row, len(self.images) - 1))

    def _rows_in(self, area: QRect) -> tuple[int, int]:
        """The rows that a rectangle of the viewport may touch."""
        if not len(self.images) or area.isEmpty():
            return (-1, -1)
        first = self.nearest_row(area.topLeft() + self._offset())
        last = self.nearest_row(area.bottomRight() + self._offset())
        if last < 0 or first >= len(self.images):
            return (-1, -1)
        return (self._clamped(first), self._clamped(last))

    @Slot()
    def _tell_visible_rows(self) -> None:
        visible = self.visible_rows()
        self._before = self.offset_of(visible[0]) if visible[0] >= 0 else 0
        if visible != self._visible:
            self._visible = visible
            self.visible_rows_changed.emit(*visible)

    @Slot()
    def _tell_other_images(self) -> None:
        """The numbers of the rows may be the same; what they show is not."""
        self._visible = self.visible_rows()
        self.visible_rows_changed.emit(*self._visible)

    def scroll_row_to(self, row: int, before: int) -> None:
        """Scroll so that a row's cell begins so many pixels before the edge."""
        corner = self.cell_of(row).topLeft()
        self.verticalScrollBar().setValue(corner.y() + before)
        self.horizontalScrollBar().setValue(corner.x() + before)

    # What Qt asks: each answer is arithmetic.

    def visualRect(self, index: _AnyIndex) -> QRect:
        return self.cell_of(index.row()).translated(-self._offset()) if index.isValid() else QRect()

    def indexAt(self, point: QPoint) -> QModelIndex:
        row = self.nearest_row(point + self._offset())
        inside = 0 <= row < len(self.images) and self.cell_of(row).contains(point + self._offset())
        return self.images.index(row) if inside else QModelIndex()

    def horizontalOffset(self) -> int:
        return self.horizontalScrollBar().value()

    def verticalOffset(self) -> int:
        return self.verticalScrollBar().value()

    def isIndexHidden(self, _index: _AnyIndex) -> bool:
        return False

    def doItemsLayout(self) -> None:
        self.updateGeometries()
        self.viewport().update()

    def updateGeometries(self) -> None:
        size, view = self.content_size(), self.viewport().size()
        for bar, content, page in (
            (self.horizontalScrollBar(), size.width(), view.width()),
            (self.verticalScrollBar(), size.height(), view.height()),
        ):
            bar.setPageStep(page)
            bar.setRange(0, max(0, content - page))
        self._tell_visible_rows()

    def rowsInserted(self, _parent: _AnyIndex, first: int, _last: int) -> None:
        self.updateGeometries()
        if first <= self.visible_rows()[1]:
            self.viewport().update()

    def resizeEvent(self, _event: QResizeEvent) -> None:
        """Keep the first row on screen where it is, however many columns there are now."""
        row, before = self._anchor_row(), self._before
        self.updateGeometries()
        # The event does not say whether there was a size before: one that comes with the widget's return has none.
        if self._was_laid_out and 0 < row < len(self.images):
            self.scroll_row_to(row, before)
            self._anchored = (self.images.key_at(row), self._offset())
        self._was_laid_out = True
        self._tell_visible_rows()

    def _anchor_row(self) -> int:
        """The row to keep: the same one as long as nobody scrolls, or each change of columns would move a little."""
        key, offset = self._anchored
        row = self.images.row_of(key) if offset == self._offset() else None
        return self._visible[0] if row is None else row

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        self.viewport().scroll(dx, dy)

    def scrollTo(self, index: _AnyIndex, hint: _Hint = _Hint.EnsureVisible) -> None:
        if not index.isValid():
            return
        cell, view = self.seen_with(index.row()), self.viewport().size()
        for bar, start, length, page in (
            (self.horizontalScrollBar(), cell.left(), cell.width(), view.width()),
            (self.verticalScrollBar(), cell.top(), cell.height(), view.height()),
        ):
            if hint == _Hint.PositionAtCenter:
                bar.setValue(start - (page - length) // 2)
            elif start < bar.value() or hint == _Hint.PositionAtTop:
                bar.setValue(start)
            elif start + length > bar.value() + page:
                bar.setValue(start + length - page)
