"""Decode pictures in worker processes, so that a file which crashes or stalls its decoder costs exactly itself."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from concurrent.futures import Future
from multiprocessing.context import BaseContext
from types import TracebackType
from typing import TypeVar

from inference.pictures.decode_lane import Lane, Order
from inference.pictures.decode_starts import DecodersError, Starts
from inference.pictures.decode_worker import WorkerSettings
from inference.pictures.task_queue import TaskQueue

DEFAULT_DEADLINE_S = 10.0
DEFAULT_MEMORY_LIMIT_BYTES = 3 * 2**29
"""1.5 GiB for one picture: enough for 128 megapixels of most kinds, and for about 80 with transparency."""

_PRELOAD = ["numpy", "PIL.Image", "PIL.ImageCms", "PIL.TiffImagePlugin", "pillow_heif"]
"""What the fork server imports once for all workers; only installed packages, it may not find ours."""

T = TypeVar("T")
A = TypeVar("A")


class DecodePool:
    """Worker processes that call functions on paths. Thread-safe.

    Each worker is fed by a thread of its own through a pipe of its own: one task at a time, or a handful of small ones
    that are alike. It counts what it has begun in shared memory, so whatever happens to it is known to be that task's
    doing, and the rest of the handful is done again; nothing is shared that a dying worker could leave locked. (Pools
    with one queue for all workers, pebble's too, break for good when a worker dies idle.)

    Args:
        lanes: the workers with their threads.
        tasks: what is still to be done.
    """

    def __init__(self, lanes: tuple[Lane, ...], tasks: TaskQueue[Order]) -> None:
        self._lanes = lanes
        self._tasks = tasks
        self._lock = threading.Lock()
        self._closed = False

    @classmethod
    def open(
        cls,
        *,
        workers: int,
        deadline_s: float = DEFAULT_DEADLINE_S,
        memory_limit_bytes: int | None = DEFAULT_MEMORY_LIMIT_BYTES,
    ) -> DecodePool:
        """Start the workers; returns at once, tasks wait until one is ready.

        Args:
            workers: how many processes.
            deadline_s: how long one task may take before its worker is killed.
            memory_limit_bytes: what one task may take (Linux), or None.

        Raises:
            DecodersError: the system allows no more threads.
        """
        context = _context()
        tasks: TaskQueue[Order] = TaskQueue(takers=workers)
        settings = WorkerSettings(deadline_s, memory_limit_bytes)
        starts = Starts()
        lanes = tuple(Lane(context, settings, tasks, starts) for _ in range(workers))
        pool = cls(lanes, tasks)
        try:
            for lane in lanes:
                lane.start()
        except RuntimeError as error:
            pool.close()
            raise DecodersError("no more threads can be started") from error
        return pool

    @property
    def workers(self) -> int:
        """How many tasks run at the same time."""
        return len(self._lanes)

    @property
    def room(self) -> int:
        """How many tasks should be on their way, so that no worker waits: as many again as the workers take at once."""
        return sum(2 * lane.handful for lane in self._lanes)

    def submit(self, function: Callable[[str, A], T], path: str, argument: A, *, urgent: bool = False) -> Future[T]:
        """Have a worker call `function(path, argument)`. First in, first out; a future that waits can be cancelled.

        The future ends with the function's result or error, with `ImageReadError` of `path` where the worker crashed,
        took too long or ran out of memory, with `DecodersError` where no worker can be started at all, or with
        `Cancelled` where the pool was closed while the task ran.

        Args:
            function: defined at the top level of a module (it is pickled by name).
            path: the picture.
            argument: whatever else it needs; pickled.
            urgent: somebody waits for it: it overtakes everything that is not.

        Raises:
            RuntimeError: the pool is closed.
        """
        future: Future[T] = Future()
        with self._lock:
            if self._closed:
                raise RuntimeError("The decode pool is closed.")
            self._tasks.put(Order(future, function, path, argument), urgent=urgent)
        return future

    def close(self) -> None:
        """Cancel what waits, kill the workers, and wait for the threads. A second call does nothing."""
        with self._lock:
            if self._closed:
                return
            self._closed = True
        left = self._tasks.close()
        for lane in self._lanes:
            lane.stop()
        for order in left:
            order.give_up()
        for lane in self._lanes:
            lane.join()

    def __enter__(self) -> DecodePool:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.close()


def _context() -> BaseContext:
    """How processes are started: from a fork server where there is one, since Qt's threads forbid a plain fork.

    A worker then starts in about 10 ms instead of 300, because the server has imported the decoders.
    """
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOAD)
    return context
