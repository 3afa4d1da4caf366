"""The queue keeps its order and its place whatever is decided, taken back or removed."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from gui.review.review_queue import PAGE_SIZE, QueueOrder, ReviewQueue


def test_the_queue_begins_at_its_first_key_and_stops_at_both_ends() -> None:
    queue = ReviewQueue([7, 3, 9])
    assert (queue.current, queue.position, len(queue)) == (7, 0, 3)
    assert queue.back() is None
    assert queue.current == 7
    assert [queue.forward(), queue.forward(), queue.forward()] == [3, 9, None]
    assert queue.current == 9


def test_an_empty_queue_has_no_current_image() -> None:
    queue = ReviewQueue([])
    assert queue.current is None
    assert queue.forward() is queue.advance() is queue.back() is None
    assert queue.upcoming(3) == queue.recent(3) == []


def test_advance_passes_over_what_is_decided_and_comes_back_to_what_was_skipped() -> None:
    queue = ReviewQueue([1, 2, 3, 4])
    queue.forward()
    for expected in (3, 4, 1):
        queue.follow(decided=[queue.current or 0])
        assert queue.advance() == expected
    queue.follow(decided=[1])
    assert queue.advance() is None
    assert queue.current == 1


def test_after_an_undo_the_review_goes_on_where_it_was() -> None:
    queue = ReviewQueue([1, 2, 3, 4])
    for _ in range(3):
        queue.follow(decided=[queue.current or 0])
        queue.advance()
    queue.follow(waiting=[1])
    assert queue.go_to(1)
    assert queue.remaining == 2
    queue.follow(decided=[1])
    assert queue.advance() == 4
    assert list(queue.reviewed) == [2, 3, 1]


def test_images_that_left_the_session_are_passed_over_and_come_back() -> None:
    queue = ReviewQueue([1, 2, 3])
    queue.follow(left=queue.known([2, 99]))
    assert queue.remaining == 2
    assert not queue.go_to(2)
    assert queue.forward() == 3
    assert queue.back() == 1
    queue.follow(left=[1])
    assert queue.current is None
    queue.follow(waiting=[1, 2])
    assert queue.remaining == 3
    assert queue.forward() == 2


def test_keys_that_are_not_in_the_queue_change_nothing() -> None:
    queue = ReviewQueue([1, 2])
    queue.follow(decided=queue.known([5]), left=queue.known([7]))
    assert not queue.go_to(5)
    assert 5 not in queue
    assert queue.remaining == 2
    assert list(queue.reviewed) == []


def test_recent_and_upcoming_surround_the_current_image() -> None:
    queue = ReviewQueue(range(10))
    for _ in range(4):
        queue.follow(decided=[queue.current or 0])
        queue.advance()
    queue.follow(decided=[6])
    assert queue.current == 4
    assert queue.recent(3) == [2, 3, 6]
    assert queue.upcoming(3) == [5, 7, 8]


def test_pages_hold_one_class_each_and_know_their_number() -> None:
    suggestions = [4] * (2 * PAGE_SIZE + 5) + [1] * 3
    queue = ReviewQueue(range(len(suggestions)), QueueOrder.BY_CLASS, suggestions=suggestions)
    pages = [queue.page(place) for place in range(queue.page_count)]
    assert [(page.suggestion, page.number, page.count, len(page.keys), page.total) for page in pages] == [
        (4, 1, 3, 20, 45),
        (4, 2, 3, 20, 45),
        (4, 3, 3, 5, 45),
        (1, 1, 1, 3, 3),
    ]
    queue.follow(decided=pages[0].keys[:18])
    assert queue.page(0) == pages[0]
    assert queue.waiting_of(pages[0].keys) == pages[0].keys[18:]
    with pytest.raises(IndexError):
        queue.page(4)


def test_only_a_queue_by_class_has_pages() -> None:
    assert ReviewQueue([1, 2]).page_count == 0
    with pytest.raises(ValueError, match="2 keys but 1"):
        ReviewQueue([1, 2], QueueOrder.BY_CLASS, suggestions=[3])


@given(st.lists(st.integers(0, 6), max_size=120))
def test_pages_together_are_the_whole_queue(codes: list[int]) -> None:
    codes.sort()
    queue = ReviewQueue(range(100, 100 + len(codes)), QueueOrder.BY_CLASS, suggestions=codes)
    pages = [queue.page(place) for place in range(queue.page_count)]
    assert [key for page in pages for key in page.keys] == list(queue.keys)
    assert all(1 <= len(page.keys) <= PAGE_SIZE for page in pages)
    assert all({codes[key - 100] for key in page.keys} == {page.suggestion} for page in pages)


KEYS = list(range(12))


class QueueMachine(RuleBasedStateMachine):
    """The queue against three plain sets."""

    def __init__(self) -> None:
        super().__init__()
        self.queue = ReviewQueue(KEYS)
        self.reviewed: set[int] = set()
        self.gone: set[int] = set()

    def waiting(self) -> list[int]:
        """Keys that wait, in the queue's order."""
        return [key for key in KEYS if key not in self.reviewed | self.gone]

    @rule(key=st.sampled_from(KEYS))
    def decide(self, key: int) -> None:
        self.queue.follow(decided=[key])
        self.reviewed.add(key)
        self.gone.discard(key)

    @rule(key=st.sampled_from(KEYS))
    def take_back(self, key: int) -> None:
        self.queue.follow(waiting=[key])
        self.reviewed.discard(key)
        self.gone.discard(key)

    @rule(key=st.sampled_from(KEYS))
    def remove(self, key: int) -> None:
        self.queue.follow(left=[key])
        self.gone.add(key)

    @rule(key=st.sampled_from(KEYS))
    def bring_back(self, key: int) -> None:
        self.queue.follow(**{"decided" if key in self.reviewed else "waiting": [key]})
        self.gone.discard(key)

    @rule(key=st.sampled_from(KEYS))
    def go_to(self, key: int) -> None:
        assert self.queue.go_to(key) == (key not in self.gone)

    @rule()
    def advance(self) -> None:
        here, waiting = self.queue.position, self.waiting()
        expected = next((key for key in waiting if key > here), waiting[0] if waiting else None)
        assert self.queue.advance() == expected

    @rule()
    def forward(self) -> None:
        here = self.queue.position
        assert self.queue.forward() == next((key for key in KEYS if key > here and key not in self.gone), None)

    @rule()
    def back(self) -> None:
        here = self.queue.position
        assert self.queue.back() == next((key for key in KEYS[::-1] if key < here and key not in self.gone), None)

    @invariant()
    def counts_agree(self) -> None:
        assert list(self.queue.keys) == KEYS
        assert self.queue.remaining == len(self.waiting())
        assert set(self.queue.reviewed) == self.reviewed
        assert self.queue.upcoming(99) == [key for key in self.waiting() if key > self.queue.position]
        current = KEYS[self.queue.position]
        assert self.queue.current == (None if current in self.gone else current)


TestQueueMachine = QueueMachine.TestCase
