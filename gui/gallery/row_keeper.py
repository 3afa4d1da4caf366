"""Keep what a view shows when its rows change: the current image, the selection, what is on screen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QItemSelectionModel, QObject, Slot

from gui.gallery.selection_runs import MOST_RUNS, select_runs, selected_runs

if TYPE_CHECKING:
    from gui.gallery.row_view import RowView


@dataclass(frozen=True, slots=True)
class _Before:
    """What a view showed before all rows were replaced.

    Attributes:
        current: the old current row, -1 where there was none.
        was_visible: it was on screen.
        first: the first old row on screen, -1 likewise.
        offset: how far its cell began before the edge, in pixels.
        selected: runs of old rows.
    """

    current: int
    was_visible: bool
    first: int
    offset: int
    selected: list[tuple[int, int]]


class RowKeeper(QObject):
    """Works for one view. Where the current image is no longer shown, the next one that is takes its place.

    Attributes:
        lets_scroll: whether a new current row is to be brought on screen.
    """

    def __init__(self, view: RowView) -> None:
        super().__init__(view)
        self._before: _Before | None = None
        self._has_moved_on = False
        self.lets_scroll = True
        view.images.modelAboutToBeReset.connect(self._on_about_to_be_reset)
        view.images.rows_replaced.connect(self._on_rows_replaced)
        view.images.rowsRemoved.connect(self._on_rows_removed)

    @property
    def _view(self) -> RowView:
        return cast("RowView", self.parent())  # not kept, so that view and keeper are no cycle

    def leave_rows(self, first: int, last: int) -> None:
        """These rows are about to go: the focus moves to the next image that is left, or else to the one before."""
        view = self._view
        if first <= view.current_row() <= last:
            row = last + 1 if last + 1 < len(view.images) else first - 1
            if row >= 0:
                self._has_moved_on = True
                self._move_focus(row)

    @Slot()
    def _on_about_to_be_reset(self) -> None:
        view = self._view
        first, last = view.visible_rows()
        row, offset = view.current_row(), view.offset_of(first) if first >= 0 else 0
        self._before = _Before(row, first <= row <= last, first, offset, selected_runs(view.selectionModel()))

    @Slot(bool)
    def _on_rows_replaced(self, is_arranged: bool) -> None:
        view, before, self._before = self._view, self._before, None
        if before is None:
            return
        if is_arranged:
            view.scrollToTop()  # unless the current image, further down, was on screen
        elif before.first >= 0 and len(view.images):
            view.scroll_row_to(view.images.successor(before.first), before.offset)
        if before.current >= 0:
            self._take_up(view.images.successor(before.current), before)

    def _take_up(self, row: int, before: _Before) -> None:
        view = self._view
        if row < 0:
            view.current_changed.emit(-1)
            return
        self.lets_scroll = False
        if row != view.current_row():  # or else another view of the same selection has done it already
            runs = view.images.carried(before.selected, MOST_RUNS)
            if runs and select_runs(view.selectionModel(), runs):
                self._move_focus(row)
            else:
                view.set_current_row(row)
        self.lets_scroll = True
        if before.was_visible:
            view.scrollTo(view.currentIndex())

    @Slot()
    def _on_rows_removed(self) -> None:
        view = self._view
        if self._has_moved_on and not view.selectionModel().hasSelection():
            self._has_moved_on = False
            view.set_current_row(view.current_row())
        if not len(view.images):
            view.current_changed.emit(-1)

    def _move_focus(self, row: int) -> None:
        index = self._view.images.index(row)
        self._view.selectionModel().setCurrentIndex(index, QItemSelectionModel.SelectionFlag.NoUpdate)
