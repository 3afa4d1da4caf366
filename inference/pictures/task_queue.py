"""Hand tasks to the lanes: urgent ones first, each kind in the order of its arrival, small ones several at a time."""

from __future__ import annotations

import heapq
import itertools
import threading
from collections.abc import Callable, Iterable
from typing import Generic, NamedTuple, TypeVar

T = TypeVar("T")


class Waiting(NamedTuple, Generic[T]):
    """A task with its place in the queue.

    Attributes:
        can_wait: it is not urgent.
        number: in the order of arrival; it decides between equals, so that tasks themselves are never compared.
        task: it.
    """

    can_wait: bool
    number: int
    task: T


class TaskQueue(Generic[T]):
    """What waits for a worker. Thread-safe.

    Args:
        takers: how many take from it; none takes more of what waits than its share.
    """

    def __init__(self, *, takers: int = 1) -> None:
        self._takers = takers
        self._heap: list[Waiting[T]] = []
        self._numbers = itertools.count()
        self._changed = threading.Condition()
        self._closed = False

    def put(self, task: T, *, urgent: bool = False) -> None:
        """Add a task."""
        with self._changed:
            heapq.heappush(self._heap, Waiting(not urgent, next(self._numbers), task))
            self._changed.notify()

    def put_back(self, tasks: Iterable[Waiting[T]]) -> bool:
        """Return tasks to the places that they had; False where the queue was closed, and nobody takes them."""
        with self._changed:
            if self._closed:
                return False
            for task in tasks:
                heapq.heappush(self._heap, task)
                self._changed.notify()
            return True

    def take(self, most: Callable[[T], int], alike: Callable[[T, T], bool]) -> list[Waiting[T]]:
        """Wait for the next task; take what follows it along.

        Args:
            most: how many may be taken together, by the first of them. An urgent one is always taken alone.
            alike: whether a task may go together with the first.

        Returns:
            At least one task, or none once the queue is closed.
        """
        with self._changed:
            while not self._heap and not self._closed:
                self._changed.wait()
            if self._closed:
                return []
            taken = [heapq.heappop(self._heap)]
            first = taken[0]
            room = min(most(first.task), 1 + len(self._heap) // self._takers) if first.can_wait else 1
            while self._heap and len(taken) < room and alike(first.task, self._heap[0].task):
                taken.append(heapq.heappop(self._heap))
            return taken

    def close(self) -> list[T]:
        """Let nobody wait any longer; what nobody has taken, in its order."""
        with self._changed:
            self._closed = True
            left, self._heap = sorted(self._heap), []
            self._changed.notify_all()
            return [waiting.task for waiting in left]
