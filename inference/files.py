"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from inference.errors import OutputWriteError


class WholeFile:
    """Takes the bytes of a file that does not have its name yet."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path

    def write(self, data: bytes) -> None:
        """Append bytes.

        Raises:
            OutputWriteError: the disk is full, for example.
        """
        with _translated(self._path):
            self._file.write(data)


@contextlib.contextmanager
def replacing(path: Path) -> Iterator[WholeFile]:
    """A file to write into, which becomes `path` when the block ends without an exception.

    The bytes are on the disk before the name changes; a reader sees the old file or the new one, never a part.

    Raises:
        OutputWriteError: the disk is full, the folder is missing or read-only; nothing is left behind.
    """
    with _translated(path):
        handle, name = tempfile.mkstemp(prefix=f".{path.name[:40]}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            yield WholeFile(file, path)
            with _translated(path):
                file.flush()
                os.fsync(file.fileno())
        with _translated(path):
            temporary.chmod(_usual_mode())
            temporary.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error


def _usual_mode() -> int:
    """The permissions that a plain `open` would give; `mkstemp` gives the owner alone access."""
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
