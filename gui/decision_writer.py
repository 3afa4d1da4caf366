"""Write decisions into the session in their order; what cannot be written waits, and nothing is lost meanwhile."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass, replace
from enum import Enum, auto
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.session_holder import SessionHolder
from gui.tasks import Lane, TaskRunner
from inference.errors import SessionError
from inference.sessions.marks import NO_NAME, Marks
from inference.sessions.steps import Step

if TYPE_CHECKING:
    from inference.sessions.session import Session

RETRY_MS = 10_000
"""What could not be written is tried again this often: disks get room, drives come back."""


class _Order(Enum):
    CARRY_OUT = auto()
    TAKE_BACK = auto()
    REPEAT = auto()


@dataclass(frozen=True, slots=True)
class _Entry:
    """An order and the session that it is about: another one may be open when its turn comes."""

    session: Session
    order: _Order
    step: Step | None = None

    def write(self) -> None:
        """Carry the order out."""
        if self.step is not None:
            self.session.carry_out(self.step)
        elif self.order is _Order.TAKE_BACK:
            self.session.take_back()
        else:
            self.session.repeat()


class DecisionWriter(QObject):
    """Brings steps to the disk from a thread of their own, one after the other.

    Signals:
        saved(): everything that was decided is on the disk.
        failed(error: SessionError): something could not be written; it and all that follows waits.
        unsaved_changed(count: int): how many steps wait.
    """

    saved = Signal()
    failed = Signal(object)
    unsaved_changed = Signal(int)

    def __init__(self, runner: TaskRunner, holder: SessionHolder) -> None:
        super().__init__()
        self._runner = runner
        self._holder = holder
        self._waiting: deque[_Entry] = deque()
        self._writing = threading.Lock()
        self._is_scheduled = False
        self._retry = QTimer(self)
        self._retry.setSingleShot(True)
        self._retry.setInterval(RETRY_MS)
        self._retry.timeout.connect(self.write)

    @property
    def unsaved(self) -> int:
        """How many steps are not on the disk yet."""
        return len(self._waiting)

    def carry_out(self, step: Step) -> None:
        """Write a step."""
        self._add(_Order.CARRY_OUT, step)

    def take_back(self) -> None:
        """Write that the newest step was taken back."""
        self._add(_Order.TAKE_BACK)

    def repeat(self) -> None:
        """Write that a step was done again."""
        self._add(_Order.REPEAT)

    @Slot()
    def write(self) -> None:
        """Write what waits (again)."""
        if self._waiting and not self._is_scheduled:
            self._is_scheduled = True
            task = self._runner.create(lambda _progress, _cancel: self._write_all(), Lane.STORE)
            task.succeeded.connect(self._on_written)
            task.failed.connect(self._on_failed)
            task.finished.connect(self._on_finished)
            self._runner.start(task)

    def flush(self) -> None:
        """Write everything that waits now, here; used when the window has gone.

        Raises:
            SessionError: it cannot be written.
        """
        self._retry.stop()
        self._write_all()

    def write_into(self, session: Session) -> None:
        """Write what waits into a copy of the session that it was meant for. Runs on: the store lane.

        Raises:
            SessionError: it cannot be written there either; what was not written still waits.
        """
        with self._writing:
            while self._waiting:
                entry = self._waiting[0]
                step = entry.step
                if step is not None:
                    step = replace(
                        step,
                        before=_translated(step.before, entry.session, session),
                        after=_translated(step.after, entry.session, session),
                    )
                _Entry(session, entry.order, step).write()
                self._waiting.popleft()

    def _add(self, order: _Order, step: Step | None = None) -> None:
        session = self._holder.session
        if session is None:
            return
        self._waiting.append(_Entry(session, order, step))
        self.unsaved_changed.emit(len(self._waiting))
        self.write()

    def _write_all(self) -> None:
        """Runs on: the store lane, or wherever `flush` is called."""
        with self._writing:
            while self._waiting:
                self._waiting[0].write()
                self._waiting.popleft()

    @Slot()
    def _on_written(self) -> None:
        self.unsaved_changed.emit(len(self._waiting))
        if not self._waiting:
            self._retry.stop()
            self.saved.emit()

    @Slot(object)
    def _on_failed(self, error: object) -> None:
        self._retry.start()
        if isinstance(error, SessionError):
            self.failed.emit(error)
        else:
            raise error if isinstance(error, BaseException) else RuntimeError(repr(error))

    @Slot()
    def _on_finished(self) -> None:
        self._is_scheduled = False
        if self._waiting and not self._retry.isActive():
            self.write()


def _translated(marks: Marks, source: Session, target: Session) -> Marks:
    """The same decisions with the codes that another session has for their labels."""
    codes = {code: target.vocabulary.code(source.vocabulary.text(code)) for code in {*marks.names} if code != NO_NAME}
    return Marks.of(marks.keys, marks.marks, (codes.get(code, NO_NAME) for code in marks.names))
