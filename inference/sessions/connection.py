"""Open a session file in SQLite: one connection that writes, one that reads, transactions that are whole or not at all.

SQLite 3.7.0 to 3.51.2 can, rarely, damage a database in WAL mode when two connections write or checkpoint at the same
moment (the "WAL-reset bug"), and the SQLite that Python brings may be one of those. Here exactly one connection of one
process writes, and it alone checkpoints; readers are read-only, have `wal_autocheckpoint=0` and are closed before it.
Memory-mapped reading stays off: a disk error would end the process.
"""

from __future__ import annotations

import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Protocol, TypeVar

from inference.errors import SessionSaveError
from inference.sessions.faults import CLOSED, NO_ROOM_BESIDE, translated
from inference.sessions.lock import ProcessLock, lock_path
from inference.sessions.network_folder import is_network_folder

READ_ONLY_REASON = "It was opened for reading only."

_LOG_OUT_OF_REACH = (
    "Its newest changes are in a file beside it, which cannot be read while the folder may not be written to. "
    "Copy the session and the files beside it to another folder."
)

_BUSY_S = 5.0
_READERS_S = 2.0
"""So long closing waits for those who read at that moment."""

_CACHE_KIB = 65_536
"""Room for the index of a million content hashes, which come in no order."""

_CHECKPOINT_PAGES = 4_000
_NO_WAL = (
    "The session lies in a folder where SQLite's write-ahead log cannot be used, for example on another machine. "
    "Saving is slower there."
)


_Value = TypeVar("_Value")


class Reader(Protocol):
    """Does something with the connection that reads; it must not take long, since other readers wait."""

    def __call__(self, work: Callable[[sqlite3.Connection], _Value], /) -> _Value:
        """What `work` returns."""
        ...


class Database:
    """A session file with its connections; every method may be called from any thread.

    Attributes:
        path: the file.
        is_read_only: nothing can be written.
        journal_mode: "wal", or what the folder allows.
        notice: a sentence where that is not "wal", or empty.
        lock: held while something is written.
    """

    def __init__(self, path: Path, *, read_only: bool = False) -> None:
        """Open an existing file.

        Raises:
            SessionSaveError, SessionDamagedError: it cannot be opened.
        """
        self.path = path
        self.is_read_only = read_only
        self.lock = threading.RLock()
        self._read_lock = threading.RLock()
        self._is_closed = False
        self._writer: sqlite3.Connection | None = None
        self._is_durable: bool | None = None
        with translated(path):
            try:
                if not read_only:
                    self._writer = connect(path, "rw")
                self.journal_mode = self._choose_journal()
                self._reader = connect(path, "ro") if self._writer is not None else connect_to_read(path)
            except BaseException:
                if self._writer is not None:
                    self._writer.close()
                raise
            self._identity = _identity_of(path)
        self.notice = "" if self.journal_mode == "wal" or read_only else _NO_WAL

    def _choose_journal(self) -> str:
        if self._writer is None:
            return ""
        wanted = "truncate" if is_network_folder(self.path.parent) else "wal"
        mode: str = self._writer.execute(f"PRAGMA journal_mode={wanted}").fetchone()[0]
        self._writer.execute(f"PRAGMA wal_autocheckpoint={_CHECKPOINT_PAGES}")
        # A writer that never looked at the log would not remove it when it closes.
        self._writer.execute("SELECT count(*) FROM sqlite_master").fetchone()
        return mode

    @contextlib.contextmanager
    def write(self, *, durable: bool) -> Iterator[sqlite3.Connection]:
        """One transaction; it is committed at the end of the block, and rolled back if anything goes wrong.

        Args:
            durable: the block ends only when the change is on the disk (`synchronous=FULL`). Otherwise a power cut
                may take the last changes back; it never damages the file.

        Raises:
            SessionSaveError: nothing of the block was written.
            SessionDamagedError: likewise.
        """
        with self.lock, translated(self.path):
            writer = self._open_writer()
            if _identity_of(self.path) != self._identity:
                # SQLite would go on writing into a file that nobody can open any more.
                raise SessionSaveError(str(self.path), "The file was deleted or replaced by another program.")
            if durable is not self._is_durable:
                writer.execute(f"PRAGMA synchronous={'FULL' if durable else 'NORMAL'}")
                self._is_durable = durable
            writer.execute("BEGIN IMMEDIATE")
            try:
                yield writer
                writer.execute("COMMIT")
            except BaseException:
                # Some errors have rolled back already.
                if writer.in_transaction:
                    with contextlib.suppress(sqlite3.Error):
                        writer.execute("ROLLBACK")
                raise

    def _open_writer(self) -> sqlite3.Connection:
        if self._is_closed:
            raise SessionSaveError(str(self.path), CLOSED)
        if self._writer is None:
            raise SessionSaveError(str(self.path), READ_ONLY_REASON, is_read_only=True)
        return self._writer

    @contextlib.contextmanager
    def read(self) -> Iterator[sqlite3.Connection]:
        """The connection that reads; it never waits for one that writes.

        Raises:
            SessionSaveError: it is closed, or the disk fails.
            SessionDamagedError: broken parts were met.
        """
        with self._read_lock, translated(self.path):
            if self._is_closed:
                raise SessionSaveError(str(self.path), CLOSED)
            yield self._reader

    def close(self) -> None:
        """Close reader and writer, in this order; the writer takes the log into the file, whoever reads. Idempotent."""
        with self.lock, self._read_lock:
            if self._is_closed:
                return
            self._is_closed = True
            with translated(self.path):
                self._reader.close()
                if self._writer is not None:
                    _take_in_log(self._writer)
                    self._writer.close()
                else:
                    _take_away_empty_log(self.path)


