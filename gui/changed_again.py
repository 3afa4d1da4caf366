"""Bring into view and select what undo or redo has changed, so that the next key is about all of it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import compress

from PySide6.QtCore import QObject, Slot

from gui.gallery.image_model import ImageModel
from gui.gallery.selection_runs import MOST_RUNS, select_runs
from gui.main_window import MainWindow

_MOST_BROUGHT_BACK = 5_000
"""More images than this are not brought back into a filtered view after undo; the message says what happened."""


class ChangedAgain(QObject):
    """Shows images that changed, also where the filter hides them now; a chip says so until the filter is renewed."""

    def __init__(self, window: MainWindow, images: ImageModel) -> None:
        super().__init__()
        self._window = window
        self._images = images
        images.arranged.connect(self._on_arranged)

    def show(self, keys: Sequence[int]) -> bool:
        """Bring these images into view and select them; the first of them is the current one.

        Returns:
            False where they stand in too many places to be selected together, so that none is.
        """
        if not len(keys):
            return True
        grid, images = self._window.grid, self._images
        if len(keys) <= _MOST_BROUGHT_BACK:
            hidden = [key for key in keys if images.row_of(key) is None]
            images.show_also(hidden)
            if any(images.row_of(key) is not None for key in hidden):
                self._window.gallery.bar.set_also_shown(is_shown=True)
        rows = self._rows(keys)
        if not rows:
            return True
        runs, first = _runs(rows), images.row_of(keys[0])
        row = rows[0] if first is None else first
        if len(runs) > MOST_RUNS:
            # Not the first one alone: who looks at the list takes the next key to be about all of it.
            if self._window.shows_picture:
                grid.set_current_only(row)
            else:
                grid.select_nothing()
                grid.scrollTo(images.index(row))
            return False
        grid.set_current_row(row)
        if len(rows) > 1:
            select_runs(grid.selectionModel(), runs)
        return True

    def _rows(self, keys: Sequence[int]) -> list[int]:
        """Where they are shown, ascending."""
        if len(keys) <= _MOST_BROUGHT_BACK:
            return sorted(row for key in keys if (row := self._images.row_of(key)) is not None)
        changed, shown = {*keys}, self._images.shown_keys()
        return [*compress(range(len(shown)), map(changed.__contains__, shown))]

    @Slot()
    def _on_arranged(self) -> None:
        """The filter is in force for every image again."""
        self._window.gallery.bar.set_also_shown(is_shown=False)


def _runs(rows: Iterable[int]) -> list[tuple[int, int]]:
    """Ascending rows as (first, last) of neighbours."""
    runs: list[tuple[int, int]] = []
    for row in rows:
        if runs and runs[-1][1] == row - 1:
            runs[-1] = runs[-1][0], row
        else:
            runs.append((row, row))
    return runs
