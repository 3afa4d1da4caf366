"""Find the pictures among given files and folders, one path at a time, in an order that people expect."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from inference.cancel import CancelToken
from inference.pictures.formats import SNIFF_BYTES, has_picture_suffix, looks_like_picture
from inference.pictures.regular_file import open_regular

EXAMPLES = 20
"""How many names of a kind a report keeps."""

_ENTRIES_BETWEEN_CHECKS = 1000
_DIGITS = re.compile(r"[0-9]+")


@dataclass(slots=True)
class ScanReport:
    """What a scan passed over; it grows while the scan runs.

    Attributes:
        other_files: how many files are no pictures.
        other_examples: the first `EXAMPLES` of them.
        unreadable_folders: folders that could not be opened or read to the end.
        links: how many links to folders were not followed.
        link_examples: the first `EXAMPLES` of them.
        hidden: how many hidden files and folders were skipped.
        repeated_folders: how many folders were met again and not visited again.
    """

    other_files: int = 0
    other_examples: list[str] = field(default_factory=list)
    unreadable_folders: list[str] = field(default_factory=list)
    links: int = 0
    link_examples: list[str] = field(default_factory=list)
    hidden: int = 0
    repeated_folders: int = 0

    def add_other(self, path: str) -> None:
        """Count a file that is no picture."""
        self.other_files += 1
        if len(self.other_examples) < EXAMPLES:
            self.other_examples.append(path)

    def add_link(self, path: str) -> None:
        """Count a link to a folder that was not followed."""
        self.links += 1
        if len(self.link_examples) < EXAMPLES:
            self.link_examples.append(path)


def natural_key(name: str) -> str:
    """Sort key under which "b2" comes before "b10" and "B1" beside "b1"; the name itself breaks ties.

    One string, because comparing tuples takes four times as long, and a folder may have a million names.
    """
    return f"{_DIGITS.sub(_with_length_first, name.casefold())}\0{name}"


def _with_length_first(digits: re.Match[str]) -> str:
    """A number written so that its characters sort as its value does."""
    number = digits[0].lstrip("0")
    return f"0{chr(len(number))}{number}"


def scan(
    paths: Iterable[str],
    *,
    report: ScanReport,
    recursive: bool = True,
    cancel: CancelToken | None = None,
) -> Iterator[str]:
    """Yield the path of each picture, lazily: a folder is read when the paths before it were taken.

    A file is a picture if its suffix or its first bytes say so, whether Cardinal can read the format or not. Inside a
    folder, files come first and then its folders, each in natural order. A given path that does not exist, is neither
    file nor folder, or cannot be opened is yielded, so that somebody is told; hidden files and links to folders are
    skipped inside folders but taken when given. Each real folder is visited once.

    Args:
        paths: files and folders as given; paths below a folder are joined to it as it is written.
        report: takes what was passed over.
        recursive: visit the folders inside folders.
        cancel: asked between entries.

    Raises:
        Cancelled: if `cancel` was set.
    """
    walk = _Walk(report, recursive, cancel or CancelToken())
    for path in paths:
        yield from walk.visit(path)


@dataclass(slots=True)
class _Walk:
    """One scan: where it has been, and whom it tells."""

    report: ScanReport
    recursive: bool
    cancel: CancelToken
    visited: set[tuple[int, int]] = field(default_factory=set)

    def visit(self, path: str) -> Iterator[str]:
        """Yield the pictures of one given path."""
        self.cancel.raise_if_set()
        try:
            mode = os.stat(path).st_mode  # noqa: PTH116 - paths stay str as given
        except (OSError, ValueError):
            yield path
            return
        if stat.S_ISDIR(mode):
            yield from self._visit_tree(path)
        elif has_picture_suffix(path) or _sniff(path, unknown=True):
            yield path
        else:
            self.report.add_other(path)

    def _visit_tree(self, top: str) -> Iterator[str]:
        waiting = [top]
        while waiting:
            folder = waiting.pop()
            files, folders = self._read_folder(folder)
            for name in files:
                self.cancel.raise_if_set()
                file = _join(folder, name)
                if has_picture_suffix(file) or _sniff(file, unknown=False):
                    yield file
                else:
                    self.report.add_other(file)
            if self.recursive:
                waiting.extend(_join(folder, name) for name in reversed(folders))

    def _read_folder(self, folder: str) -> tuple[list[str], list[str]]:
        """The names of the files and of the folders in `folder`, each in natural order."""
        files: list[str] = []
        folders: list[str] = []
        try:
            status = os.stat(folder)  # noqa: PTH116 - paths stay str as given
            identity = (status.st_dev, status.st_ino)
            if identity in self.visited:
                self.report.repeated_folders += 1
                return [], []
            self.visited.add(identity)
            with os.scandir(folder) as entries:
                for count, entry in enumerate(entries):
                    if count % _ENTRIES_BETWEEN_CHECKS == 0:
                        self.cancel.raise_if_set()
                    self._sort_in(entry, files, folders)
        except OSError:
            self.report.unreadable_folders.append(folder)
        return sorted(files, key=natural_key), sorted(folders, key=natural_key)

    def _sort_in(self, entry: os.DirEntry[str], files: list[str], folders: list[str]) -> None:
        if _is_hidden(entry):
            self.report.hidden += 1
        elif not _is_folder(entry):
            files.append(entry.name)
        elif entry.is_symlink() or _is_junction(entry):
            self.report.add_link(entry.path)
        else:
            folders.append(entry.name)


def _join(folder: str, name: str) -> str:
    return os.path.join(folder, name)  # noqa: PTH118 - paths stay str as given, pathlib would normalise them


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Whether it is Windows' other kind of link to a folder (`os.DirEntry.is_junction` is new in Python 3.12)."""
    try:
        tag: int = getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0)
    except OSError:
        return False
    return bool(tag) and tag == getattr(stat, "IO_REPARSE_TAG_MOUNT_POINT", None)


def _is_hidden(entry: os.DirEntry[str]) -> bool:
    if entry.name.startswith("."):
        return True
    if os.name != "nt":
        return False
    try:
        attributes: int = getattr(entry.stat(follow_symlinks=False), "st_file_attributes", 0)
    except OSError:
        return False
    return bool(attributes & stat.FILE_ATTRIBUTE_HIDDEN)


def _sniff(path: str, *, unknown: bool) -> bool:
    """Whether the first bytes say picture; `unknown` where they cannot be read."""
    try:
        descriptor = open_regular(path)
    except (OSError, ValueError):
        return unknown
    try:
        return looks_like_picture(os.read(descriptor, SNIFF_BYTES))
    except OSError:
        return unknown
    finally:
        os.close(descriptor)
