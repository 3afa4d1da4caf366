"""Make session files and open them: lock, examination, migration, connections."""

from __future__ import annotations

import contextlib
import secrets
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from inference.errors import SessionDamagedError, SessionInUseError, SessionSaveError
from inference.sessions import schema
from inference.sessions.backups import back_up_everything, move_aside, sync
from inference.sessions.checking import examine
from inference.sessions.connection import READ_ONLY_REASON, Database
from inference.sessions.faults import translated
from inference.sessions.lock import ProcessLock, lock_path
from inference.sessions.status import Note, write_note

_NEWER_REASON = "It was made by a newer version of Cardinal, so it was opened for reading only."
_OLDER_REASON = "It was made by an older version of Cardinal and has to be opened for writing once."


@dataclass(frozen=True, slots=True)
class OpenedFile:
    """A session file that is open.

    Attributes:
        database: its connections.
        lock: held by whoever writes; None where nobody here does.
        read_only_reason: why nothing can be written, a sentence; empty where something can.
    """

    database: Database
    lock: ProcessLock | None
    read_only_reason: str


def open_file(path: Path, *, read_only: bool) -> OpenedFile:
    """Open an existing session.

    Raises:
        SessionInUseError: another process writes it, and `read_only` is False.
        SessionDamagedError: it is missing, no session, or broken; it stays as it is.
        SessionNewerError: a newer version made it, and `read_only` is False.
        SessionSaveError: it cannot be opened, or not for writing.
    """
    if read_only:
        version = examine(path, allow_newer=True)
        if version < schema.VERSION:
            raise SessionSaveError(str(path), _OLDER_REASON, is_read_only=True)
        reason = _NEWER_REASON if version > schema.VERSION else READ_ONLY_REASON
        return OpenedFile(Database(path, read_only=True), None, reason)
    lock = take_lock(path)
    try:
        version = examine(path, allow_newer=False)
        database = Database(path)
        try:
            _require_writable(database)
            if version < schema.VERSION:
                _migrate(database)
        except BaseException:
            database.close()
            raise
    except BaseException:
        lock.release()
        raise
    return OpenedFile(database, lock, "")


def create_file(path: Path, today: str) -> OpenedFile:
    """Make a new, empty session and open it. It gets its name when it is complete.

    Args:
        path: where nothing may be yet; the folder is made when it is missing.
        today: the day that needs no backup, since nothing was there before.

    Raises:
        SessionInUseError: another process is making it.
        SessionSaveError: it is there already, or cannot be written.
    """
    with translated(path):
        path.parent.mkdir(parents=True, exist_ok=True)
    lock = take_lock(path)
    try:
        _require_free(path)
        # The log of a file that somebody deleted would be taken for the new file's.
        move_aside(path)
        _write_empty(path, today)
        return OpenedFile(Database(path), lock, "")
    except BaseException:
        lock.release()
        raise


def _require_free(path: Path) -> None:
    if path.exists():
        raise SessionSaveError(str(path), "A file of this name exists already.")


def take_lock(path: Path) -> ProcessLock:
    """The right to write a session.

    Raises:
        SessionInUseError: another process has it.
        SessionSaveError: the lock file cannot be made.
    """
    lock = ProcessLock(lock_path(path))
    with translated(path):
        if not lock.acquire():
            raise SessionInUseError(str(path))
    return lock


def _write_empty(path: Path, today: str) -> None:
    temporary = path.with_name(f".{path.name[:20]}.{secrets.token_hex(8)}.tmp")
    with translated(path):
        try:
            connection = sqlite3.connect(temporary, isolation_level=None)
            try:
                connection.execute("BEGIN IMMEDIATE")
                schema.create_tables(connection)
                write_note(connection, Note.BACKUP_DAY, today)
                connection.execute("COMMIT")
            finally:
                connection.close()
            temporary.rename(path)
            sync(path.parent)
        finally:
            with contextlib.suppress(OSError):
                temporary.unlink(missing_ok=True)


def _require_writable(database: Database) -> None:
    """Meet a read-only disk at the opening and not at the first label; nothing is written.

    Raises:
        SessionSaveError: it cannot be written.
    """
    with database.write(durable=False):
        pass


def _migrate(database: Database) -> None:
    """Bring an older file to this version, after a backup of all of it.

    Raises:
        SessionDamagedError: there is no way from its version.
        SessionSaveError: the backup or the change could not be written; the file is as it was.
    """
    with database.lock:
        back_up_everything(database.path)
        try:
            with database.write(durable=True) as connection:
                schema.migrate(connection)
        except LookupError as error:
            raise SessionDamagedError(str(database.path), "Its version is unknown.") from error
