"""Open regular files only, and never wait for a pipe or a device."""

import os
import stat

_FLAGS = os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)


class NotRegularError(OSError):
    """The path leads to something else than a regular file; `str` says to what."""


def open_regular(path: str) -> int:
    """Open `path` (links are followed) for reading.

    Returns:
        A file descriptor, which the caller closes.

    Raises:
        NotRegularError: it is a folder, a pipe, a socket or a device.
        OSError: it cannot be opened.
        ValueError: the path holds a zero character.
    """
    # Before opening, because opening a device may already do something; and after, because the name may have changed.
    _require_regular(os.stat(path))  # noqa: PTH116 - paths stay str as given
    descriptor = os.open(path, _FLAGS)
    try:
        _require_regular(os.fstat(descriptor))
    except NotRegularError:
        os.close(descriptor)
        raise
    return descriptor


def _require_regular(status: os.stat_result) -> None:
    mode = status.st_mode
    if stat.S_ISREG(mode):
        return
    kinds = (
        (stat.S_ISDIR, "It is a folder."),
        (stat.S_ISFIFO, "It is a named pipe."),
        (stat.S_ISSOCK, "It is a socket."),
    )
    raise NotRegularError(next((words for is_kind, words in kinds if is_kind(mode)), "It is a device."))
