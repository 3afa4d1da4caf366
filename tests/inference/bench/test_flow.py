"""No more tasks are on their way than the pool has room for, and every one is waited for."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from typing import TypeVar

from inference.bench.flow import Flow
from tests.fakes import InlinePool

T = TypeVar("T")
A = TypeVar("A")


class SlowPool:
    """Ends tasks when it is told to."""

    def __init__(self, room: int) -> None:
        self.room = room
        self.given: list[Future[str]] = []
        self.arrived = threading.Semaphore(0)

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
        future: Future[T] = Future()
        self.given.append(future)  # type: ignore[arg-type]  # the tests give it one kind of task
        self.arrived.release()
        return future


def _task(path: str, argument: str) -> str:
    return path + argument


def _submit(flow: Flow, count: int) -> threading.Thread:
    def submit_all() -> None:
        for number in range(count):
            flow.submit(_task, str(number), "")

    thread = threading.Thread(target=submit_all)
    thread.start()
    return thread


def test_a_task_waits_for_room() -> None:
    pool = SlowPool(room=2)
    flow = Flow(pool)
    thread = _submit(flow, 3)
    assert all(pool.arrived.acquire(timeout=60) for _ in range(2))
    assert not pool.arrived.acquire(timeout=0.05)
    pool.given[0].set_result("0")
    assert pool.arrived.acquire(timeout=60)
    thread.join(60)
    assert flow.done == 1


def test_room_that_grows_is_used() -> None:
    pool = SlowPool(room=1)
    flow = Flow(pool)
    thread = _submit(flow, 4)
    assert pool.arrived.acquire(timeout=60)
    pool.room = 3
    pool.given[0].set_result("0")
    assert all(pool.arrived.acquire(timeout=60) for _ in range(3))
    thread.join(60)


def test_draining_waits_for_all_and_counts_what_went_well() -> None:
    pool = SlowPool(room=2)
    flow = Flow(pool)
    _submit(flow, 2).join(60)
    waiter = threading.Thread(target=flow.drain)
    waiter.start()
    pool.given[0].set_result("0")
    waiter.join(0.05)
    assert waiter.is_alive()
    pool.given[1].set_exception(OSError("it is damaged"))
    waiter.join(60)
    assert not waiter.is_alive()
    assert flow.done == 1


def test_no_more_are_on_their_way_than_wanted_also_where_there_is_room() -> None:
    pool = InlinePool(held=True)
    pool.room = 100
    flow = Flow(pool, 3)

    def feed() -> None:
        for _ in range(4):
            flow.submit(_nothing, "x", None)

    feeder = threading.Thread(target=feed)
    feeder.start()
    deadline = time.monotonic() + 20
    while len(pool.submitted) < 3 and time.monotonic() < deadline:
        time.sleep(0.005)
    time.sleep(0.05)
    assert len(pool.submitted) == 3
    pool.release()
    feeder.join(20)
    pool.release()
    flow.drain()
    assert (len(pool.submitted), flow.done) == (4, 4)


def _nothing(_path: str, _argument: object) -> None:
    """A task."""
