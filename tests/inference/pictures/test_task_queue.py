"""Urgent tasks overtake the others and go alone; each kind keeps its order, also when tasks come back."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from inference.pictures.task_queue import TaskQueue

KINDS = st.lists(st.booleans(), max_size=30)


def one(_task: object) -> int:
    return 1


def never(_one: object, _other: object) -> bool:
    return False


def always(_one: object, _other: object) -> bool:
    return True


@given(KINDS)
def test_urgent_first_and_each_kind_in_order(kinds: list[bool]) -> None:
    tasks: TaskQueue[tuple[bool, int]] = TaskQueue()
    for number, urgent in enumerate(kinds):
        tasks.put((urgent, number), urgent=urgent)
    got = [tasks.take(one, never)[0].task for _ in kinds]
    assert got == sorted(got, key=lambda task: (not task[0], task[1]))
    assert len(got) == len(kinds)


@given(KINDS, st.integers(1, 5), st.integers(1, 4))
def test_what_goes_together_is_alike_and_no_more_than_a_share(kinds: list[bool], most: int, takers: int) -> None:
    tasks: TaskQueue[tuple[bool, int]] = TaskQueue(takers=takers)
    for number, kind in enumerate(kinds):
        tasks.put((kind, number))
    got: list[int] = []
    while len(got) < len(kinds):
        taken = tasks.take(lambda _: most, lambda first, other: first[0] == other[0])
        assert len({waiting.task[0] for waiting in taken}) == 1
        assert len(taken) <= min(most, 1 + (len(kinds) - len(got) - 1) // takers)
        got += [waiting.task[1] for waiting in taken]
    assert got == list(range(len(kinds)))


def test_an_urgent_task_goes_alone() -> None:
    tasks: TaskQueue[str] = TaskQueue()
    for name in ("a", "b", "c"):
        tasks.put(name)
    tasks.put("now", urgent=True)
    assert [waiting.task for waiting in tasks.take(lambda _: 9, always)] == ["now"]
    assert [waiting.task for waiting in tasks.take(lambda _: 9, always)] == ["a", "b", "c"]


def test_what_comes_back_has_its_old_place() -> None:
    tasks: TaskQueue[str] = TaskQueue()
    for name in ("a", "b", "c", "d"):
        tasks.put(name)
    taken = tasks.take(lambda _: 3, always)
    assert tasks.put_back(taken[1:])
    assert [waiting.task for waiting in tasks.take(lambda _: 9, always)] == ["b", "c", "d"]


def test_closing_ends_the_waiting_and_gives_what_is_left() -> None:
    tasks: TaskQueue[str] = TaskQueue()
    got: list[object] = []
    waiter = threading.Thread(target=lambda: got.append(tasks.take(one, never)))
    waiter.start()
    tasks.put("a")
    waiter.join()
    tasks.put("b")
    tasks.put("c")
    taken = tasks.take(one, never)
    assert tasks.close() == ["c"]
    assert tasks.take(one, never) == []
    assert not tasks.put_back(taken)
    assert len(got) == 1
