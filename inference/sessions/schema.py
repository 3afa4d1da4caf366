"""Define the tables of a session file, and how a file of an older version becomes one of this version."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence

APPLICATION_ID = 0x43617264
"""In the header of every session file ("Card")."""

VERSION = 1
"""In the header as `user_version`."""

TABLES = (
    # path: bytes as the file system has them. ignored: results up to this id do not count ("classify again").
    """CREATE TABLE image (
        id INTEGER PRIMARY KEY, path BLOB NOT NULL, size INTEGER NOT NULL, mtime_ns INTEGER NOT NULL,
        content_hash BLOB, ignored INTEGER NOT NULL DEFAULT 0)""",
    "CREATE UNIQUE INDEX image_path ON image (path)",
    "CREATE INDEX image_stamp ON image (size, mtime_ns)",
    "CREATE TABLE model (id INTEGER PRIMARY KEY, hash TEXT NOT NULL UNIQUE, name TEXT NOT NULL, title TEXT NOT NULL)",
    # A table in order of arrival, so that adding stays equally fast. AUTOINCREMENT: a newer result has a higher id.
    """CREATE TABLE result (
        id INTEGER PRIMARY KEY AUTOINCREMENT, content_hash BLOB NOT NULL, model_id INTEGER NOT NULL,
        device TEXT NOT NULL, precision TEXT NOT NULL, suggestion INTEGER NOT NULL, score REAL NOT NULL,
        margin REAL NOT NULL, classes BLOB NOT NULL, names BLOB NOT NULL, probabilities BLOB NOT NULL,
        logits BLOB NOT NULL, width INTEGER NOT NULL, height INTEGER NOT NULL, format TEXT NOT NULL,
        size INTEGER NOT NULL, flags INTEGER NOT NULL, crop_left REAL NOT NULL, crop_top REAL NOT NULL,
        crop_right REAL NOT NULL, crop_bottom REAL NOT NULL, at REAL NOT NULL)""",
    "CREATE INDEX result_content ON result (content_hash, model_id)",
    """CREATE TABLE bulk (
        result_id INTEGER PRIMARY KEY, maps INTEGER NOT NULL, height INTEGER NOT NULL, width INTEGER NOT NULL,
        evidence BLOB NOT NULL, embedding BLOB NOT NULL)""",
    # model_id 0: the file is at fault, whatever the model.
    """CREATE TABLE failure (
        image_id INTEGER NOT NULL, model_id INTEGER NOT NULL, problem TEXT NOT NULL, detail BLOB NOT NULL,
        PRIMARY KEY (image_id, model_id)) WITHOUT ROWID""",
    """CREATE TABLE decision (
        image_id INTEGER PRIMARY KEY, mark INTEGER NOT NULL, name INTEGER NOT NULL, at REAL NOT NULL)""",
    # Text as bytes: a label may hold what SQLite's TEXT does not (half surrogates, zero characters).
    "CREATE TABLE name (id INTEGER PRIMARY KEY, text BLOB NOT NULL)",
    """CREATE TABLE step (
        id INTEGER PRIMARY KEY AUTOINCREMENT, kind TEXT NOT NULL, subject BLOB NOT NULL, at REAL NOT NULL,
        images INTEGER NOT NULL, bytes INTEGER NOT NULL, in_force INTEGER NOT NULL, changes BLOB NOT NULL)""",
    # What an image was whose file a scan found changed, until that scan, or one after it, has come to its end.
    """CREATE TABLE former (
        image_id INTEGER PRIMARY KEY, size INTEGER NOT NULL, content_hash BLOB NOT NULL)""",
    "CREATE TABLE source (id INTEGER PRIMARY KEY, path BLOB NOT NULL UNIQUE)",
    "CREATE TABLE memo (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID",
    # What the program notes for itself: see `inference.sessions.status`.
    "CREATE TABLE status (name TEXT PRIMARY KEY, value) WITHOUT ROWID",
)

TABLE_NAMES = (
    *("image", "model", "result", "bulk", "failure", "decision", "name", "step", "former", "source", "memo", "status"),
)

MIGRATIONS: Mapping[int, Sequence[str]] = {}
"""By version: the statements that lead to the next version. There is only one version so far."""


def create_tables(connection: sqlite3.Connection) -> None:
    """Make an empty file a session, inside the caller's transaction."""
    for statement in TABLES:
        connection.execute(statement)
    connection.execute(f"PRAGMA application_id={APPLICATION_ID}")
    connection.execute(f"PRAGMA user_version={VERSION}")


def version_of(connection: sqlite3.Connection) -> int:
    """The version of an open file."""
    version: int = connection.execute("PRAGMA user_version").fetchone()[0]
    return version


def migrate(connection: sqlite3.Connection) -> None:
    """Bring an older file to this version, step by step, inside the caller's transaction.

    Raises:
        LookupError: no way leads from the file's version to this one.
    """
    for version in range(version_of(connection), VERSION):
        for statement in MIGRATIONS[version]:
            connection.execute(statement)
        connection.execute(f"PRAGMA user_version={version + 1}")
