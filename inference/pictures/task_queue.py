"""Hand tasks to the lanes: urgent ones first, and each kind in the order of its arrival."""

from __future__ import annotations

import itertools
import queue
from typing import Generic, TypeVar

T = TypeVar("T")


class TaskQueue(Generic[T]):
    """What waits for a worker. Thread-safe."""

    def __init__(self) -> None:
        self._entries: queue.PriorityQueue[tuple[bool, int, T]] = queue.PriorityQueue()
        self._numbers = itertools.count()

    def put(self, task: T, *, urgent: bool = False) -> None:
        """Add a task."""
        # The number decides between equals, so that tasks themselves are never compared.
        self._entries.put((not urgent, next(self._numbers), task))

    def get(self) -> T:
        """Wait for the next task."""
        return self._entries.get()[2]

    def get_nowait(self) -> T:
        """The next task.

        Raises:
            queue.Empty: nothing waits.
        """
        return self._entries.get_nowait()[2]
