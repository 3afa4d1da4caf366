"""The pace counts what stands, over the last minutes."""

from gui.review.review_pace import WINDOW_S, ReviewPace


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = 1_000.0

    def __call__(self) -> float:
        return self.now


def test_no_pace_is_told_until_there_is_one() -> None:
    clock = Clock()
    pace = ReviewPace(clock)
    for _ in range(9):
        clock.now += 1
        pace.count()
    assert pace.reviewed == 9
    assert pace.per_minute() is None
    clock.now += 1
    pace.count()
    assert pace.per_minute() == 60


def test_the_pace_follows_the_last_minutes_and_the_count_does_not() -> None:
    clock = Clock()
    pace = ReviewPace(clock)
    pace.count(500)
    for _ in range(180):
        clock.now += 2
        pace.count()
    assert pace.reviewed == 680
    assert pace.per_minute() == 30
    clock.now += 2 * WINDOW_S
    assert pace.per_minute() is None
    assert pace.reviewed == 680


def test_what_is_taken_back_does_not_count() -> None:
    clock = Clock()
    pace = ReviewPace(clock)
    clock.now += 60
    pace.count(20)
    pace.count(4)
    pace.take_back(6)
    assert pace.reviewed == 18
    assert pace.per_minute() == 18
    pace.take_back(100)
    assert pace.reviewed == 0
    assert pace.per_minute() is None
