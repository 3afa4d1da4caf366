"""Find the sessions of a profile, and name new ones."""

from __future__ import annotations

import contextlib
import os
import re
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from inference.errors import SessionDamagedError, SessionError
from inference.profile import Profile
from inference.sessions.connection import connect, is_alone
from inference.sessions.faults import UNREADABLE_CONTENT, translated
from inference.sessions.images import count_images, count_labels
from inference.sessions.schema import APPLICATION_ID
from inference.sessions.status import Note, read_note, read_sources
from inference.sessions.suffix import SUFFIX

_FORBIDDEN = re.compile(r'[\x00-\x1f\x7f<>:"/\\|?*\ud800-\udfff]')
"""What Windows does not allow in names, and what cannot be written as UTF-8."""

_DEVICES = re.compile(r"(?i)(con|prn|aux|nul|com\d|lpt\d)(\..*)?")
_MOST_NAME_BYTES = 120
_NAMELESS = "session"


@dataclass(frozen=True, slots=True)
class SessionSummary:
    """What the list of sessions tells of one.

    Attributes:
        path: of its file.
        name: the file's name without its ending.
        images: how many are on its list.
        labelled: how many of them have a label.
        changed_at: when something was last written, seconds since 1970.
        sources: folders that were opened in it, in order.
        is_damaged: it cannot be read; the numbers say nothing then.
    """

    path: Path
    name: str
    images: int
    labelled: int
    changed_at: float
    sources: tuple[str, ...]
    is_damaged: bool = False


def sessions_folder(profile: Profile) -> Path:
    """Where sessions are kept that nobody put elsewhere."""
    return profile.data / "sessions"


def list_sessions(profile: Profile) -> list[SessionSummary]:
    """The sessions of a profile, the one that was changed last first, damaged ones among them; never raises."""
    found = []
    for path in _session_files(profile):
        with contextlib.suppress(SessionError, OSError):
            try:
                found.append(_summary(path))
            except (SessionDamagedError, *UNREADABLE_CONTENT):
                found.append(SessionSummary(path, path.stem, 0, 0, path.stat().st_mtime, (), is_damaged=True))
    return sorted(found, key=lambda summary: summary.changed_at, reverse=True)


def find_session_of(profile: Profile, folder: str) -> Path | None:
    """The session that was changed last among those in which a folder was opened, or None."""
    return next((summary.path for summary in list_sessions(profile) if folder in summary.sources), None)


def new_session_path(profile: Profile, name: str) -> Path:
    """A file name for a new session, made of a folder's name and free at this moment.

    Args:
        profile: whose sessions.
        name: any text; what file systems do not take is replaced.
    """
    stem = _safe(name)
    taken = {path.name.casefold() for path in _entries(sessions_folder(profile))}
    number, candidate = 1, stem
    while f"{candidate}{SUFFIX}".casefold() in taken:
        number += 1
        candidate = f"{stem} {number}"
    return sessions_folder(profile) / f"{candidate}{SUFFIX}"


def _safe(name: str) -> str:
    safe = _FORBIDDEN.sub("_", name).strip(" .")
    safe = safe.encode("utf-8")[:_MOST_NAME_BYTES].decode("utf-8", "ignore").strip(" .")
    if _DEVICES.fullmatch(safe):
        return f"{safe}_"
    return safe or _NAMELESS


def _session_files(profile: Profile) -> list[Path]:
    return [path for path in _entries(sessions_folder(profile)) if path.suffix == SUFFIX and path.is_file()]


def _entries(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _connect(path: Path) -> sqlite3.Connection:
    """A session that nobody writes is looked at without leaving SQLite's small files beside it."""
    return connect(path, "ro", immutable=is_alone(path))


def _summary(path: Path) -> SessionSummary:
    """Look into a session that another program may be writing.

    Raises:
        SessionError: it is no session, or damaged.
    """
    with translated(path), contextlib.closing(_connect(path)) as connection:
        if connection.execute("PRAGMA application_id").fetchone()[0] != APPLICATION_ID:
            raise ValueError(path)
        saved_at = read_note(connection, Note.SAVED_AT)
        return SessionSummary(
            path=path,
            name=path.stem,
            images=count_images(connection),
            labelled=sum(count for _, count in count_labels(connection)),
            changed_at=saved_at if isinstance(saved_at, float) else path.stat().st_mtime,
            sources=tuple(os.fsdecode(folder) for folder in read_sources(connection)),
        )
