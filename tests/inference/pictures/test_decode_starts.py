"""That no worker can be started is said only when it holds for all lanes, and for some time."""

from __future__ import annotations

import pytest

from inference.pictures.decode_starts import GIVE_UP_S, Starts


class Clock:
    """A clock that a test moves."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_there_is_hope_for_a_while(clock: Clock) -> None:
    starts = Starts(clock)
    assert starts.verdict() is None
    clock.now += 2 * GIVE_UP_S
    assert starts.verdict() is None, "nobody has tried"
    starts.failed(OSError(24, "Too many open files"))
    assert starts.verdict() is None
    clock.now += GIVE_UP_S - 0.1
    starts.failed(OSError(24, "Too many open files"))
    assert starts.verdict() is None
    clock.now += 0.1
    error = starts.verdict()
    assert str(error) == (
        "Pictures cannot be decoded: no process that reads pictures can be started (Too many open files)."
    )
    assert starts.verdict() is not error, "each picture has its own"


def test_a_lane_with_a_worker_is_hope_for_all(clock: Clock) -> None:
    starts = Starts(clock)
    starts.came()
    starts.failed(EOFError())
    clock.now += 2 * GIVE_UP_S
    starts.failed(EOFError())
    assert starts.verdict() is None
    starts.went()
    assert starts.verdict() is None, "it may come again"
    starts.failed(EOFError())
    clock.now += GIVE_UP_S
    assert "it ended at once" in str(starts.verdict())
    starts.came()
    assert starts.verdict() is None
    starts.went()
    assert starts.verdict() is None


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (FileNotFoundError(2, "No usable temporary directory found in ['/tmp']"), "(No usable temporary directory"),
        (OSError("the decoder process does not answer"), "(the decoder process does not answer)"),
        (RuntimeError("can't start new thread"), "(can't start new thread)"),
        (MemoryError(), "(MemoryError)"),
    ],
)
def test_the_reason_is_told(clock: Clock, error: Exception, words: str) -> None:
    starts = Starts(clock)
    starts.failed(error)
    clock.now += GIVE_UP_S
    assert words in str(starts.verdict())
