"""Do with a session's file what the window wants of it; every function runs on a worker thread.

SQLite is imported inside them: it is not needed at the start.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from inference.errors import SessionDamagedError

if TYPE_CHECKING:
    from inference.sessions.backups import Backup


def newest_copy(path: Path) -> Backup | None:
    """The last backup of a session, or None."""
    from inference.sessions.backups import list_backups  # noqa: PLC0415

    return next(iter(list_backups(path)), None)


def restore(path: Path) -> tuple[str, Path, int]:
    """Put the newest copy in the place of a session.

    Returns:
        The session, where its old file is kept, and how many labels the copy has.

    Raises:
        SessionError: there is no copy, a program has the session open, or the disk refuses.
    """
    from inference.sessions.backups import restore_backup  # noqa: PLC0415

    copy = newest_copy(path)
    if copy is None:
        raise SessionDamagedError(str(path), "There is no copy of it any more.")
    return str(path), restore_backup(path, copy), copy.labelled


def made_whole(path: Path) -> Path:
    """Take the log of a program that was killed into the file, which would be an older state without it; the file.

    Raises:
        SessionError: a program has the session open, or the disk refuses.
    """
    from inference.sessions.renaming import whole_in_one_file  # noqa: PLC0415

    with whole_in_one_file(path):
        return path


def set_aside(path: Path) -> Path:
    """Give a damaged session another name, under which it is kept; where that is.

    Raises:
        SessionError: a program has the session open, or the disk refuses.
    """
    from inference.sessions import backups  # noqa: PLC0415

    return backups.set_aside(path)
