"""Show the images of the table that the arrangement lets through, one row each."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import replace
from enum import IntEnum
from typing import Any

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, Qt, Signal, Slot
from PySide6.QtGui import QImage

from gui import words
from gui.gallery import arranging
from gui.gallery.arrangement import Arrangement, Group, GroupKey, SortKey
from gui.gallery.columns import GONE
from gui.gallery.image_state import ImageState, state_word
from gui.gallery.image_table import ImageTable
from gui.gallery.image_words import spoken, tooltip
from gui.gallery.row_order import RowOrder
from gui.gallery.shown_rows import ShownRows
from gui.plain_text import for_tooltip
from gui.words import tr
from inference.texts import visible

_MANY = 2_000
"""So many places are looked up by numpy."""
_SLOW_NAMES = 5_000
"""More names than this are ranked by a worker."""
_SLOW_TEXTS = 150_000
"""More paths than this are searched by a worker."""
_SLOW_NUMBERS = 300_000
"""More images than this are sorted or grouped by a worker, whatever by."""
_TODO = bytes(one in {ImageState.QUEUED, ImageState.SUGGESTED} for one in range(256))
"""By state: 1 where nobody has decided anything and somebody could."""
_PLAIN = Arrangement()
_AnyIndex = QModelIndex | QPersistentModelIndex


class ImageRole(IntEnum):
    """What `data` answers besides Qt's own roles."""

    NAME = Qt.ItemDataRole.UserRole + 1
    PATH = Qt.ItemDataRole.UserRole + 2
    STATE = Qt.ItemDataRole.UserRole + 3
    SUGGESTION = Qt.ItemDataRole.UserRole + 4
    SCORE = Qt.ItemDataRole.UserRole + 5
    REASON = Qt.ItemDataRole.UserRole + 6
    THUMBNAIL = Qt.ItemDataRole.UserRole + 7
    LABEL = Qt.ItemDataRole.UserRole + 8


_THUMBNAIL_ROLES = [ImageRole.THUMBNAIL, Qt.ItemDataRole.DecorationRole]


