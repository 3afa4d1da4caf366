"""A thread that gives way is the only one that does, with those it starts."""

import os
import sys
import threading

import pytest

from inference.engine import machine
from inference.engine.priority import computing_threads, yield_to_the_window


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


@pytest.mark.parametrize(
    ("platform", "yielding", "expected"),
    [("linux", True, 8), ("linux", False, 8), ("win32", True, 7), ("win32", False, 8), ("darwin", True, 7)],
)
def test_where_threads_have_no_priorities_the_window_keeps_a_core(
    platform: str, yielding: bool, expected: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(machine, "physical_cores", lambda: 8)
    monkeypatch.setattr(sys, "platform", platform)
    assert computing_threads(yielding=yielding) == expected
    monkeypatch.setattr(machine, "physical_cores", lambda: 1)
    assert computing_threads(yielding=yielding) == 1
