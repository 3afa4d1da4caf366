"""Keep as many tasks on their way through a decode pool as it has room for, and drop what comes of them."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol, TypeVar

T = TypeVar("T")
A = TypeVar("A")


class HasRoom(Protocol):
    """What is needed of a pool; `inference.pictures.decode_pool.DecodePool` is the real one."""

    @property
    def room(self) -> int: ...

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]: ...


class Flow:
    """Tasks of one pass. One thread submits.

    Attributes:
        ended: how many have ended so far.
        done: how many of them well.
    """

    def __init__(self, pool: HasRoom, most: int = sys.maxsize) -> None:
        """Begin.

        Args:
            pool: does the tasks.
            most: tasks on their way at any time, also where the pool has more room.
        """
        self._pool = pool
        self._most = most
        self._changed = threading.Condition()
        self._on_the_way = 0
        self.ended = 0
        self.done = 0

    def submit(self, function: Callable[[str, A], T], path: str, argument: A) -> None:
        """Give the pool a task when there is room for it; how much there is may change with every task."""
        with self._changed:
            self._changed.wait_for(lambda: self._on_the_way < min(self._pool.room, self._most))
            self._on_the_way += 1
        self._pool.submit(function, path, argument).add_done_callback(self._receive)

    def wait_until(self, ended: int) -> None:
        """Wait until so many have ended."""
        with self._changed:
            self._changed.wait_for(lambda: self.ended >= ended)

    def give_up(self) -> None:
        """Nothing more will be submitted: whoever waits for an end shall wait no longer."""
        with self._changed:
            self.ended = sys.maxsize
            self._changed.notify_all()

    def drain(self) -> None:
        """Wait until nothing is on its way any more."""
        with self._changed:
            self._changed.wait_for(lambda: not self._on_the_way)

    def _receive(self, future: Future[T]) -> None:
        """Runs on: a thread of the pool."""
        with self._changed:
            self._on_the_way -= 1
            self.ended += 1
            self.done += future.exception() is None
            self._changed.notify_all()
