"""A lane without a worker takes nothing from the others, and blames no picture when nobody has one."""

from __future__ import annotations

import threading
import time
from concurrent.futures import Future
from multiprocessing.context import BaseContext

import pytest

from inference.errors import ImageProblem, ImageReadError
from inference.pictures import decode_starts
from inference.pictures.decode_pool import DecodePool
from inference.pictures.decode_process import Worker
from inference.pictures.decode_starts import DecodersError
from inference.pictures.decode_worker import WorkerSettings
from tests.inference.pictures import decode_tasks as tasks

LONG_S = 60.0


class Starting:
    """Starts so many workers and no more.

    Attributes:
        left: how many may still be started.
        refused: how many were not.
    """

    def __init__(self) -> None:
        self.left = 0
        self.refused = 0
        self._start = Worker.start
        self._lock = threading.Lock()

    def __call__(self, context: BaseContext, settings: WorkerSettings) -> Worker:
        with self._lock:
            if self.left == 0:
                self.refused += 1
                raise OSError(24, "Too many open files")
            self.left -= 1
        return self._start(context, settings)


@pytest.fixture
def starting(monkeypatch: pytest.MonkeyPatch) -> Starting:
    starting = Starting()
    monkeypatch.setattr(Worker, "start", starting)
    return starting


def _all(pool: DecodePool, count: int) -> list[Future[str]]:
    return [pool.submit(tasks.stall, str(number), 0.001) for number in range(count)]


def test_one_lane_with_a_worker_does_everything(starting: Starting) -> None:
    starting.left = 1
    with DecodePool.open(workers=3) as pool:
        futures = _all(pool, 200)
        assert [future.result(LONG_S) for future in futures] == [str(number) for number in range(200)]
        assert starting.refused >= 2


def test_where_nobody_has_one_no_picture_is_blamed(starting: Starting, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decode_starts, "GIVE_UP_S", 0.2)
    with DecodePool.open(workers=2) as pool:
        for future in _all(pool, 20):
            with pytest.raises(DecodersError, match="Too many open files"):
                future.result(LONG_S)
        starting.left = 2
        # What comes later is tried again.
        assert pool.submit(tasks.stall, "x", 0.0).result(LONG_S) == "x"


def test_a_shortage_that_passes_costs_nothing(starting: Starting) -> None:
    with DecodePool.open(workers=1) as pool:
        futures = _all(pool, 20)
        deadline = time.monotonic() + LONG_S
        while starting.refused < 2 and time.monotonic() < deadline:
            time.sleep(0.005)
        starting.left = 1
        assert [future.result(LONG_S) for future in futures] == [str(number) for number in range(20)]


def test_a_worker_that_dies_and_has_no_successor_leaves_its_handful_to_others(starting: Starting) -> None:
    starting.left = 2
    with DecodePool.open(workers=2) as pool:
        killed = pool.submit(tasks.die, "bad", True)
        futures = _all(pool, 100)
        assert [future.result(LONG_S) for future in futures] == [str(number) for number in range(100)]
        error = killed.exception(LONG_S)
        assert isinstance(error, ImageReadError)
        assert error.problem is ImageProblem.CRASHED


def test_closing_does_not_wait_for_a_worker_that_cannot_be_started(starting: Starting) -> None:
    # Other tests have pools of their own.
    others = set(threading.enumerate())
    pool = DecodePool.open(workers=2)
    futures = _all(pool, 3)
    pool.close()
    assert all(future.done() for future in futures)
    assert not [thread for thread in threading.enumerate() if thread.name == "decode-lane" and thread not in others]
    assert starting.left == 0


def test_threads_that_cannot_be_started_are_told_and_none_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    start = threading.Thread.start
    started: list[threading.Thread] = []

    def refuse(thread: threading.Thread) -> None:
        if thread.name == "decode-lane":
            if started:
                raise RuntimeError("can't start new thread")
            started.append(thread)
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", refuse)
    with pytest.raises(DecodersError, match="no more threads"):
        DecodePool.open(workers=3)
    started[0].join(LONG_S)
    assert not started[0].is_alive()


def test_a_worker_that_never_gets_to_its_task_is_not_started_for_ever(monkeypatch: pytest.MonkeyPatch) -> None:
    deaths: list[Worker] = []

    def die_first(worker: Worker) -> None:
        worker.connection.poll(LONG_S)
        worker.connection.recv()
        worker.process.kill()
        worker.process.join(LONG_S)
        deaths.append(worker)

    monkeypatch.setattr(Worker, "expect_ready", die_first)
    with DecodePool.open(workers=1) as pool:
        future = pool.submit(tasks.stall, "x", 0.0)
        error = future.exception(LONG_S)
    assert len(deaths) >= 2
    assert isinstance(error, ImageReadError)
    assert error.problem is ImageProblem.CRASHED
