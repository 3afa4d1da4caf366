"""Keep copies of a session for the day on which it is damaged: one a day, and one before each migration."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import sqlite3
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from inference.errors import SessionInUseError
from inference.sessions.connection import connect
from inference.sessions.faults import translated
from inference.sessions.lock import ProcessLock, lock_path
from inference.sessions.newest import LABELLED
from inference.sessions.schema import APPLICATION_ID

MOST_BACKUPS = 10

_FOLDER = "backups"
_LEFT_OUT = "bulk"
"""Evidence and embeddings are nine tenths of a session and can be computed again."""

LOGS = ("-wal", "-shm", "-journal")
"""What SQLite adds to the name of a database for the files beside it."""
_PAGES_AT_ONCE = 256
_UNFINISHED = ".tmp"
_UNFINISHED_S = 24 * 3600
"""A backup that nobody has added to for so long is not on its way any more."""


@dataclass(frozen=True, slots=True)
class Backup:
    """A copy of a session.

    Attributes:
        path: of the copy.
        at: when it was made, seconds since 1970.
        labelled: how many images have a label in it.
    """

    path: Path
    at: float
    labelled: int


def backup_folder(path: Path) -> Path:
    """Where the backups of a session are."""
    return path.parent / _FOLDER / path.stem


def list_backups(path: Path) -> list[Backup]:
    """The backups of a session that can be read, newest first; never raises."""
    found = []
    for backup in _files(path):
        with contextlib.suppress(OSError, sqlite3.Error):
            found.append(Backup(backup, backup.stat().st_mtime, _count_labelled(backup)))
    return sorted(found, key=lambda backup: backup.at, reverse=True)


def restore_backup(path: Path, backup: Backup) -> Path:
    """Put a backup in the place of a session, which is set aside and never deleted.

    Returns:
        Where the old file is kept.

    Raises:
        SessionInUseError: a program has the session open.
        SessionSaveError: the disk is full, for example; the session is as it was.
    """
    with locked(path), translated(path):
        temporary = path.with_name(f".{secrets.token_hex(8)}.tmp")
        try:
            shutil.copyfile(backup.path, temporary)
            sync(temporary)
            kept = move_aside(path)
            temporary.rename(path)
        finally:
            temporary.unlink(missing_ok=True)
        sync(path.parent)
    return kept


def set_aside(path: Path) -> Path:
    """Give a session another name, under which it is kept; where that is.

    Raises:
        SessionInUseError: a program has the session open.
        SessionSaveError: it cannot be renamed.
    """
    with locked(path):
        return move_aside(path)


def move_aside(path: Path) -> Path:
    """The same for a caller who holds the lock; files that are missing are passed over."""
    stamp = time.strftime("%Y%m%d-%H%M%S")
    kept = path.with_name(f"{path.name}.damaged-{stamp}-{secrets.token_hex(2)}")
    # The file first: without its log it is older, but a log beside another file would destroy that one.
    with translated(path):
        for suffix in ("", *LOGS):
            with contextlib.suppress(FileNotFoundError):
                path.with_name(path.name + suffix).rename(kept.with_name(kept.name + suffix))
    return kept


def back_up_everything(path: Path) -> Path:
    """A complete copy, as before a migration; where it is.

    Raises:
        SessionSaveError: it could not be written.
        SessionDamagedError: the session cannot be read.
    """
    temporary = _new_temporary(path)
    with translated(path):
        try:
            with contextlib.closing(connect(path, "ro")) as source:
                target = sqlite3.connect(temporary, isolation_level=None)
                with contextlib.closing(target):
                    source.backup(target, pages=_PAGES_AT_ONCE)
                    # The copy of a file with a log asks for a log, too; a backup is one file.
                    target.execute("PRAGMA journal_mode=DELETE")
            return _named(path, temporary)
        finally:
            temporary.unlink(missing_ok=True)


class Snapshot:
    """A session as it is now, to be copied while others go on writing it.

    Evidence maps and embeddings are left out: they can be computed again, and are most of the bytes.
    """

    def __init__(self, path: Path) -> None:
        """Hold on to the present state.

        Raises:
            SessionSaveError: the disk is full, for example.
            SessionDamagedError: the session cannot be read.
        """
        self._path = path
        self._temporary = _new_temporary(path)
        with translated(path):
            self._connection = sqlite3.connect(
                self._temporary.absolute().as_uri(), uri=True, isolation_level=None, check_same_thread=False
            )
        try:
            with translated(path):
                # The copy is worth nothing before it has its name, so nothing needs to be undone in it.
                self._connection.execute("PRAGMA journal_mode=OFF")
                self._connection.execute("PRAGMA synchronous=OFF")
                self._connection.execute("ATTACH ? AS session", (f"{path.absolute().as_uri()}?mode=ro",))
                self._connection.execute("PRAGMA session.wal_autocheckpoint=0")
                self._connection.execute("BEGIN")
                # A transaction sees the state at its first look.
                self._connection.execute("SELECT count(*) FROM session.status").fetchone()
        except BaseException:
            self.drop()
            raise

    def copy(self) -> Path:
        """Write the backup and let go of the state; where the backup is.

        Raises:
            SessionSaveError: it could not be written, or `interrupt` was called.
            SessionDamagedError: the session cannot be read.
        """
        try:
            with translated(self._path):
                self._copy_tables()
                self._connection.execute("COMMIT")
                self._connection.close()
                return _named(self._path, self._temporary)
        finally:
            self.drop()

    def _copy_tables(self) -> None:
        connection = self._connection
        version = connection.execute("PRAGMA session.user_version").fetchone()[0]
        parts = connection.execute(
            "SELECT type, name, sql FROM session.sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'sqlite_%'"
        ).fetchall()
        for kind, name, statement in parts:
            if kind != "table":
                continue
            connection.execute(statement)
            if name != _LEFT_OUT:
                connection.execute(f'INSERT INTO main."{name}" SELECT * FROM session."{name}"')  # noqa: S608 - ours
        connection.execute("DELETE FROM main.sqlite_sequence")
        connection.execute("INSERT INTO main.sqlite_sequence SELECT * FROM session.sqlite_sequence")
        for kind, _name, statement in parts:
            if kind == "index":
                connection.execute(statement)
        connection.execute(f"PRAGMA main.application_id={APPLICATION_ID}")
        connection.execute(f"PRAGMA main.user_version={version}")

    def interrupt(self) -> None:
        """Let a `copy` in another thread fail soon."""
        with contextlib.suppress(sqlite3.ProgrammingError):
            self._connection.interrupt()

    def drop(self) -> None:
        """Let go without a backup; idempotent."""
        self._connection.close()
        with contextlib.suppress(OSError):
            self._temporary.unlink(missing_ok=True)


@contextlib.contextmanager
def locked(path: Path) -> Iterator[None]:
    """Keep other programs from opening the session meanwhile."""
    lock = ProcessLock(lock_path(path))
    with translated(path):
        if not lock.acquire():
            raise SessionInUseError(str(path))
    try:
        yield
    finally:
        lock.release()


def _new_temporary(path: Path) -> Path:
    """The name of a file for a backup on its way, in a folder that is there."""
    folder = backup_folder(path)
    with translated(path):
        folder.mkdir(parents=True, exist_ok=True)
    _remove_unfinished(folder)
    return folder / f".{secrets.token_hex(8)}{_UNFINISHED}"


def _remove_unfinished(folder: Path) -> None:
    """Take away what programs that were killed have left: each may be as large as a session."""
    for file in folder.glob(f".*{_UNFINISHED}"):
        with contextlib.suppress(OSError):
            if time.time() - file.stat().st_mtime > _UNFINISHED_S:
                file.unlink()


def _named(path: Path, temporary: Path) -> Path:
    """Give a complete backup its name, and delete those that are too old."""
    sync(temporary)
    stamp = time.strftime("%Y-%m-%d %H%M%S")
    backup = temporary.with_name(f"{stamp} {secrets.token_hex(2)}{path.suffix}")
    temporary.rename(backup)
    # Never the one just made, whatever the clock said when the others were.
    others = sorted(
        (file for file in _files(path) if file != backup), key=lambda file: file.stat().st_mtime, reverse=True
    )
    for old in others[MOST_BACKUPS - 1 :]:
        old.unlink(missing_ok=True)
    return backup


def _files(path: Path) -> list[Path]:
    try:
        return [file for file in backup_folder(path).iterdir() if file.suffix == path.suffix]
    except OSError:
        return []


def _count_labelled(backup: Path) -> int:
    connection = connect(backup, "ro", immutable=True)
    try:
        count: int = connection.execute(
            f"SELECT count(*) FROM decision WHERE mark IN {LABELLED}"  # noqa: S608 - numbers
        ).fetchone()[0]
        return count
    finally:
        connection.close()


def sync(path: Path) -> None:
    """Have the bytes of a file, or the names in a folder, on the disk."""
    if os.name == "nt" and path.is_dir():
        return
    handle = os.open(path, os.O_RDONLY if path.is_dir() else os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
