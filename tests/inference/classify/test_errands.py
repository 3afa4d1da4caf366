"""What waits is done in order; while something long goes on only what is quick passes, and nothing passes a change."""

from __future__ import annotations

import threading

import pytest

from inference.classify.errands import Errands, Pace


class _Desk:
    """Errands that write down that they were done."""

    def __init__(self) -> None:
        self.errands = Errands()
        self.done: list[str] = []

    def add(self, name: str, pace: Pace) -> None:
        self.errands.add(lambda: self.done.append(name), pace)

    def take_quick(self) -> list[str]:
        while (work := self.errands.take_quick()) is not None:
            work()
        return self.done

    def take(self) -> list[str]:
        while (work := self.errands.take()) is not None:
            work()
        return self.done


@pytest.fixture
def desk() -> _Desk:
    return _Desk()


def test_all_are_done_in_the_order_they_came(desk: _Desk) -> None:
    for name, pace in (("a", Pace.LONG), ("b", Pace.QUICK), ("c", Pace.ORDERED), ("d", Pace.QUICK)):
        desk.add(name, pace)
    assert desk.take() == ["a", "b", "c", "d"]
    assert desk.errands.take() is None


def test_what_is_quick_passes_what_is_long(desk: _Desk) -> None:
    for name, pace in (("a", Pace.LONG), ("b", Pace.QUICK), ("c", Pace.LONG), ("d", Pace.QUICK)):
        desk.add(name, pace)
    assert desk.take_quick() == ["b", "d"]
    assert desk.take() == ["b", "d", "a", "c"]


def test_nothing_passes_a_change(desk: _Desk) -> None:
    for name, pace in (("a", Pace.QUICK), ("b", Pace.ORDERED), ("c", Pace.QUICK)):
        desk.add(name, pace)
    assert desk.errands.is_change_wanted
    assert desk.take_quick() == ["a"]
    assert desk.take() == ["a", "b", "c"]
    assert not desk.errands.is_change_wanted


def test_once_closed_nothing_is_handed_out(desk: _Desk) -> None:
    desk.add("a", Pace.QUICK)
    desk.errands.close()
    assert desk.errands.is_closed
    assert desk.errands.is_change_wanted
    assert desk.errands.take() is None
    assert desk.errands.take_quick() is None
    desk.errands.wait()


@pytest.mark.parametrize("is_closed", [False, True])
def test_who_waits_is_woken(desk: _Desk, is_closed: bool) -> None:
    thread = threading.Thread(target=desk.errands.wait, daemon=True)
    thread.start()
    thread.join(0.05)
    assert thread.is_alive()
    if is_closed:
        desk.errands.close()
    else:
        desk.add("a", Pace.LONG)
    thread.join(30)
    assert not thread.is_alive()
