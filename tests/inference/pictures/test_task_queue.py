"""Urgent tasks overtake the others; each kind keeps its order."""

import queue

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.pictures.task_queue import TaskQueue


@given(st.lists(st.booleans(), max_size=30))
def test_urgent_first_and_each_kind_in_order(kinds: list[bool]) -> None:
    tasks: TaskQueue[tuple[bool, int]] = TaskQueue()
    for number, urgent in enumerate(kinds):
        tasks.put((urgent, number), urgent=urgent)
    got = [tasks.get() for _ in kinds]
    assert got == sorted(got, key=lambda task: (not task[0], task[1]))
    with pytest.raises(queue.Empty):
        tasks.get_nowait()
