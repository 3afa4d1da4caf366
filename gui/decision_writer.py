"""Write decisions into the session in their order; what cannot be written waits, and nothing is lost meanwhile."""

from __future__ import annotations

import logging
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

logger = logging.getLogger(__name__)

MANY_IMAGES = 4_000
AFTER_PAINT_MS = 50
"""A step of so many images is written this much later: its conversion and the repaint would wait for each other."""

RETRY_MS = 10_000
"""What could not be written is tried again this often: disks get room, drives come back."""


class _Order(Enum):
    CARRY_OUT = auto()
    TAKE_BACK = auto()
    REPEAT = auto()


@dataclass(frozen=True, slots=True)
class _Entry:
    """An order about a step, and the session that it is about: another one may be open when its turn comes."""

    session: Session
    order: _Order
    step: Step

    def write(self) -> Step | None:
        """Carry the order out; returns the step that must follow where the session then holds something else."""
        wanted, undone = self.step.after, self.step.before
        match self.order:
            case _Order.CARRY_OUT:
                self.session.carry_out(self.step)
                return None
            case _Order.TAKE_BACK:
                done = self.session.take_back()
                wanted, undone = undone, wanted
            case _Order.REPEAT:
                done = self.session.repeat()
        if done is not None and done.before == self.step.before and done.after == self.step.after:
            return None
        logger.error("the journal of %s holds another step than the window", self.session.path.name)
        if done is not None:
            others = (done.after, done.before) if self.order is _Order.TAKE_BACK else (done.before, done.after)
            wanted, undone = _overlaid(others[0], wanted), _overlaid(others[1], undone)
        return replace(self.step, before=undone, after=wanted)

    def translated_for(self, copy: Session) -> _Entry:
        """The same order for a copy of the session, with the codes that the copy has for the labels."""
        before, after = (_translated(marks, self.session, copy) for marks in (self.step.before, self.step.after))
        return _Entry(copy, self.order, replace(self.step, before=before, after=after))


class DecisionWriter(QObject):
    """Brings steps to the disk from a thread of their own, one after the other.

    Signals:
        written(): something is on the disk; more may wait.
        saved(): everything that was decided is on the disk.
        failed(error: SessionError): something could not be written; it and all that follows waits.
        unsaved_changed(count: int): how many steps wait.
    """

    written = Signal()
    saved = Signal()
    failed = Signal(object)
    unsaved_changed = Signal(int)
    _flushed = Signal()

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
        self._after_paint = QTimer(self)
        self._after_paint.setSingleShot(True)
        self._after_paint.setInterval(AFTER_PAINT_MS)
        self._after_paint.timeout.connect(self.write)
        self._flushed.connect(self._on_written)  # from whatever thread, to the one of timer and signals

    @property
    def unsaved(self) -> int:
        """How many steps are not on the disk yet."""
        return len(self._waiting)

    @property
    def can_write(self) -> bool:
        """Whether a session is open that takes decisions."""
        session = self._holder.session
        return session is not None and not session.is_read_only

    def carry_out(self, step: Step) -> None:
        """Write a step."""
        self._add(_Order.CARRY_OUT, step)

    def take_back(self, step: Step) -> None:
        """Write that the newest step, this one, was taken back."""
        self._add(_Order.TAKE_BACK, step)

    def repeat(self, step: Step) -> None:
        """Write that the step that was taken back last, this one, was done again."""
        self._add(_Order.REPEAT, step)

    def waits_for(self, session: Session) -> bool:
        """Whether something waits to be written into a session, which must not be closed then. Runs on: any thread."""
        with self._writing:
            return any(entry.session is session for entry in tuple(self._waiting))

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
        """Write everything that waits now, here: a session is about to be closed. Runs on: any thread.

        Raises:
            SessionError: something cannot be written; it still waits.
        """
        self._write_all()
        self._flushed.emit()

    def write_into(self, copy: Session) -> None:
        """Write what waits for the open session into a copy of it. Runs on: the store lane.

        Raises:
            SessionError: it cannot be written there either. All of it still waits for the session itself; the copy is
                of no use.
        """
        original = self._holder.session
        with self._writing:
            written = [entry for entry in tuple(self._waiting) if entry.session is original]
            for entry in written:
                correction = entry.translated_for(copy).write()
                if correction is not None:
                    copy.carry_out(correction)
            for entry in written:
                self._waiting.remove(entry)
        self._flushed.emit()

    def _add(self, order: _Order, step: Step) -> None:
        session = self._holder.session
        if session is None:
            return
        self._waiting.append(_Entry(session, order, step))
        self.unsaved_changed.emit(len(self._waiting))
        if len(step) < MANY_IMAGES:
            self.write()
        else:
            self._after_paint.start()

    def _write_all(self) -> None:
        """Write each session's orders in their order; one that cannot be written holds back those of its session only.

        Runs on: the store lane, or wherever `flush` is called; others add entries at the end meanwhile.
        """
        errors: dict[Session, Exception] = {}
        correction: Step | None = None
        with self._writing:
            position = 0
            while position < len(self._waiting):
                entry = self._waiting[position]
                if entry.session not in errors:
                    try:
                        correction = entry.write()
                    except Exception as caught:  # noqa: BLE001 - raised below, when the other sessions had their turn
                        errors[entry.session] = caught
                if entry.session in errors:
                    position += 1
                elif correction is not None:
                    # In its place, so that it is tried again by itself where it fails.
                    self._waiting[position] = _Entry(entry.session, _Order.CARRY_OUT, correction)
                else:
                    del self._waiting[position]
        for error in errors.values():
            raise error

    @Slot()
    def _on_written(self) -> None:
        self.written.emit()
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
    """The same decisions in the codes of another session, where texts may have come in another order."""
    codes = {code: target.vocabulary.code(source.vocabulary.text(code)) for code in {*marks.names} if code != NO_NAME}
    return Marks.of(marks.keys, marks.marks, (codes.get(code, NO_NAME) for code in marks.names))


def _overlaid(below: Marks, above: Marks) -> Marks:
    """The decisions of both; `above` counts where both are about an image."""
    decisions = {
        key: (mark, name)
        for marks in (below, above)
        for key, mark, name in zip(marks.keys, marks.marks, marks.names, strict=True)
    }
    marks, names = zip(*decisions.values(), strict=True)
    return Marks.of(decisions, marks, names)
