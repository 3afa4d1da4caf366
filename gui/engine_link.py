"""Bring the engine room's events to the GUI thread, and the engine room itself when it has started."""

from __future__ import annotations

import importlib
from collections import deque
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QEvent, QObject, Qt, QTimer, Signal, Slot

from gui.engine_events import ThumbnailsLoaded
from gui.session_holder import SessionHolder
from gui.tasks import Lane, TaskRunner
from inference.profile import Profile

if TYPE_CHECKING:
    from gui.engine_room import EngineRoom


_MOST_THUMBNAILS = 16
"""Of those that came one by one, so many are passed on together: a turn for each would have all else wait for them."""


class EngineLink(QObject):
    """Starts the engine room in a worker thread and passes its events on, one in each turn of the event loop.

    Several often come at once (at the beginning of a run: the picture, its answer, the run itself), and Qt would work
    through all of them and then lay out and paint what they changed, all in one turn: the longest turns of the window.

    Signals:
        started(room: EngineRoom): it can be used now.
        start_failed(error: Exception): there will be no classification.
        event_arrived(event: object): see `inference.classify.events` and `gui.engine_events`.
    """

    started = Signal(object)
    start_failed = Signal(object)
    event_arrived = Signal(object)
    _event_told = Signal(object)

    def __init__(self, runner: TaskRunner, profile: Profile, holder: SessionHolder) -> None:
        super().__init__()
        self._runner = runner
        self._profile = profile
        self._holder = holder
        self._room: EngineRoom | None = None
        self._made: EngineRoom | None = None
        self._closed = False
        self._told: deque[object] = deque()
        # A timer waits until what is to be laid out and painted has been. A posted event would not, and on Windows a
        # timer of 0 ms is one.
        self._turn = QTimer(self, interval=1, singleShot=True, timerType=Qt.TimerType.PreciseTimer)
        self._turn.timeout.connect(self._pass_on)
        self._event_told.connect(self._on_event_told)

    @property
    def room(self) -> EngineRoom | None:
        """The engine room, or None while it starts."""
        return self._room

    def start(self) -> None:
        """Load the heavy libraries and start the worker processes, off the GUI thread."""
        task = self._runner.create(self._make_room, Lane.MODELS)
        task.succeeded.connect(self._on_made)
        task.failed.connect(self.start_failed)
        self._runner.start(task)

    def stop(self) -> None:
        """Let a run under way end; the rest goes with `close`."""
        if self._room is not None:
            self._room.service.stop()

    def close(self) -> None:
        """Stop what computes, when no task runs any more. A second call is harmless."""
        self._closed = True
        self._room = None
        made, self._made = self._made, None
        if made is not None:
            made.close()

    def _make_room(self, _progress: object, _cancel: object) -> EngineRoom:
        """Runs on: a worker thread. The room is kept at once, since a task that was cancelled drops its result."""
        module = importlib.import_module("gui.engine_room")
        room: EngineRoom = module.EngineRoom.start(self._profile, self._holder, self._event_told.emit)
        self._made = room
        return room

    @Slot(object)
    def _on_made(self, room: EngineRoom) -> None:
        self._room = room
        self.started.emit(room)

    def pass_all_on(self) -> None:
        """Pass on at once whatever has been told by now: later, its keys would mean other images."""
        # What worker threads have told lies in Qt's own queue at first.
        QCoreApplication.sendPostedEvents(self, QEvent.Type.MetaCall)
        for _ in range(len(self._told)):
            self._pass_on()

    @Slot(object)
    def _on_event_told(self, event: object) -> None:
        last = self._told[-1] if self._told else None
        if isinstance(event, ThumbnailsLoaded) and isinstance(last, ThumbnailsLoaded):
            images = last.images + event.images
            if len(images) <= _MOST_THUMBNAILS:
                self._told[-1] = ThumbnailsLoaded(images)
                return
        self._told.append(event)
        self._turn.start()

    @Slot()
    def _pass_on(self) -> None:
        """Events that were on their way when the window closed find nobody any more."""
        if not self._told:
            return
        event = self._told.popleft()
        if self._told:
            self._turn.start()
        if not self._closed:
            self.event_arrived.emit(event)
