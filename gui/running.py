"""Follow the run over the queue: count it for the job bar, and say in the end what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui import notices
from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.job_bar import JobBar, JobState
from gui.messages import describe
from inference.classify.events import RunEnd, RunEnded, RunStarted

SHOWN_AFTER_MS = 300
"""Shorter runs show no bar: it would only flicker."""

HIDDEN_AFTER_MS = 3000
"""The bar leaves this long after the end of a run."""

TOLD_AFTER_S = 2.0
"""Longer runs end with a toast; shorter ones are seen."""


class Running(QObject):
    """Keeps the job bar true, and carries out its Pause and Stop.

    Signals:
        message_raised(message: UserMessage): the run ended, well or not.
        state_changed(state: JobState): for the actions that depend on it.
        picture_timed(ms: float): how long the network takes for one picture.
    """

    message_raised = Signal(object)
    state_changed = Signal(object)
    picture_timed = Signal(float)

    def __init__(
        self,
        link: EngineLink,
        table: ImageTable,
        bar: JobBar,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__()
        self._link = link
        self._table = table
        self._bar = bar
        self._clock = clock
        self._done_before = self._failed_before = self._total = 0
        self._started_at = 0.0
        self._show_timer = self._timer(SHOWN_AFTER_MS, self._show_bar)
        self._hide_timer = self._timer(HIDDEN_AFTER_MS, bar.hide)
        bar.hide()
        bar.pause_requested.connect(self.pause)
        bar.resume_requested.connect(self.resume)
        bar.stop_requested.connect(self.stop)
        table.counts_changed.connect(self._count)

    @property
    def state(self) -> JobState:
        """Where the job stands."""
        return self._bar.state

    @property
    def is_under_way(self) -> bool:
        """Whether a run is going on or paused."""
        return self._bar.state in {JobState.RUNNING, JobState.PAUSED, JobState.STOPPING}

    def on_event(self, event: RunStarted | RunEnded) -> None:
        """Take what the service tells about a run."""
        if isinstance(event, RunStarted):
            self._begin(is_paused=event.is_paused)
        else:
            self._end(event)

    @Slot()
    def pause(self) -> None:
        """Let what is on its way finish, and wait."""
        if self._link.room is not None and self._bar.state is JobState.RUNNING:
            self._link.room.service.pause()
            self._set_state(JobState.PAUSED)

    @Slot()
    def resume(self) -> None:
        """Go on after a pause."""
        if self._link.room is not None and self._bar.state is JobState.PAUSED:
            self._link.room.service.resume()
            self._set_state(JobState.RUNNING)

    @Slot()
    def toggle_pause(self) -> None:
        """Pause or go on."""
        if self._bar.state is JobState.PAUSED:
            self.resume()
        else:
            self.pause()

    @Slot()
    def stop(self) -> None:
        """End the run; results are kept, the rest stays queued."""
        if self._link.room is not None and self.is_under_way:
            # First: whoever hears of the state sets aside what has not been taken.
            self._link.room.service.stop()
            self._set_state(JobState.STOPPING)

    def close(self) -> None:
        """The window goes: nothing is shown any more."""
        self._show_timer.stop()
        self._hide_timer.stop()

    def _timer(self, interval_ms: int, slot: Callable[[], object]) -> QTimer:
        timer = QTimer(self)
        timer.setSingleShot(True)
        timer.setInterval(interval_ms)
        timer.timeout.connect(slot)
        return timer

    def _set_state(self, state: JobState) -> None:
        self._bar.set_state(state)
        self.state_changed.emit(state)

    def _begin(self, *, is_paused: bool) -> None:
        self._hide_timer.stop()
        self._done_before, self._failed_before = self._done(), self._table.count_answered(ImageState.FAILED)
        self._started_at = self._clock()
        self._total = 0
        self._bar.start(0)
        self._count()
        self._set_state(JobState.RUNNING)
        if is_paused:
            self._set_state(JobState.PAUSED)
        if not self._bar.isVisible():
            self._show_timer.start()

    def _end(self, event: RunEnded) -> None:
        self._show_timer.stop()
        failed = self._table.count_answered(ImageState.FAILED) - self._failed_before
        done = self._done() - self._done_before
        states = {
            RunEnd.FINISHED: JobState.FINISHED_WITH_FAILURES if failed > 0 else JobState.FINISHED,
            RunEnd.STOPPED: JobState.STOPPED,
            RunEnd.FAILED: JobState.STOPPED,
        }
        self._count()
        if event.end is RunEnd.FINISHED:
            # Images that were known already, or left the list meanwhile, had been counted in.
            self._bar.set_progress(done, done, max(0, failed))
        self._set_state(states[event.end])
        self._hide_timer.start()
        if event.picture_ms:
            self.picture_timed.emit(event.picture_ms)
        elapsed_s = self._clock() - self._started_at
        if event.error is not None:
            self.message_raised.emit(describe(event.error))
        elif event.end is RunEnd.FINISHED and elapsed_s >= TOLD_AFTER_S:
            self.message_raised.emit(notices.job_finished(done - failed, failed, elapsed_s))

    def _done(self) -> int:
        return self._table.count_answered(ImageState.SUGGESTED) + self._table.count_answered(ImageState.FAILED)

    @Slot()
    def _count(self) -> None:
        done = max(0, self._done() - self._done_before)
        remaining = 0 if self._link.room is None else self._link.room.service.remaining
        # The largest so far: a stopped run shows how much of it was done.
        total = self._total = max(self._total, done + remaining)
        failed = max(0, self._table.count_answered(ImageState.FAILED) - self._failed_before)
        self._bar.set_progress(done, total, failed)

    @Slot()
    def _show_bar(self) -> None:
        if self.is_under_way:
            self._bar.show()
