"""Test gui/time_left.py: no guess too early, pauses do not count, words no finer than deserved."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.time_left import TimeLeft, time_left_text


def test_nothing_is_said_before_five_seconds_and_twenty_images() -> None:
    left = TimeLeft()
    left.run(100.0)
    left.update(0, 100.0)
    left.update(500, 104.9)
    assert left.seconds(1_000) is None, "too little time"
    left.update(500, 105.0)
    assert left.seconds(1_000) == pytest.approx(5.0)
    slow = TimeLeft()
    slow.run(0.0)
    slow.update(0, 0.0)
    slow.update(19, 60.0)
    assert slow.seconds(100) is None, "too few images"
    slow.update(20, 60.0)
    assert slow.rate() == pytest.approx(1 / 3)


def test_the_clock_stands_still_while_paused() -> None:
    left = TimeLeft()
    left.run(0.0)
    left.update(0, 0.0)
    left.update(100, 10.0)
    left.pause(10.0)
    left.run(1_000.0)
    left.update(100, 1_000.0)
    assert left.seconds(200) == pytest.approx(10.0)
    left.update(200, 1_010.0)
    assert left.rate() == pytest.approx(10.0)


def test_it_follows_how_it_went_lately() -> None:
    left = TimeLeft()
    left.run(0.0)
    for second in range(61):
        left.update(second * 100, float(second))
    for second in range(1, 61):
        left.update(6_000 + second, 60.0 + second)
    assert left.rate() == pytest.approx(1.0, rel=0.1), "not the average of an hour ago"


@given(st.lists(st.tuples(st.floats(0.01, 5), st.integers(0, 50)), max_size=60), st.integers(0, 10_000))
def test_estimates_are_never_negative(steps: list[tuple[float, int]], total: int) -> None:
    left, now, done = TimeLeft(), 0.0, 0
    left.run(now)
    for elapsed, more in steps:
        now, done = now + elapsed, done + more
        left.update(done, now)
        seconds = left.seconds(total)
        assert seconds is None or seconds >= 0


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "a few seconds left"),
        (9.9, "a few seconds left"),
        (12, "about 10 s left"),
        (94, "about 90 s left"),
        (119, "about 120 s left"),
        (120, "about 2 min left"),
        (149, "about 2 min left"),
        (18 * 60 + 10, "about 18 min left"),
        (5 * 3600, "about 5 h left"),
    ],
)
def test_estimates_in_words(seconds: float, text: str) -> None:
    assert time_left_text(seconds) == text
