"""Find labels for a few typed letters among a person's own labels and the model's classes, best match first."""

from __future__ import annotations

import heapq
import re
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache
from itertools import accumulate, islice

from gui.labelling_widgets.label_text import comparable
from gui.viewer.class_ranking import folded

_LEAST_FOR_TYPO = 4
"""With fewer letters nearly every name is one slip away."""
_LEAST_FOR_SPREAD = 2
_MOST_CHECKED = 3000
"""So many names are looked at closely for slips; a query that fits more is no query yet."""


class MatchKind(IntEnum):
    """Why a name was found, best reason first."""

    SAME = 0
    """It is what was typed, but for case and accents."""
    OWN_PREFIX = 1
    """An own label that begins so."""
    CLASS_PREFIX = 2
    """A class of the model that begins so."""
    WORD_PREFIX = 3
    """A later word of it begins so."""
    PART = 4
    """It holds what was typed."""
    WORDS = 5
    """It holds every word that was typed, in another order or with others between."""
    TYPO = 6
    """A word of it begins so, but for one letter too many, missing, wrong, or swapped with the next."""
    SPREAD = 7
    """It has the typed letters in this order, the first at the start of a word."""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """One name that was found.

    Attributes:
        index: its place in `LabelNames.names`.
        kind: why.
    """

    index: int
    kind: MatchKind


@dataclass(frozen=True, slots=True)
class LabelNames:
    """Names made ready once, so that each keystroke is quick: they are searched as one long text.

    Attributes:
        names: every name once, exactly as it is: own labels in the order given, then the model's classes.
        own_count: so many of them, from the front, are own labels.
        folded: without case, accents and punctuation; only signs are kept where a name has nothing else.
    """

    names: tuple[str, ...] = ()
    own_count: int = 0
    folded: tuple[str, ...] = ()
    _text: str = "\n"
    _starts: tuple[int, ...] = ()

    @classmethod
    def of(cls, own: Iterable[str], classes: Iterable[str]) -> LabelNames:
        """Prepare own labels, in the order in which they are offered, and the class names of a model."""
        own_names = dict.fromkeys(own)
        names = tuple(own_names | dict.fromkeys(classes))
        prepared = tuple(_searchable(name) for name in names)
        # Each name stands between line breaks, so "\nabc" finds the names that begin with "abc".
        starts = tuple(accumulate((len(name) + 1 for name in prepared), initial=1))
        return cls(names, len(own_names), prepared, "\n" + "".join(f"{name}\n" for name in prepared), starts[:-1])

    def __len__(self) -> int:
        return len(self.names)

    def holding(self, part: str) -> Iterator[int]:
        """The names that hold a part, ascending, each once. A part that begins with a line break is a prefix."""
        find, starts = self._text.find, self._starts
        offset = 1 if part.startswith("\n") else 0
        position = find(part)
        while position >= 0:
            index = bisect_right(starts, position + offset) - 1
            yield index
            position = find(part, starts[index] + len(self.folded[index]))


def ranked_labels(query: str, names: LabelNames, *, limit: int = 200) -> tuple[LabelMatch, ...]:
    """Find the names that a person may mean.

    Inside a kind own labels come first, then the shorter name, since more of it was typed, then the given order. The
    scores of the image on screen play no part: the same letters mean the same label for every image.

    Args:
        query: as typed.
        names: to choose from.
        limit: at most so many.

    Returns:
        Each name at most once, best first; empty for an empty query.
    """
    wanted = _searchable(query)
    if not wanted:
        return ()
    found: dict[int, MatchKind] = {}
    typed = comparable(query)
    for index in names.holding(f"\n{wanted}"):
        found[index] = _prefix_kind(index, names, wanted, typed)
    for index in names.holding(f" {wanted}"):
        found.setdefault(index, MatchKind.WORD_PREFIX)
    for index in names.holding(wanted):
        found.setdefault(index, MatchKind.PART)
    if len(found) < limit:
        _add_words(found, wanted, names)
    if len(found) < limit:
        _add_typos(found, wanted, names)
    if len(found) < limit:
        _add_spread(found, wanted, names)
    own = names.own_count
    order = ((kind, index >= own, len(names.folded[index]), index) for index, kind in found.items())
    return tuple(LabelMatch(index, kind) for kind, _, _, index in heapq.nsmallest(limit, order))


