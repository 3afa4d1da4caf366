"""Lend the same decode processes to one run of a command after another."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from inference.pictures.decode_pool import DecodePool

T = TypeVar("T")
A = TypeVar("A")


class Lent:
    """A pool as a command sees its own: closed to the command after `close`, while the processes wait for the next.

    Args:
        pool: whose processes work.
        discard: called where something was left to do: that must end with the lease, as in a pool of one's own.
    """

    def __init__(self, pool: DecodePool, discard: Callable[[DecodePool], None]) -> None:
        self._pool = pool
        self._discard = discard
        self._lock = threading.Lock()
        self._asked: list[Future[Any]] = []
        self._closed = False

    @property
    def workers(self) -> int:
        """How many tasks run at the same time."""
        return self._pool.workers

    @property
    def room(self) -> int:
        """How many tasks should be on their way."""
        return self._pool.room

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
        """As `DecodePool.submit`.

        Raises:
            RuntimeError: the lease is over.
        """
        with self._lock:
            if self._closed:
                raise RuntimeError("The decode pool is closed.")
            future = self._pool.submit(function, path, argument, urgent=urgent)
            self._asked.append(future)
        return future

    def close(self) -> None:
        """End the lease, and the processes where they have not done everything. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        if not all(future.done() for future in self._asked):
            self._discard(self._pool)
        self._asked.clear()

    def __enter__(self) -> Lent:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()


class Lender:
    """Keeps one real pool for each kind that commands open.

    Args:
        really_open: `DecodePool.open`.
    """

    def __init__(self, really_open: Callable[..., DecodePool]) -> None:
        self._really_open = really_open
        self._pools: dict[tuple[tuple[str, object], ...], DecodePool] = {}

    def open(self, **options: Any) -> Lent:  # noqa: ANN401 - passed on
        """In place of `DecodePool.open`, with its options."""
        # Workers read relative paths from the folder that they were started in.
        kind = (("folder", Path.cwd()), *sorted(options.items()))
        if kind not in self._pools:
            self._pools[kind] = self._really_open(**options)
        return Lent(self._pools[kind], self._end)

    def close(self) -> None:
        """End all processes."""
        for pool in list(self._pools.values()):
            self._end(pool)

    def _end(self, pool: DecodePool) -> None:
        self._pools = {kind: kept for kind, kept in self._pools.items() if kept is not pool}
        pool.close()
