"""The search for a batch size takes the smallest one that is nearly as fast as the best, within time and memory."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.engine.batch_size import BATCH_BUDGET_S, MOST_PICTURES, NEAR_BEST, find_batch_size, largest_within_budget
from inference.errors import InferenceError


class _Card:
    """A card with a clock: `seconds` says how long a batch takes; more than `fits` pictures exceed its memory."""

    def __init__(self, seconds: Callable[[int], float], fits: int = 10**9, first_s: float = 0.0) -> None:
        self.time = 0.0
        self.sizes: list[int] = []
        self._seconds = seconds
        self._fits = fits
        self._first_s = first_s

    def now(self) -> float:
        return self.time

    def run(self, size: int) -> None:
        if size > self._fits:
            raise InferenceError("the memory of cuda is too small.", out_of_memory=True)
        self.time += self._seconds(size) + (self._first_s if size not in self.sizes else 0)
        self.sizes.append(size)


def test_the_overhead_of_a_launch_is_shared_until_that_gains_nothing() -> None:
    card = _Card(lambda size: 0.004 + 0.0002 * size)
    size = find_batch_size(card.run, now=card.now)
    assert size == 256
    card = _Card(lambda size: 0.0005 + 0.001 * size)
    assert find_batch_size(card.run, now=card.now) == 16


def test_a_batch_takes_at_most_a_fifth_of_a_second() -> None:
    card = _Card(lambda size: 0.05 + 0.01 * size)
    assert find_batch_size(card.run, now=card.now) == 8
    slow = _Card(lambda size: 0.5 * size)
    assert find_batch_size(slow.run, now=slow.now) == 1


def test_memory_ends_the_search() -> None:
    card = _Card(lambda size: 0.01, fits=20)
    assert find_batch_size(card.run, now=card.now) == 16
    none = _Card(lambda size: 0.01, fits=0)
    with pytest.raises(InferenceError):
        find_batch_size(none.run, now=none.now)


def test_other_errors_are_not_hidden() -> None:
    def run(size: int) -> None:
        if size > 2:
            raise InferenceError("it is broken.")

    with pytest.raises(InferenceError, match="broken"):
        find_batch_size(run)


def test_the_first_run_of_a_size_does_not_count() -> None:
    card = _Card(lambda size: 0.001 + 0.0001 * size, first_s=5.0)
    assert find_batch_size(card.run, now=card.now, most=64) == 64


# Not exactly at the limit, where sums of the clock decide.
_SECONDS = st.floats(1e-6, 1.0).filter(lambda seconds: abs(seconds - BATCH_BUDGET_S) > 1e-6)


@given(st.lists(_SECONDS, min_size=9, max_size=9), st.integers(1, 300))
def test_it_is_near_the_best_of_what_was_tried(seconds: list[float], fits: int) -> None:
    sizes = [2**power for power in range(9)]
    table = dict(zip(sizes, seconds, strict=True))
    card = _Card(lambda size: table[size], fits=fits)
    found = find_batch_size(card.run, now=card.now)
    within = [size for size in dict.fromkeys(card.sizes) if size == 1 or table[size] <= BATCH_BUDGET_S]
    assert found in within
    best = max(size / table[size] for size in within)
    assert found / table[found] >= 0.999 * NEAR_BEST * best
    assert found <= min(fits, MOST_PICTURES)


@pytest.mark.parametrize(
    ("picture_s", "size"), [(0.0, 64), (0.001, 64), (0.01, 16), (0.05, 4), (0.1, 2), (0.11, 1), (9.0, 1)]
)
def test_a_pictures_time_says_how_many_keep_to_the_budget(picture_s: float, size: int) -> None:
    assert largest_within_budget(picture_s, 100) == size
