"""Open and close a session, and run its reads and changes: whole or not at all, from any thread."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Self, TypeVar

from inference.errors import SessionError
from inference.sessions import audit_rows, images, status
from inference.sessions.audit_rows import StoredEvidence
from inference.sessions.backups import Snapshot
from inference.sessions.checking import require_sound
from inference.sessions.connection import connect_to_read
from inference.sessions.copying import copy_session
from inference.sessions.daily_backup import DailyBackup, today
from inference.sessions.faults import decoding, translated
from inference.sessions.names import Names
from inference.sessions.newest import NO_MODEL, portions
from inference.sessions.opening import OpenedFile, create_file, open_file
from inference.sessions.status import Note
from inference.sessions.vocabulary import Vocabulary

_CLOSING_S = 2.0
"""So long `close` waits for the day's backup."""

_Value = TypeVar("_Value")


class SessionFile:
    """A session file that is open: what `Session` stands on.

    Attributes:
        path: the file, links resolved.
        is_read_only: nothing can be changed.
        read_only_reason: why, a sentence; else empty.
        notice: something to tell about the folder, a sentence, or empty.
        was_interrupted: the program that had it open ended without closing it.
        saved_at: when something was last written before this opening, seconds since 1970, or None.
    """

    def __init__(self, path: Path, opened: OpenedFile) -> None:
        """For `create` and `open`."""
        self.path = path
        self._database, self._lock, self.read_only_reason = opened.database, opened.lock, opened.read_only_reason
        self.is_read_only = self._database.is_read_only
        self.notice = self._database.notice
        self._names = Names()
        self._checking: sqlite3.Connection | None = None
        with self._reading() as connection:
            self._names.refresh(connection)
            self.was_interrupted = not self.is_read_only and status.read_note(connection, Note.IS_OPEN) == 1
            # A note that was left behind is taken back at the end.
            self._is_marked_open = self.was_interrupted
            saved_at = status.read_note(connection, Note.SAVED_AT)
            self.saved_at = saved_at if isinstance(saved_at, float) else None
            model_id = status.read_note(connection, Note.MODEL)
            self._model_id = model_id if isinstance(model_id, int) else NO_MODEL
            self._model = status.model_with_id(connection, self._model_id)
            last_day = str(status.read_note(connection, Note.BACKUP_DAY) or "")
        self._backup = DailyBackup(self._database, last_day, self._note_backup)

    @classmethod
    def create(cls, path: Path) -> Self:
        """A new session; its folder is made when it is missing.

        Raises:
            SessionSaveError: the file exists, or cannot be written.
            SessionInUseError: another process is making it.
        """
        real = _real(path)
        return cls._of(real, create_file(real, today()))

    @classmethod
    def open(cls, path: Path, *, read_only: bool = False) -> Self:
        """An existing session.

        Raises:
            SessionInUseError: another process writes it, and `read_only` is False.
            SessionDamagedError: it is missing, no session, or broken; it stays as it is.
            SessionNewerError: a newer version made it, and `read_only` is False.
            SessionSaveError: it cannot be written, and `read_only` is False; or it cannot be opened at all.
        """
        real = _real(path)
        return cls._of(real, open_file(real, read_only=read_only))

    @classmethod
    def _of(cls, path: Path, opened: OpenedFile) -> Self:
        try:
            return cls(path, opened)
        except BaseException:
            with contextlib.suppress(SessionError):
                opened.database.close()
            if opened.lock is not None:
                opened.lock.release()
            raise

    def close(self) -> None:
        """Note that it was closed properly, take the log into the file, let others write. Idempotent."""
        self._backup.finish(_CLOSING_S)
        self.stop_check()
        with self._database.lock:
            try:
                if self._is_marked_open:
                    self._is_marked_open = False
                    # If this cannot be written, the next opening takes it for an interrupted one; nothing else is lost.
                    with contextlib.suppress(SessionError), self._database.write(durable=True) as connection:
                        status.write_note(connection, Note.IS_OPEN, 0)
            finally:
                try:
                    self._database.close()
                finally:
                    if self._lock is not None:
                        self._lock.release()

    @property
    def name(self) -> str:
        """The file's name without its ending."""
        return self.path.stem

    @property
    def vocabulary(self) -> Vocabulary:
        """Class names and labels by code; new ones are written with the next change."""
        return self._names.vocabulary

    def copy_to(self, target: Path) -> None:
        """Copy the whole session to another place; it goes on where it is.

        Raises:
            SessionSaveError: something lies at the target, or it cannot be written there.
        """
        with self._reading() as connection:
            copy_session(connection, target)

    def stored_evidence(self, keys: Sequence[int] | None = None) -> Iterator[StoredEvidence]:
        """The maps of the suggestions, in portions: of all images on the list, or of certain ones.

        Keys ascend; certain ones do within each portion of them.
        """
        if keys is not None:
            for some in portions(keys):
                with self._reading() as connection:
                    rows = audit_rows.evidence_for(connection, self._names, self._model_id, some)
                yield from rows
            return
        key = 0
        while True:
            with self._reading() as connection:
                rows = audit_rows.evidence_after(connection, self._names, self._model_id, key)
            if not rows:
                return
            key = rows[-1].key
            yield from rows

    def backup_now(self) -> Path | None:
        """Write a backup (without maps and embeddings); where it is, or None where there is nothing to keep yet."""
        return Snapshot(self.path).copy() if self._read(images.count_images) else None

    def check(self) -> None:
        """Look at every page, for the background: on a large file this takes seconds. Other calls do not wait.

        Raises:
            SessionDamagedError: something is broken.
            SessionSaveError: the disk fails, or the session was closed meanwhile.
        """
        with translated(self.path), contextlib.closing(connect_to_read(self.path)) as connection:
            self._checking = connection
            try:
                require_sound(connection, self.path)
            finally:
                self._checking = None

    def stop_check(self) -> None:
        """End a `check` that runs on another thread; it then raises `SessionError`. Nothing happens where none runs."""
        checking = self._checking
        if checking is not None:
            with contextlib.suppress(sqlite3.ProgrammingError):
                checking.interrupt()

    def _read(self, work: Callable[[sqlite3.Connection], _Value]) -> _Value:
        with self._reading() as connection:
            return work(connection)

    @contextlib.contextmanager
    def _reading(self) -> Iterator[sqlite3.Connection]:
        with self._database.read() as connection, decoding(self.path):
            yield connection

    @contextlib.contextmanager
    def _writing(self, *, durable: bool = False) -> Iterator[sqlite3.Connection]:
        """One change: with new names, with the note that the session is open and when it was written."""
        with self._database.lock:
            if not self.is_read_only:
                self._backup.before_write()
            with self._database.write(durable=durable) as connection:
                yield connection
                count = self._names.write_new(connection)
                status.write_note(connection, Note.SAVED_AT, time.time())
                if not self._is_marked_open:
                    status.write_note(connection, Note.IS_OPEN, 1)
            self._names.written(count)
            self._is_marked_open = True

    def _note_backup(self, day: str) -> None:
        with self._writing() as connection:
            status.write_note(connection, Note.BACKUP_DAY, day)


def _real(path: Path) -> Path:
    """The file that a link leads to: its log and its lock lie beside it."""
    return Path(os.path.realpath(path))
