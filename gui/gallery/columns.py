"""Hold images in columns and count them by state, label and suggestion; no Qt, no numpy at import."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING, Any, TypeVar

from inference.sessions.marks import NO_NAME, Marks, decision_of, is_removed
from inference.sessions.records import NO_SCORE, ImageRows
from inference.sessions.states import ANSWER_STATES, ImageState

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_Column = TypeVar("_Column", "array[int]", "array[float]")

GONE = 255
"""Stands in `Columns.states` for an image that was taken off the list."""

_UNDECIDED = 254
_MASS = 4_000
"""More images than this are changed by numpy; importing it would delay the start, which has fewer at a time."""


def _state_of_mark(mark: int) -> int:
    if is_removed(mark):
        return GONE
    try:
        state = decision_of(mark)
    except ValueError:  # bits that no program of today writes
        state = None
    return _UNDECIDED if state is None else state


_STATES_OF_MARKS = bytes(_state_of_mark(mark) for mark in range(256))


def view(column: array[int] | array[float] | bytearray | bytes, dtype: str) -> NDArray[Any]:
    """A column as an array that shares its memory. While it is alive, the column cannot grow."""
    import numpy as np  # noqa: PLC0415  # not at the start

    return np.frombuffer(column, dtype) if len(column) else np.empty(0, dtype)


def taken(column: _Column, places: array[int]) -> _Column:
    """A copy of what stands at these places of a column."""
    kind = column.typecode
    if len(places) <= _MASS:
        return array(kind, [column[place] for place in places])
    return array(kind, view(column, kind)[view(places, "i")].tobytes())


def matches(column: array[int], value: int) -> bytes:
    """1 where a column has this value, 0 elsewhere."""
    if len(column) <= _MASS:
        return bytes(map(value.__eq__, column))
    found: NDArray[np.bool_] = view(column, column.typecode) == value
    return found.tobytes()


class Columns:
    """Images by *place*: their position in the order of arrival. Places stay as they are, also of removed images.

    Attributes:
        keys, paths, answers, suggestions, scores, margins, marks, labels, times, reasons: as in `ImageRows`.
        states: what is visible of `answers` and `marks` together: an `ImageState`, or `GONE`.
        state_counts: images on the list, by visible state.
        answer_counts: the same by what became of classifying them.
        label_counts: images on the list by vocabulary code of their label; zeros may stand there.
        suggestion_counts: the same by suggestion.
        touched_labels: codes of labels that were counted in or out; whoever shows the counts empties it.
        touched_suggestions: the same of suggestions.
    """

    def __init__(self) -> None:
        self.keys = array("q")
        self.paths: list[str] = []
        self.answers = bytearray()
        self.suggestions = array("i")
        self.scores = array("f")
        self.margins = array("f")
        self.marks = bytearray()
        self.labels = array("i")
        self.times = array("d")
        self.reasons: dict[int, str] = {}
        self.states = bytearray()
        self.state_counts = [0] * len(ImageState)
        self.answer_counts = [0] * len(ANSWER_STATES)
        self.label_counts: dict[int, int] = {}
        self.suggestion_counts: dict[int, int] = {}
        self.touched_labels: set[int] = set()
        self.touched_suggestions: set[int] = set()

    def __len__(self) -> int:
        return len(self.keys)

    @property
    def shown_count(self) -> int:
        """How many images are on the list."""
        return sum(self.state_counts)

    def place_of(self, key: int) -> int | None:
        """Where an image stands, or None if there never was one with this key."""
        place = bisect_left(self.keys, key)
        return place if place < len(self.keys) and self.keys[place] == key else None

    def places_of(self, keys: Sequence[int]) -> array[int]:
        """Where images stand, in the order of the keys; keys that are unknown are passed over."""
        if len(keys) <= _MASS:
            return array("i", [place for key in keys if (place := self.place_of(key)) is not None])
        import numpy as np  # noqa: PLC0415  # not at the start

        own, wanted = view(self.keys, "q"), np.asarray(keys, dtype=np.int64)
        if np.array_equal(own, wanted):  # all of them, which is what "select all" asks for
            return array("i", np.arange(len(own), dtype=np.int32).tobytes())
        places = np.minimum(np.searchsorted(own, wanted), max(0, len(own) - 1))
        found = places[own[places] == wanted] if len(own) else places[:0]
        return array("i", found.astype(np.int32).tobytes())

    def extend(self, rows: ImageRows, start: int = 0) -> None:
        """Add the images from entry `start` on, behind all others.

        Raises:
            ValueError: if their keys are not ascending and higher than all keys here; then nothing was added.
        """
        keys = rows.keys[start:]
        if any(one >= other for one, other in pairwise((*self.keys[-1:], *keys))):
            raise ValueError("keys of images must ascend")
        first = len(self.keys)
        self.keys.extend(keys)
        self.paths.extend(rows.paths[start:])
        self.answers.extend(rows.answers[start:])
        self.suggestions.extend(rows.suggestions[start:])
        self.scores.extend(rows.scores[start:])
        self.margins.extend(rows.margins[start:])
        self.marks.extend(rows.marks[start:])
        self.labels.extend(rows.labels[start:])
        self.times.extend(rows.times[start:])
        self.states.extend(bytes(len(keys)))
        self.reasons.update(rows.reasons)
        places = range(first, len(self.keys))
        self._find_states(places)
        self._count(places, 1)

    def replace(self, rows: ImageRows, entries: Sequence[tuple[int, int]]) -> None:
        """Take over everything about images that are here, for pairs of entry in `rows` and place."""
        places = [place for _, place in entries]
        self._count(places, -1)
        for entry, place in entries:
            self.paths[place] = rows.paths[entry]
            self.marks[place] = rows.marks[entry]
            self.labels[place] = rows.labels[entry]
            self._take_answer(rows, entry, place)
        self._find_states(places)
        self._count(places, 1)

    def replace_answers(self, rows: ImageRows, entries: Sequence[tuple[int, int]]) -> None:
        """Take over what became of classifying, likewise."""
        places = [place for _, place in entries]
        self._count(places, -1)
        for entry, place in entries:
            self._take_answer(rows, entry, place)
        self._find_states(places)
        self._count(places, 1)

    def set_answer(self, place: int, answer: ImageState, suggestion: int, score: float, margin: float) -> None:
        """Put down what became of classifying one image."""
        self._count((place,), -1)
        self.answers[place] = answer
        self.suggestions[place] = suggestion
        self.scores[place] = score
        self.margins[place] = margin
        self._find_states((place,))
        self._count((place,), 1)

    def forget_answers(self, places: Sequence[int]) -> None:
        """Put images into the queue again."""
        self._count(places, -1)
        if len(places) > _MASS:
            where = _index(places)
            for column, dtype, nothing in (
                (self.answers, "B", ImageState.QUEUED),
                (self.suggestions, "i", NO_NAME),
                (self.scores, "f", NO_SCORE),
                (self.margins, "f", NO_SCORE),
            ):
                view(column, dtype)[where] = nothing
        else:
            for place in places:
                self.answers[place] = ImageState.QUEUED
                self.suggestions[place] = NO_NAME
                self.scores[place] = self.margins[place] = NO_SCORE
        if self.reasons:
            for place in places:
                self.reasons.pop(self.keys[place], None)
        self._find_states(places)
        self._count(places, 1)

    def marks_at(self, places: Sequence[int]) -> Marks:
        """The decisions at some places."""
        if len(places) > _MASS:
            where = _index(places)
            keys, names = array("q"), array("i")
            keys.frombytes(view(self.keys, "q")[where].tobytes())
            names.frombytes(view(self.labels, "i")[where].tobytes())
            return Marks(keys, view(self.marks, "B")[where].tobytes(), names)
        return Marks.of(
            (self.keys[place] for place in places),
            (self.marks[place] for place in places),
            (self.labels[place] for place in places),
        )

    def places_listed(self) -> array[int] | None:
        """The places of all images on the list, in order; None if no image was ever removed."""
        if GONE not in self.states:
            return None
        if len(self) <= _MASS:
            return array("i", [place for place, state in enumerate(self.states) if state != GONE])
        import numpy as np  # noqa: PLC0415  # not at the start

        return array("i", np.flatnonzero(view(self.states, "B") != GONE).astype(np.int32).tobytes())

    def positions_gone(self, places: Sequence[int]) -> list[int]:
        """Where removed images stand in a row of places."""
        import numpy as np  # noqa: PLC0415  # not at the start

        positions: list[int] = np.flatnonzero(
            view(self.states, "B")[np.asarray(places, dtype=np.int32)] == GONE
        ).tolist()
        return positions

    def copy(self) -> Columns:
        """As they are now, to be handed to a worker; quick, because no text is copied."""
        other = Columns()
        other.keys, other.paths = self.keys[:], self.paths[:]
        other.answers, other.suggestions = self.answers[:], self.suggestions[:]
        other.scores, other.margins = self.scores[:], self.margins[:]
        other.marks, other.labels, other.times = self.marks[:], self.labels[:], self.times[:]
        other.states = self.states[:]
        return other

    def set_marks(self, places: Sequence[int], marks: bytes, labels: array[int]) -> None:
        """Put down decisions, entry by entry."""
        if len(places) > _MASS:
            self._set_many_marks(places, marks, labels)
            return
        self._count(places, -1)
        for place, mark, label in zip(places, marks, labels, strict=True):
            self.marks[place] = mark
            self.labels[place] = label
        self._find_states(places)
        self._count(places, 1)

    def _set_many_marks(self, places: Sequence[int], marks: bytes, labels: array[int]) -> None:
        where = _index(places)
        states = view(self.states, "B")
        before, labels_before = states[where].copy(), view(self.labels, "i")[where].copy()
        view(self.marks, "B")[where] = view(marks, "B")
        view(self.labels, "i")[where] = view(labels, "i")
        self._find_states(places)
        after = states[where]
        if (before == GONE).any() or (after == GONE).any():
            # Answers and suggestions are counted only while an image is on the list.
            for column, sign in ((before, -1), (after, 1)):
                here = column != GONE
                _count_states(self.answer_counts, view(self.answers, "B")[where][here], sign)
                _count_codes(
                    self.suggestion_counts, self.touched_suggestions, view(self.suggestions, "i")[where][here], sign
                )
            labels_before = labels_before[before != GONE]
            labels_after = view(self.labels, "i")[where][after != GONE]
            before, after = before[before != GONE], after[after != GONE]
        else:
            labels_after = view(labels, "i")
        _count_states(self.state_counts, before, -1)
        _count_states(self.state_counts, after, 1)
        _count_codes(self.label_counts, self.touched_labels, labels_before, -1)
        _count_codes(self.label_counts, self.touched_labels, labels_after, 1)

    def _take_answer(self, rows: ImageRows, entry: int, place: int) -> None:
        self.answers[place] = rows.answers[entry]
        self.suggestions[place] = rows.suggestions[entry]
        self.scores[place] = rows.scores[entry]
        self.margins[place] = rows.margins[entry]
        if rows.times[entry]:
            self.times[place] = rows.times[entry]
        key = self.keys[place]
        if key in rows.reasons:
            self.reasons[key] = rows.reasons[key]
        else:
            self.reasons.pop(key, None)

    def _find_states(self, places: Sequence[int]) -> None:
        """What is visible: a person's decision, or else what became of classifying."""
        if len(places) > _MASS:
            import numpy as np  # noqa: PLC0415  # not at the start

            where = _index(places)
            decided = view(_STATES_OF_MARKS, "B")[view(self.marks, "B")[where]]
            answered = view(self.answers, "B")[where]
            view(self.states, "B")[where] = np.where(decided == _UNDECIDED, answered, decided)
            return
        for place in places:
            state = _STATES_OF_MARKS[self.marks[place]]
            self.states[place] = self.answers[place] if state == _UNDECIDED else state

    def _count(self, places: Sequence[int], sign: int) -> None:
        """Count images in (1) or out (-1), by what stands in the columns."""
        if len(places) > _MASS:
            self._count_many(places, sign)
            return
        labels, suggestions = self.label_counts, self.suggestion_counts
        for place in places:
            state = self.states[place]
            if state == GONE:
                continue
            self.state_counts[state] += sign
            self.answer_counts[self.answers[place]] += sign
            code = self.labels[place]
            if code >= 0:
                labels[code] = labels.get(code, 0) + sign
                self.touched_labels.add(code)
            code = self.suggestions[place]
            if code >= 0:
                suggestions[code] = suggestions.get(code, 0) + sign
                self.touched_suggestions.add(code)

    def _count_many(self, places: Sequence[int], sign: int) -> None:
        where = _index(places)
        states = view(self.states, "B")[where]
        listed = states != GONE
        here: Any = slice(None) if listed.all() else listed
        _count_states(self.state_counts, states[here], sign)
        _count_states(self.answer_counts, view(self.answers, "B")[where][here], sign)
        _count_codes(self.label_counts, self.touched_labels, view(self.labels, "i")[where][here], sign)
        _count_codes(self.suggestion_counts, self.touched_suggestions, view(self.suggestions, "i")[where][here], sign)


