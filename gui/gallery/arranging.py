"""Compute which images are shown, in which order and groups, from columns; a worker may do it, with a copy of them."""

from __future__ import annotations

import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gui.gallery.arrangement import Arrangement, Group, GroupKey, ImageFilter, SortKey
from gui.gallery.columns import GONE, Columns, view
from gui.gallery.image_state import ImageState, state_word
from gui.plain_text import file_name
from gui.words import tr
from inference.texts import visible

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from inference.cancel import CancelToken
    from inference.sessions.vocabulary import Vocabulary

_SLICE = 500
_BUCKETS = 256
_NAMELESS = -1
"""Group of the images without label or suggestion; other groups without one have the number of their state."""

_STATES_APART = {
    GroupKey.SUGGESTION: (ImageState.REJECTED, ImageState.FAILED),
    GroupKey.LABEL: (ImageState.UNSURE, ImageState.REJECTED, ImageState.FAILED),
}
"""States that have a heading of their own, below all named ones, in this order."""

_STATE_ORDER = (
    ImageState.SUGGESTED,
    ImageState.UNSURE,
    ImageState.ACCEPTED,
    ImageState.CORRECTED,
    ImageState.QUEUED,
    ImageState.REJECTED,
    ImageState.FAILED,
)


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an order is computed from.

    Attributes:
        columns: the images; a copy where a worker computes.
        vocabulary: the texts of their labels and suggestions.
        arrangement: what is wanted.
        ranks: natural order of the names by place, as `name_ranks` gives it, where it is known.
        also: places that are shown although the filter hides them.
        taken_at: which list it was made from, and after how many changes of it.
    """

    columns: Columns
    vocabulary: Vocabulary
    arrangement: Arrangement
    ranks: array[int] | None = None
    also: frozenset[int] = frozenset()
    taken_at: tuple[int, int] = (0, 0)


@dataclass(frozen=True, slots=True)
class Arranged:
    """An order.

    Attributes:
        arrangement: which one was wanted.
        places: those that are shown, by row.
        groups: their headings, largest first; empty without grouping.
        ranks: as in `Snapshot`, to be used again.
        count: so many places there were.
        taken_at: as in `Snapshot`.
    """

    arrangement: Arrangement
    places: array[int]
    groups: tuple[Group, ...]
    ranks: array[int] | None
    count: int
    taken_at: tuple[int, int] = (0, 0)


def compute(snapshot: Snapshot, cancel: CancelToken | None = None) -> Arranged:
    """Filter, sort, group.

    Raises:
        Cancelled: if `cancel` was set meanwhile.
    """
    import numpy as np  # noqa: PLC0415  # not at the start

    columns, arrangement, ranks = snapshot.columns, snapshot.arrangement, snapshot.ranks
    everything = range(len(columns))
    if arrangement.sort is SortKey.NAME and (ranks is None or len(ranks) != len(columns)):
        ranks = name_ranks(columns.paths, cancel)
    shown = mask(snapshot, everything, cancel)
    places = np.flatnonzero(shown).astype(np.int32)
    places = _sorted(columns, places, arrangement, ranks)
    groups: tuple[Group, ...] = ()
    if arrangement.group is not GroupKey.NONE:
        places, groups = _grouped(columns, snapshot.vocabulary, places, arrangement.group)
    result = array("i")
    result.frombytes(places.tobytes())
    return Arranged(arrangement, result, groups, ranks, len(columns), snapshot.taken_at)


def passing(snapshot: Snapshot, places: Sequence[int]) -> list[int]:
    """Those places, in their order, that are on the list and pass the filter (or are shown all the same)."""
    return [place for place, passes in zip(places, mask(snapshot, places).tolist(), strict=True) if passes]


def name_ranks(paths: Sequence[str], cancel: CancelToken | None = None) -> array[int]:
    """Rank of each path among all, by the natural order of the file names, then by place ("i").

    Sorted in buckets, so that no single call keeps the interpreter from the window for longer than a few ms.

    Raises:
        Cancelled: if `cancel` was set meanwhile.
    """
    from inference.pictures.scan import natural_key  # noqa: PLC0415  # not at the start

    keys: list[str] = []
    for start in range(0, len(paths), _SLICE):
        if cancel is not None:
            cancel.raise_if_set()
        keys += [natural_key(file_name(path)) for path in paths[start : start + _SLICE]]
    limits = sorted(set(keys[:: max(1, len(keys) // _BUCKETS)]))
    buckets: list[list[int]] = [[] for _ in range(len(limits) + 1)]
    for place, key in enumerate(keys):
        buckets[bisect_right(limits, key)].append(place)
    ranks, rank = array("i", bytes(4 * len(keys))), 0
    for bucket in buckets:
        if cancel is not None:
            cancel.raise_if_set()
        bucket.sort(key=keys.__getitem__)
        for place in bucket:
            ranks[place] = rank
            rank += 1
    return ranks


def depends_on_answers(arrangement: Arrangement) -> bool:
    """Whether what a model says of an image decides where it stands."""
    wanted = arrangement.filter
    filters = wanted.states or wanted.suggestions or wanted.text
    has_limits = wanted.score_from is not None or wanted.score_to is not None
    sorts = arrangement.sort in {SortKey.SCORE, SortKey.MARGIN, SortKey.DATE}
    return bool(filters) or has_limits or sorts or arrangement.group is not GroupKey.NONE


# The filter: cheap conditions on whole columns first, texts only where those leave a doubt.


def mask(snapshot: Snapshot, places: Sequence[int] | NDArray[Any], cancel: CancelToken | None = None) -> NDArray[Any]:
    """For each of the places: whether it is on the list and passes the filter, or is shown all the same (bool)."""
    import numpy as np  # noqa: PLC0415  # not at the start

    columns, wanted = snapshot.columns, snapshot.arrangement.filter
    is_all = isinstance(places, range) and places == range(len(columns))
    where: Any = slice(None) if is_all else np.asarray(places, dtype=np.int32)
    states = view(columns.states, "B")[where]
    here = states != GONE
    shown = here.copy()
    if wanted.states:
        shown &= _chosen(256, wanted.states)[states]
    labels, suggestions = view(columns.labels, "i")[where], view(columns.suggestions, "i")[where]
    count = len(snapshot.vocabulary)
    if wanted.labels:
        shown &= _chosen(count + 1, wanted.labels)[labels]
    if wanted.suggestions:
        shown &= _chosen(count + 1, wanted.suggestions)[suggestions]
    scores = view(columns.scores, "f")[where]
    if wanted.score_from is not None:
        shown &= (scores >= 0) & (scores >= wanted.score_from)
    if wanted.score_to is not None:
        shown &= (scores >= 0) & (scores <= wanted.score_to)
    if wanted.folders:
        _keep_folders(columns.paths, places, shown, wanted, cancel)
    if wanted.text:
        needle = wanted.text.casefold()
        texts = snapshot.vocabulary.since(0)
        codes = [code for code, text in enumerate(texts) if needle in text.casefold()]
        named = _chosen(max(count, len(texts)) + 1, codes)
        _keep_texts(columns.paths, places, shown, named[labels] | named[suggestions], needle, cancel)
    if snapshot.also:
        shown |= here & np.fromiter((place in snapshot.also for place in places), dtype=bool, count=len(places))
    return np.asarray(shown)


def _chosen(size: int, numbers: Iterable[int]) -> NDArray[Any]:
    """A table that is True at some numbers; index -1 (no name) is its last entry, which is False."""
    import numpy as np  # noqa: PLC0415  # not at the start

    table = np.zeros(size, dtype=bool)
    table[[number for number in numbers if 0 <= number < size - 1]] = True
    return table


def _keep_folders(
    paths: list[str],
    places: Sequence[int] | NDArray[Any],
    shown: NDArray[Any],
    wanted: ImageFilter,
    cancel: CancelToken | None,
) -> None:
    import numpy as np  # noqa: PLC0415  # not at the start

    starts = tuple(folder.rstrip(os.sep) + os.sep for folder in wanted.folders)
    positions = np.flatnonzero(shown).tolist()
    for position in _checked(positions, cancel):
        if not paths[places[position]].startswith(starts):
            shown[position] = False


def _keep_texts(
    paths: list[str],
    places: Sequence[int] | NDArray[Any],
    shown: NDArray[Any],
    named: NDArray[Any],
    needle: str,
    cancel: CancelToken | None,
) -> None:
    import numpy as np  # noqa: PLC0415  # not at the start

    positions = np.flatnonzero(shown & ~named).tolist()
    hidden = [one for one in _checked(positions, cancel) if needle not in paths[places[one]].casefold()]
    shown[hidden] = False


def _checked(positions: list[int], cancel: CancelToken | None) -> Iterable[int]:
    """The same, with a look at `cancel` now and then."""
    if cancel is None:
        return positions
    return _cancellable(positions, cancel)


def _cancellable(positions: list[int], cancel: CancelToken) -> Iterable[int]:
    for start in range(0, len(positions), _SLICE):
        cancel.raise_if_set()
        yield from positions[start : start + _SLICE]


# The order: stable, so that equal images stay in the order of arrival; those without a value come last.


def _sorted(columns: Columns, places: NDArray[Any], arrangement: Arrangement, ranks: array[int] | None) -> NDArray[Any]:
    import numpy as np  # noqa: PLC0415  # not at the start

    sign = -1 if arrangement.descending else 1
    match arrangement.sort:
        case SortKey.ADDED:
            return np.ascontiguousarray(places[::sign])
        case SortKey.NAME:
            values: NDArray[Any] = sign * np.asarray(ranks, dtype=np.int32)[places]
        case SortKey.DATE:
            times = view(columns.times, "d")[places]
            values = np.where(times != 0, sign * times, np.inf)
        case SortKey.SCORE | SortKey.MARGIN:
            column = columns.scores if arrangement.sort is SortKey.SCORE else columns.margins
            shares = view(column, "f")[places]
            values = np.where(shares >= 0, sign * shares, np.inf)
    return np.asarray(places[np.argsort(values, kind="stable")])


# Groups: the largest first, since a person reviews whole classes; what is no class comes last.


def _grouped(
    columns: Columns, vocabulary: Vocabulary, places: NDArray[Any], key: GroupKey
) -> tuple[NDArray[Any], tuple[Group, ...]]:
    import numpy as np  # noqa: PLC0415  # not at the start

    numbers = _group_numbers(columns, places, key)
    found, inverse, counts = np.unique(numbers, return_inverse=True, return_counts=True)
    titles = [_title(number, vocabulary, key) for number in found.tolist()]
    weights = [_weight(number, count, key) for number, count in zip(found.tolist(), counts.tolist(), strict=True)]
    order = sorted(range(len(titles)), key=lambda one: (weights[one], titles[one].casefold(), one))
    rank = np.empty(len(order), dtype=np.int32)
    rank[order] = np.arange(len(order), dtype=np.int32)
    groups, first = [], 0
    for one in order:
        groups.append(Group(titles[one], first, int(counts[one])))
        first += int(counts[one])
    return places[np.argsort(rank[inverse], kind="stable")], tuple(groups)


def _group_numbers(columns: Columns, places: NDArray[Any], key: GroupKey) -> NDArray[Any]:
    """Codes of names from 0 on; below it `_NAMELESS`, and a number for each state."""
    import numpy as np  # noqa: PLC0415  # not at the start

    states = view(columns.states, "B")[places].astype("i")
    if key is GroupKey.STATE:
        return np.asarray(_NAMELESS - 1 - states)
    numbers = np.array(view(columns.suggestions if key is GroupKey.SUGGESTION else columns.labels, "i")[places])
    for state in _STATES_APART[key]:
        apart = states == state
        if key is GroupKey.LABEL:
            apart &= numbers < 0
        numbers[apart] = _number_of_state(state)
    return numbers


def _number_of_state(state: ImageState) -> int:
    return _NAMELESS - 1 - state


def _title(number: int, vocabulary: Vocabulary, key: GroupKey) -> str:
    if number >= 0:
        return visible(vocabulary.text(number))
    if number == _NAMELESS:
        return tr("No suggestion") if key is GroupKey.SUGGESTION else tr("No label")
    return state_word(ImageState(_NAMELESS - 1 - number))


def _weight(number: int, count: int, key: GroupKey) -> tuple[int, int]:
    """Lower ones come first."""
    if number >= 0:
        return 0, -count
    if number == _NAMELESS:
        return 1, 0
    state = ImageState(_NAMELESS - 1 - number)
    return 2, (_STATE_ORDER if key is GroupKey.STATE else _STATES_APART[key]).index(state)
