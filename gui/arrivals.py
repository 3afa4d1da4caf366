"""Bring what is found and what a session holds into the list: rows, jobs, and a word on what came of it."""

from __future__ import annotations

from array import array
from collections.abc import Sequence

from PySide6.QtCore import QObject, Signal, Slot

from gui import notices
from gui.engine_link import EngineLink
from gui.gallery.columns import GONE
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.intake import Found, Intake, Opened
from gui.job_list import JobList
from gui.model_choice import ModelChoice
from gui.session_desk import SessionDesk
from gui.user_message import Level, Place, UserMessage
from gui.viewing import Viewing
from gui.words import counted, tr
from inference.pictures.scan import ScanReport
from inference.sessions.marks import with_removed
from inference.sessions.records import ImageRows, Registered


class Arrivals(QObject):
    """Takes what the intake tells.

    Signals:
        message_raised(message: UserMessage): something must be said.
        images_arrived(key: int, count: int): an opening brings images; `key` is the first of them (it may have been
            there before), and `count` new ones have come so far.
    """

    message_raised = Signal(object)
    images_arrived = Signal(int, int)

    def __init__(
        self,
        link: EngineLink,
        shown: ImageModel,
        intake: Intake,
        models: ModelChoice,
        viewing: Viewing,
        desk: SessionDesk,
        jobs: JobList,
    ) -> None:
        super().__init__()
        self._link = link
        self._shown = shown
        self._table = shown.table
        self._models = models
        self._viewing = viewing
        self._desk = desk
        self._jobs = jobs
        self._scans = 0
        self._begin()
        self._waiting_models: list[str] = []
        link.started.connect(self._on_engine_started)
        intake.scan_started.connect(self._on_scan_started)
        intake.found.connect(self._on_found)
        intake.opened.connect(self._on_opened)
        intake.scan_ended.connect(self._on_scan_ended)
        desk.left.connect(self._begin)
        intake.message_raised.connect(self.message_raised)

    @Slot()
    def _begin(self) -> None:
        """Nothing of an opening has come yet."""
        self._new = array("q")
        self._seen = array("q")
        self._known = self._changed = 0
        self._stays: bool | None = None
        self._first_key: int | None = None

    @Slot(object)
    def _on_engine_started(self) -> None:
        room = self._link.room
        if room is None:
            return
        for _ in range(self._scans):
            room.service.queue.expect_more()
        for path in self._waiting_models:
            self._models.add(path)
        self._waiting_models.clear()

    @Slot()
    def _on_scan_started(self) -> None:
        self._scans += 1
        self._jobs.note_scan_begun()
        if self._link.room is not None:
            self._link.room.service.queue.expect_more()

    @Slot()
    def _on_scan_ended(self) -> None:
        self._scans -= 1
        self._jobs.note_scan_ended()
        # Also where it failed, and nothing was told of it: the next opening begins anew.
        self._begin()
        if self._link.room is not None:
            self._link.room.service.queue.expect_no_more()

    @Slot(object)
    def _on_found(self, found: Found) -> None:
        for path in found.models:
            if self._link.room is None:
                self._waiting_models.append(path)
            else:
                self._models.add(path)
        if found.images is None:
            return
        images = found.images
        # Who looks for new files stays at what is on screen.
        if self._stays is None:
            self._stays = found.is_rescan and len(self._table) > 0
        for key, path in images.moved:
            if self._table.place_of(key) is not None:
                self._table.relocate(key, path)
        self._follow_moved(images)
        back = self._as_it_stands(images.added)
        self._table.append(images.added)
        if images.changed:
            self._table.forget_answers(images.changed)
            self._table.forget_thumbnails(images.changed)
        known, changed, moved = (
            self._listed(keys) for keys in (images.known, images.changed, [key for key, _ in images.moved])
        )
        waiting = array("q", changed)
        waiting.extend(
            key
            for key, answer in zip(images.added.keys, images.added.answers, strict=True)
            if answer == ImageState.QUEUED
        )
        self._jobs.add_found(waiting)
        self._viewing.renew({*images.changed, *(key for key, _ in images.moved)})
        self._new.extend(key for key in images.added.keys if key not in back)
        self._seen.extend((*images.added.keys, *known, *changed, *moved))
        self._known += len(known) + len(changed) + len(moved)
        self._changed += len(changed)
        if self._first_key is None and not found.is_rescan:
            self._first_key = found.first_key
        elif self._first_key is None and self._new:
            self._first_key = self._new[0]
        if self._first_key is not None and not self._stays:
            self.images_arrived.emit(self._first_key, len(self._new))

    def _follow_moved(self, images: Registered) -> None:
        """After files were renumbered: images without a file leave, moved ones are asked about again."""
        table = self._table
        table.lose_files(images.homeless)
        moved = [key for key, _ in images.moved if table.place_of(key) is not None]
        if moved:
            table.forget_thumbnails(moved)
            table.forget_answers([key for key in moved if key in images.in_doubt])
            places = table.places_of(moved)
            self._jobs.add_found([table.key(at) for at in places if table.answer(at) is ImageState.QUEUED])

    def _as_it_stands(self, rows: ImageRows) -> set[int]:
        """Give rows of images that come back the decisions of the table, which is never older than the session file.

        Returns:
            Those that are back already (somebody took their removal back while the folder was looked through).
        """
        table, back = self._table, set()
        first_new = table.columns.keys[-1] + 1 if table.columns.keys else 0
        for entry, key in enumerate(rows.keys):
            place = table.place_of(key) if key < first_new else None
            if place is not None:
                rows.marks[entry] = with_removed(table.mark(place), removed=False)
                rows.labels[entry] = table.label_code(place)
                if not table.is_removed(place):
                    back.add(key)
        return back

    def _listed(self, keys: Sequence[int]) -> Sequence[int]:
        """Those of some images that were not taken off the list."""
        columns = self._table.columns
        if GONE not in columns.states:
            return keys
        places = self._table.places_of(keys)
        return [columns.keys[place] for place in places if columns.states[place] != GONE]

    @Slot(object)
    def _on_opened(self, opened: Opened) -> None:
        """Say what came of an opening, where the list itself does not show it."""
        # Some that came have turned out to be images that were there before.
        new, seen = self._listed(self._new), self._listed(self._seen)
        known, changed, report = self._known, self._changed, opened.report
        self._begin()
        for folder in opened.missing:
            self.message_raised.emit(notices.folder_out_of_reach(folder))
        if not opened.given:
            self._tell_skipped(report)
            return
        can_undo = self._desk.is_writable and bool(new) and not opened.label
        if self._desk.is_writable and len(new):
            self._desk.labelling.note_added(new)
        if self._desk.is_writable and opened.label:
            self._desk.labelling.choose(seen, opened.label)
        folder = opened.folders[0] if len(opened.folders) == 1 else ""
        if not new and not known and opened.folders:
            self.message_raised.emit(notices.no_images_found(opened.folders[0]))
        elif not new and not known:
            self.message_raised.emit(notices.not_an_image(opened.given[0]))
        elif opened.is_rescan and not new:
            self.message_raised.emit(_nothing_new(changed))
        elif known or len(self._table) > len(new):
            known = 0 if opened.is_rescan else known
            hidden = self._hidden(new)
            self.message_raised.emit(notices.images_added(len(new), known, hidden=hidden, can_undo=can_undo))
        if report.other_files and opened.folders:
            self.message_raised.emit(notices.files_skipped(report.other_files, folder))
        self._tell_skipped(report)

    def _hidden(self, keys: Sequence[int]) -> int:
        """How many of some images on the list the filters hide."""
        if self._shown.arrangement.filter.is_empty:
            return 0
        return sum(self._shown.row_of(key) is None for key in keys)

    def _tell_skipped(self, report: ScanReport) -> None:
        if report.unreadable_folders:
            details = "\n".join(report.unreadable_folders)
            self.message_raised.emit(notices.folders_unreadable(len(report.unreadable_folders), details))
        if report.links:
            self.message_raised.emit(notices.links_not_followed(report.links))


def _nothing_new(changed: int) -> UserMessage:
    """The session's folders were looked through again and have no new images; some may have changed (T-27)."""
    text = tr("No new files.")
    if changed:
        again = counted(changed, "%n has changed and is classified again.", "%n have changed and are classified again.")
        text = f"{text} {again}"
    return UserMessage("T-27", Place.TOAST, Level.INFO, text)
