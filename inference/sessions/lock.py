"""Hold a lock that the operating system takes away when the process ends, however it ends."""

from __future__ import annotations

import errno
import os
import sys
from pathlib import Path

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_FLAGS = os.O_RDWR | os.O_CREAT | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NOINHERIT", 0)
_TAKEN = frozenset({errno.EAGAIN, errno.EWOULDBLOCK, errno.EACCES, errno.EDEADLK})
"""What the system says where somebody else has the lock (the last two on Windows)."""


class ProcessLock:
    """A lock on a small file, which stays where it is: an empty lock file means nothing and need not be deleted."""

    def __init__(self, path: Path) -> None:
        """Take no lock yet.

        Args:
            path: of the lock file; it is made when it is missing.
        """
        self._path = path
        self._handle: int | None = None

    @property
    def is_held(self) -> bool:
        """Whether this object has it."""
        return self._handle is not None

    def acquire(self) -> bool:
        """Take it without waiting; False where another process (or another lock object of this one) has it.

        Raises:
            OSError: the lock file cannot be made or opened, or the file system knows no locks.
        """
        if self._handle is not None:
            return True
        handle = os.open(self._path, _FLAGS, 0o666)
        try:
            _lock(handle)
        except OSError as error:
            os.close(handle)
            if error.errno not in _TAKEN:
                raise
            return False
        self._handle = handle
        return True

    def release(self) -> None:
        """Give it back; idempotent."""
        if self._handle is not None:
            # Closing frees the lock; the file is not deleted, since another process may just be opening it.
            os.close(self._handle)
            self._handle = None


def _lock(handle: int) -> None:
    """Lock an open file.

    Raises:
        OSError: somebody else has it, or there are no locks here.
    """
    if sys.platform == "win32":
        msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
    else:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)


def lock_path(database: Path) -> Path:
    """The lock file of a database: beside it."""
    return database.with_name(f"{database.name}.lock")
