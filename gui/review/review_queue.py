"""Put the images that wait for a person into a fixed order, and keep the place in it."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator, KeysView, Sequence
from dataclasses import dataclass
from enum import StrEnum

PAGE_SIZE = 20
"""So many images of one class are decided about at a time."""


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
        suggestions: Sequence[int] = (),
    ) -> None:
        """Begin at the first key.

        Args:
            keys: each at most once.
            order: how they were ordered.
            seed: with which a random order was drawn.
            suggestions: for `BY_CLASS` the vocabulary code of each key's class; equal ones stand together.
        """
        self.keys = keys if isinstance(keys, array) else array("q", keys)
        self.order = order
        self.seed = seed
        self._place_of = dict(zip(self.keys, range(len(self.keys)), strict=True))
        self._position = 0
        self._reviewed: dict[int, None] = {}
        self._gone: set[int] = set()
        self._pages = tuple(_pages(self.keys, suggestions))

    def __len__(self) -> int:
        return len(self.keys)

    def __contains__(self, key: object) -> bool:
        return key in self._place_of

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
        place = self._place_of.get(key)
        if place is None or key in self._gone:
            return False
        self._position = place
        return True

    @property
    def reviewed(self) -> KeysView[int]:
        """The images of the queue that have been decided about, the last decision last."""
        return self._reviewed.keys()

    def mark_reviewed(self, keys: Iterable[int]) -> None:
        """These images have a decision now; keys outside the queue do not matter."""
        for key in keys:
            if key in self._place_of:
                self._reviewed.pop(key, None)
                self._reviewed[key] = None

    def mark_waiting(self, keys: Iterable[int]) -> None:
        """These images wait for a decision again: it was taken back."""
        for key in keys:
            self._reviewed.pop(key, None)

    def mark_gone(self, keys: Iterable[int]) -> None:
        """These images left the session."""
        self._gone.update(key for key in keys if key in self._place_of)

    def mark_back(self, keys: Iterable[int]) -> None:
        """These images are in the session again."""
        self._gone.difference_update(keys)

    @property
    def remaining(self) -> int:
        """How many images wait for a decision."""
        return len(self.keys) - len(self._gone) - len(self._reviewed) + len(self._gone & self._reviewed.keys())

    @property
    def is_done(self) -> bool:
        """Whether no image waits for a decision."""
        return self.remaining == 0

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
        for place in self._waiting_places(range(self._position + 1, len(self.keys))):
            if len(found) >= count:
                break
            found.append(self.keys[place])
        return found

    @property
    def page_count(self) -> int:
        """How many pages there are; 0 unless the queue is by class."""
        return len(self._pages)

    def page(self, place: int) -> QueuePage:
        """One page, places counted from 0; its images stay the same whatever is decided.

        Raises:
            IndexError: there is no such page.
        """
        first, last, number, count, total, suggestion = self._pages[place]
        return QueuePage(suggestion, tuple(self.keys[first:last]), number, count, total)

    def waiting_of(self, keys: Iterable[int]) -> tuple[int, ...]:
        """Those of the keys that wait for a decision, in their order."""
        return tuple(key for key in keys if self._is_waiting(key))

    def _is_waiting(self, key: int) -> bool:
        return key in self._place_of and key not in self._reviewed and key not in self._gone

    def _waiting_places(self, places: Iterable[int]) -> Iterator[int]:
        return (place for place in places if self._is_waiting(self.keys[place]))

    def _present(self, places: Iterable[int]) -> int | None:
        return next((place for place in places if self.keys[place] not in self._gone), None)

    def _go_to_place(self, place: int | None) -> int | None:
        if place is None:
            return None
        self._position = place
        return self.keys[place]


def _pages(keys: Sequence[int], suggestions: Sequence[int]) -> Iterator[tuple[int, int, int, int, int, int]]:
    """First place, place after the last, number, count of pages, images of the class, and its code, for each page."""
    start = 0
    while start < len(suggestions):
        end = start
        while end < len(suggestions) and suggestions[end] == suggestions[start]:
            end += 1
        total = end - start
        count = -(-total // PAGE_SIZE)
        for number in range(count):
            first = start + number * PAGE_SIZE
            yield first, min(first + PAGE_SIZE, end), number + 1, count, total, suggestions[start]
        start = end
    if len(suggestions) not in {0, len(keys)}:
        raise ValueError(f"{len(keys)} keys but {len(suggestions)} suggestions")
