"""Put one picture into a class folder: nothing is overwritten, nothing unfinished has a final name."""

from __future__ import annotations

import contextlib
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from dataclasses import dataclass

from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.exports.folder_journal import FolderWay, Journal, MadeFile, part_name
from inference.exports.folder_names import joined
from inference.pictures.regular_file import NotRegularError, open_regular
from inference.texts import visible

_CHUNK = 1 << 20
_NO_FOLLOW = getattr(os, "O_NOFOLLOW", 0)
_BINARY = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)
_READ = os.O_RDONLY | _BINARY | getattr(os, "O_NONBLOCK", 0) | _NO_FOLLOW
_NEW = os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY | _NO_FOLLOW

_NO_LINKS = {errno.EPERM, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS, errno.EMLINK}
"""What file systems without hard links say (exFAT)."""

_BAD_NAME = {errno.ENAMETOOLONG, errno.EINVAL, errno.EILSEQ}
"""What a file system says to a name that it cannot hold; the next name may be right."""

HARD_LINKS_NEED_ONE_DISK = "Hard links need both folders on one disk."


class NotPlacedError(Exception):
    """One picture cannot be placed, the next one may be; the text is a sentence."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a picture goes.

    Attributes:
        source: the picture, absolute.
        target: the real path of the target folder.
        folder: name of the class folder.
        name: of the file in it.
    """

    source: str
    target: str
    folder: str
    name: str

    @property
    def final(self) -> str:
        """The whole path."""
        return joined(self.target, self.folder, self.name)


def place(where: Place, way: FolderWay, run: str, journal: Journal, cancel: CancelToken) -> None:
    """Copy or link one picture.

    Raises:
        NotPlacedError: the picture cannot be read, or its name is taken or not possible there.
        OutputWriteError: the target cannot be written.
        Cancelled: somebody wanted to stop.
    """
    if way is FolderWay.COPY:
        _copy(where, run, journal, cancel)
        return
    facts = _facts(where.source)
    made = MadeFile(where.folder, where.name, where.source, way, facts.st_size, facts.st_mtime_ns)
    journal.file(made)
    with _naming(where, made, journal):
        if way is FolderWay.HARD_LINK:
            # The file itself, not a link that leads to it: links to links differ between systems.
            os.link(os.path.realpath(where.source), where.final)
        else:
            os.symlink(where.source, where.final)  # noqa: PTH211


def _facts(source: str) -> os.stat_result:
    try:
        facts = os.stat(source)  # noqa: PTH116 - paths stay str as given
    except OSError as error:
        raise NotPlacedError(f"{error.strerror or error}.") from error
    if not stat.S_ISREG(facts.st_mode):
        raise NotPlacedError("It is not a regular file.")
    return facts


def _copy(where: Place, run: str, journal: Journal, cancel: CancelToken) -> None:
    part = joined(where.target, where.folder, part_name(run))
    try:
        with _opened(where.source) as reading, _writing_into(part):
            before = os.fstat(reading)
            writing = os.open(part, _NEW, 0o666)
            try:
                size, digest = _pump(reading, writing, cancel)
            finally:
                os.close(writing)
            after = os.fstat(reading)
            if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns) or size != after.st_size:
                raise NotPlacedError("It changed while it was being copied.")
            if _digest_of(part) != (size, digest):
                raise OutputWriteError(part, "what was written is not what was read.")
            os.utime(part, ns=(after.st_atime_ns, after.st_mtime_ns))
        made = MadeFile(where.folder, where.name, where.source, FolderWay.COPY, size, after.st_mtime_ns, digest)
        journal.file(made)
        with _naming(where, made, journal):
            _give_name(part, where.final)
    finally:
        with contextlib.suppress(OSError):
            os.unlink(part)  # noqa: PTH108