def _count_states(counts: list[int], column: NDArray[np.uint8], sign: int) -> None:
    import numpy as np  # noqa: PLC0415  # not at the start

    for number, count in enumerate(np.bincount(column, minlength=len(counts)).tolist()):
        counts[number] += sign * count


def _count_codes(counts: dict[int, int], touched: set[int], column: NDArray[np.int32], sign: int) -> None:
    """Count codes; -1 is none."""
    import numpy as np  # noqa: PLC0415  # not at the start

    found = np.bincount(column + 1)[1:]
    codes = np.flatnonzero(found).tolist()
    touched.update(codes)
    for code, count in zip(codes, found[codes].tolist(), strict=True):
        counts[code] = counts.get(code, 0) + sign * count


def _index(places: Sequence[int]) -> slice | NDArray[np.int32]:
    """Places as what numpy indexes quickest with."""
    import numpy as np  # noqa: PLC0415  # not at the start

    if isinstance(places, range) and places.step == 1:
        return slice(places.start, places.stop)
    where = np.asarray(places, dtype=np.int32)
    # A slice costs a tenth; "all of them" is one.
    is_run = len(where) > 1 and where[-1] - where[0] == len(where) - 1 and bool((where[1:] > where[:-1]).all())
    return slice(int(where[0]), int(where[-1]) + 1) if is_run else where
