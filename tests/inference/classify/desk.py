"""A service of a window at work: all that it told, and ways to wait for it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from inference.classify.classifier import Classifier
from inference.classify.events import Answers, RunEnded, ServiceEvent
from inference.classify.service import ClassifyService
from inference.classify.work_queue import Job
from tests.fakes import FakeNetwork, InlinePool

E = TypeVar("E")


class Desk:
    """A service with everything it told, and ways to wait for it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.pool = InlinePool()
        self.network = FakeNetwork()
        self.events: list[ServiceEvent] = []
        self._told = threading.Condition()
        self.service = ClassifyService(self.pool, self._take)
        self.service.start()

    def _take(self, event: ServiceEvent) -> None:
        with self._told:
            self.events.append(event)
            self._told.notify_all()

    def wait_until(self, holds: Callable[[], bool]) -> None:
        with self._told:
            assert self._told.wait_for(holds, 20), self.events

    def all(self, kind: type[E]) -> list[E]:
        return [event for event in self.events if isinstance(event, kind)]

    def answered(self) -> list[int]:
        return [one.key for event in self.all(Answers) for one in event.answered]

    def open(self, *, batch_size: int = 4) -> None:
        self.service.open_model("fake", lambda: Classifier(self.network, batch_size=batch_size))

    def add(self, keys: range) -> None:
        self.service.add([Job(key, str(self.folder / f"{key}.png")) for key in keys])

    def wait_for_ends(self, count: int = 1) -> None:
        self.wait_until(lambda: len(self.all(RunEnded)) >= count)
