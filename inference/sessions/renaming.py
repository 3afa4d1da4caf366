"""Give a session that nobody has open another name, together with what lies beside it."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path

from inference.errors import SessionDamagedError, SessionSaveError
from inference.sessions.backups import LOGS, backup_folder, locked
from inference.sessions.checking import examine
from inference.sessions.connection import connect
from inference.sessions.faults import translated
from inference.sessions.suffix import SUFFIX, sidecar_list


def renamed_path(path: Path, name: str) -> Path:
    """Where a session would lie under another name.

    Raises:
        SessionSaveError: the name cannot be a file name.
    """
    if not name.strip() or name != Path(name).name or name.startswith(".") or "\0" in name:
        raise SessionSaveError(str(path), f"{name!r} cannot be the name of a file.")
    return path.with_name(f"{name.strip()}{SUFFIX}")


def rename_session(path: Path, name: str) -> Path:
    """Rename a closed session, its backups and its list of sidecars; the new path.

    Raises:
        SessionInUseError: a program has the session open.
        SessionSaveError: the name is taken or cannot be a file name, or the folder cannot be written to.
    """
    target = renamed_path(path, name)
    if target == path:
        return path
    if os.path.lexists(target):
        raise SessionSaveError(str(target), "There is a session of this name already.")
    with whole_in_one_file(path):
        try:
            path.rename(target)
        except OSError as error:
            raise SessionSaveError(str(path), f"{error.strerror or error}.") from error
        # Of a damaged session they could not be taken into the file.
        for log in LOGS:
            with contextlib.suppress(OSError):
                path.with_name(path.name + log).rename(target.with_name(target.name + log))
    for old, new in (
        (backup_folder(path), backup_folder(target)),
        (sidecar_list(path), sidecar_list(target)),
    ):
        # The session has its new name; what lies beside it follows as far as it can.
        with contextlib.suppress(OSError):
            old.rename(new)
    return target


@contextlib.contextmanager
def whole_in_one_file(path: Path) -> Iterator[None]:
    """Keep a session closed, with all that it holds in its one file: of a program that was killed the log is left.

    What lies beside a damaged session stays as it is.

    Raises:
        SessionInUseError: a program has the session open.
        SessionSaveError: the log cannot be taken into the file.
    """
    with locked(path):
        if any(path.with_name(path.name + log).exists() for log in LOGS):
            with contextlib.suppress(SessionDamagedError):
                # First, because SQLite deletes logs that it cannot read.
                examine(path, allow_newer=True)
                _take_log_in(path)
        yield


def _take_log_in(path: Path) -> None:
    with translated(path), contextlib.closing(connect(path, "rw")) as connection:
        # The first look puts a half-written change right.
        connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        is_busy: int = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    if is_busy:
        raise SessionSaveError(str(path), "Another program is reading it.")
