"""Decide which picture is next: in order, but what is on screen first."""

from __future__ import annotations

import threading
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True, slots=True)
class Job:
    """One picture to classify.

    Attributes:
        key: the caller's number for it (a row of a list); each key is waiting at most once.
        path: the file, as it was given.
    """

    key: int
    path: str


class JobSource(Protocol):
    """Where the pipeline gets its pictures from. Called from the pipeline's feeding thread."""

    def take(self, timeout_s: float) -> Job | None:
        """The next picture, or None when none came within `timeout_s` seconds."""

    def is_exhausted(self) -> bool:
        """Whether no picture will ever come again."""

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Pictures that were taken and not answered, because the run was stopped."""


class IteratorSource:
    """Pictures from an iterator of paths (a running scan), in order; keys count from 0."""

    def __init__(self, paths: Iterator[str]) -> None:
        self._jobs = (Job(key, path) for key, path in enumerate(paths))
        self._exhausted = False

    def take(self, timeout_s: float) -> Job | None:
        job = next(self._jobs, None)
        self._exhausted = job is None
        return job

    def is_exhausted(self) -> bool:
        return self._exhausted

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Nobody asks an iterator again; what was not answered is simply not reported."""


class WorkQueue:
    """Pictures that wait, in the order of their arrival, except those that are asked for first. Thread-safe.

    Memory is one path for each waiting picture. What was taken is remembered until it is given back or `finish`ed, so
    that a picture that nobody wants any more does not come back with those of a stopped run.
    """

    def __init__(self) -> None:
        self._condition = threading.Condition()
        self._waiting: dict[int, str] = {}
        self._order: deque[int] = deque()
        self._first: deque[int] = deque()
        # How often each picture is out: one that is asked for again while it is on its way is out twice.
        self._taken: Counter[int] = Counter()
        self._open = 0

    def add(self, jobs: Iterable[Job]) -> None:
        """Append pictures; one whose key is waiting already keeps its place."""
        with self._condition:
            for job in jobs:
                if job.key not in self._waiting:
                    self._order.append(job.key)
                self._waiting[job.key] = job.path
            self._condition.notify_all()

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Put pictures that were taken at the front again, in the order in which they are given."""
        with self._condition:
            for job in reversed(list(jobs)):
                if self._give_back(job.key):
                    self._waiting[job.key] = job.path
                    self._order.appendleft(job.key)
            self._condition.notify_all()

    def finish(self, keys: Iterable[int]) -> None:
        """Forget pictures that were taken and are answered."""
        with self._condition:
            for key in keys:
                self._give_back(key)

    def prefer(self, keys: Iterable[int]) -> None:
        """Take these first, in this order, from now on; an earlier preference is forgotten."""
        with self._condition:
            self._first = deque(keys)

    def discard(self, keys: Iterable[int]) -> None:
        """Forget pictures that are no longer wanted, taken or not."""
        with self._condition:
            for key in keys:
                self._waiting.pop(key, None)
                self._taken.pop(key, None)

    def clear(self) -> None:
        """Forget everything, also what was taken and is not answered yet."""
        with self._condition:
            self._taken.clear()
            self._waiting.clear()
            self._order.clear()
            self._first.clear()

    def expect_more(self) -> None:
        """A scan that will add pictures has begun; the queue is not exhausted before `expect_no_more`."""
        with self._condition:
            self._open += 1

    def expect_no_more(self) -> None:
        """A scan that was announced with `expect_more` has ended."""
        with self._condition:
            self._open -= 1
            self._condition.notify_all()

    def __len__(self) -> int:
        with self._condition:
            return len(self._waiting)

    def take(self, timeout_s: float) -> Job | None:
        with self._condition:
            job = self._next()
            if job is None and self._open:
                self._condition.wait(timeout_s)
                job = self._next()
            return job

    def is_exhausted(self) -> bool:
        with self._condition:
            return not self._waiting and not self._open

    def _next(self) -> Job | None:
        for keys in (self._first, self._order):
            while keys:
                key = keys.popleft()
                path = self._waiting.pop(key, None)
                if path is not None:
                    self._taken[key] += 1
                    return Job(key, path)
        return None

    def _give_back(self, key: int) -> bool:
        """Whether a picture was out; it is so once less."""
        count = self._taken.pop(key, 0)
        if count > 1:
            self._taken[key] = count - 1
        return count > 0
