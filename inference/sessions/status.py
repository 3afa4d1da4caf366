"""Keep what the program notes for itself in a session: whether it is open, the model, when something was written."""

from __future__ import annotations

import json
import sqlite3
from enum import StrEnum

from inference.sessions.records import SessionModel


class Note(StrEnum):
    """Names of rows in the table `status`."""

    IS_OPEN = "is_open"
    """1 from the first thing that a program writes until it closes the session."""
    SAVED_AT = "saved_at"
    """When something was last written, seconds since 1970."""
    MODEL = "model_id"
    SCAN_BEGAN_AT_KEY = "scan_began_at_key"
    """The last key when a scan began that has not come to its end."""
    BACKUP_DAY = "backup_day"
    """The day for which a backup was made, "2026-11-21"."""


def read_note(connection: sqlite3.Connection, note: Note) -> object:
    """What stands there, or None."""
    row = connection.execute("SELECT value FROM status WHERE name = ?", (note.value,)).fetchone()
    return None if row is None else row[0]


def write_note(connection: sqlite3.Connection, note: Note, value: float | int | str) -> None:
    """Write it down, inside the caller's transaction."""
    connection.execute("INSERT OR REPLACE INTO status (name, value) VALUES (?, ?)", (note.value, value))


def begin_scan(connection: sqlite3.Connection, last_key: int) -> None:
    """Note that a scan is under way, inside the caller's transaction; one that was interrupted began earlier."""
    connection.execute(
        "INSERT OR IGNORE INTO status (name, value) VALUES (?, ?)", (Note.SCAN_BEGAN_AT_KEY.value, last_key)
    )


def scan_began_at_key(connection: sqlite3.Connection) -> int | None:
    """The last key when the first scan began that has not come to its end, or None where all have."""
    value = read_note(connection, Note.SCAN_BEGAN_AT_KEY)
    return value if isinstance(value, int) else None


def end_scan(connection: sqlite3.Connection) -> None:
    """Note that a scan has come to its end, inside the caller's transaction."""
    connection.execute("DELETE FROM status WHERE name = ?", (Note.SCAN_BEGAN_AT_KEY.value,))


def model_with_id(connection: sqlite3.Connection, model_id: int) -> SessionModel | None:
    """A model that has been used in the session."""
    row = connection.execute("SELECT hash, name, title FROM model WHERE id = ?", (model_id,)).fetchone()
    return None if row is None else SessionModel(*row)


def model_id_named(connection: sqlite3.Connection, name: str) -> int | None:
    """The model of that name that came last, or None."""
    row = connection.execute("SELECT max(id) FROM model WHERE name = ?", (name,)).fetchone()
    found: int | None = row[0]
    return found


def choose_model(connection: sqlite3.Connection, model: SessionModel) -> int:
    """Write down whose answers count from now on, inside the caller's transaction; its id, 1 or more."""
    connection.execute(
        "INSERT INTO model (hash, name, title) VALUES (?, ?, ?) "
        "ON CONFLICT (hash) DO UPDATE SET name = excluded.name, title = excluded.title",
        (model.model_hash, model.name, model.title),
    )
    model_id: int = connection.execute("SELECT id FROM model WHERE hash = ?", (model.model_hash,)).fetchone()[0]
    write_note(connection, Note.MODEL, model_id)
    return model_id


def write_memo(connection: sqlite3.Connection, name: str, value: object) -> str:
    """Keep a small JSON value, inside the caller's transaction; its text is returned.

    Raises:
        TypeError, ValueError: JSON cannot say it.
    """
    text = json.dumps(value, allow_nan=False)
    connection.execute("INSERT OR REPLACE INTO memo (name, value) VALUES (?, ?)", (name, text))
    return text


def read_memo(connection: sqlite3.Connection, name: str) -> str:
    """The text of a kept value, that of None where there is none.

    Raises:
        ValueError: the stored text is damaged.
    """
    row = connection.execute("SELECT value FROM memo WHERE name = ?", (name,)).fetchone()
    text: str = "null" if row is None else row[0]
    json.loads(text)
    return text


def add_source(connection: sqlite3.Connection, folder: bytes) -> None:
    """Note a folder that was opened, inside the caller's transaction; twice is once."""
    connection.execute("INSERT OR IGNORE INTO source (path) VALUES (?)", (folder,))


def read_sources(connection: sqlite3.Connection) -> list[bytes]:
    """The folders, in the order in which they came."""
    return [row[0] for row in connection.execute("SELECT path FROM source ORDER BY id")]
