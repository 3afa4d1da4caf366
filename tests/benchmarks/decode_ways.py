"""Ways to decode pictures beside the program's own, each a small whole implementation."""

from __future__ import annotations

import multiprocessing
import pickle
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, Future, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from copy import copy
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, Protocol
from unittest.mock import patch

from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.models.contract import Preprocessing
from inference.pictures.decode_pool import DecodePool
from inference.pictures.decode_room import DecodeRoom
from inference.pictures.decode_slab import Slab
from tests.benchmarks.decode_work import (
    THUMBNAIL_PX,
    RuleOrder,
    bare_loop,
    prepare_by_rule,
    prepare_pickled,
    two_decodes,
)

OFFICIAL = Preprocessing(resize=232, crop=224)
BUILT_IN = Preprocessing(resize=72, crop=72)
_BARE_SHARE = 16
"""Pictures that the bare loop is given at a time."""

Pass = Callable[[Iterator[str]], int]
"""Decodes all paths that it is given, and says how many there were."""

Task = Callable[[str, Any], Any]


@dataclass(frozen=True, slots=True)
class Way:
    """One variant.

    Attributes:
        group: what it is compared with; the first of a group is the program's.
        name: for the table.
        opened: opens it with so many workers.
    """

    group: str
    name: str
    opened: Callable[[int], Any]


class _Decodes(Protocol):
    @property
    def room(self) -> int: ...

    def submit(self, function: Task, path: str, argument: Any) -> Future[Any]: ...  # noqa: ANN401 - as the pool


@dataclass(frozen=True, slots=True)
class _Executed:
    """An executor of the standard library with the pool's words."""

    executor: Executor
    room: int

    def submit(self, function: Task, path: str, argument: Any) -> Future[Any]:  # noqa: ANN401 - as the pool
        return self.executor.submit(function, path, argument)


def ways(cores: int) -> list[Way]:
    """All variants, in the order of the table."""
    order, small = PrepareOrder(OFFICIAL), PrepareOrder(BUILT_IN)
    seen = replace(order, thumbnail_px=THUMBNAIL_PX)
    resized = RuleOrder(OFFICIAL, 2 * OFFICIAL.resize, thumbnail_px=THUMBNAIL_PX)
    who, message, copies = "Who decodes", "How pictures travel", "Input and thumbnail"
    rule = "How small a JPEG is decoded (72 px model)"
    whole = RuleOrder(BUILT_IN, None)
    ours = _pool(prepare_picture, order)
    found = [
        Way(who, "**the program**: own processes, a pipe each", ours),
        Way(who, "threads", _threads(prepare_picture, order)),
        Way(who, "`ProcessPoolExecutor`, one queue for all", _executor(prepare_picture, order)),
        Way(who, "Pillow alone, a bare loop on each core", _bare(OFFICIAL)),
        Way(message, "**the program**: small ones together, pixels through shared memory", ours),
        Way(message, "each picture in its own message", _pool(prepare_picture, order, alone=True)),
        Way(message, "pixels through the pipe, beside the pickle", _piped(prepare_picture, order)),
        Way(message, "pixels through the pipe, in the pickle", _pool(prepare_pickled, order, take=pickle.loads)),
        Way(copies, "**the program**: one decode for both", _pool(prepare_picture, seen)),
        Way(copies, "no thumbnail", ours),
        Way(copies, "one decode, thumbnails always resized to 256 px", _pool(prepare_by_rule, resized)),
        Way(copies, "two decodes", _pool(two_decodes, order)),
        Way(rule, "**the program**: 2 x resize and 256 px on the shorter side at least", _pool(prepare_picture, small)),
        Way(rule, "2 x resize at least", _pool(prepare_by_rule, replace(whole, shorter=2 * BUILT_IN.resize))),
        Way(rule, "everything", _pool(prepare_by_rule, whole)),
    ]
    counts = sorted({1, max(1, cores // 2), cores, 2 * cores, 4 * cores} - {cores})
    found.append(Way("How many workers", f"**the program**: {cores}, one for each core", ours))
    found += [Way("How many workers", f"{count}", _counted(ours, count)) for count in counts]
    return found


def _counted(opened: Callable[[int], Any], count: int) -> Callable[[int], Any]:
    return lambda _workers: opened(count)


def _pool(
    function: Task, argument: object, *, alone: bool = False, take: Callable[[Any], object] | None = None
) -> Callable[[int], Any]:
    @contextmanager
    def opened(workers: int) -> Iterator[Pass]:
        with DecodePool.open(workers=workers) as pool:
            # Only tasks with the very same argument travel together.
            yield _passing(pool, function, lambda: copy(argument) if alone else argument, take)

    return opened


def _piped(function: Task, argument: object) -> Callable[[int], Any]:
    @contextmanager
    def opened(workers: int) -> Iterator[Pass]:
        # As where the system has no such memory.
        with patch.object(Slab, "create", return_value=None), _pool(function, argument)(workers) as run:
            yield run

    return opened


def _threads(function: Task, argument: object) -> Callable[[int], Any]:
    @contextmanager
    def opened(workers: int) -> Iterator[Pass]:
        with ThreadPoolExecutor(workers) as executor:
            yield _passing(_Executed(executor, 2 * workers), function, lambda: argument)

    return opened


def _executor(function: Task, argument: object) -> Callable[[int], Any]:
    @contextmanager
    def opened(workers: int) -> Iterator[Pass]:
        with ProcessPoolExecutor(workers, multiprocessing.get_context("spawn")) as executor:
            yield _passing(_Executed(executor, 2 * workers), function, lambda: argument)

    return opened


def _bare(rule: Preprocessing) -> Callable[[int], Any]:
    @contextmanager
    def opened(workers: int) -> Iterator[Pass]:
        with ExitStack() as stack:
            context = multiprocessing.get_context("spawn")
            pools = [stack.enter_context(ProcessPoolExecutor(1, context)) for _ in range(workers)]
            for started in [executor.submit(bare_loop, [], rule) for executor in pools]:
                started.result()

            def run(paths: Iterator[str]) -> int:
                done, lock, threads = [], threading.Lock(), []

                def feed(executor: Executor) -> None:
                    while True:
                        with lock:
                            share = list(islice(paths, _BARE_SHARE))
                        if not share:
                            return
                        done.append(executor.submit(bare_loop, share, rule).result())

                for executor in pools:
                    threads.append(threading.Thread(target=feed, args=(executor,)))
                    threads[-1].start()
                for thread in threads:
                    thread.join()
                return sum(done)

            yield run

    return opened


def _passing(
    decoder: _Decodes, function: Task, argument: Callable[[], object], take: Callable[[Any], object] | None = None
) -> Pass:
    def run(paths: Iterator[str]) -> int:
        room, count, done = DecodeRoom(decoder), 0, threading.Semaphore(0)
        failures: list[BaseException] = []

        def receive(future: Future[Any]) -> None:
            try:
                if take is not None:
                    take(future.result())
                else:
                    future.result()
            except Exception as error:  # noqa: BLE001 - raised below, where somebody sees it
                failures.append(error)
            room.release()
            done.release()

        for path in paths:
            room.acquire()
            decoder.submit(function, path, argument()).add_done_callback(receive)
            count += 1
        for _ in range(count):
            done.acquire()
        if failures:
            raise failures[0]
        return count

    return run