@contextlib.contextmanager
def _opened(source: str) -> Iterator[int]:
    try:
        descriptor = open_regular(source)
    except NotRegularError as error:
        raise NotPlacedError(str(error)) from error
    except OSError as error:
        raise NotPlacedError(f"{error.strerror or error}.") from error
    try:
        yield descriptor
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _writing_into(part: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise OutputWriteError(part, f"{error.strerror or error}.") from error


def _pump(reading: int, writing: int, cancel: CancelToken) -> tuple[int, str]:
    """Copy the bytes of one open file into another; returns how many, and their SHA-256."""
    digest, size = hashlib.sha256(), 0
    while True:
        cancel.raise_if_set()
        try:
            chunk = os.read(reading, _CHUNK)
        except OSError as error:
            raise NotPlacedError(f"{error.strerror or error}.") from error
        if not chunk:
            return size, digest.hexdigest()
        digest.update(chunk)
        size += len(chunk)
        rest = memoryview(chunk)
        while rest:
            rest = rest[os.write(writing, rest) :]


def _digest_of(path: str) -> tuple[int, str]:
    """Size and SHA-256 of a regular file (not through a link)."""
    descriptor = os.open(path, _READ)
    with open(descriptor, "rb", buffering=0) as file:  # noqa: PTH123 - a descriptor
        return os.fstat(descriptor).st_size, hashlib.file_digest(file, "sha256").hexdigest()


@contextlib.contextmanager
def _naming(where: Place, made: MadeFile, journal: Journal) -> Iterator[None]:
    """Tell the journal when the file does not get its name, and say why."""
    try:
        yield
    except OSError as error:
        journal.not_made(made)
        reason = f"{error.strerror or error}."
        if error.errno == errno.EEXIST:
            raise NotPlacedError(f"Another file took the name {visible(where.name)} meanwhile.") from error
        if error.errno == errno.EXDEV:
            raise NotPlacedError(HARD_LINKS_NEED_ONE_DISK) from error
        if not os.path.exists(where.source):  # noqa: PTH110
            raise NotPlacedError("The file does not exist.") from error
        if error.errno in _BAD_NAME or (made.way is not FolderWay.COPY and error.errno in _NO_LINKS):
            raise NotPlacedError(reason) from error
        raise OutputWriteError(where.final, reason) from error


def _give_name(part: str, final: str) -> None:
    """Rename a file, but never over another (`rename` would replace it without a word, except on Windows)."""
    if os.name != "nt":
        try:
            os.link(part, final)
        except OSError as error:
            if error.errno not in _NO_LINKS:
                raise
            if os.path.lexists(final):
                raise FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), final) from error
        else:
            return
    os.rename(part, final)  # noqa: PTH104


def is_unchanged(target: str, made: MadeFile) -> bool:
    """Whether what an export made is still there as it was made: same link, or same size with same time or content."""
    path = joined(target, made.folder, made.name)
    try:
        facts = os.lstat(path)
        if made.way is FolderWay.SYMLINK:
            return stat.S_ISLNK(facts.st_mode) and os.readlink(path) == made.source  # noqa: PTH115
        if made.way is FolderWay.HARD_LINK:
            return os.path.samestat(facts, os.stat(made.source))  # noqa: PTH116
        return _has_content(path, facts, made)
    except OSError:
        return False


def has_original(made: MadeFile) -> bool:
    """Whether the picture that was copied or linked is still where it was, and still the same (by time or content)."""
    try:
        facts = os.stat(made.source)  # noqa: PTH116
        # A hard link is compared with its original by `is_unchanged`; a symbolic link holds no content to be lost.
        return made.way is not FolderWay.COPY or _has_content(os.path.realpath(made.source), facts, made)
    except OSError:
        return made.way is FolderWay.SYMLINK


def _has_content(path: str, facts: os.stat_result, made: MadeFile) -> bool:
    if not stat.S_ISREG(facts.st_mode) or facts.st_size != made.size_bytes:
        return False
    return facts.st_mtime_ns == made.mtime_ns or _digest_of(path)[1] == made.sha256
