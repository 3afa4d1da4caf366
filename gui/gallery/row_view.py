"""Show rows of the image model in their places: select them, paint them, and take the keys that move among them."""

from __future__ import annotations

from abc import abstractmethod
from array import array

from PySide6.QtCore import (
    QEvent,
    QItemSelection,
    QItemSelectionModel,
    QModelIndex,
    QPersistentModelIndex,
    QRect,
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
    QShowEvent,
)
from PySide6.QtWidgets import QAbstractItemView, QFrame, QWidget

from gui.gallery.cursor_moves import row_after
from gui.gallery.image_model import ImageModel
from gui.gallery.row_keeper import RowKeeper
from gui.gallery.row_places import RowPlaces
from gui.gallery.selection_runs import inverted, select_runs, selected_runs

_AnyIndex = QModelIndex | QPersistentModelIndex
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


class RowView(RowPlaces):
    """What the grid and the filmstrip share besides the places of rows: selecting, painting and keys.

    These are its own like the layout, and for the same reason.

    Signals:
        image_activated(row: int): double click or Enter.
        current_changed(row: int): another image is current; -1 when none is.
    """

    image_activated = Signal(int)
    current_changed = Signal(int)

    def __init__(self, images: ImageModel, parent: QWidget | None = None) -> None:
        super().__init__(images, parent)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        # What is on screen is told when the keeper has put it there.
        self._keeper = RowKeeper(self)
        images.rows_replaced.connect(self._tell_other_images)
        images.rowsRemoved.connect(self._tell_other_images)
        self.doubleClicked.connect(self._on_double_clicked)

    @abstractmethod
    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        """Paint one row into its cell (viewport coordinates)."""

    def paint_behind(self, painter: QPainter, area: QRect) -> None:
        """Paint what is no row (viewport coordinates)."""

    @abstractmethod
    def _prepare(self) -> None:
        """Fit what is painted to the palette, the font and the screen's pixel ratio."""

    def current_row(self) -> int:
        """The current row, -1 when there is none."""
        return self.currentIndex().row()

    def set_current_row(self, row: int) -> None:
        """Make a row current and select only it; a row outside the list does nothing."""
        if 0 <= row < len(self.images):
            index = self.images.index(row)
            self.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.ClearAndSelect)

    def set_current_only(self, row: int) -> None:
        """Make a row of the list current and select none."""
        self.selectionModel().setCurrentIndex(self.images.index(row), QItemSelectionModel.SelectionFlag.Clear)

    def select_nothing(self) -> None:
        """Select no row, and make none current: a key is about no image then."""
        self.selectionModel().clear()

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

    @Slot(QModelIndex)
    def _on_double_clicked(self, index: QModelIndex) -> None:
        self.image_activated.emit(index.row())

    def _update_row(self, row: int) -> None:
        if row >= 0:
            self.viewport().update(self.cell_of(row).translated(-self._offset()))

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
