"""Deal with files that change under the window: what was said of them goes, and the new ones are answered."""

from __future__ import annotations

import time
from collections.abc import Iterable

from PySide6.QtCore import QObject, Signal, Slot

from gui import notices
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.job_bar import JobState
from gui.job_list import JobList
from gui.labelling import Labelling
from gui.running import Running
from gui.viewing import Viewing

_ANEW_S = 5.0
"""A file that changes again within so many seconds is answered when the person asks for it."""


class ChangedFiles(QObject):
    """Knows whose files were found to be others than those that were classified, and has them answered.

    Signals:
        message_raised(message: UserMessage): a file has changed, and what becomes of its answer.
    """

    message_raised = Signal(object)

    def __init__(
        self, table: ImageTable, viewing: Viewing, labelling: Labelling, running: Running, jobs: JobList
    ) -> None:
        super().__init__()
        self._table = table
        self._viewing = viewing
        self._labelling = labelling
        self._running = running
        self._jobs = jobs
        self._answered_anew: tuple[int | None, float] = (None, 0.0)
        self._waiting: set[int] = set()
        # What any model said of these is of the file before.
        self._unanswered: set[int] = set()
        viewing.file_changed.connect(self._on_file_changed)
        viewing.shown_changed.connect(self._on_shown_changed)

    def forget(self) -> None:
        """Another session comes, whose keys mean other images."""
        self._waiting.clear()
        self._unanswered.clear()
        self._answered_anew = (None, 0.0)

    def note_answers(self, keys: Iterable[int]) -> None:
        """A model has answered these as their files are now."""
        self._unanswered.difference_update(keys)

    def forget_old_answers(self) -> None:
        """Another model is open, and what it said earlier has come back, of changed files too: that goes again."""
        if self._unanswered:
            self._viewing.forget_answers(self._unanswered)
            self._table.forget_answers(sorted(self._unanswered))

    def was_asked_anew(self, key: int) -> bool:
        """Whether an image is the one that was asked about last because its file had changed."""
        return key == self._answered_anew[0]

    def take_other_answer(self, key: int, path: str) -> None:
        """The answer that came is of another file than the one before; the service has written it down."""
        # Pixels and the old answer go.
        self._viewing.forget({key})
        self._labelling.note_changed_file(key)
        self.message_raised.emit(notices.classified_anew(path))

    def note_answered(self, key: int) -> None:
        """The session knows the new bytes by now, by which small pictures are kept, and what is said is of them."""
        self._labelling.note_changed_file(key)
        self._table.forget_thumbnails([key])

    @Slot(int)
    def _on_file_changed(self, key: int) -> None:
        """Nothing that was said of the file before holds, not for labels either; the new one is answered at once."""
        place = self._table.place_of(key)
        if place is None:
            return
        self._waiting.add(key)
        self._unanswered.add(key)
        self._labelling.note_changed_file(key)
        self._viewing.forget({key})
        self._table.forget_answers([key])
        self._viewing.reload()
        if not self._jobs.has_model:
            # Nobody can be asked; what has no answer is queued when a model is opened, where its answer can be kept.
            told = notices.classified_later if self._labelling.can_write else notices.classified_when_asked
            self.message_raised.emit(told(self._table.path(place)))
            return
        last_key, last_time = self._answered_anew
        if key != last_key or time.monotonic() - last_time > _ANEW_S:
            self._answered_anew = (key, time.monotonic())
            self.message_raised.emit(notices.classified_anew(self._table.path(place)))
            self._viewing.classify_now()

    @Slot()
    def _on_shown_changed(self) -> None:
        """Pictures that were asked about anew and left before the answer came wait for their turn like any other."""
        if self._running.state is JobState.STOPPING:
            # More to do would take the Stop back.
            return
        table, left = self._table, self._waiting - {self._viewing.key}
        self._waiting -= left
        places = [place for key in left if (place := table.place_of(key)) is not None and not table.is_removed(place)]
        self._jobs.add([table.key(place) for place in places if table.answer(place) is ImageState.QUEUED])
