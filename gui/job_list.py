"""Hand images to the engine's queue: short lists at once, long ones from a worker, so that the window does not wait."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from gui.engine_link import EngineLink
from gui.gallery.image_table import ImageTable
from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken
from inference.classify.work_queue import Job

SLICE = 500
"""More jobs than this are written down in a worker, this many at a time."""


class JobList(QObject):
    """Writes jobs down for the engine. At most one long list is being written; another takes its place.

    Attributes:
        has_model: a model has been opened; before that nothing is handed over, since all that waits is at once then.
    """

    def __init__(self, runner: TaskRunner, link: EngineLink, table: ImageTable) -> None:
        super().__init__()
        self._runner = runner
        self._link = link
        self._table = table
        self._writing: Task | None = None
        # Folders are listed one after the other, in the order in which that began.
        self._begun = self._ended = self._quiet_until = 0
        self.has_model = False

    @property
    def is_scanning(self) -> bool:
        """Whether folders are being listed."""
        return self._ended < self._begun

    @property
    def is_quiet(self) -> bool:
        """Whether what is found now brings no jobs: a run was stopped while folders were still being listed.

        What is opened after that does, although the folders before it are listed to their end first.
        """
        return self._ended < self._quiet_until

    @is_quiet.setter
    def is_quiet(self, is_quiet: bool) -> None:
        self._quiet_until = self._begun if is_quiet else 0

    def note_scan_begun(self) -> None:
        """Folders will be listed, after those that are being listed now."""
        self._begun += 1

    def note_scan_ended(self) -> None:
        """The first of those that began has ended."""
        self._ended += 1

    def add(self, keys: Sequence[int]) -> None:
        """Have these images classified; nothing happens before the first model is open."""
        room = self._link.room
        if room is None or not self.has_model or not len(keys):
            return
        places = self._table.places_of(keys)
        if len(places) <= SLICE:
            room.service.add([Job(self._table.key(place), self._table.path(place)) for place in places])
            return
        self.stop()
        own, paths, queue = self._table.columns.keys[:], self._table.columns.paths[:], room.service.queue

        def work(_on_progress: object, cancel: CancelToken) -> None:
            for start in range(0, len(places), SLICE):
                cancel.raise_if_set()
                queue.add([Job(own[place], paths[place]) for place in places[start : start + SLICE]])

        self._writing = self._runner.create(work, Lane.QUEUE)
        self._writing.finished.connect(self._on_written)
        # The run must not end while the list is still being written.
        queue.expect_more()
        room.service.run()
        self._runner.start(self._writing)

    def add_found(self, keys: Sequence[int]) -> None:
        """Have images classified that were just found, unless that is not wanted now."""
        if not self.is_quiet:
            self.add(keys)

    def stop(self) -> None:
        """Write no more of a long list."""
        if self._writing is not None:
            self._writing.cancel()
            self._writing = None

    @Slot()
    def _on_written(self) -> None:
        room = self._link.room
        if room is not None:
            room.service.queue.expect_no_more()
            if room.service.is_stopped:
                room.service.queue.clear()
