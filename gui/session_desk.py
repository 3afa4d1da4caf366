"""Open, leave and keep the session on behalf of the window: its images into the table, its decisions to the disk."""

from __future__ import annotations

import logging
import os
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer, Signal, Slot

from gui.decision_writer import DecisionWriter
from gui.gallery.image_table import ImageTable
from gui.intake import Intake
from gui.labelling import Labelling
from gui.session_holder import SessionHolder, SessionLoaded, SessionShown
from gui.tasks import Lane, TaskRunner
from inference.cancel import CancelToken
from inference.errors import CardinalError, SessionError
from inference.sessions.records import ImageRows
from inference.sessions.vocabulary import Vocabulary

if TYPE_CHECKING:
    from inference.sessions.session import Session

logger = logging.getLogger(__name__)

NOTED_MS = 1000
"""Facts about a session are written after this long without another one."""


class SessionDesk(QObject):
    """The window's session. At most one is open; without one the list is empty.

    Attributes:
        labelling: makes and takes back decisions in it.

    Signals:
        shown(told: SessionShown): a session is open, its images begin to come.
        rows_came(rows: ImageRows): some of its images are in the table now.
        loaded(told: SessionLoaded): all of them are.
        left(): no session is open any more; the table is empty.
        closed(): the file of a session that was left is closed, with everything in it.
        open_failed(path: str, error: CardinalError): a session could not be opened; none is open.
        damage_found(error: CardinalError): the check in the background found the open session damaged.
    """

    shown = Signal(object)
    rows_came = Signal(object)
    loaded = Signal(object)
    left = Signal()
    closed = Signal()
    open_failed = Signal(object, object)
    damage_found = Signal(object)

    def __init__(
        self,
        runner: TaskRunner,
        holder: SessionHolder,
        intake: Intake,
        table: ImageTable,
        labelling: Labelling,
        writer: DecisionWriter,
    ) -> None:
        super().__init__()
        self._runner = runner
        self._holder = holder
        self._intake = intake
        self._table = table
        self.labelling = labelling
        self._writer = writer
        self._is_loaded = False
        self._notes: dict[str, object] = {}
        self._read: dict[str, object | None] = {}
        self._is_frozen = False
        # Sessions that were left and are not closed yet, with what is still to be noted in them.
        self._left: dict[Session, dict[str, object]] = {}
        self._unclosed: list[Session] = []
        self._note_timer = QTimer(self)
        self._note_timer.setSingleShot(True)
        self._note_timer.setInterval(NOTED_MS)
        self._note_timer.timeout.connect(self._write_notes_soon)
        writer.saved.connect(self._on_saved)
        intake.set_flush(self._flush)
        intake.session_told.connect(self._on_told)

    @property
    def session(self) -> Session | None:
        """The open session, or None."""
        return self._holder.session

    @property
    def is_loaded(self) -> bool:
        """Whether every image of the session is in the table."""
        return self._is_loaded

    @property
    def is_writable(self) -> bool:
        """Whether decisions can be made."""
        session = self._holder.session
        return session is not None and not session.is_read_only and self._is_loaded and not self._is_frozen

    def freeze(self, *, is_frozen: bool) -> None:
        """Let no decision be made while the session moves elsewhere: it could miss the copy."""
        self._is_frozen = is_frozen

    def open(self, path: str, *, read_only: bool = False) -> None:
        """Leave the session that is open, and open another one; the same one stays as it is."""
        session = self._holder.session
        if session is not None and session.path == Path(os.path.realpath(path)) and session.is_read_only == read_only:
            return
        self.leave()
        task = self._intake.open_session(Path(path), read_only=read_only)
        task.failed.connect(partial(self._on_open_failed, path))

    def leave(self) -> None:
        """Let the session go: what is decided is written, then its file is closed; the table is empty at once."""
        self._intake.stop()
        session = self._holder.detach()
        # Taken before the table is cleared, which is noted like any other view of it.
        notes, self._notes = self._notes, {}
        self._is_loaded = self._is_frozen = False
        self._table.clear()
        self.labelling.start((), 0)
        self._notes = {}
        if session is not None:
            self._start_closing(session, notes)
        self.left.emit()

    def _start_closing(self, session: Session, notes: dict[str, object]) -> None:
        self._left[session] = notes
        task = self._runner.create(lambda _progress, _cancel: self._close(session, notes), Lane.STORE)
        task.succeeded.connect(self._on_closed)
        task.failed.connect(self._on_close_failed)
        self._runner.start(task)

    def wait_closed(self, path: Path, cancel: CancelToken) -> None:
        """Wait until a session that was left is closed. Runs on: a worker thread.

        Raises:
            Cancelled: nobody wants it any more.
        """
        self._holder.wait_closed(path, cancel)

    def copy_to(self, path: Path) -> Path:
        """Copy the session to another place, with the decisions that could not be written. Runs on: the store lane.

        Raises:
            SessionError: it cannot be written there.
        """
        from inference.sessions.session import Session  # noqa: PLC0415 - sqlite3 is not needed at the start

        session = self._holder.session
        if session is not None:
            session.copy_to(path)
            copy = Session.open(path)
            try:
                self._writer.write_into(copy)
            except SessionError:
                # It is of no use without them.
                copy.close()
                path.unlink()
                raise
            copy.close()
        return path

    def remember(self, name: str, value: object) -> None:
        """Keep a small fact with the session, as JSON; written soon, and when the session is left."""
        if name in self._notes or name not in self._read or self._read[name] != value:
            self._notes[name] = value
            self._note_timer.start()

    def remembered(self, name: str) -> object | None:
        """A fact that was kept. Reads the session at the first time."""
        if name in self._notes:
            return self._notes[name]
        session = self._holder.session
        if session is not None and name not in self._read:
            self._read[name] = session.remembered(name)
        return self._read.get(name)

    def close(self) -> None:
        """The window has gone: write what waits, close the file.

        Raises:
            SessionError: decisions could not be written; they are lost with the program.
        """
        session, notes, self._notes = self._holder.session, self._notes, {}
        try:
            self._writer.flush()
        finally:
            if session is not None:
                _write_notes(session, notes)
            for left, left_notes in self._left.items():
                _write_notes(left, left_notes)
                self._holder.close_left(left)
            self._holder.close_all()

    def _flush(self) -> None:
        """Write what was decided, as far as it can be. Runs on: a worker thread."""
        try:
            self._writer.flush()
        except SessionError as error:
            logger.info("decisions wait: %s", error)

    @Slot()
    def _write_notes_soon(self) -> None:
        """A crash shall not cost what the person set up here, letter keys for example."""
        session, notes = self._holder.session, dict(self._notes)
        if session is not None and notes:
            self._runner.start(self._runner.create(lambda _progress, _cancel: _write_notes(session, notes), Lane.STORE))

    def _close(self, session: Session, notes: dict[str, object]) -> tuple[Session, bool]:
        """Close a session that was left, unless something waits for it; whether it is closed. Runs on: store lane."""
        self._flush()
        if self._writer.waits_for(session):
            return session, False
        _write_notes(session, notes)
        self._holder.close_left(session)
        return session, True

    @Slot(object)
    def _on_told(self, told: object) -> None:
        if isinstance(told, SessionShown):
            self._table.clear()
            self._table.set_vocabulary(told.session.vocabulary)
            self._notes, self._read = {}, {}
            self.shown.emit(told)
        elif isinstance(told, ImageRows):
            self._table.append(told)
            self.rows_came.emit(told)
        elif isinstance(told, SessionLoaded):
            self.labelling.start(told.steps, told.in_force)
            self._is_loaded = True
            self.loaded.emit(told)
            self._check(told.session)

    def _check(self, session: Session) -> None:
        """Look for damage in a file that was opened, while the person already works and nothing waits for it."""

        def work(_tell: object, cancel: CancelToken) -> None:
            with cancel.on_cancel(session.stop_check):
                session.check()

        task = self._runner.create(work, Lane.ENGINES)
        task.failed.connect(partial(self._on_check_failed, session))
        self._runner.start(task)

    def _on_check_failed(self, session: Session, error: object) -> None:
        if isinstance(error, CardinalError) and self._holder.session is session:
            self.damage_found.emit(error)
        else:
            logger.info("the session could not be checked: %r", error)

    def _on_open_failed(self, path: str, error: object) -> None:
        if self._holder.session is None and len(self._table.columns):
            # Its damage was met half-way.
            self._is_loaded = False
            self._table.clear()
            self.labelling.start((), 0)
            self.left.emit()
        self._table.set_vocabulary(Vocabulary())
        if isinstance(error, CardinalError):
            self.open_failed.emit(path, error)
        else:
            raise error if isinstance(error, BaseException) else RuntimeError(repr(error))

    @Slot(object)
    def _on_closed(self, outcome: tuple[Session, bool]) -> None:
        session, is_closed = outcome
        if is_closed:
            del self._left[session]
        else:
            self._unclosed.append(session)
        self.closed.emit()

    @Slot()
    def _on_saved(self) -> None:
        """What waited is on the disk: sessions that were left before can be closed now."""
        waiting, self._unclosed = self._unclosed, []
        for session in waiting:
            self._start_closing(session, self._left[session])

    @Slot(object)
    def _on_close_failed(self, error: object) -> None:
        logger.error("the session that was left could not be written: %r", error)


def _write_notes(session: Session, notes: dict[str, object]) -> None:
    if session.is_read_only:
        return
    try:
        for name, value in notes.items():
            session.remember(name, value)
    except SessionError as error:
        logger.info("the view of the session is not kept: %s", error)
