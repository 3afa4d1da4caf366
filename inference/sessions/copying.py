"""Copy a session to another place, whole, while it is open."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from pathlib import Path

from inference.errors import SessionSaveError
from inference.sessions.connection import connect
from inference.sessions.faults import translated

_PAGES_AT_ONCE = 1024


def copy_session(reader: sqlite3.Connection, target: Path) -> None:
    """Copy everything that an open session holds; nothing is left at the target if that fails.

    Through the open connection, not by name: the file may have been deleted by somebody meanwhile.

    Raises:
        SessionSaveError: something lies at the target, or it cannot be written there.
        SessionDamagedError: the session cannot be read.
    """
    if os.path.lexists(target):
        raise SessionSaveError(str(target), "There is a file of this name already.")
    try:
        with translated(target), contextlib.closing(connect(target, "rwc")) as writer:
            reader.backup(writer, pages=_PAGES_AT_ONCE)
    except BaseException:
        with contextlib.suppress(OSError):
            target.unlink()
        raise