def _take_in_log(writer: sqlite3.Connection) -> None:
    """Bring all of the log into the file. Closing alone does not, where a reader has the file open at that moment.

    Without this the newest changes, or nearly all of them, would lie beside the file, which people copy alone. What
    cannot be brought in stays in the log, where the next opening finds it.
    """
    with contextlib.suppress(sqlite3.Error):
        writer.execute(f"PRAGMA busy_timeout={round(_READERS_S * 1000)}")
        writer.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()


def _identity_of(path: Path) -> tuple[int, int] | None:
    """Which file a name leads to, or None where it leads to nothing."""
    try:
        facts = path.stat()
    except FileNotFoundError:
        return None
    return facts.st_dev, facts.st_ino


def connect(path: Path, mode: str, *, immutable: bool = False) -> sqlite3.Connection:
    """A connection without transactions of its own, for any thread (one at a time).

    Args:
        path: the file; it is never made.
        mode: "ro" or "rw".
        immutable: look at the file alone, without locks and without its log; nothing at all is written.
    """
    address = f"{path.absolute().as_uri()}?mode={mode}{'&immutable=1' if immutable else ''}"
    connection = sqlite3.connect(address, uri=True, timeout=_BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        connection.execute("PRAGMA mmap_size=0")
        connection.execute(f"PRAGMA cache_size=-{_CACHE_KIB}")
        if mode == "ro":
            connection.execute("PRAGMA query_only=1")
            connection.execute("PRAGMA wal_autocheckpoint=0")
    except BaseException:
        connection.close()
        raise
    return connection


def connect_to_read(path: Path) -> sqlite3.Connection:
    """A connection for a program that does not write the file.

    SQLite keeps small files beside a database with a log, for readers, too. In a folder where it cannot make them, or
    on a full disk, nobody is writing, so that a file without a log is taken as it is.

    Raises:
        SessionSaveError: SQLite cannot read the log there, and without it labels would be missing.
        sqlite3.Error: it cannot be opened.
    """
    try:
        connection = connect(path, "ro")
        try:
            connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        except BaseException:
            connection.close()
            raise
    except sqlite3.OperationalError as error:
        has_no_room = error.sqlite_errorcode in NO_ROOM_BESIDE
        if not has_no_room and error.sqlite_errorcode & 0xFF not in {sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY}:
            raise
        if _log_bytes(path):
            if has_no_room:
                raise
            raise SessionSaveError(str(path), _LOG_OUT_OF_REACH, is_read_only=True) from error
        return connect(path, "ro", immutable=True)
    return connection


def _log_bytes(path: Path) -> int | None:
    """How large the log beside a database is; None where there is none."""
    try:
        return path.with_name(f"{path.name}-wal").stat().st_size
    except OSError:
        return None


def _take_away_empty_log(path: Path) -> None:
    """Remove the empty log that reading a file leaves beside it: a reader of SQLite's cannot, somebody who writes can.

    Nothing happens where somebody writes the session; where somebody reads it, SQLite itself keeps the files.
    """
    if _log_bytes(path) != 0:
        return
    lock = ProcessLock(lock_path(path))
    with contextlib.suppress(OSError, sqlite3.Error):
        if lock.acquire():
            try:
                with contextlib.closing(connect(path, "rw")) as connection:
                    connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
            finally:
                lock.release()


def is_alone(path: Path) -> bool:
    """Whether the file is the whole database, and no program here has it open: SQLite keeps no file beside it.

    Only such a file may be opened as immutable: SQLite then looks at no log and takes no locks. No file is ever opened
    past SQLite while a session is open: closing it would take the locks of this process away (POSIX).
    """
    return not any(path.with_name(path.name + suffix).exists() for suffix in ("-wal", "-shm", "-journal"))
