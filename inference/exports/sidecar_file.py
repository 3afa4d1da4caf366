"""Read one sidecar and put another in its place, whole or not at all, unless somebody else changes it meanwhile."""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inference.errors import CardinalError
from inference.exports.xmp_text import MAX_BYTES

_READ = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)
_CREATE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_PROTECTED = frozenset({errno.EACCES, errno.EPERM, errno.EROFS})


class SidecarTrouble(StrEnum):
    """Why a sidecar is left as it is."""

    NOT_UNDERSTOOD = "not-understood"
    """What is there is not XMP as this program understands it (E-411)."""
    READ_ONLY = "read-only"
    """The sidecar or its folder may not be written to (E-412)."""
    SHARED = "shared"
    """Images with different labels would write into it."""
    NO_PICTURE = "no-picture"
    """The image is no longer there."""
    FAILED = "failed"
    """The disk is full, the name is too long: whatever else can happen to a file."""


class SidecarError(CardinalError):
    """One sidecar cannot be read or written.

    Attributes:
        trouble: which kind of reason.
        reason: a sentence.
    """

    kind = "sidecar"

    def __init__(self, trouble: SidecarTrouble, reason: str) -> None:
        super().__init__(trouble, reason)
        self.trouble = trouble
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


class SidecarChangedError(Exception):
    """Another program has written the sidecar since it was read."""


@dataclass(frozen=True, slots=True)
class SidecarFile:
    """What was at a sidecar's path at one moment.

    Attributes:
        path: the file itself; where the sidecar is a link, that to which it leads.
        data: its bytes, None where there is no file.
        mode: its permissions.
        owner: the numbers of its owner and its group.
        signature: numbers that another file, or the same after a change, does not have.
    """

    path: str
    data: bytes | None = None
    mode: int = 0
    owner: tuple[int, int] = (-1, -1)
    signature: tuple[int, ...] = ()

    @classmethod
    def read(cls, path: str) -> SidecarFile:
        """Look what is there.

        Raises:
            SidecarError: something that is no sidecar is there, or it cannot be read.
        """
        with _translated():
            return cls._read(path)

    @classmethod
    def _read(cls, path: str) -> SidecarFile:
        real = resolved(path)
        try:
            facts = os.stat(real)  # noqa: PTH116 - paths are text here
        except FileNotFoundError:
            return cls(path)
        if not stat.S_ISREG(facts.st_mode):
            raise SidecarError(SidecarTrouble.NOT_UNDERSTOOD, "It is not a regular file.")
        descriptor = os.open(real, _READ)
        with open(descriptor, "rb") as file:  # noqa: PTH123 - a descriptor
            facts = os.fstat(descriptor)
            data = file.read(MAX_BYTES + 1)
        return cls(real, data, stat.S_IMODE(facts.st_mode), (facts.st_uid, facts.st_gid), _signature(facts))

    def expect_writable(self) -> None:
        """Refuse early what `replace` would refuse, and files that somebody has protected.

        Raises:
            SidecarError: the file or its folder may not be written to.
        """
        # The mode is asked, too, because the administrator may write anything.
        if self.data is not None and not (self.mode & 0o222 and os.access(self.path, os.W_OK)):
            raise SidecarError(SidecarTrouble.READ_ONLY, "The sidecar is read-only.")
        if not os.access(os.path.dirname(self.path) or os.curdir, os.W_OK | os.X_OK):  # noqa: PTH120 - text
            raise SidecarError(SidecarTrouble.READ_ONLY, "The folder is read-only.")

    def replace(self, data: bytes, temporary_name: str) -> None:
        """Put other bytes in its place; nothing waits for the disk.

        Args:
            data: the new content.
            temporary_name: of the file beside it that has the content first.

        Raises:
            SidecarError: they cannot be written; everything is as before.
            SidecarChangedError: another program was there first.
        """
        temporary = os.path.join(os.path.dirname(self.path), temporary_name)  # noqa: PTH118, PTH120 - text
        with _translated():
            descriptor = os.open(temporary, _CREATE, 0o666)
            try:
                with open(descriptor, "wb") as file:  # noqa: PTH123 - a descriptor
                    file.write(data)
                    self._dress(descriptor)
                self._expect_unchanged()
                os.replace(temporary, self.path)  # noqa: PTH105 - text
            except BaseException:
                with contextlib.suppress(OSError):
                    os.unlink(temporary)  # noqa: PTH108 - text
                raise

    def delete(self) -> None:
        """Take the file away.

        Raises:
            SidecarError: that is not possible.
            SidecarChangedError: another program was there first.
        """
        with _translated():
            self._expect_unchanged()
            os.unlink(self.path)  # noqa: PTH108 - text

    def _dress(self, descriptor: int) -> None:
        """Give the new file the owner and the permissions of the old one, as far as they may be given."""
        if self.data is None or os.name == "nt":
            return
        for owner in (-1, self.owner[0]):
            with contextlib.suppress(OSError):
                os.fchown(descriptor, owner, self.owner[1])
        os.fchmod(descriptor, self.mode)

    def _expect_unchanged(self) -> None:
        try:
            signature = _signature(os.lstat(self.path))
        except FileNotFoundError:
            signature = ()
        if signature != self.signature:
            raise SidecarChangedError


def resolved(path: str) -> str:
    """The path itself, or that to which it leads where it is a link.

    Raises:
        SidecarError: it is a link that leads nowhere.
    """
    if not os.path.islink(path):  # noqa: PTH114 - text
        return path
    if not os.path.exists(path):  # noqa: PTH110 - text
        raise SidecarError(SidecarTrouble.NOT_UNDERSTOOD, "It is a link that leads nowhere.")
    return os.path.realpath(path)


def remove_temporary(folder: str, name: str) -> None:
    """Take away what a program that was killed may have left beside a sidecar."""
    with contextlib.suppress(OSError):
        os.unlink(os.path.join(folder, name))  # noqa: PTH108, PTH118 - text


def _signature(facts: os.stat_result) -> tuple[int, ...]:
    return (facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns)


@contextlib.contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        trouble = SidecarTrouble.READ_ONLY if error.errno in _PROTECTED else SidecarTrouble.FAILED
        raise SidecarError(trouble, f"{error.strerror or error}.") from error
