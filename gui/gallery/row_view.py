"""Show the rows of the image model in places that arithmetic finds, so that 100,000 rows cost what fits on screen."""

from __future__ import annotations

from abc import abstractmethod
from array import array

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QPoint,
    QRect,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import (
    QAccessible,
    QAccessibleEvent,
    QFocusEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QRegion,
    QResizeEvent,
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QListView, QWidget

from gui.gallery.cursor_moves import row_after
from gui.gallery.image_model import ImageModel
from gui.gallery.row_keeper import RowKeeper
from gui.gallery.selection_runs import inverted, select_runs, selected_runs

_AnyIndex = QModelIndex | QPersistentModelIndex
_Hint = QAbstractItemView.ScrollHint
_Move = QAbstractItemView.CursorAction
_MOVING_KEYS = frozenset(
    {
        Qt.Key.Key_Left,
        Qt.Key.Key_Right,
        Qt.Key.Key_Up,
        Qt.Key.Key_Down,
        Qt.Key.Key_Home,
        Qt.Key.Key_End,
        Qt.Key.Key_PageUp,
        Qt.Key.Key_PageDown,
        Qt.Key.Key_Space,
    }
)
"""What moves or selects; QAbstractItemView would swallow letters and digits too, which belong to the page."""


_FEW_PARTS, _FEW_ROWS = 4, 4
"""A selection that changes in more parts or longer ones is painted anew as a whole."""


class RowView(QListView):
    """What the grid and the filmstrip share. Subclasses say where a row is; nothing here walks over all rows.

    It is a QListView, because that is what screen readers see as a list of items; but the layout, the selection and
    the painting are its own, since the inherited ones visit every row (100 ms and more at 100,000).

    Signals:
        image_activated(row: int): double click or Enter.
        current_changed(row: int): another image is current; -1 when none is.
        visible_rows_changed(first: int, last: int): other rows are on screen, or other images in the same rows;
            (-1, -1) when none is.
    """

    image_activated = Signal(int)
    current_changed = Signal(int)
    visible_rows_changed = Signal(int, int)

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.images = images
        self._visible = (-1, -1)
        self._before = 0
        self._was_laid_out = False
        # The image that stood first at the last change of size, and where it was scrolled to.
        self._anchored = (-1, QPoint())
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setModel(images)
        self._keeper = RowKeeper(self)
        images.rows_replaced.connect(self._tell_other_images)
        images.rowsRemoved.connect(self._tell_other_images)
        self.doubleClicked.connect(self._on_double_clicked)
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

    @abstractmethod
    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        """Paint one row into its cell (viewport coordinates)."""

    def paint_behind(self, painter: QPainter, area: QRect) -> None:
        """Paint what is no row (viewport coordinates)."""

    @abstractmethod
    def _prepare(self) -> None:
        """Fit what is painted to the palette, the font and the screen's pixel ratio."""

    def visible_rows(self) -> tuple[int, int]:
        """The first and the last row on screen, (-1, -1) when there is none."""
        return self._rows_in(self.viewport().rect())

    def current_row(self) -> int:
        """The current row, -1 when there is none."""
        return self.currentIndex().row()

    def set_current_row(self, row: int) -> None:
        """Make a row current and select only it; a row outside the list does nothing."""
        if 0 <= row < len(self.images):
            index = self.images.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def selected_rows(self) -> list[int]:
        """The selected rows in order."""
        return [row for first, last in selected_runs(self.selectionModel()) for row in range(first, last + 1)]

    def selected_keys(self) -> array[int]:
        """The keys of the selected images, by row."""
        keys = array("q")
        for first, last in selected_runs(self.selectionModel()):
            keys.extend(self.images.keys_between(first, last))
        return keys

    def invert_selection(self) -> bool:
        """Select what is not selected, and the other way round.

        Returns:
            False if that would be too many separate runs of rows (`MOST_RUNS`); then the selection is as it was.
        """
        chosen = self.selectionModel()
        return select_runs(chosen, inverted(selected_runs(chosen), len(self.images)))

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

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.image_activated.emit(index.row())

    def _update_row(self, row: int) -> None:
        if row >= 0:
            self.viewport().update(self.cell_of(row).translated(-self._offset()))

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

    def dataChanged(self, top: _AnyIndex, bottom: _AnyIndex, _roles: object = ()) -> None:
        first, last = self.visible_rows()
        if top.row() == bottom.row():
            if first <= top.row() <= last:
                self._update_row(top.row())
        elif top.row() <= last and bottom.row() >= first:
            self.viewport().update()

    def rowsAboutToBeRemoved(self, parent: _AnyIndex, first: int, last: int) -> None:
        self._keeper.leave_rows(first, last)
        super().rowsAboutToBeRemoved(parent, first, last)

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

    def moveCursor(self, action: _Move, _modifiers: Qt.KeyboardModifier) -> QModelIndex:
        if not len(self.images):
            return QModelIndex()
        if self.current_row() < 0:  # the focus comes in: begin with what is on screen
            return self.images.index(max(0, self.visible_rows()[0]))
        return self.images.index(self._clamped(row_after(self, action)))

    def setSelection(self, rect: QRect, command: QItemSelectionModel.SelectionFlag) -> None:
        """Select all rows between the two corners, as one range. Qt's corners may come in either order."""
        if not len(self.images):
            return
        one, other = (
            self._clamped(self.nearest_row(point + self._offset())) for point in (rect.topLeft(), rect.bottomRight())
        )
        first, last = min(one, other), max(one, other)
        selection = QItemSelection(self.images.index(first), self.images.index(last))
        self.selectionModel().select(selection, command)

    def selectAll(self) -> None:
        if len(self.images) and self.selectionMode() == QAbstractItemView.SelectionMode.ExtendedSelection:
            whole = QItemSelection(self.images.index(0), self.images.index(len(self.images) - 1))
            self.selectionModel().select(whole, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def visualRegionForSelection(self, _selection: QItemSelection) -> QRegion:
        return QRegion(self.viewport().rect())

    def selectionChanged(self, selected: QItemSelection, deselected: QItemSelection) -> None:
        """Paint what changed; one key changes two tiles, not the whole screen."""
        first, last = self.visible_rows()
        for change in (selected, deselected):
            for part in (change.at(number) for number in range(min(change.count(), _FEW_PARTS + 1))):
                if part.bottom() - part.top() >= _FEW_ROWS or change.count() > _FEW_PARTS:
                    self.viewport().update()
                    return
                for row in range(max(first, part.top()), min(last, part.bottom()) + 1):
                    self._update_row(row)

    def currentChanged(self, current: _AnyIndex, previous: _AnyIndex) -> None:
        if current.isValid() and self._keeper.lets_scroll:
            self.scrollTo(current)
        self._update_row(previous.row())
        self._update_row(current.row())
        if current.isValid() and QAccessible.isActive():
            event = QAccessibleEvent(self, QAccessible.Event.Focus)
            event.setChild(current.row())
            QAccessible.updateAccessibility(event)
        self.current_changed.emit(current.row())

    def keyboardSearch(self, _text: str) -> None:
        """Nothing: letters are keys of actions here."""

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_row() >= 0:
            self.image_activated.emit(self.current_row())
            event.accept()
        elif event.key() in _MOVING_KEYS:
            super().keyPressEvent(event)
        else:
            event.ignore()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self._update_row(self.current_row())

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._update_row(self.current_row())

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.DevicePixelRatioChange:
            self._prepare()
        return super().event(event)

    def showEvent(self, event: QShowEvent) -> None:
        """The pixel ratio of the screen is known only now."""
        self._prepare()
        super().showEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        first, last = self._rows_in(event.rect())
        painter = QPainter(self.viewport())
        try:
            self._paint_rows(painter, event, first, last)
        finally:
            # An error that was told must not leave the painter at work: the next one would abort the program.
            painter.end()

    def _paint_rows(self, painter: QPainter, event: QPaintEvent, first: int, last: int) -> None:
        painter.setFont(self.font())
        self.paint_behind(painter, event.rect())
        if first < 0:
            return
        offset, current, has_focus = self._offset(), self.current_row(), self.hasFocus()
        chosen, images = self.selectionModel(), self.images
        for row in range(first, last + 1):
            cell = self.cell_of(row).translated(-offset)
            if cell.intersects(event.rect()):
                selected = chosen.isSelected(images.index(row))
                self.paint_row(painter, cell, row, selected=selected, focused=has_focus and row == current)
