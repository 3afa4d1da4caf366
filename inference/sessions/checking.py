"""Find out whether a file is a sound session, without changing it."""

from __future__ import annotations

import contextlib
import sqlite3
from pathlib import Path

from inference.errors import SessionDamagedError, SessionNewerError
from inference.sessions import schema
from inference.sessions.connection import connect, connect_to_read, is_alone
from inference.sessions.faults import translated
from inference.sessions.schema import APPLICATION_ID, TABLE_NAMES, version_of

CHECKED_AT_ONCE_BYTES = 64 * 1024 * 1024
"""Larger files are checked in the background, by `Session.check`."""


def examine(path: Path, *, allow_newer: bool) -> int:
    """Look at a file before it is opened; its schema's version.

    The file and its log stay byte for byte as they are.

    Raises:
        SessionDamagedError: it is missing, no session, or broken.
        SessionNewerError: a newer version made it, and `allow_newer` is False.
        SessionSaveError: it cannot be opened.
    """
    if not path.is_file():
        raise SessionDamagedError(str(path), "It is not a file." if path.exists() else "The file is missing.")
    with translated(path):
        is_small = path.stat().st_size <= CHECKED_AT_ONCE_BYTES
        if _has_hot_journal(path):
            # The journal is the file's other half, and only a writer may put the halves together.
            with contextlib.closing(connect(path, "ro", immutable=True)) as connection:
                version = _require_session(connection, path)
        else:
            with contextlib.closing(_connect(path)) as connection:
                version = _require_session(connection, path)
                if version == schema.VERSION:
                    _require_tables(connection, path)
                if is_small:
                    require_sound(connection, path)
    if version > schema.VERSION and not allow_newer:
        raise SessionNewerError(str(path), version)
    return version


def _has_hot_journal(path: Path) -> bool:
    journal = path.with_name(f"{path.name}-journal")
    return journal.is_file() and journal.stat().st_size > 0


def _connect(path: Path) -> sqlite3.Connection:
    return connect(path, "ro", immutable=True) if is_alone(path) else connect_to_read(path)


def _require_session(connection: sqlite3.Connection, path: Path) -> int:
    """The version of the schema, if the file is a session."""
    if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
        raise SessionDamagedError(str(path), "It is not a session of Cardinal.")
    return version_of(connection)


def _require_tables(connection: sqlite3.Connection, path: Path) -> None:
    found = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    if not found.issuperset(TABLE_NAMES):
        raise SessionDamagedError(str(path), "A table is missing.")


def require_sound(connection: sqlite3.Connection, path: Path) -> None:
    """Have SQLite look at every page.

    Raises:
        SessionDamagedError: something is broken.
        sqlite3.Error: likewise, or the reading failed.
    """
    found = connection.execute("PRAGMA quick_check(1)").fetchone()
    if found is None or found[0] != "ok":
        raise SessionDamagedError(str(path), "Parts of it are broken.")
