"""Turn the errors of SQLite and of the disk into the session's own, each with a sentence for people."""

from __future__ import annotations

import contextlib
import errno
import os
import sqlite3
import struct
import zlib
from collections.abc import Iterator
from pathlib import Path

from inference.errors import SessionDamagedError, SessionError, SessionSaveError

DISK_FULL = "The disk is full."
READ_ONLY = "The disk, the folder or the file may not be written to."
CLOSED = "The session is closed."

_PRIMARY_CODE = 0xFF
"""The lower byte of SQLite's extended error codes says the family."""

_DAMAGE = frozenset({sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_FORMAT})
NO_ROOM_BESIDE = frozenset({sqlite3.SQLITE_IOERR_SHMOPEN, sqlite3.SQLITE_IOERR_SHMSIZE})
"""SQLite's codes where the index of the log beside a database cannot be made, on a full disk for example."""

_NOT_WRITABLE = frozenset({sqlite3.SQLITE_READONLY, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH})
_SENTENCES = {
    sqlite3.SQLITE_BUSY: "Another program keeps it locked.",
    sqlite3.SQLITE_LOCKED: "Another program keeps it locked.",
    sqlite3.SQLITE_IOERR: "The disk reports an error.",
    sqlite3.SQLITE_CANTOPEN: "It cannot be opened: the folder is missing or barred, or too many files are open.",
    sqlite3.SQLITE_NOMEM: "The memory is full.",
}
_FULL_ERRNOS = frozenset({errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)})
_READ_ONLY_ERRNOS = frozenset({errno.EROFS, errno.EACCES, errno.EPERM})

UNREADABLE_CONTENT = (ValueError, TypeError, LookupError, OverflowError, struct.error, zlib.error)
"""What the decoding of stored bytes raises when they are not what was stored."""


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """Let no error of SQLite or of the operating system out of the block.

    Raises:
        SessionDamagedError: the file is not what SQLite wrote.
        SessionSaveError: everything else.
    """
    try:
        yield
    except sqlite3.Error as error:
        raise from_sqlite(path, error) from error
    except UnicodeDecodeError as error:
        # A damaged table's definition does not even fit into SQLite's error message.
        raise SessionDamagedError(str(path), "Something in it cannot be read.") from error
    except OSError as error:
        raise _from_disk(path, error) from error


@contextlib.contextmanager
def decoding(path: Path) -> Iterator[None]:
    """Read bytes that the session stored; what cannot be read is damage.

    Raises:
        SessionDamagedError: the bytes are not what was stored.
    """
    try:
        yield
    except UNREADABLE_CONTENT as error:
        raise SessionDamagedError(str(path), "Something in it cannot be read.") from error


def from_sqlite(path: Path, error: sqlite3.Error) -> SessionError:
    """The session's error for one of SQLite's."""
    family = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
    damage = _damage(family, str(error))
    if damage:
        return SessionDamagedError(str(path), damage)
    if family == sqlite3.SQLITE_FULL or getattr(error, "sqlite_errorcode", 0) == sqlite3.SQLITE_IOERR_SHMSIZE:
        return SessionSaveError(str(path), DISK_FULL, is_disk_full=True)
    if family in _NOT_WRITABLE:
        return SessionSaveError(str(path), READ_ONLY, is_read_only=True)
    if family == sqlite3.SQLITE_INTERRUPT or "closed" in str(error):
        # `interrupt` is called by whoever closes.
        return SessionSaveError(str(path), CLOSED)
    return SessionSaveError(str(path), _SENTENCES.get(family, f"{error}."))


def _damage(family: int, message: str) -> str:
    """What is broken, a sentence; empty where the file is not at fault."""
    if family in _DAMAGE:
        return "It is not a database, or parts of it are broken."
    if message.startswith("Could not decode"):
        return "Something in it cannot be read."
    if message.startswith("no such"):
        return "A part of it is missing."
    return ""


def _from_disk(path: Path, error: OSError) -> SessionSaveError:
    if error.errno in _FULL_ERRNOS:
        return SessionSaveError(str(path), DISK_FULL, is_disk_full=True)
    if error.errno in _READ_ONLY_ERRNOS:
        return SessionSaveError(str(path), READ_ONLY, is_read_only=True)
    reason = os.strerror(error.errno) if error.errno else str(error)
    return SessionSaveError(str(path), f"{reason}.")
