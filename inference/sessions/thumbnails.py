"""Keep thumbnails on disk, the least recently used leaving first; several programs use the same file."""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from inference.profile import Profile
from inference.sessions.connection import connect
from inference.sessions.lock import ProcessLock, lock_path

MOST_BYTES = 2 * 1024**3
LEAST_FREE_BYTES = 1024**3
"""With less free, the disk's room is for labels, which cannot be made again."""

_FILE = "thumbnails.sqlite"
_VERSION = 1
_OVERHEAD_BYTES = 100
"""What a row takes besides its picture, about."""

_GONE_AT_ONCE = 200
_ASKED_AT_ONCE = 500
_TOUCHED_AT_ONCE = 500
_HOUR_S = 3600
_LOGS = ("", "-wal", "-shm", "-journal")

_TABLES = (
    "CREATE TABLE thumbnail (id INTEGER PRIMARY KEY, hash BLOB NOT NULL, used INTEGER NOT NULL, jpeg BLOB NOT NULL)",
    "CREATE UNIQUE INDEX thumbnail_hash ON thumbnail (hash)",
    "CREATE INDEX thumbnail_used ON thumbnail (used)",
    "CREATE TABLE total (bytes INTEGER NOT NULL)",
    "INSERT INTO total VALUES (0)",
    f"PRAGMA user_version={_VERSION}",
)

_Value = TypeVar("_Value")


