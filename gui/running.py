"""Follow the run over the queue: count it for the job bar, and say in the end what came of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui import notices
from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate, ImageTable
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
        rest_wanted(): what a stopped run has left is to be classified after all.
    """

    message_raised = Signal(object)
    state_changed = Signal(object)
    picture_timed = Signal(float)
    rest_wanted = Signal()

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
        self._done = self._total = 0
        self._answered: set[int] = set()
        self._failed: set[int] = set()
        self._started_at = 0.0
        self._show_timer = self._timer(SHOWN_AFTER_MS, self._show_bar)
        self._hide_timer = self._timer(HIDDEN_AFTER_MS, bar.hide)
        bar.hide()
        bar.pause_requested.connect(self.pause)
        bar.resume_requested.connect(self._on_resume_requested)
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

    def take_answers(self, updates: Sequence[AnswerUpdate]) -> None:
        """Count answers, before the table takes them: those of images that waited for one.

        What the table holds tells nothing of a run: images fail in an earlier one, leave the list, and come back.
        """
        for update in updates:
            place = self._table.place_of(update.key)
            if place is None:
                continue
            if self._table.answer(place) is ImageState.QUEUED:
                self._done += 1
                self._answered.add(update.key)
            if update.answer is ImageState.FAILED:
                self._failed.add(update.key)
            else:
                self._failed.discard(update.key)

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
        self._started_at = self._clock()
        self._done = self._total = 0
        self._answered.clear()
        self._failed.clear()
        self._bar.start(0)
        self._count()
        self._set_state(JobState.RUNNING)
        if is_paused:
            self._set_state(JobState.PAUSED)
        if not self._bar.isVisible():
            self._show_timer.start()

    def _end(self, event: RunEnded) -> None:
        self._show_timer.stop()
        failed = len(self._failed)
        states = {
            RunEnd.FINISHED: JobState.FINISHED_WITH_FAILURES if failed else JobState.FINISHED,
            RunEnd.STOPPED: JobState.STOPPED,
            RunEnd.FAILED: JobState.STOPPED,
        }
        self._count()
        if event.end is RunEnd.FINISHED:
            # Images that were known already, or left the list meanwhile, had been counted in.
            self._bar.set_progress(self._done, self._done, failed)
        self._set_state(states[event.end])
        self._offer_rest(is_offered=event.end is RunEnd.FINISHED or self._was_stopped)
        if event.picture_ms:
            self.picture_timed.emit(event.picture_ms)
        elapsed_s = self._clock() - self._started_at
        if event.error is not None:
            self.message_raised.emit(describe(event.error))
        elif event.end is RunEnd.FINISHED and elapsed_s >= TOLD_AFTER_S:
            classified = len(self._answered - self._failed)
            self.message_raised.emit(notices.job_finished(classified, failed, elapsed_s))

    @property
    def _was_stopped(self) -> bool:
        """By somebody or by an error, and not for another model or session, after which it goes on by itself."""
        return self._link.room is not None and self._link.room.service.is_stopped

    def _offer_rest(self, *, is_offered: bool) -> None:
        """After a run: keep the bar with a way to go on, as long as something is queued that nobody works on."""
        is_offered = is_offered and self._table.count_answered(ImageState.QUEUED) > 0
        self._bar.set_rest(is_waiting=is_offered)
        if not is_offered:
            self._hide_timer.start()
            return
        self._hide_timer.stop()
        if self._was_stopped:
            self._bar.show()

    @Slot()
    def _on_resume_requested(self) -> None:
        if self._bar.state.is_over:
            self.rest_wanted.emit()
        else:
            self.resume()

    @Slot()
    def _count(self) -> None:
        if self._bar.state.is_over:
            if self._bar.has_rest and not self._table.count_answered(ImageState.QUEUED):
                self._offer_rest(is_offered=False)
            return
        # One that left the list and came back may be on its way and in the queue, too.
        waiting = self._table.count_answered(ImageState.QUEUED)
        remaining = 0 if self._link.room is None else min(waiting, self._link.room.service.remaining)
        # The largest so far: a stopped run shows how much of it was done.
        self._total = max(self._total, self._done + remaining)
        self._bar.set_progress(self._done, self._total, len(self._failed))

    @Slot()
    def _show_bar(self) -> None:
        if self.is_under_way:
            self._bar.show()
