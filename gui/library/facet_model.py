"""List the rows of one section: name, count, whether the filter asks for it; repaint only what changed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.library.sections import FacetKey
from gui.plain_text import for_tooltip
from gui.words import counted, number, tr
from inference.texts import visible

_NO_PARENT = QModelIndex()
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
    """

    key: FacetKey
    name: str
    count: int
    level: int = 0
    tip: str = ""
    is_choice: bool = True
    shown: str = field(init=False)
    folded: str = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "shown", visible(self.name))
        object.__setattr__(self, "folded", self.name.casefold())


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
        self._entries: list[FacetEntry] = []
        self._rows: list[FacetEntry] = []
        self._places: dict[FacetKey, int] = {}
        self._known: dict[FacetKey, FacetEntry] = {}
        self._active: frozenset[FacetKey] = frozenset()

    def set_entries(self, entries: Iterable[FacetEntry]) -> None:
        """Show other rows or counts; a key may come once."""
        self._entries = list(entries)
        self._known = {entry.key: entry for entry in self._entries}
        self._show(self._wanted(keep_order=self._is_held))

    def set_counts(self, counts: Iterable[tuple[int, str, int]]) -> None:
        """Show codes with their names and counts; rows that stay as they are cost next to nothing."""
        known = self._known
        entries = []
        for code, name, count in counts:
            entry = known.get(code)
            if entry is None or entry.count != count or entry.name != name:
                entry = FacetEntry(code, name, count)
            entries.append(entry)
        self.set_entries(entries)

    def set_active(self, keys: frozenset[FacetKey]) -> None:
        """Mark the rows that the filter asks for."""
        changed, self._active = self._active ^ keys, keys
        for key in changed:
            place = self._places.get(key)
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
        return self._places.get(key)

    @property
    def total(self) -> int:
        """How many rows there are without the search."""
        return len(self._entries)

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

    def _wanted(self, *, keep_order: bool = False) -> list[FacetEntry]:
        wanted = self._entries
        if self._search:
            text = self._search.casefold()
            wanted = [entry for entry in wanted if text in entry.folded]
        if not self._is_ranked:
            return wanted
        wanted = sorted(wanted, key=_rank)
        if not keep_order:
            return wanted
        places, end = self._places, len(self._places)
        return sorted(wanted, key=lambda entry: places.get(entry.key, end))

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
        self._rows = rows
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
            self._take([*self._rows, *new])
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
        self.changePersistentIndexList(remembered, [self.index(self._places[key]) for key in keys])
        self.layoutChanged.emit()

    def _take(self, rows: list[FacetEntry]) -> None:
        self._rows = rows
        self._places = {entry.key: place for place, entry in enumerate(rows)}


def count_text(entry: FacetEntry) -> str:
    """The count as it stands in the row."""
    return number(entry.count) if entry.is_choice else ""


def _rank(entry: FacetEntry) -> tuple[int, str, str]:
    return -entry.count, entry.folded, entry.name
