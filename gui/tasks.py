"""Run plain work off the GUI thread; the only file that knows both."""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeAlias

from PySide6.QtCore import QObject, Signal, Slot

from inference.cancel import Cancelled, CancelToken

logger = logging.getLogger(__name__)

Work: TypeAlias = Callable[[Callable[[object], None], CancelToken], Any]
"""`work(on_progress, cancel)`: plain Python that knows nothing of threads; its result ends the task."""


class Lane(StrEnum):
    """One thread for each scarce thing; tasks of a lane run one after the other."""

    FILES = "files"
    """Listing folders, opening sessions, writing pictures."""
    MODELS = "models"
    """Starting the engine; adding and downloading models, which happens in child processes."""
    STORE = "store"
    """Writing decisions into the session, in their order."""
    READING = "reading"
    """Reading from the session what is about to be seen."""
    EXPORTS = "exports"
    """Writing labels to files, and reading them from files."""
    QUEUE = "queue"
    """Writing long lists of jobs down."""
    ENGINES = "engines"
    """Comparing the processor's engines, which nobody waits for."""


@dataclass(frozen=True, slots=True)
class _Ending:
    result: object = None
    error: BaseException | None = None


class Task(QObject):
    """One piece of work. It ends exactly once: as succeeded, failed or cancelled, and then finished.

    Lives on the GUI thread, where all its signals arrive. Cancelling wins over a result that arrives late.

    Signals:
        progressed(progress: object): what the work reported.
        succeeded(result: object): what the work returned.
        failed(error: object): the exception that ended the work.
        cancelled(): the work was no longer wanted.
        finished(): after one of the three above.
    """

    progressed = Signal(object)
    succeeded = Signal(object)
    failed = Signal(object)
    cancelled = Signal()
    finished = Signal()
    _ended = Signal(object)
    _reported = Signal(object)

    def __init__(self, work: Work, lane: Lane) -> None:
        super().__init__()
        self.lane = lane
        self._work = work
        self._cancel = CancelToken()
        self._ended.connect(self._end)
        self._reported.connect(self._report)

    def cancel(self) -> None:
        """Say that the work is no longer wanted."""
        self._cancel.cancel()

    def run_here(self) -> None:
        """Do the work. Runs on: the lane's thread; only emits from there."""
        try:
            self._cancel.raise_if_set()
            ending = _Ending(self._work(self._reported.emit, self._cancel))
        except Cancelled as error:
            ending = _Ending(error=error)
        except Exception as error:  # noqa: BLE001 - the task boundary: every error reaches a person
            ending = _Ending(error=error)
        self._ended.emit(ending)

    @Slot(object)
    def _report(self, progress: object) -> None:
        if not self._cancel.is_set():
            self.progressed.emit(progress)

    @Slot(object)
    def _end(self, ending: _Ending) -> None:
        if self._cancel.is_set() or isinstance(ending.error, Cancelled):
            self.cancelled.emit()
        elif ending.error is not None:
            self.failed.emit(ending.error)
        else:
            self.succeeded.emit(ending.result)
        self.finished.emit()


class TaskRunner(QObject):
    """Creates tasks and runs them. Create, connect, then start: a task started earlier would lose its first events."""

    def __init__(self) -> None:
        super().__init__()
        self._lanes = {lane: ThreadPoolExecutor(1, thread_name_prefix=lane.value) for lane in Lane}
        self._tasks: set[Task] = set()
        self._is_shut_down = False

    def create(self, work: Work, lane: Lane) -> Task:
        """A task that does not run yet."""
        task = Task(work, lane)
        # Keeps the Python object, and with it the signals, until the task is over.
        self._tasks.add(task)
        task.finished.connect(self._forget)
        return task

    def start(self, task: Task) -> None:
        """Run a task when its lane is free; after `shutdown` it is forgotten."""
        if self._is_shut_down:
            self._tasks.discard(task)
        else:
            self._lanes[task.lane].submit(task.run_here)

    def shutdown(self) -> None:
        """Cancel everything and wait until no work runs. A second call is harmless."""
        self._is_shut_down = True
        for task in self._tasks:
            task.cancel()
        for lane in self._lanes.values():
            lane.shutdown(wait=True, cancel_futures=True)

    @Slot()
    def _forget(self) -> None:
        task = self.sender()
        if isinstance(task, Task):
            self._tasks.discard(task)
