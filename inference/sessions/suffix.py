"""Say how session files and what lies beside them are named; apart, so that nobody needs SQLite to know."""

from __future__ import annotations

from pathlib import Path

SUFFIX = ".cardinal"

_SIDECAR_LIST = ".sidecars.jsonl"


def sidecar_list(session: Path) -> Path:
    """Where the list lies of the sidecars that were written for a session (its file, links resolved): beside it."""
    return session.with_name(f"{session.stem}{_SIDECAR_LIST}")
