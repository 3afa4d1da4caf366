"""Hand images to the engine's queue: short lists at once, long ones from a worker, so that the window does not wait."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, Slot

from gui.engine_link import EngineLink
from gui.gallery.image_model import ImageModel
from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken
from inference.classify.work_queue import Job

SLICE = 500
"""More jobs than this are written down in a worker, this many at a time."""


class JobList(QObject):
    """Writes jobs down for the engine. At most one long list is being written; another takes its place."""

    def __init__(self, runner: TaskRunner, link: EngineLink, images: ImageModel) -> None:
        super().__init__()
        self._runner = runner
        self._link = link
        self._images = images
        self._writing: Task | None = None

    def add(self, rows: Sequence[int]) -> None:
        """Have these images classified; nothing happens while the engine starts."""
        room = self._link.room
        if room is None or not rows:
            return
        if len(rows) <= SLICE:
            room.service.add([Job(self._images.key_at(row), self._images.path_at(row)) for row in rows])
            return
        self.stop()
        keys, paths, queue = self._images.keys(), self._images.paths(), room.service.queue

        def work(_on_progress: object, cancel: CancelToken) -> None:
            for start in range(0, len(rows), SLICE):
                cancel.raise_if_set()
                queue.add([Job(keys[row], paths[row]) for row in rows[start : start + SLICE]])

        self._writing = self._runner.create(work, Lane.QUEUE)
        self._writing.finished.connect(self._on_written)
        # The run must not end while the list is still being written.
        queue.expect_more()
        room.service.run()
        self._runner.start(self._writing)

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
