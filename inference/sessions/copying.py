"""Copy a session to another place, whole, while it is open."""

from __future__ import annotations

import contextlib
import os
import secrets
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from inference.errors import SessionSaveError
from inference.sessions.backups import sync
from inference.sessions.connection import connect
from inference.sessions.faults import translated

_PAGES_AT_ONCE = 1024


def copy_session(reader: sqlite3.Connection, target: Path) -> None:
    """Copy everything that an open session holds, as it is at this moment; others go on writing it meanwhile.

    Through the open connection, not by name: the file may have been deleted by somebody meanwhile. The copy gets its
    name when it is complete and on the disk; nothing is left at the target if that fails.

    Raises:
        SessionSaveError: something lies at the target, or it cannot be written there.
        SessionDamagedError: the session cannot be read.
    """
    _require_free(target)
    temporary = target.with_name(f".{secrets.token_hex(8)}.tmp")
    try:
        with translated(target):
            with contextlib.closing(connect(temporary, "rwc")) as writer, _one_state(reader):
                # The copy is worth nothing before it has its name, so nothing needs to be undone in it.
                writer.execute("PRAGMA journal_mode=OFF")
                writer.execute("PRAGMA synchronous=OFF")
                reader.backup(writer, pages=_PAGES_AT_ONCE)
            sync(temporary)
            _require_free(target)
            temporary.rename(target)
            sync(target.parent)
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _require_free(target: Path) -> None:
    if os.path.lexists(target):
        raise SessionSaveError(str(target), "There is a file of this name already.")


@contextlib.contextmanager
def _one_state(reader: sqlite3.Connection) -> Iterator[None]:
    """Let a connection see one state: a copy whose original changes under it begins anew, without end."""
    reader.execute("BEGIN")
    try:
        # A transaction sees the state at its first look.
        reader.execute("SELECT count(*) FROM status").fetchone()
        yield
    finally:
        reader.execute("ROLLBACK")
