"""Keep the list, the queue of the engine and the viewer in step with what the engine says."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui import notices
from gui.changed_files import ChangedFiles
from gui.engine_events import PictureLoaded, ThumbnailsLoaded, ThumbnailsNotKept, ThumbnailsPutOff
from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate, ImageTable
from gui.job_bar import JobState
from gui.job_list import JobList
from gui.messages import describe, reason, unexpected
from gui.model_choice import ModelChoice
from gui.recalling import Recalling
from gui.running import Running
from gui.session_desk import SessionDesk
from gui.session_holder import SessionLoaded
from gui.thumbnail_desk import ThumbnailDesk
from gui.viewing import SPOILT, Viewing
from gui.words import tr
from inference.classify.events import (
    Answered,
    Answers,
    BatchShrunk,
    Inspected,
    ModelFailed,
    ModelOpened,
    RunEnded,
    RunStarted,
)
from inference.engine.devices import PROCESSORS
from inference.errors import CardinalError, ImageReadError
from inference.results import Classification, Failure, Outcome
from inference.sessions.records import NO_SCORE
from inference.sessions.steps import Step, StepKind

if TYPE_CHECKING:
    from gui.engine_room import EngineRoom
    from inference.classify.classifier import Classifier


class Controller(QObject):
    """Turns orders of the person into jobs, and events of the engine into rows, pixels and messages.

    Attributes:
        thumbnails: gets those that views ask for.

    Signals:
        message_raised(message: UserMessage): something must be said.
        model_opened(classifier: Classifier): a model is ready.
    """

    message_raised = Signal(object)
    model_opened = Signal(object)

    def __init__(
        self,
        link: EngineLink,
        table: ImageTable,
        models: ModelChoice,
        running: Running,
        viewing: Viewing,
        desk: SessionDesk,
        jobs: JobList,
        recalling: Recalling,
    ) -> None:
        super().__init__()
        self._jobs = jobs
        self._link = link
        self._table = table
        self._models = models
        self._running = running
        self._viewing = viewing
        self._desk = desk
        self._recalling = recalling
        self._model_wanted = ""
        self._on_card = False
        self._is_set_aside = False
        self.thumbnails = ThumbnailDesk(link, table, viewing)
        self._changed = ChangedFiles(table, viewing, desk.labelling, running, jobs)
        link.started.connect(self._on_engine_started)
        link.start_failed.connect(self._on_engine_failed)
        link.event_arrived.connect(self._on_event)
        models.opened.connect(self._on_model_opened)
        running.state_changed.connect(self._on_job_state_changed)
        running.rest_wanted.connect(self.classify_all)
        desk.left.connect(self._on_left)
        desk.loaded.connect(self._on_session_loaded)
        recalling.answers_matched.connect(self._on_answers_matched)
        desk.labelling.taken_back.connect(self._on_journal_moved)
        desk.labelling.repeated.connect(self._on_journal_moved)
        for source in (models, running, viewing, self._changed):
            source.message_raised.connect(self.message_raised)

    def start(self, model: str) -> None:
        """Start the engine; the model is opened when it runs."""
        self._model_wanted = model
        self._link.start()

    def prefer(self, keys: Iterable[int]) -> None:
        """Classify these images first: they are on screen."""
        if self._link.room is None:
            return
        table = self._table
        waiting = [
            key
            for key in keys
            if (place := table.place_of(key)) is not None and table.answer(place) is ImageState.QUEUED
        ]
        if self._viewing.key is not None:
            waiting.insert(0, self._viewing.key)
        self._link.room.service.queue.prefer(waiting)

    def reclassify(self, keys: Sequence[int]) -> None:
        """Read these images again and classify them."""
        if len(keys) == len(self._table):
            self._viewing.forget_all()
        else:
            self._viewing.forget(set(keys))
        self._table.forget_answers(keys)
        self._viewing.reload()
        self._jobs.add(keys)

    def key_of(self, path: str) -> int | None:
        """The image on the list whose file has this path, or None."""
        columns = self._table.columns
        place = columns.paths.index(path) if path in columns.paths else None
        return None if place is None or self._table.is_removed(place) else columns.keys[place]

    @Slot()
    def classify_all(self) -> None:
        """Classify everything that has no answer yet (again, after Stop)."""
        self._jobs.is_quiet = False
        self._jobs.add(self._table.keys_answered(ImageState.QUEUED))

    def remove(self, keys: Sequence[int]) -> None:
        """Take images off the list; the files and the labels stay, and undo brings the images again."""
        room = self._link.room
        if not self._desk.is_writable:
            return
        self._jobs.stop()
        if self._desk.labelling.remove(keys) is None:
            return
        if room is not None and len(keys) < len(self._table.columns):
            room.service.queue.discard(keys)
        elif room is not None:
            room.service.queue.clear()
        if not len(self._table):
            self._viewing.show_nothing()
        # What was still to be written down of a long list.
        if self._running.is_under_way:
            self._jobs.add(self._table.keys_answered(ImageState.QUEUED))

    @Slot(object)
    def _on_engine_started(self, room: EngineRoom) -> None:
        self._models.open(self._model_wanted)
        self._viewing.reload()

    @Slot(object)
    def _on_engine_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("the engine"), repr(error))
        self.message_raised.emit(message)

    @Slot()
    def _on_left(self) -> None:
        """Another session, or none: nothing of this one is worked on any more."""
        self._jobs.stop()
        self._changed.forget()
        self._viewing.forget_all()
        self._viewing.show_nothing()
        room = self._link.room
        if room is not None:
            # Not stopped: what is on its way runs out, and its answers find no image of that path any more.
            room.service.queue.clear()
            self._running.resume()
            for key in room.forget_images():
                # The viewer waits for it no longer: keys begin anew in the next session.
                self._viewing.on_picture(PictureLoaded(key, None, None))
            self._link.pass_all_on()

    @Slot(object)
    def _on_session_loaded(self, loaded: SessionLoaded) -> None:
        """Go on where the session was left: what has no answer is queued."""
        self._recalling.take_loaded(loaded)
        if self._jobs.has_model:
            self._recalling.match_answers()

    @Slot()
    def _on_answers_matched(self) -> None:
        session = self._desk.session
        self._changed.forget_old_answers()
        if session is not None and not session.is_read_only:
            self._jobs.add_found(self._table.keys_answered(ImageState.QUEUED))
        self._viewing.refresh()

    @Slot(object)
    def _on_journal_moved(self, step: Step) -> None:
        """Images that come back wait for their answers again."""
        if step.kind in {StepKind.ADD, StepKind.REMOVE}:
            table = self._table
            places = [place for place in table.places_of(step.after.keys) if not table.is_removed(place)]
            self._jobs.add([table.key(place) for place in places if table.answer(place) is ImageState.QUEUED])

    @Slot(object)
    def _on_model_opened(self, classifier: Classifier) -> None:
        room = self._link.room
        if room is None:
            return
        self._viewing.set_model(classifier.network.contract, room.map_maker(classifier))
        self._on_card = classifier.network.device not in PROCESSORS
        self._jobs.has_model = True
        if self._desk.is_loaded:
            self._recalling.match_answers()
        self.model_opened.emit(classifier)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Answers():
                self._on_answers(event.answered)
            case PictureLoaded():
                self._viewing.on_picture(event)
            case ThumbnailsLoaded() | ThumbnailsPutOff():
                self.thumbnails.take(event)
            case ThumbnailsNotKept():
                self.message_raised.emit(notices.thumbnails_not_kept(event.folder))
            case Inspected():
                self._on_inspected(event)
            case BatchShrunk():
                self.message_raised.emit(notices.smaller_batches(event.batch_size, on_card=self._on_card))
            case RunStarted() | RunEnded():
                self._running.on_event(event)
                if isinstance(event, RunEnded):
                    self._on_run_ended()
                self._viewing.refresh_waiting()
                self.thumbnails.ask_for_late_ones()
            case ModelOpened() | ModelFailed():
                self._models.on_event(event)

    @Slot(object)
    def _on_job_state_changed(self, state: JobState) -> None:
        if state is JobState.STOPPING:
            self._is_set_aside = True
            self._set_rest_aside()

    def _on_run_ended(self) -> None:
        # Not a second time: what was opened since the Stop would be set aside as well.
        was_set_aside, self._is_set_aside = self._is_set_aside, False
        room = self._link.room
        if room is not None and room.service.is_stopped and not was_set_aside:
            self._set_rest_aside()

    def _set_rest_aside(self) -> None:
        """What was stopped waits for "Classify all"; what is opened next is classified without it (decision 0014).

        At once: what is found or dropped before the run has ended would have it all go on.
        """
        self._jobs.stop()
        self._jobs.is_quiet = self._jobs.is_scanning
        if self._link.room is not None:
            self._link.room.service.queue.clear()

    def _place_of(self, key: int, path: str) -> int | None:
        """Where an image stands, if it is the one that was meant: keys begin anew in each session."""
        place = self._table.place_of(key)
        return place if place is not None and self._table.path(place) == path else None

    def _on_answers(self, answered: tuple[Answered, ...]) -> None:
        updates = []
        for one in answered:
            if self._place_of(one.key, one.outcome.path) is None:
                continue
            updates.append(_update(one.key, one.outcome))
            if isinstance(one.outcome, Classification):
                self._viewing.on_result(one.key, one.outcome, one.inspection)
        self._apply(updates)
        if self._viewing.key in {one.key for one in answered}:
            self._viewing.refresh()

    def _apply(self, updates: Sequence[AnswerUpdate]) -> None:
        self._changed.note_answers([update.key for update in updates])
        self._running.take_answers(updates)
        self._table.apply_answers(updates)

    def _on_inspected(self, event: Inspected) -> None:
        if self._place_of(event.key, event.outcome.path) is None:
            return
        if isinstance(event.outcome, Failure):
            self._on_inspection_failed(event.key, event.outcome)
            return
        known = self._viewing.result_of(event.key)
        is_other = known is not None and not event.outcome.facts.is_of_file(known.facts)
        if is_other:
            self._changed.take_other_answer(event.key, event.outcome.path)
        elif event.inspection is not None:
            self._viewing.on_inspection(event.key, event.inspection)
        if self._viewing.result_of(event.key) is None:
            # The picture on screen was asked about before its turn came, or its answer had been forgotten.
            self._viewing.on_result(event.key, event.outcome, event.inspection)
            if self._link.room is not None:
                self._link.room.service.queue.discard([event.key])
            self._apply([_update(event.key, event.outcome)])
            if is_other or self._changed.was_asked_anew(event.key):
                self._changed.note_answered(event.key)
            if event.key == self._viewing.key and is_other:
                self._viewing.reload()
            elif event.key == self._viewing.key:
                self._viewing.refresh()

    def _on_inspection_failed(self, key: int, failure: Failure) -> None:
        error = failure.error
        if not isinstance(error, ImageReadError):
            # Not the picture's fault: the network broke.
            self.message_raised.emit(describe(error))
        else:
            if error.problem in SPOILT:
                self._viewing.forget({key})
            self._take_failure(key, failure)
        if key == self._viewing.key and self._viewing.result_of(key) is None:
            self._viewing.refresh_failed(str(error))

    def _take_failure(self, key: int, failure: Failure) -> None:
        """A picture could not be read when somebody looked at it; an answer that is known stays."""
        place = self._table.place_of(key)
        if place is None:
            return
        if self._table.answer(place) is ImageState.QUEUED or self._viewing.result_of(key) is None:
            self._apply([_update(key, failure)])
            if self._link.room is not None:
                self._link.room.service.queue.discard([key])


def _update(key: int, outcome: Outcome) -> AnswerUpdate:
    if isinstance(outcome, Classification):
        first, *others = outcome.predictions
        margin = first.probability - others[0].probability if others else first.probability
        time = outcome.facts.mtime_ns / 1e9 if outcome.facts.mtime_ns else None
        return AnswerUpdate(key, ImageState.SUGGESTED, first.label, first.probability, margin, time=time)
    return AnswerUpdate(key, ImageState.FAILED, score=NO_SCORE, margin=NO_SCORE, reason=reason(outcome.error))