@lru_cache(maxsize=65_536)
def _searchable(name: str) -> str:
    """A name as it is searched: folded, or, where it has neither letters nor digits, by its signs.

    Remembered, because one new label makes all names ready again.
    """
    return folded(name) or " ".join(comparable(name).split())


def _prefix_kind(index: int, names: LabelNames, wanted: str, typed: str) -> MatchKind:
    if len(names.folded[index]) == len(wanted) and comparable(names.names[index]) == typed:
        return MatchKind.SAME
    return MatchKind.OWN_PREFIX if index < names.own_count else MatchKind.CLASS_PREFIX


def _add_words(found: dict[int, MatchKind], wanted: str, names: LabelNames) -> None:
    words = wanted.split()
    if len(words) > 1:
        for index in names.holding(max(words, key=len)):
            name = names.folded[index]
            if index not in found and all(word in name for word in words):
                found[index] = MatchKind.WORDS


def _add_typos(found: dict[int, MatchKind], wanted: str, names: LabelNames) -> None:
    """One slip leaves the first or the second half of the query as it was meant, and halves are found quickly."""
    if len(wanted) < _LEAST_FOR_TYPO:
        return
    middle = len(wanted) // 2
    first, second = wanted[:middle], wanted[middle:]
    swapped = first[:-1] + second[0] + first[-1] + second[1:]  # the only slip that breaks both halves
    near: set[int] = set()
    for part in (f"\n{swapped}", f" {swapped}", f"\n{first}", f" {first}", second):
        near.update(islice(names.holding(part), _MOST_CHECKED))
    for index in near.difference(found):
        name = names.folded[index]
        for start in _word_starts(name):
            # The slow look is taken only where a half stands in its place, give or take the slip.
            end = start + len(wanted) + 1
            is_near = name.startswith((first, swapped), start) or name.find(second, start + middle - 1, end) >= 0
            if is_near and begins_with_slip(wanted, name[start:end]):
                found[index] = MatchKind.TYPO
                break


def begins_with_slip(wanted: str, name: str) -> bool:
    """Whether a name begins with what is wanted but for one letter too many, missing, wrong or swapped."""
    place = next((at for at, (one, other) in enumerate(zip(wanted, name, strict=False)) if one != other), None)
    if place is None:
        # All of the shorter one agrees: the name may only miss the last letter.
        return len(name) >= len(wanted) - 1
    rest, here = wanted[place:], name[place:]
    return (
        here[1:].startswith(rest[1:])  # wrong
        or here.startswith(rest[1:])  # too many
        or here[1:].startswith(rest)  # missing
        or (len(rest) > 1 and here.startswith(rest[1] + rest[0] + rest[2:]))  # swapped
    )


def _add_spread(found: dict[int, MatchKind], wanted: str, names: LabelNames) -> None:
    letters = wanted.replace(" ", "")
    if len(letters) < _LEAST_FOR_SPREAD:
        return
    # Each step skips what is not the next letter and never goes back, so that one look at a name suffices.
    steps = "".join(f"[^{re.escape(letter)}]*+{re.escape(letter)}" for letter in letters[1:])
    matches = re.compile(rf"(?:.*? )??{re.escape(letters[0])}{steps}", re.DOTALL).match
    for start in (f"\n{letters[0]}", f" {letters[0]}"):
        for index in names.holding(start):
            if index not in found and matches(names.folded[index]):
                found[index] = MatchKind.SPREAD


def _word_starts(name: str) -> Sequence[int]:
    return [0, *(at + 1 for at, letter in enumerate(name) if letter == " ")]
