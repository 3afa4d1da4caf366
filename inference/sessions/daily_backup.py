"""Have a session copied before the first change of each day, without making the change wait for the copy."""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable

from inference.errors import SessionError
from inference.sessions.backups import Snapshot
from inference.sessions.connection import Database

_log = logging.getLogger(__name__)


class DailyBackup:
    """Takes the state before the day's first change, and copies it in a thread."""

    def __init__(self, database: Database, last_day: str, on_done: Callable[[str], None]) -> None:
        """Do nothing yet.

        Args:
            database: of the session.
            last_day: for which there is a backup, or empty.
            on_done: called in the thread with the day for which there is one now.
        """
        self._database = database
        self._day = last_day
        self._on_done = on_done
        self._thread: threading.Thread | None = None
        self._snapshot: Snapshot | None = None

    def before_write(self) -> None:
        """To be called before each change, by one thread at a time. A backup that fails does not stop the change."""
        day = today()
        if day == self._day:
            return
        self._day = day
        try:
            self._snapshot = Snapshot(self._database.path)
        except SessionError as error:
            _log.info("no backup of the session: %s", error)
            return
        if self._database.journal_mode != "wal":
            # Without the log a reader keeps the writer from writing.
            self._copy(self._snapshot, day)
            return
        self._thread = threading.Thread(target=self._copy, args=(self._snapshot, day), name="session backup")
        self._thread.start()

    def _copy(self, snapshot: Snapshot, day: str) -> None:
        try:
            snapshot.copy()
            self._on_done(day)
        except SessionError as error:
            _log.info("no backup of the session: %s", error)

    def finish(self, timeout_s: float) -> None:
        """Wait for the copy, and break it off after a time; the next opening tries again."""
        if self._thread is None or self._snapshot is None:
            return
        self._thread.join(timeout_s)
        if self._thread.is_alive():
            self._snapshot.interrupt()
            self._thread.join()


def today() -> str:
    """The day here and now, "2026-11-21"."""
    return time.strftime("%Y-%m-%d")