class ThumbnailStore:
    """JPEG bytes by content hash. A cache: what cannot be read or written is passed over, nothing is raised.

    One program writes, the one that holds the lock; the others read. When it ends, the next one that has something to
    write takes over. Any thread may call.
    """

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES, least_free_bytes: int = LEAST_FREE_BYTES) -> None:
        """Open or begin the store.

        Args:
            path: of the file; its folder is made when it is missing.
            most_bytes: so much stays; more is put up with for some calls.
            least_free_bytes: with less free on the disk nothing more is kept.
        """
        self._path = path
        self._most_bytes = most_bytes
        self._least_free_bytes = least_free_bytes
        self._lacks_room = False
        self._lock = threading.Lock()
        self._process_lock = ProcessLock(lock_path(path))
        self._connection: sqlite3.Connection | None = None
        self._is_writer = False
        self._is_closed = False
        self._touched: set[int] = set()
        with self._lock:
            self._try(self._require_writer)

    @classmethod
    def open(cls, profile: Profile, most_bytes: int = MOST_BYTES) -> ThumbnailStore:
        """The store of a profile."""
        return cls(profile.cache / _FILE, most_bytes)

    def get(self, content_hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        """The thumbnails that there are, by content hash."""
        with self._lock:
            return self._try(lambda: self._get(content_hashes)) or {}

    @property
    def lacks_room(self) -> bool:
        """Whether the last thumbnails were not kept, because there is too little room on the disk."""
        return self._lacks_room

    def put(self, thumbnails: Iterable[tuple[bytes, bytes]]) -> None:
        """Keep (content hash, JPEG bytes); those that are there already stay."""
        rows = list(thumbnails)
        with self._lock:
            self._try(lambda: self._put(rows))

    def total_bytes(self) -> int:
        """About how much is kept."""
        with self._lock:
            return self._try(self._total) or 0

    def close(self) -> None:
        """Let another program write. Idempotent."""
        with self._lock:
            if not self._is_closed and self._is_writer:
                self._try(lambda: self._put([]))
            self._is_closed = True
            self._leave()

    def _leave(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._is_writer = False
        self._process_lock.release()

    def _try(self, work: Callable[[], _Value]) -> _Value | None:
        """Do something; a damaged file is begun anew, whatever else goes wrong is passed over."""
        if self._is_closed:
            return None
        try:
            return work()
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", sqlite3.SQLITE_ERROR) == sqlite3.SQLITE_ERROR:
                # A table is missing, for example.
                self._begin_anew()
            else:
                # The disk is full, somebody keeps it locked: another time.
                self._roll_back()
        except (sqlite3.DatabaseError, TypeError):
            self._begin_anew()
        except OSError:
            pass
        return None

    def _roll_back(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            with contextlib.suppress(sqlite3.Error):
                self._connection.execute("ROLLBACK")

    def _begin_anew(self) -> None:
        """Delete a damaged store, if it is ours to write."""
        may_write = self._process_lock.is_held
        self._touched.clear()
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._is_writer = False
        if may_write:
            with contextlib.suppress(OSError, sqlite3.Error):
                for suffix in _LOGS:
                    self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
                self._require_writer()

    def _require_writer(self) -> bool:
        """Whether this program writes; it becomes the one if nobody else is."""
        if self._is_writer:
            return True
        self._path.parent.mkdir(parents=True, exist_ok=True)
        if not self._process_lock.acquire():
            return False
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        self._path.touch()
        self._connection = connect(self._path, "rw")
        # A cache may lose its last pictures; without waiting for the disk no call is slow.
        self._connection.execute("PRAGMA journal_mode=WAL")
        self._connection.execute("PRAGMA synchronous=OFF")
        version = self._connection.execute("PRAGMA user_version").fetchone()[0]
        if version == 0:
            self._connection.execute("BEGIN IMMEDIATE")
            for statement in _TABLES:
                self._connection.execute(statement)
            self._connection.execute("COMMIT")
        elif version != _VERSION:
            raise sqlite3.DatabaseError(version)
        self._is_writer = True
        return True

    def _require_reader(self) -> sqlite3.Connection | None:
        if self._connection is None and self._path.exists():
            self._connection = connect(self._path, "ro")
        return self._connection

    def _get(self, content_hashes: Sequence[bytes]) -> dict[bytes, bytes]:
        connection = self._require_reader()
        found: dict[bytes, bytes] = {}
        if connection is None:
            return found
        now = _hour()
        for start in range(0, len(content_hashes), _ASKED_AT_ONCE):
            some = content_hashes[start : start + _ASKED_AT_ONCE]
            places = ", ".join("?" * len(some))
            query = f"SELECT id, hash, used, jpeg FROM thumbnail WHERE hash IN ({places})"  # noqa: S608 - question marks
            for row_id, content_hash, used, jpeg in connection.execute(query, some):
                found[content_hash] = jpeg
                if used < now:
                    self._touched.add(row_id)
        return found

    def _put(self, rows: Sequence[tuple[bytes, bytes]]) -> None:
        if not self._require_writer() or self._connection is None:
            self._touched.clear()
            return
        if rows:
            self._lacks_room = _free_bytes(self._path.parent) < self._least_free_bytes
            if self._lacks_room:
                return
        connection, now = self._connection, _hour()
        connection.execute("BEGIN IMMEDIATE")
        touched = [self._touched.pop() for _ in range(min(len(self._touched), _TOUCHED_AT_ONCE))]
        connection.executemany("UPDATE thumbnail SET used = ? WHERE id = ?", ((now, row_id) for row_id in touched))
        added = 0
        for content_hash, jpeg in rows:
            cursor = connection.execute(
                "INSERT OR IGNORE INTO thumbnail (hash, used, jpeg) VALUES (?, ?, ?)", (content_hash, now, jpeg)
            )
            added += cursor.rowcount * (len(jpeg) + _OVERHEAD_BYTES)
        connection.execute("UPDATE total SET bytes = bytes + ?", (added,))
        self._make_room(connection, max(_GONE_AT_ONCE, 2 * len(rows)))
        connection.execute("COMMIT")

    def _make_room(self, connection: sqlite3.Connection, most: int) -> None:
        """Let the least recently used go, some at a time: no call may take long."""
        excess = connection.execute("SELECT bytes FROM total").fetchone()[0] - self._most_bytes
        if excess <= 0:
            return
        freed, gone = 0, []
        oldest = "SELECT id, length(jpeg) FROM thumbnail ORDER BY used, id LIMIT ?"
        for row_id, size in connection.execute(oldest, (most,)):
            if freed >= excess:
                break
            freed += size + _OVERHEAD_BYTES
            gone.append((row_id,))
        connection.executemany("DELETE FROM thumbnail WHERE id = ?", gone)
        connection.execute("UPDATE total SET bytes = bytes - ?", (freed,))

    def _total(self) -> int:
        connection = self._require_reader()
        if connection is None:
            return 0
        total: int = connection.execute("SELECT bytes FROM total").fetchone()[0]
        return total


def _free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def _hour() -> int:
    return int(time.time()) // _HOUR_S
