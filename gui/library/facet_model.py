"""List the rows of one section: name, count, whether the filter asks for it; repaint only what changed."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum
from operator import attrgetter

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.library.sections import FacetKey
from gui.plain_text import for_tooltip
from gui.words import counted, number, tr
from inference.texts import visible

_NO_PARENT = QModelIndex()
_MOST_MOVES = 8
"""More rows than this change their places at once: a view does its layout for each one that moves by itself."""
_Index = QModelIndex | QPersistentModelIndex


class FacetRole(IntEnum):
    """What a row tells besides its text."""

    ENTRY = Qt.ItemDataRole.UserRole
    """FacetEntry."""
    IS_ACTIVE = Qt.ItemDataRole.UserRole + 1
    """bool: the filter asks for it."""


@dataclass(frozen=True, slots=True)
class FacetEntry:
    """One row.

    Attributes:
        key: what it stands for.
        name: as it was given, not yet safe to show.
        count: images.
        level: how far it is indented.
        tip: what a resting pointer is told; the name where it is empty.
        is_choice: False for a line that only says something.
        shown: the name, safe to show.
        folded: the name, whatever the case.
        rank: where it stands in ranked rows: by count, then by name.
    """

    key: FacetKey
    name: str
    count: int
    level: int = 0
    tip: str = ""
    is_choice: bool = True
    shown: str = field(init=False)
    folded: str = field(init=False)
    rank: tuple[int, str, str, FacetKey] = field(init=False)

    def __post_init__(self) -> None:
        folded = self.name.casefold()
        object.__setattr__(self, "shown", visible(self.name))
        object.__setattr__(self, "folded", folded)
        object.__setattr__(self, "rank", (-self.count, folded, self.name, self.key))


_by_rank = attrgetter("rank")


class FacetModel(QAbstractListModel):
    """The rows of one section, as given or the most frequent first.

    Signals:
        row_count_changed(): there are more rows or fewer.
    """

    row_count_changed = Signal()

    def __init__(self, parent: QObject | None = None, *, is_ranked: bool = False) -> None:
        """With `is_ranked`, rows are sorted by count, then by name."""
        super().__init__(parent)
        self._is_ranked = is_ranked
        self._is_held = False
        self._search = ""
        self._known: dict[FacetKey, FacetEntry] = {}
        self._rows: list[FacetEntry] = []
        self._is_in_order = is_ranked
        self._places: dict[FacetKey, int] | None = None  # made when somebody asks, where ranks do not tell
        self._active: frozenset[FacetKey] = frozenset()

    def set_entries(self, entries: Iterable[FacetEntry]) -> None:
        """Show other rows or counts; a key may come once."""
        self._known = {entry.key: entry for entry in entries}
        self._show(self._wanted(keep_order=self._is_held))

    def set_counts(self, counts: Iterable[tuple[int, str, int]]) -> None:
        """Show exactly these codes with their names and counts."""
        known = self._known
        entries = []
        for code, name, count in counts:
            entry = known.get(code)
            if entry is None or entry.count != count or entry.name != name:
                entry = FacetEntry(code, name, count)
            entries.append(entry)
        self.set_entries(entries)

    def update_counts(self, changes: Iterable[tuple[int, str, int]]) -> None:
        """Show other counts of some codes; those without images leave. Rows that stay as they are cost nothing."""
        changed = [pair for code, name, count in changes if (pair := self._change_of(code, name, count)) is not None]
        if len(changed) > _MOST_MOVES or not self._is_ranked:
            for old, new in changed:
                self._know(old, new)
            self._show(self._wanted_after(changed))
            return
        count_before = len(self._rows)
        for old, new in changed:
            row = self._row_of_entry(old)
            self._know(old, new)
            self._change(row, new if self._is_shown(new) else None)
        if len(self._rows) != count_before:
            self.row_count_changed.emit()

    def set_active(self, keys: frozenset[FacetKey]) -> None:
        """Mark the rows that the filter asks for."""
        changed, self._active = self._active ^ keys, keys
        for key in changed:
            place = self.row_of(key)
            if place is not None:
                self.dataChanged.emit(self.index(place), self.index(place))

    @property
    def search(self) -> str:
        """What names must contain to be shown; empty for all."""
        return self._search

    def set_search(self, text: str) -> None:
        """Show only rows whose names contain the text, whatever the case."""
        if text != self._search:
            self._search = text
            self._show(self._wanted())

    def hold_order(self, held: bool) -> None:
        """While held, rows do not change places and new ones come last: nothing moves under a pointer."""
        if held != self._is_held:
            self._is_held = held
            if not held:
                self._show(self._wanted())

    def entry_at(self, row: int) -> FacetEntry | None:
        """The row's content, or None where there is no such row."""
        return self._rows[row] if 0 <= row < len(self._rows) else None

    def entry_of(self, key: FacetKey) -> FacetEntry | None:
        """The content of a key, shown or hidden by the search."""
        return self._known.get(key)

    def row_of(self, key: FacetKey) -> int | None:
        """Where a key is shown, or None."""
        return self._row_of_entry(self._known.get(key))

    @property
    def total(self) -> int:
        """How many rows there are without the search."""
        return len(self._known)

    # What Qt asks for

    def rowCount(self, parent: _Index = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: _Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.entry_at(index.row()) if index.isValid() else None
        return None if entry is None else self._told(entry, role)

    def flags(self, index: _Index) -> Qt.ItemFlag:
        entry = self.entry_at(index.row()) if index.isValid() else None
        if entry is None or not entry.is_choice:
            return Qt.ItemFlag.NoItemFlags
        return (
            Qt.ItemFlag.ItemIsEnabled
            | Qt.ItemFlag.ItemIsSelectable
            | Qt.ItemFlag.ItemIsDropEnabled
            | Qt.ItemFlag.ItemNeverHasChildren
        )

    # Within

    def _told(self, entry: FacetEntry, role: int) -> object:
        match role:
            case FacetRole.ENTRY:
                return entry
            case FacetRole.IS_ACTIVE:
                return entry.key in self._active
            case Qt.ItemDataRole.DisplayRole:
                return entry.shown
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(entry.tip or entry.name)
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(entry)
            case _:
                return None

    def _spoken(self, entry: FacetEntry) -> str:
        if not entry.is_choice:
            return entry.shown
        facts = {"name": entry.shown, "images": counted(entry.count, "%n image", "%n images")}
        if entry.key in self._active:
            return tr("{name}, {images}, chosen").format(**facts)
        return tr("{name}, {images}").format(**facts)

    def _change_of(self, code: int, name: str, count: int) -> tuple[FacetEntry | None, FacetEntry | None] | None:
        """What is known of a code and what is to be, or None where nothing changes."""
        old = self._known.get(code)
        if count <= 0:
            return None if old is None else (old, None)
        if old is not None and old.count == count and old.name == name:
            return None
        return old, FacetEntry(code, name, count)

    def _know(self, old: FacetEntry | None, new: FacetEntry | None) -> None:
        if new is not None:
            self._known[new.key] = new
        elif old is not None:
            del self._known[old.key]

    def _is_shown(self, entry: FacetEntry | None) -> bool:
        return entry is not None and (not self._search or self._search.casefold() in entry.folded)

    def _row_of_entry(self, entry: FacetEntry | None) -> int | None:
        """Where an entry stands, None where it is hidden."""
        if entry is None or not self._is_shown(entry):
            return None
        if self._is_in_order:
            return bisect_left(self._rows, entry.rank, key=_by_rank)
        if self._places is None:
            self._places = {shown.key: place for place, shown in enumerate(self._rows)}
        return self._places[entry.key]

    def _change(self, row: int | None, new: FacetEntry | None) -> None:
        """One row comes (`row` is None), leaves (`new` is None), or has another count and with it another place."""
        if row is None and new is not None:
            self._insert(new)
        elif row is not None and new is None:
            self.beginRemoveRows(_NO_PARENT, row, row)
            self._places = None
            del self._rows[row]
            self.endRemoveRows()
        elif row is not None and new is not None:
            target = self._target(row, new)
            if target == row:
                self._rows[row] = new
            else:
                # Qt wants the row before which it shall stand, counted before anything moves.
                self.beginMoveRows(_NO_PARENT, row, row, _NO_PARENT, target + (target > row))
                del self._rows[row]
                self._rows.insert(target, new)
                self.endMoveRows()
            self.dataChanged.emit(self.index(target), self.index(target))

    def _insert(self, new: FacetEntry) -> None:
        row = len(self._rows)
        if not self._is_held:
            row = bisect_left(self._rows, new.rank, key=_by_rank)
        elif row and self._rows[-1].rank > new.rank:
            self._is_in_order = False
        self.beginInsertRows(_NO_PARENT, row, row)
        self._places = None
        self._rows.insert(row, new)
        self.endInsertRows()

    def _target(self, row: int, new: FacetEntry) -> int:
        """The row where an entry is to stand that stands in one now: rows that are held stay."""
        if not self._is_in_order:
            return row
        goes_up = new.rank < self._rows[row].rank
        low, high = (0, row) if goes_up else (row + 1, len(self._rows))
        place = bisect_left(self._rows, new.rank, low, high, key=_by_rank)
        target = place if goes_up else place - 1
        if not self._is_held:
            return target
        self._is_in_order = target == row
        return row

    def _wanted(self, *, keep_order: bool = False) -> list[FacetEntry]:
        wanted = [*self._known.values()]
        if self._search:
            wanted = [entry for entry in wanted if self._is_shown(entry)]
        if not self._is_ranked:
            return wanted
        wanted.sort(key=_by_rank)
        if not keep_order:
            return wanted
        places = {entry.key: place for place, entry in enumerate(self._rows)}
        end = len(places)
        return sorted(wanted, key=lambda entry: places.get(entry.key, end))

    def _wanted_after(self, changed: Sequence[tuple[FacetEntry | None, FacetEntry | None]]) -> list[FacetEntry]:
        """The same, where only these have changed: what stands in order is sorted quickly."""
        if self._is_held or not self._is_ranked:
            return self._wanted(keep_order=self._is_held)
        known = self._known
        stay = [entry for entry in self._rows if known.get(entry.key) is entry]
        return sorted(stay + [new for _, new in changed if new is not None and self._is_shown(new)], key=_by_rank)

    def _show(self, wanted: list[FacetEntry]) -> None:
        before = [entry.key for entry in self._rows]
        keys = [entry.key for entry in wanted]
        if keys != before:
            self._rearrange(wanted, before, keys)
        else:
            self._refresh(wanted)

    def _refresh(self, rows: list[FacetEntry]) -> None:
        """The same keys in the same order: tell from the first row that changed to the last."""
        pairs = enumerate(zip(rows, self._rows, strict=True))
        changed = [place for place, (new, old) in pairs if new is not old and new != old]
        self._take(rows)
        if changed:
            self.dataChanged.emit(self.index(changed[0]), self.index(changed[-1]))

    def _rearrange(self, rows: list[FacetEntry], before: Sequence[FacetKey], keys: Sequence[FacetKey]) -> None:
        left = set(before)
        if not left.issubset(keys):
            self.beginResetModel()
            self._take(rows)
            self.endResetModel()
            self.row_count_changed.emit()
            return
        new = [entry for entry in rows if entry.key not in left]
        if new:
            self.beginInsertRows(_NO_PARENT, len(before), len(before) + len(new) - 1)
            self._take([*self._rows, *new], is_in_order=False)
            self.endInsertRows()
        self._move_to(rows)
        if new:
            self.row_count_changed.emit()

    def _move_to(self, rows: list[FacetEntry]) -> None:
        """Change places; whoever remembers a row finds it again."""
        self.layoutAboutToBeChanged.emit()
        remembered = self.persistentIndexList()
        keys = [self._rows[index.row()].key for index in remembered]
        self._take(rows)
        moved = [self.index(row) for key in keys if (row := self.row_of(key)) is not None]
        self.changePersistentIndexList(remembered, moved)
        self.layoutChanged.emit()

    def _take(self, rows: list[FacetEntry], *, is_in_order: bool = True) -> None:
        self._rows = rows
        self._places = None
        self._is_in_order = is_in_order and self._is_ranked and not self._is_held


def count_text(entry: FacetEntry) -> str:
    """The count as it stands in the row."""
    return number(entry.count) if entry.is_choice else ""
