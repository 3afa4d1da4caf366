"""Put the images that wait for a person into a fixed order, and keep the place in it."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import chain
from typing import TYPE_CHECKING

from gui.review.key_index import KeyIndex

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAGE_SIZE = 20
"""So many images of one class are decided about at a time."""

_FEW = 1_000


class QueueOrder(StrEnum):
    """Which image comes first."""

    LEAST_CERTAIN = "least-certain"
    """By margin; images about which the model has not spoken come last, as they stand in the list."""
    DISAGREES = "disagrees"
    """The most confident suggestions that disagree with the name of the image's folder."""
    BY_CLASS = "by-class"
    """Grouped by suggested class, the largest group first; most confident first inside."""
    RANDOM_100 = "random-100"
    """Up to 100, drawn at random: what is right among them is an honest measure of the model."""


@dataclass(frozen=True, slots=True)
class QueuePage:
    """Images of one suggested class that are decided about together.

    Attributes:
        suggestion: vocabulary code of the class.
        keys: of the images, most confident first; at most `PAGE_SIZE`.
        number: of the page among those of its class, from 1.
        count: how many pages its class has.
        total: how many images its class has.
    """

    suggestion: int
    keys: tuple[int, ...]
    number: int
    count: int
    total: int


class ReviewQueue:
    """Keys in an order that never changes while they are reviewed, and the current one among them.

    Decisions are told to it; it does not make them. An image that left the session is passed over.
    """

    def __init__(
        self,
        keys: Sequence[int],
        order: QueueOrder = QueueOrder.LEAST_CERTAIN,
        *,
        seed: int | None = None,
        suggestions: Sequence[int] | NDArray[np.int64] = (),
    ) -> None:
        """Begin at the first key.

        Args:
            keys: each at most once.
            order: how they were ordered.
            seed: with which a random order was drawn.
            suggestions: for `BY_CLASS` the vocabulary code of each key's class; equal ones stand together.
        """
        self.keys = keys if isinstance(keys, array) and keys.typecode == "q" else array("q", keys)
        self.order = order
        self.seed = seed
        self._index = KeyIndex(self.keys)
        self._position = 0
        self._reviewed: dict[int, None] = {}
        self._gone: set[int] = set()
        if len(suggestions) not in {0, len(self.keys)}:
            raise ValueError(f"{len(self.keys)} keys but {len(suggestions)} suggestions")
        self._classes = _classes(suggestions) if len(suggestions) else []
        self._first_pages, self._page_count = _first_pages(self._classes)

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._index

    @property
    def current(self) -> int | None:
        """The key of the image on screen, or None where the queue is empty or that image left the session."""
        if not self.keys or self.keys[self._position] in self._gone:
            return None
        return self.keys[self._position]

    @property
    def position(self) -> int:
        """The place of the current key, counted from 0."""
        return self._position

    def forward(self) -> int | None:
        """Go to the next image, decided or not; None, and no move, at the end."""
        return self._go_to_place(self._present(range(self._position + 1, len(self.keys))))

    def back(self) -> int | None:
        """Go to the image before; None, and no move, at the beginning."""
        return self._go_to_place(self._present(range(self._position - 1, -1, -1)))

    def advance(self) -> int | None:
        """Go to the next image that waits for a decision; after the last one, to the first that was passed over.

        Returns:
            Its key, or None, and no move, where no image waits.
        """
        here = min(self._position + 1, len(self.keys))
        after = next(self._waiting_places(range(here, len(self.keys))), None)
        return self._go_to_place(next(self._waiting_places(range(here)), None) if after is None else after)

    def go_to(self, key: int) -> bool:
        """Make this image the current one; False, and no move, where it is not in the queue."""
        place = self._index.place(key)
        if place is None or key in self._gone:
            return False
        self._position = place
        return True

    def known(self, keys: Iterable[int]) -> Sequence[int]:
        """Those of the keys that are in the queue, in their order."""
        return self._index.known(keys)

    @property
    def reviewed(self) -> KeysView[int]:
        """The images of the queue that have been decided about, the last decision last."""
        return self._reviewed.keys()

    def follow(self, waiting: Sequence[int] = (), decided: Sequence[int] = (), left: Sequence[int] = ()) -> None:
        """Take over how images of the queue stand now: they wait, have a decision, or left the session."""
        if self._gone:
            self._gone.difference_update(waiting, decided)
        self._gone.update(left)
        # The last decision last; of many at once nobody asks which came before.
        for key in chain(waiting, decided if len(decided) <= _FEW else ()):
            self._reviewed.pop(key, None)
        self._reviewed.update(dict.fromkeys(decided))

    @property
    def remaining(self) -> int:
        """How many images wait for a decision."""
        return len(self.keys) - len(self._gone) - len(self._reviewed) + len(self._gone & self._reviewed.keys())

    def recent(self, count: int) -> list[int]:
        """The images decided about last, the oldest of them first, without the current one."""
        found: list[int] = []
        for key in reversed(self._reviewed):
            if len(found) >= count:
                break
            if key != self.current and key not in self._gone:
                found.append(key)
        return found[::-1]

    def upcoming(self, count: int) -> list[int]:
        """The images after the current one that wait for a decision, as far as `count`: to show and to read ahead."""
        found: list[int] = []
        most = min(count, self.remaining)  # near the end, nobody looks for a ninth where eight are left
        for place in self._waiting_places(range(self._position + 1, len(self.keys))):
            if len(found) >= most:
                break
            found.append(self.keys[place])
        return found

    @property
    def page_count(self) -> int:
        """How many pages there are; 0 unless the queue is by class."""
        return self._page_count

    def page(self, place: int) -> QueuePage:
        """One page, places counted from 0; its images stay the same whatever is decided.

        Raises:
            IndexError: there is no such page.
        """
        if not 0 <= place < self._page_count:
            raise IndexError(place)
        at = bisect_right(self._first_pages, place) - 1
        number = place - self._first_pages[at]
        start, end, suggestion = self._classes[at]
        first = start + number * PAGE_SIZE
        keys = tuple(self.keys[first : min(first + PAGE_SIZE, end)])
        return QueuePage(suggestion, keys, number + 1, _pages_of(end - start), end - start)

    def page_of(self, key: int) -> int | None:
        """The page that an image is on; None where there are no pages, or the image is not in the queue."""
        place = self._index.place(key)
        if place is None or not self._classes:
            return None
        at = bisect_right(self._classes, place, key=_start) - 1
        return self._first_pages[at] + (place - self._classes[at][0]) // PAGE_SIZE

    def waiting_of(self, keys: Iterable[int]) -> tuple[int, ...]:
        """Those of the keys that wait for a decision, in their order."""
        return tuple(key for key in keys if self._is_waiting(key))

    def _is_waiting(self, key: int) -> bool:
        return key not in self._reviewed and key not in self._gone and key in self._index

    def _waiting_places(self, places: Iterable[int]) -> Iterator[int]:
        return (place for place in places if self._is_waiting(self.keys[place]))

    def _present(self, places: Iterable[int]) -> int | None:
        return next((place for place in places if self.keys[place] not in self._gone), None)

    def _go_to_place(self, place: int | None) -> int | None:
        if place is None:
            return None
        self._position = place
        return self.keys[place]


def _classes(suggestions: Sequence[int] | NDArray[np.int64]) -> list[tuple[int, int, int]]:
    """Where each class begins in the queue, the place after its last image, and its code."""
    import numpy as np  # noqa: PLC0415  # not at the start

    codes = np.asarray(suggestions, dtype=np.int64)
    starts = np.concatenate(([0], np.flatnonzero(np.diff(codes)) + 1))
    ends = np.append(starts[1:], len(codes))
    return list(zip(starts.tolist(), ends.tolist(), codes[starts].tolist(), strict=True))


def _first_pages(classes: Sequence[tuple[int, int, int]]) -> tuple[list[int], int]:
    """The place of each class's first page among all pages, and how many pages there are."""
    first_pages, count = [], 0
    for start, end, _ in classes:
        first_pages.append(count)
        count += _pages_of(end - start)
    return first_pages, count


def _pages_of(images: int) -> int:
    return -(-images // PAGE_SIZE)


def _start(entry: tuple[int, int, int]) -> int:
    return entry[0]
