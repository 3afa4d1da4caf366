"""Give a session that nobody has open another name, together with what lies beside it."""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from inference.errors import SessionSaveError
from inference.sessions.backups import backup_folder
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
        SessionSaveError: the name is taken or cannot be a file name, or the folder cannot be written to.
    """
    target = renamed_path(path, name)
    if target == path:
        return path
    if os.path.lexists(target):
        raise SessionSaveError(str(target), "There is a session of this name already.")
    try:
        path.rename(target)
    except OSError as error:
        raise SessionSaveError(str(path), f"{error.strerror or error}.") from error
    for old, new in (
        (backup_folder(path), backup_folder(target)),
        (sidecar_list(path), sidecar_list(target)),
    ):
        # The session has its new name; what lies beside it follows as far as it can.
        with contextlib.suppress(OSError):
            old.rename(new)
    return target
