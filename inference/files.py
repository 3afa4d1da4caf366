"""Write a file whole or not at all."""

from __future__ import annotations

import contextlib
import os
import re
import secrets
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from inference.errors import OutputWriteError

_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_DESCRIPTOR = re.compile(r"/(?:dev|proc/self|proc/\d+)/fd/(\d+)")
_MOST_LINKS = 8


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
    A link stays: the file that it leads to is replaced. A pipe, a device or an open descriptor (`/dev/stdout`) stays,
    too, and gets the bytes at once.

    Raises:
        OutputWriteError: the disk is full, the folder is missing or read-only, `path` is a folder; nothing is left
            behind.
    """
    descriptor = _descriptor_of(path)
    if descriptor is not None:
        with _writing_into(path, descriptor) as file:
            yield file
        return
    with _translated(path):
        mode = _mode_of(path)
    if mode is not None and stat.S_ISDIR(mode):
        raise OutputWriteError(str(path), "it is a folder.")
    if mode is not None and not stat.S_ISREG(mode):
        with _writing_into(path) as file:
            yield file
        return
    with _translated(path):
        target = Path(os.path.realpath(path))
        handle, temporary = _create_beside(target)
    try:
        with _closing(os.fdopen(handle, "wb"), path) as stream:
            yield WholeFile(stream, path)
            with _translated(path):
                stream.flush()
                os.fsync(stream.fileno())
        with _translated(path):
            temporary.replace(target)
    except BaseException:
        with contextlib.suppress(OSError):
            temporary.unlink()
        raise


@contextlib.contextmanager
def _writing_into(path: Path, descriptor: int | None = None) -> Iterator[WholeFile]:
    """Write into something that must not be replaced by a file: a pipe, a device, an open descriptor."""
    with _translated(path):
        stream = path.open("wb") if descriptor is None else os.fdopen(os.dup(descriptor), "wb")
    with _closing(stream, path):
        yield WholeFile(stream, path)


@contextlib.contextmanager
def _closing(stream: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    """Close a stream in the end. What it could not write is told, unless something else went wrong before."""
    try:
        yield stream
    except BaseException:
        with contextlib.suppress(OSError):
            stream.close()
        raise
    with _translated(path):
        stream.close()


def _descriptor_of(path: Path) -> int | None:
    """The open descriptor that `path` names (`/dev/stdout`, `/dev/fd/3`), whatever it leads to; else None."""
    name = str(path)
    for _ in range(_MOST_LINKS):
        match = _DESCRIPTOR.fullmatch(name)
        if match is not None:
            return int(match[1])
        try:
            name = os.path.join(os.path.dirname(name), os.readlink(name))  # noqa: PTH115, PTH118, PTH120 - not normalised
        except OSError:
            return None
    return None


def _mode_of(path: Path) -> int | None:
    """What `path` leads to, or None where nothing is there."""
    try:
        return path.stat().st_mode
    except FileNotFoundError:
        return None


def _create_beside(target: Path) -> tuple[int, Path]:
    """A new hidden file in the folder of `target`, with the permissions that a plain `open` would give."""
    while True:
        # Short enough beside a name of any length, whatever bytes its characters take.
        name = f".{target.name[:20]}.{secrets.token_hex(8)}.tmp"
        with contextlib.suppress(FileExistsError):
            return os.open(target.parent / name, _NEW_FILE, 0o666), target.parent / name


@contextlib.contextmanager
def _translated(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