class ImageModel(ShownRows):
    """Rows are the images that are shown, in the order in which they are shown; the rest of the program speaks keys.

    While images come and answers arrive the order stays as it is, so that nothing moves under the pointer: what is
    new stands at the end, and `is_stale` says that arranging again would change something.

    Attributes:
        table: all images, shown or not.

    Signals:
        thumbnails_wanted(keys: list[int]): as the table's.
        counts_changed(): as the table's, after the rows have changed.
        arranged(): another order, filter or grouping is in force.
    """

    thumbnails_wanted = Signal(list)
    counts_changed = Signal()
    arranged = Signal()

    def __init__(self, table: ImageTable | None = None) -> None:
        super().__init__()
        self.table = table or ImageTable()
        self._arrangement = _PLAIN
        self._also: frozenset[int] = frozenset()
        self._ranks: array[int] | None = None
        self._lists = self._changes = 0
        self.table.appended.connect(self._on_appended)
        self.table.answers_changed.connect(self._on_answers_changed)
        self.table.marks_changed.connect(self._on_marks_changed)
        self.table.relocated.connect(self._on_relocated)
        self.table.thumbnail_changed.connect(self._on_thumbnail_changed)
        self.table.cleared.connect(self._on_cleared)
        self.table.counts_changed.connect(self.counts_changed)
        self.table.thumbnails_wanted.connect(self.thumbnails_wanted)
        if self.table.columns.keys:
            self._on_appended(0, len(self.table.columns))

    # What is in a row.

    def key_at(self, row: int) -> int:
        return self.table.key(self._order.place(row))

    def path_at(self, row: int) -> str:
        """The path as it was given (undecodable bytes as surrogate escapes, which `data` cannot carry)."""
        return self.table.path(self._order.place(row))

    def name_at(self, row: int) -> str:
        """The file name, ready to be shown."""
        return self.table.name(self._order.place(row))

    def state_at(self, row: int) -> ImageState:
        return self.table.state(self._order.place(row))

    def suggestion_at(self, row: int) -> str:
        """The model's first class as the model names it, or empty."""
        return self.table.suggestion(self._order.place(row))

    def label_at(self, row: int) -> str:
        """The person's label, or empty."""
        return self.table.label(self._order.place(row))

    def score_at(self, row: int) -> float | None:
        """Softmax of the suggestion, 0...1, or None."""
        return self.table.score(self._order.place(row))

    def reason_at(self, row: int) -> str:
        """Why the image failed, or empty."""
        return self.table.reason(self._order.place(row))

    def thumbnail_at(self, row: int) -> QImage | None:
        """The thumbnail, or None: then it is asked for with the next `thumbnails_wanted`."""
        return self.table.thumbnail(self.key_at(row))

    def count(self, state: ImageState) -> int:
        """How many images of the table have this visible state, shown or not."""
        return self.table.count(state)

    # Where images are.

    def row_of(self, key: int) -> int | None:
        """The row of an image by its key, or None where it is not shown."""
        place = self.table.place_of(key)
        return None if place is None else self._order.row(place)

    def keys_between(self, first: int, last: int) -> array[int]:
        """The keys in the rows from `first` to `last`, as far as there are such rows."""
        places = self._order.places(max(0, first), min(last + 1, len(self)))
        keys = self.table.columns.keys
        if isinstance(places, range):
            return keys[places.start : places.stop]
        if len(places) > _MANY:
            return self.table.columns.marks_at(places).keys
        return array("q", [keys[place] for place in places])

    def shown_keys(self) -> array[int]:
        """All keys that are shown, by row."""
        return self.keys_between(0, len(self) - 1)

    def next_unreviewed(self, row: int, step: int = 1) -> int | None:
        """The nearest row behind `row` (before it, if `step` is -1) about whose image nobody has decided, or None."""
        states = self.table.columns.states
        places = self._order.places(max(0, row + 1)) if step > 0 else self._order.places(0, max(0, row))
        if isinstance(places, range):
            part = states[places.start : places.stop]
        else:
            part = bytearray(map(states.__getitem__, places))
        todo = part.translate(_TODO)
        position = todo.find(1) if step > 0 else todo.rfind(1)
        if position < 0:
            return None
        return max(0, row + 1) + position if step > 0 else position

    # The arrangement.

    @property
    def arrangement(self) -> Arrangement:
        """What is shown, and how."""
        return self._arrangement

    def set_arrangement(self, arrangement: Arrangement) -> None:
        """Arrange anew, here and now; see `is_quick`. What `show_also` showed is hidden again."""
        self._also = frozenset()
        if arrangement == _PLAIN:
            places = self.table.columns.places_listed()
            self._put_in_force(arrangement, RowOrder(places, count=len(self.table.columns)), ())
        else:
            self._put_arranged_in_force(arranging.compute(self._live(arrangement)))

    def arrange_now(self) -> None:
        """Bring order and filter up to date."""
        self.set_arrangement(self._arrangement)

    def is_quick(self, arrangement: Arrangement) -> bool:
        """Whether `set_arrangement` costs few frames; else a worker computes a `snapshot`, and `take_order` ends it."""
        count = len(self.table.columns)
        has_ranks = self._ranks is not None and len(self._ranks) == count
        slow_names = arrangement.sort is SortKey.NAME and not has_ranks and count > _SLOW_NAMES
        slow_texts = bool(arrangement.filter.text or arrangement.filter.folders) and count > _SLOW_TEXTS
        slow_numbers = arrangement != _PLAIN and count > _SLOW_NUMBERS
        return not slow_names and not slow_texts and not slow_numbers

    def snapshot(self, arrangement: Arrangement) -> arranging.Snapshot:
        """What a worker needs for `arranging.compute`; the answer goes to `take_order`."""
        return replace(self._live(arrangement), columns=self.table.columns.copy(), also=frozenset())

    def take_order(self, arranged: arranging.Arranged) -> None:
        """Put an order in force; what came meanwhile stands at its end, what was removed meanwhile is left out.

        An order of a list that was cleared meanwhile is passed over.
        """
        made_of, changes = arranged.taken_at
        if made_of != self._lists:
            return
        columns = self.table.columns
        self._also = frozenset()
        self._put_arranged_in_force(arranged)
        self._remove(columns.positions_gone(self._order.places()))
        if arranged.count < len(columns):
            self._on_appended(arranged.count, len(columns) - arranged.count)
        if changes != self._changes and arranging.depends_on_answers(arranged.arrangement):
            self._set_stale(is_stale=True)

    def show_also(self, keys: Iterable[int]) -> None:
        """Show images that the filter hides (what was taken back must be seen), until the arrangement changes."""
        places = [place for key in keys if (place := self.table.place_of(key)) is not None]
        self._also |= frozenset(places)
        self._insert(
            [place for place in sorted(places) if self._order.row(place) is None and not self.table.is_removed(place)]
        )

    def _live(self, arrangement: Arrangement) -> arranging.Snapshot:
        taken_at = (self._lists, self._changes)
        return arranging.Snapshot(
            self.table.columns, self.table.vocabulary, arrangement, self._ranks, self._also, taken_at
        )

    def _put_arranged_in_force(self, arranged: arranging.Arranged) -> None:
        wanted = arranged.arrangement
        ascending = wanted.sort is SortKey.ADDED and not wanted.descending and wanted.group is GroupKey.NONE
        self._ranks = arranged.ranks
        self._put_in_force(wanted, RowOrder(arranged.places, is_ascending=ascending), arranged.groups)

    def _put_in_force(self, arrangement: Arrangement, order: RowOrder, groups: tuple[Group, ...]) -> None:
        self._arrangement = arrangement
        self._replace_order(order, groups, is_arranged=True)
        self._set_stale(is_stale=False)
        self.arranged.emit()

    # What the table tells.

    @Slot(int, int)
    def _on_appended(self, first: int, count: int) -> None:
        self._insert(self._passing(range(first, first + count)))

    @Slot(object)
    def _on_answers_changed(self, places: array[int]) -> None:
        self._changes += 1
        self._tell_changed(places)
        if arranging.depends_on_answers(self._arrangement):
            self._set_stale(is_stale=True)

    @Slot(object)
    def _on_marks_changed(self, places: array[int]) -> None:
        """Images that fail the filter now leave; those that pass it now come."""
        self._changes += 1
        has_moved = self._changes_group(places)
        leaving, coming = (self._movers if len(places) <= _MANY else self._many_movers)(places)
        self._remove(leaving)
        self._insert(coming)
        self._tell_changed(places)
        if has_moved:
            self._set_stale(is_stale=True)

    @Slot(int)
    def _on_relocated(self, place: int) -> None:
        self._ranks = None
        self._changes += 1
        self._tell_changed(array("i", [place]))
        wanted = self._arrangement
        if wanted.sort is SortKey.NAME or wanted.filter.text or wanted.filter.folders:
            self._set_stale(is_stale=True)

    @Slot(int)
    def _on_thumbnail_changed(self, place: int) -> None:
        row = self._order.row(place)
        if row is not None:
            index = self.index(row)
            self.dataChanged.emit(index, index, _THUMBNAIL_ROLES)

    @Slot()
    def _on_cleared(self) -> None:
        self._ranks, self._also = None, frozenset()
        self._lists += 1
        self._put_in_force(_PLAIN, RowOrder(), ())

    def _passing(self, places: Sequence[int]) -> Sequence[int]:
        """Those of ascending places that are to be shown."""
        if not self._arrangement.filter.is_empty:
            return arranging.passing(self._live(self._arrangement), places)
        states = self.table.columns.states
        if isinstance(places, range) and states.find(GONE, places.start, places.stop) < 0:
            return places
        return [place for place in places if states[place] != GONE]

    def _changes_group(self, places: array[int]) -> bool:
        """Whether the decisions on some images put any of them under another heading."""
        if self._arrangement.group is not GroupKey.SUGGESTION:
            return self._arrangement.group is not GroupKey.NONE
        if len(places) > _MANY:
            return True
        # Only rejected images stand apart from the others with their suggestion.
        title, table = state_word(ImageState.REJECTED), self.table
        apart = next(
            (range(one.first_row, one.first_row + one.count) for one in self._groups if one.title == title), ()
        )
        return any((table.state(at) is ImageState.REJECTED) != (self._order.row(at) in apart) for at in places)

    def _movers(self, places: array[int]) -> tuple[list[int], list[int]]:
        """Of images that changed: the rows that are no longer to be shown, and the places that now are; ascending."""
        ordered = sorted(places)
        passing = set(self._passing(ordered))
        rows = [(place, self._order.row(place)) for place in ordered]
        leaving = sorted(row for place, row in rows if row is not None and place not in passing)
        return leaving, [place for place, row in rows if row is None and place in passing]

    def _many_movers(self, places: array[int]) -> tuple[list[int], list[int]]:
        """The same for many."""
        import numpy as np  # noqa: PLC0415  # not at the start

        ordered = np.sort(np.asarray(places))
        passes = arranging.mask(self._live(self._arrangement), ordered)
        rows = self._order.rows(ordered)
        leaving = np.sort(rows[(rows >= 0) & ~passes])
        return leaving.tolist(), ordered[(rows < 0) & passes].tolist()

    def _spoken(self, row: int) -> str:
        """What a screen reader says of a row; that of a group's first row begins with the painted heading."""
        text, group = spoken(self.table, self.place_at(row), row + 1, len(self)), self.group_at(row)
        if group is None or row != group.first_row:
            return text
        return tr("{group}, {count}: {image}").format(group=group.title, count=words.number(group.count), image=text)

    # What Qt asks.

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> Any:  # noqa: ANN401, PLR0911  # one answer for each role
        row = index.row()
        if not index.isValid() or row >= len(self):
            return None
        match role:
            case Qt.ItemDataRole.DisplayRole | ImageRole.NAME:
                return self.name_at(row)
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(tooltip(self.table, self.place_at(row)))
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row)
            case Qt.ItemDataRole.AccessibleDescriptionRole | ImageRole.PATH:
                return visible(self.path_at(row))
            case ImageRole.STATE:
                return int(self.state_at(row))
            case ImageRole.SUGGESTION:
                return visible(self.suggestion_at(row))
            case ImageRole.LABEL:
                return visible(self.label_at(row))
            case ImageRole.SCORE:
                return self.score_at(row)
            case ImageRole.REASON:
                return visible(self.reason_at(row))
            case Qt.ItemDataRole.DecorationRole | ImageRole.THUMBNAIL:
                return self.thumbnail_at(row)
        return None
