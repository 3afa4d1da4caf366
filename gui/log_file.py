"""Write the log of this person's Cardinal to a file that cannot grow without end."""

from __future__ import annotations

import logging
from logging.handlers import RotatingFileHandler
from pathlib import Path

from inference.errors import OutputWriteError
from inference.profile import Profile

_MOST_BYTES = 2 * 1024 * 1024
_OLD_FILES = 4
_FORMAT = "%(asctime)s %(levelname)s %(threadName)s %(name)s: %(message)s"
_TAIL_BYTES = 64 * 1024


def log_path(profile: Profile) -> Path:
    """Where the log is."""
    return profile.cache / "logs" / "cardinal.log"


def open_log(profile: Profile) -> logging.Handler:
    """Begin to write the program's own log records to the file (five files of at most 2 MB).

    Returns:
        The handler, for `close_log`.

    Raises:
        OutputWriteError: if the file cannot be written.
    """
    path = log_path(profile)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        handler = RotatingFileHandler(
            path, maxBytes=_MOST_BYTES, backupCount=_OLD_FILES, encoding="utf-8", errors="backslashreplace"
        )
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    handler.setFormatter(logging.Formatter(_FORMAT))
    for name in ("gui", "inference", "qt"):
        logging.getLogger(name).addHandler(handler)
        logging.getLogger(name).setLevel(logging.INFO)
    return handler


def close_log(handler: logging.Handler) -> None:
    """Stop writing."""
    for name in ("gui", "inference", "qt"):
        logging.getLogger(name).removeHandler(handler)
    handler.close()


def log_tail(profile: Profile) -> str:
    """The end of the log, for a bug report; empty where there is none."""
    try:
        with log_path(profile).open("rb") as file:
            file.seek(max(0, file.seek(0, 2) - _TAIL_BYTES))
            return file.read().decode("utf-8", "replace")
    except OSError:
        return ""
