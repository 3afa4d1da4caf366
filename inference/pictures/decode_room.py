"""Let as many pictures be on their way to the decode pool as its workers can use, and no more."""

from __future__ import annotations

import threading
import time
from typing import Protocol


class HasRoom(Protocol):
    """What is asked of a decode pool; `inference.pictures.decode_pool.DecodePool` is the real one."""

    @property
    def room(self) -> int: ...


class DecodeRoom:
    """A semaphore whose size is the pool's `room` at the moment. Thread-safe.

    Few should wait in the pool, so that what is chosen next is soon there; while pictures are small and its workers
    take several at a time, few are more.
    """

    def __init__(self, pool: HasRoom) -> None:
        self._pool = pool
        self._taken = 0
        self._changed = threading.Condition()

    def acquire(self, timeout: float | None = None) -> bool:
        """Wait for a place, for `timeout` seconds at most; whether there is one."""
        deadline = None if timeout is None else time.monotonic() + timeout
        with self._changed:
            while self._taken >= self._pool.room:
                left = None if deadline is None else deadline - time.monotonic()
                if (left is not None and left <= 0) or not self._changed.wait(left):
                    return False
            self._taken += 1
            return True

    def release(self) -> None:
        """Give a place back."""
        with self._changed:
            self._taken -= 1
            self._changed.notify()
