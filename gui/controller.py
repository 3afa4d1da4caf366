"""Turn what a person opens into jobs, and what the engine says into rows, pixels and messages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui import notices
from gui.engine_events import PictureLoaded, ThumbnailsLoaded
from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel, RowUpdate
from gui.gallery.image_state import ImageState
from gui.intake import Found, Intake, Opened
from gui.job_bar import JobState
from gui.job_list import JobList
from gui.messages import describe, reason, unexpected
from gui.model_choice import ModelChoice
from gui.running import Running
from gui.tasks import TaskRunner
from gui.viewing import Viewing
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
from inference.errors import CardinalError, ImageReadError
from inference.pictures.scan import ScanReport
from inference.results import Classification, Failure, Outcome

if TYPE_CHECKING:
    from gui.engine_room import EngineRoom
    from inference.classify.classifier import Classifier


class Controller(QObject):
    """Keeps the list of images, the queue of the engine and the viewer in step.

    Signals:
        message_raised(message: UserMessage): something must be said.
        images_arrived(row: int, count: int): an opening brings images; the first of them is in `row` (it may have been
            there before), and `count` new ones have come so far.
        model_opened(classifier: Classifier): a model is ready.
    """

    message_raised = Signal(object)
    images_arrived = Signal(int, int)
    model_opened = Signal(object)

    def __init__(
        self,
        runner: TaskRunner,
        link: EngineLink,
        images: ImageModel,
        intake: Intake,
        models: ModelChoice,
        running: Running,
        viewing: Viewing,
    ) -> None:
        super().__init__()
        self._jobs = JobList(runner, link, images)
        self._link = link
        self._images = images
        self._models = models
        self._running = running
        self._viewing = viewing
        self._model_wanted = ""
        self._has_model = False
        self._scans = 0
        # A run was stopped while folders were still being listed: what they bring stays queued.
        self._new = self._known = 0
        self._is_quiet = False
        self._first_key: int | None = None
        self._removed: list[str] = []
        self._waiting_models: list[str] = []
        self._thumbnails_later: set[int] = set()
        link.started.connect(self._on_engine_started)
        link.start_failed.connect(self._on_engine_failed)
        link.event_arrived.connect(self._on_event)
        intake.scan_started.connect(self._on_scan_started)
        intake.found.connect(self._on_found)
        intake.opened.connect(self._on_opened)
        intake.scan_ended.connect(self._on_scan_ended)
        images.thumbnails_wanted.connect(self._on_thumbnails_wanted)
        models.opened.connect(self._on_model_opened)
        running.state_changed.connect(self._on_job_state_changed)
        for source in (intake, models, running, viewing):
            source.message_raised.connect(self.message_raised)

    def keep_thumbnails(self, ranges: Sequence[tuple[int, int]]) -> None:
        """Read no thumbnails of tiles that were scrolled out of sight; the views ask again when they come back."""
        room = self._link.room
        if room is None:
            return
        seen = {
            self._images.key_at(row)
            for first, last in ranges
            if first >= 0
            for row in range(first, min(last, len(self._images) - 1) + 1)
        }
        rows = [self._images.row_of(key) for key in room.keep_thumbnails(seen)]
        self._images.forget_thumbnail_requests([row for row in rows if row is not None])

    def start(self, model: str) -> None:
        """Start the engine; the model is opened when it runs."""
        self._model_wanted = model
        self._link.start()

    def prefer_rows(self, first: int, last: int) -> None:
        """Classify these rows first: they are on screen. One more screen is taken ahead."""
        if self._link.room is None or first < 0:
            return
        ahead = min(len(self._images) - 1, last + (last - first) + 1)
        rows = range(first, ahead + 1)
        keys = [self._images.key_at(row) for row in rows if self._images.state_at(row) is ImageState.QUEUED]
        if self._viewing.key is not None:
            keys.insert(0, self._viewing.key)
        self._link.room.service.queue.prefer(keys)

    def reclassify(self, rows: Sequence[int]) -> None:
        """Read these images again and classify them."""
        keys = {self._images.key_at(row) for row in rows}
        self._viewing.forget(keys)
        if len(rows) == len(self._images):
            self._images.reset_states()
        else:
            self._images.set_state(rows, ImageState.QUEUED)
        self._viewing.reload()
        self._jobs.add(rows)

    @Slot()
    def classify_all(self) -> None:
        """Classify everything that is queued (again, after Stop)."""
        self._is_quiet = False
        self._jobs.add(self._images.rows_in(ImageState.QUEUED))

    def remove(self, rows: Sequence[int]) -> None:
        """Take images off the list; the files stay, and `put_back` brings the images again."""
        room, paths = self._link.room, self._images.paths()
        self._jobs.stop()
        if len(rows) == len(self._images):
            self._removed = paths
            if room is not None:
                room.service.queue.clear()
            self._viewing.forget_all()
            self._images.clear()
            self._viewing.show_nothing()
        else:
            self._removed = [paths[row] for row in rows]
            keys = {self._images.key_at(row) for row in rows}
            if room is not None:
                room.service.queue.discard(keys)
            self._viewing.forget(keys)
            self._images.remove_rows(rows)
            # What was still to be written down of a long list.
            self._jobs.add(self._images.rows_in(ImageState.QUEUED) if self._running.is_under_way else [])
        self.message_raised.emit(notices.removed(len(rows)))

    def put_back(self) -> None:
        """Bring the images that were removed last back, at the end of the list."""
        paths, self._removed = self._removed, []
        before = len(self._images)
        added = self._add(paths)
        if added:
            self.images_arrived.emit(before, added)

    def _add(self, paths: Sequence[str]) -> int:
        before = len(self._images)
        added = self._images.append_paths(paths)
        if not self._is_quiet:
            self._jobs.add(range(before, before + added))
        return added

    @Slot(object)
    def _on_engine_started(self, room: EngineRoom) -> None:
        for _ in range(self._scans):
            room.service.queue.expect_more()
        self._models.open(self._model_wanted)
        self._jobs.add(range(len(self._images)))
        self._viewing.reload()
        for path in self._waiting_models:
            self._models.add(path)
        self._waiting_models.clear()

    @Slot(object)
    def _on_engine_failed(self, error: object) -> None:
        message = describe(error) if isinstance(error, CardinalError) else unexpected(tr("the engine"), repr(error))
        self.message_raised.emit(message)

    @Slot()
    def _on_scan_started(self) -> None:
        self._scans += 1
        if self._link.room is not None:
            self._link.room.service.queue.expect_more()

    @Slot()
    def _on_scan_ended(self) -> None:
        self._scans -= 1
        if not self._scans:
            self._is_quiet = False
        if self._link.room is not None:
            self._link.room.service.queue.expect_no_more()

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        for path in found.models:
            if self._link.room is None:
                self._waiting_models.append(path)
            else:
                self._models.add(path)
        if not found.pictures:
            return
        added = self._add(found.pictures)
        self._new += added
        self._known += len(found.pictures) - added
        if self._first_key is None:
            row = self._images.row_of_path(found.pictures[0])
            self._first_key = None if row is None else self._images.key_at(row)
        first = None if self._first_key is None else self._images.row_of(self._first_key)
        if first is not None:
            self.images_arrived.emit(first, self._new)

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        """Say what came of an opening, where the list itself does not show it."""
        new, known, report = self._new, self._known, opened.report
        self._new = self._known = 0
        self._first_key = None
        if not opened.given:
            return
        folder = opened.folders[0] if len(opened.folders) == 1 else ""
        if not new and not known and opened.folders:
            self.message_raised.emit(notices.no_images_found(opened.folders[0]))
        elif not new and not known:
            self.message_raised.emit(notices.not_an_image(opened.given[0]))
        elif known or len(self._images) > new:
            self.message_raised.emit(notices.images_added(new, known))
        if report.other_files and opened.folders:
            self.message_raised.emit(notices.files_skipped(report.other_files, folder))
        self._tell_skipped(report)

    def _tell_skipped(self, report: ScanReport) -> None:
        if report.unreadable_folders:
            details = "\n".join(report.unreadable_folders)
            self.message_raised.emit(notices.folders_unreadable(len(report.unreadable_folders), details))
        if report.links:
            self.message_raised.emit(notices.links_not_followed(report.links))

    @Slot(list)
    def _on_thumbnails_wanted(self, rows: list[int]) -> None:
        room = self._link.room
        if room is None:
            self._images.forget_thumbnail_requests(rows)
            return
        for row in rows:
            key = self._images.key_at(row)
            if self._images.state_at(row) is ImageState.QUEUED and room.service.is_working:
                # It comes with the classification, from the same decode, unless the run is stopped before.
                self._thumbnails_later.add(key)
            else:
                room.load_thumbnail(key, self._images.path_at(row))

    @Slot(object)
    def _on_model_opened(self, classifier: Classifier) -> None:
        room = self._link.room
        if room is None:
            return
        self._viewing.set_model(classifier.network.contract, room.map_maker(classifier))
        if self._has_model:
            # Another model answers from now on: what the one before said is not its suggestion.
            self._images.reset_states()
            self._jobs.add(range(len(self._images)))
            self._viewing.refresh()
        self._has_model = True
        self.model_opened.emit(classifier)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        match event:
            case Answers():
                self._on_answers(event.answered)
            case PictureLoaded():
                self._viewing.on_picture(event)
            case ThumbnailsLoaded():
                for key, image in event.images:
                    self._set_thumbnail(key, image)
            case Inspected():
                self._on_inspected(event)
            case BatchShrunk():
                self.message_raised.emit(notices.smaller_batches(event.batch_size))
            case RunStarted() | RunEnded():
                self._running.on_event(event)
                if isinstance(event, RunEnded):
                    self._on_run_ended()
                self._viewing.refresh_waiting()
                self._ask_for_late_thumbnails()
            case ModelOpened() | ModelFailed():
                self._models.on_event(event)

    @Slot(object)
    def _on_job_state_changed(self, state: JobState) -> None:
        if state is JobState.STOPPING:
            self._jobs.stop()

    def _on_run_ended(self) -> None:
        room = self._link.room
        if room is not None and room.service.is_stopped:
            # What was stopped waits for "Classify all"; what is opened next is classified without it.
            room.service.queue.clear()
            self._is_quiet = self._scans > 0

    def _on_answers(self, answered: tuple[Answered, ...]) -> None:
        updates = []
        for one in answered:
            row = self._images.row_of(one.key)
            if row is None:
                continue
            updates.append(_update(row, one.outcome))
            if isinstance(one.outcome, Classification):
                self._viewing.on_result(one.key, one.outcome, one.inspection)
        self._images.apply(updates)
        if self._viewing.key in {one.key for one in answered}:
            self._viewing.refresh()

    def _on_inspected(self, event: Inspected) -> None:
        row = self._images.row_of(event.key)
        if row is None:
            return
        if isinstance(event.outcome, Failure):
            self._on_inspection_failed(row, event.key, event.outcome)
            return
        if event.inspection is not None:
            self._viewing.on_inspection(event.key, event.inspection)
        if self._viewing.result_of(event.key) is None:
            # The picture on screen was asked about before its turn came, or its answer had been forgotten.
            self._viewing.on_result(event.key, event.outcome, event.inspection)
            if self._link.room is not None:
                self._link.room.service.queue.discard([event.key])
            self._images.apply([_update(row, event.outcome)])
            if event.key == self._viewing.key:
                self._viewing.refresh()

    def _on_inspection_failed(self, row: int, key: int, failure: Failure) -> None:
        if not isinstance(failure.error, ImageReadError):
            # Not the picture's fault: the network broke.
            self.message_raised.emit(describe(failure.error))
        elif self._images.state_at(row) is ImageState.QUEUED or self._viewing.result_of(key) is None:
            self._images.apply([_update(row, failure)])
            if self._link.room is not None:
                self._link.room.service.queue.discard([key])
        if key == self._viewing.key and self._viewing.result_of(key) is None:
            self._viewing.refresh_failed(str(failure.error))

    def _ask_for_late_thumbnails(self) -> None:
        """After a run: what is still queued on screen gets its thumbnail without a classification."""
        if self._link.room is not None and not self._link.room.service.is_working:
            keys, self._thumbnails_later = self._thumbnails_later, set()
            rows = [row for key in keys if (row := self._images.row_of(key)) is not None]
            self._on_thumbnails_wanted([row for row in rows if self._images.state_at(row) is ImageState.QUEUED])

    def _set_thumbnail(self, key: int, image: QImage | None) -> None:
        row = self._images.row_of(key)
        if row is not None and image is not None and not image.isNull():
            self._images.set_thumbnail(row, image)
            self._viewing.show_thumbnail(key)


def _update(row: int, outcome: Outcome) -> RowUpdate:
    if isinstance(outcome, Classification):
        first = outcome.predictions[0]
        return RowUpdate(row, ImageState.SUGGESTED, first.label, first.probability)
    return RowUpdate(row, ImageState.FAILED, reason(outcome.error))
