"""Bring the engine room's events to the GUI thread, and the engine room itself when it has started."""

from __future__ import annotations

import importlib
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.tasks import Lane, TaskRunner
from inference.profile import Profile

if TYPE_CHECKING:
    from gui.engine_room import EngineRoom


class EngineLink(QObject):
    """Starts the engine room in a worker thread and passes its events on.

    Signals:
        started(room: EngineRoom): it can be used now.
        start_failed(error: Exception): there will be no classification.
        event_arrived(event: object): see `inference.classify.events` and `gui.engine_events`.
    """

    started = Signal(object)
    start_failed = Signal(object)
    event_arrived = Signal(object)

    def __init__(self, runner: TaskRunner, profile: Profile) -> None:
        super().__init__()
        self._runner = runner
        self._profile = profile
        self._room: EngineRoom | None = None
        self._closed = False

    @property
    def room(self) -> EngineRoom | None:
        """The engine room, or None while it starts."""
        return self._room

    def start(self) -> None:
        """Load the heavy libraries and start the worker processes, off the GUI thread."""
        profile, deliver = self._profile, self.event_arrived.emit

        def work(_progress: object, _cancel: object) -> object:
            room: EngineRoom = importlib.import_module("gui.engine_room").EngineRoom.start(profile, deliver)
            return room

        task = self._runner.create(work, Lane.MODELS)
        task.succeeded.connect(self._on_started)
        task.failed.connect(self.start_failed)
        self._runner.start(task)

    def close(self) -> None:
        """Stop what computes. A second call is harmless."""
        self._closed = True
        room, self._room = self._room, None
        if room is not None:
            room.close()

    @Slot(object)
    def _on_started(self, room: EngineRoom) -> None:
        if self._closed:
            room.close()
            return
        self._room = room
        self.started.emit(room)
