"""Insert, remove and reorder the rows of the image model, with as few signals as views can bear."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from operator import attrgetter

from PySide6.QtCore import QAbstractListModel, QModelIndex, QPersistentModelIndex, Signal

from gui.gallery.arrangement import Group
from gui.gallery.row_order import RowOrder, runs
from gui.words import tr

_NO_PARENT = QModelIndex()
_MOST_RUNS = 50
"""More separate runs of rows than this change in one reset: each run alone moves all that lies behind it."""
_MOST_RUNS_IN_GROUPS = 4
"""The same where headings move too."""
_MANY = 2_000
"""So many images are looked at by numpy; those that return are merged at once."""
_AnyIndex = QModelIndex | QPersistentModelIndex


class ShownRows(QAbstractListModel):
    """A model whose rows are places of the image table.

    Signals:
        rows_replaced(is_arranged: bool): after a reset, when every view has heard of it; views take up again what they
            showed. Another arrangement is in force, or else only many rows came or left.
        stale_changed(is_stale: bool): arranging again would change something, or no longer.
    """

    rows_replaced = Signal(bool)
    stale_changed = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self._order = RowOrder()
        self._order_before: RowOrder | None = None
        self._groups: tuple[Group, ...] = ()
        self._is_stale = False

    def __len__(self) -> int:
        return len(self._order)

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._order)

    def place_at(self, row: int) -> int:
        """The place in the table of the image in a row."""
        return self._order.place(row)

    @property
    def is_stale(self) -> bool:
        """Whether arranging again would change something."""
        return self._is_stale

    def groups(self) -> tuple[Group, ...]:
        """The headings, by row; empty without grouping. The same object until they change."""
        return self._groups

    def group_at(self, row: int) -> Group | None:
        """The group of a row, None without grouping."""
        number = bisect_right(self._groups, row, key=attrgetter("first_row"))
        return self._groups[number - 1] if number else None

    def successor(self, row: int) -> int:
        """While `rows_replaced` is told: where the image of an old row is now, or else the next one that is left.

        Returns:
            A row; the last one if none of those behind is left; -1 if there is none at all.
        """
        before = self._order if self._order_before is None else self._order_before
        found = self._order.first_shown(before, row)
        return len(self) - 1 if found is None else found

    def carried(self, before: Sequence[tuple[int, int]], most: int) -> list[tuple[int, int]]:
        """While `rows_replaced` is told: where the images of old runs of rows are now, as ascending runs of rows.

        Returns:
            No runs if there would be more than `most`.
        """
        if self._order_before is None or not before:
            return list(before)
        import numpy as np  # noqa: PLC0415  # not at the start

        places = [np.asarray(self._order_before.places(first, last + 1)) for first, last in before]
        rows = self._order.rows(np.concatenate(places).astype(np.int32))
        return runs(np.sort(rows[rows >= 0]).tolist(), most) or []

    def _replace_order(self, order: RowOrder, groups: tuple[Group, ...], *, is_arranged: bool = False) -> None:
        self.beginResetModel()
        self._order_before, self._order, self._groups = self._order, order, groups
        self.endResetModel()
        self.rows_replaced.emit(is_arranged)
        self._order_before = None

    def _set_stale(self, *, is_stale: bool) -> None:
        if is_stale != self._is_stale:
            self._is_stale = is_stale
            self.stale_changed.emit(is_stale)

    def _insert(self, places: Sequence[int]) -> None:
        """Show ascending places: where they belong if rows follow the places, else at the end."""
        if not places:
            return
        if not self._order.is_ascending:
            self._insert_run(len(self), places)
            self._set_stale(is_stale=True)
            return
        if not len(self) or places[0] > self._order.place(len(self) - 1):
            self._insert_run(len(self), places)
            return
        batches = _batches(self._order, places) if len(places) <= _MANY else []
        if not 0 < len(batches) <= _MOST_RUNS:
            self._replace_order(self._order.merged(places), ())
            return
        for row, batch in reversed(batches):
            self._insert_run(row, batch)

    def _remove(self, rows: Sequence[int]) -> None:
        """Show ascending rows no longer."""
        parts = runs(rows, _MOST_RUNS_IN_GROUPS if self._groups else _MOST_RUNS)
        if parts is None:
            groups = _without(self._groups, rows) if self._groups else ()
            self._replace_order(self._order.without(rows), groups)
            return
        for first, last in reversed(parts):
            self.beginRemoveRows(_NO_PARENT, first, last)
            self._order.remove(first, last)
            if self._groups:
                self._groups = _without(self._groups, range(first, last + 1))
            self.endRemoveRows()

    def _tell_changed(self, places: array[int]) -> None:
        """One signal from the first to the last row that changed."""
        if len(places) > _MANY:
            import numpy as np  # noqa: PLC0415  # not at the start

            every = self._order.rows(np.asarray(places))
            shown = every[every >= 0]
            rows = [int(shown.min()), int(shown.max())] if len(shown) else []
        else:
            rows = [row for place in places if (row := self._order.row(place)) is not None]
        if rows:
            self.dataChanged.emit(self.index(min(rows)), self.index(max(rows)))

    def _insert_run(self, row: int, places: Sequence[int]) -> None:
        self.beginInsertRows(_NO_PARENT, row, row + len(places) - 1)
        self._order.insert(row, places)
        if self._groups:
            self._groups = _with_new(self._groups, row, len(places))
        self.endInsertRows()


def _batches(order: RowOrder, places: Sequence[int]) -> list[tuple[int, list[int]]]:
    """Places by the row before which they belong."""
    found: list[tuple[int, list[int]]] = []
    for place in places:
        row = order.row_from(place)
        if found and found[-1][0] == row:
            found[-1][1].append(place)
        else:
            found.append((row, [place]))
    return found


def _without(groups: tuple[Group, ...], rows: Sequence[int]) -> tuple[Group, ...]:
    """The groups after rows have left; empty ones leave too."""
    import numpy as np  # noqa: PLC0415  # not at the start

    starts = [group.first_row for group in groups]
    gone = np.bincount(np.searchsorted(starts, rows, side="right") - 1, minlength=len(groups))
    left, first = [], 0
    for group, less in zip(groups, gone.tolist(), strict=True):
        if group.count > less:
            left.append(Group(group.title, first, group.count - less))
            first += group.count - less
    return tuple(left)


def _with_new(groups: tuple[Group, ...], row: int, count: int) -> tuple[Group, ...]:
    """The groups after rows were added at the end: they stand under a heading of their own."""
    title = tr("New")
    last = groups[-1]
    if last.title == title:
        return (*groups[:-1], Group(title, last.first_row, last.count + count))
    return (*groups, Group(title, row, count))
