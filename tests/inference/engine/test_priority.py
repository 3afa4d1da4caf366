"""A thread that gives way is the only one that does, with those it starts."""

import os
import sys
import threading

import pytest

from inference.engine import machine
from inference.engine.priority import threads_beside_a_window, yield_to_the_window


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priorities by thread")
def test_only_the_calling_thread_and_its_children_give_way() -> None:
    seen: dict[str, int] = {}

    def note(name: str) -> None:
        seen[name] = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())

    def work() -> None:
        yield_to_the_window()
        note("caller")
        child = threading.Thread(target=note, args=("child",))
        child.start()
        child.join()

    before = os.getpriority(os.PRIO_PROCESS, threading.get_native_id())
    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    note("other")
    assert seen["caller"] == seen["child"] > before
    assert seen["other"] == before


@pytest.mark.parametrize(("platform", "expected"), [("linux", 8), ("win32", 7), ("darwin", 7)])
def test_where_threads_have_no_priorities_the_window_keeps_a_core(
    platform: str, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "physical_cores", lambda: 8)
    monkeypatch.setattr(sys, "platform", platform)
    assert threads_beside_a_window() == expected
    monkeypatch.setattr(machine, "physical_cores", lambda: 1)
    assert threads_beside_a_window() == 1


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts priorities by thread")
def test_giving_way_twice_is_giving_way_once() -> None:
    seen: list[int] = []

    def work() -> None:
        for _ in range(3):
            yield_to_the_window()
            seen.append(os.getpriority(os.PRIO_PROCESS, threading.get_native_id()))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert seen == [seen[0]] * 3
