"""Say how session files and what lies beside them are named; apart, so that nobody needs SQLite to know."""

from __future__ import annotations

import os
import re
from pathlib import Path

SUFFIX = ".cardinal"

_SIDECAR_LIST = ".sidecars.jsonl"
_SQLITE = b"SQLite format 3\0"
_BELONGING = re.compile(
    rf"({re.escape(SUFFIX)}(-wal|-shm|-journal|\.lock)?|{re.escape(_SIDECAR_LIST)})\Z", re.IGNORECASE
)

MARK_BYTES = len(_SQLITE)
"""So many first bytes show whether a file is a session, whatever its name."""


def sidecar_list(session: Path) -> Path:
    """Where the list lies of the sidecars that were written for a session (its file, links resolved): beside it."""
    return session.with_name(f"{session.stem}{_SIDECAR_LIST}")


def belongs_to_session(path: str, first_bytes: bytes | None) -> bool:
    """Whether a file is a session or lies beside one, by its name (also of what a link leads to) or its content.

    Args:
        path: of the file, which need not be there.
        first_bytes: at least `MARK_BYTES` of it, as far as it has them; None where there is no file.
    """
    names = (path, os.path.realpath(path))
    return any(map(_BELONGING.search, names)) or (first_bytes or b"").startswith(_SQLITE)
