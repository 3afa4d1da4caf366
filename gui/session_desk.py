"""Open, leave and keep the session on behalf of the window: its images into the table, its decisions to the disk."""

from __future__ import annotations

import logging
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.decision_writer import DecisionWriter
from gui.gallery.image_table import ImageTable
from gui.intake import Intake
from gui.labelling import Labelling
from gui.session_holder import SessionHolder, SessionLoaded, SessionShown
from gui.tasks import Lane, TaskRunner
from inference.errors import CardinalError, SessionError
from inference.sessions.records import ImageRows
from inference.sessions.vocabulary import Vocabulary

if TYPE_CHECKING:
    from inference.sessions.session import Session

logger = logging.getLogger(__name__)


class SessionDesk(QObject):
    """The window's session. At most one is open; without one the list is empty.

    Attributes:
        labelling: makes and takes back decisions in it.

    Signals:
        shown(told: SessionShown): a session is open, its images begin to come.
        rows_came(rows: ImageRows): some of its images are in the table now.
        loaded(told: SessionLoaded): all of them are.
        left(): no session is open any more; the table is empty.
        open_failed(path: str, error: CardinalError): a session could not be opened; none is open.
        damage_found(error: CardinalError): the check in the background found the open session damaged.
    """

    shown = Signal(object)
    rows_came = Signal(object)
    loaded = Signal(object)
    left = Signal()
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
        return session is not None and not session.is_read_only and self._is_loaded

    def open(self, path: str, *, read_only: bool = False) -> None:
        """Leave the session that is open, and open another one; the same one stays as it is."""
        session = self._holder.session
        if session is not None and session.path == Path(path) and session.is_read_only == read_only:
            return
        self.leave()
        task = self._intake.open_session(Path(path), read_only=read_only)
        task.failed.connect(partial(self._on_open_failed, path))

    def leave(self) -> None:
        """Let the session go: what is decided is written, then its file is closed; the table is empty at once."""
        self._intake.stop()
        session = self._holder.detach()
        self._is_loaded = False
        self._table.clear()
        self.labelling.start((), 0)
        if session is not None:
            notes, self._notes = self._notes, {}
            task = self._runner.create(lambda _progress, _cancel: self._close(session, notes), Lane.STORE)
            task.failed.connect(self._on_close_failed)
            self._runner.start(task)
        self.left.emit()

    def wait_closed(self, path: Path) -> None:
        """Wait until a session that was left is closed. Runs on: a worker thread."""
        self._holder.wait_closed(path)

    def copy_to(self, path: Path) -> Path:
        """Copy the session to another place, with the decisions that could not be written. Runs on: the store lane.

        Raises:
            SessionError: it cannot be written there.
        """
        from inference.sessions.copying import copy_session  # noqa: PLC0415 - sqlite3 is not needed at the start
        from inference.sessions.session import Session  # noqa: PLC0415 - likewise

        session = self._holder.session
        if session is not None:
            copy_session(session.path, path)
            copy = Session.open(path)
            try:
                self._writer.write_into(copy)
            finally:
                copy.close()
        return path

    def remember(self, name: str, value: object) -> None:
        """Keep a small fact with the session, as JSON; written when the session is left."""
        self._notes[name] = value

    def remembered(self, name: str) -> object | None:
        """A fact that was kept. Reads the session: not in a loop."""
        if name in self._notes:
            return self._notes[name]
        session = self._holder.session
        return None if session is None else session.remembered(name)

    def close(self) -> None:
        """The window has gone: write what waits, close the file.

        Raises:
            SessionError: decisions could not be written; they are lost with the program.
        """
        session, notes, self._notes = self._holder.session, self._notes, {}
        try:
            self._writer.flush()
            if session is not None:
                _write_notes(session, notes)
        finally:
            self._holder.close_all()

    def _close(self, session: Session, notes: dict[str, object]) -> None:
        """Runs on: the store lane."""
        try:
            self._writer.flush()
            _write_notes(session, notes)
        finally:
            self._holder.close_left(session)

    @Slot(object)
    def _on_told(self, told: object) -> None:
        if isinstance(told, SessionShown):
            self._table.clear()
            self._table.set_vocabulary(told.session.vocabulary)
            self._notes = {}
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
        """Look for damage in a file that was opened, while the person already works."""
        task = self._runner.create(lambda _progress, _cancel: session.check(), Lane.READING)
        task.failed.connect(self._on_check_failed)
        self._runner.start(task)

    @Slot(object)
    def _on_check_failed(self, error: object) -> None:
        if isinstance(error, CardinalError) and self._holder.session is not None:
            self.damage_found.emit(error)
        else:
            logger.info("the session could not be checked: %r", error)

    def _on_open_failed(self, path: str, error: object) -> None:
        self._table.set_vocabulary(Vocabulary())
        if isinstance(error, CardinalError):
            self.open_failed.emit(path, error)
        else:
            raise error if isinstance(error, BaseException) else RuntimeError(repr(error))

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
