"""Keep the list of what a folder export made, beside it, so that it can be continued and taken back."""

from __future__ import annotations

import contextlib
import json
import os
import stat
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from inference.errors import OutputWriteError
from inference.exports.folder_names import is_component, joined
from inference.exports.row_paths import path_bytes, path_of, path_text

JOURNAL = ".cardinal-export.jsonl"
"""Name of the list in the target folder."""

SCHEMA = 1


class FolderWay(StrEnum):
    """How a picture gets into its class folder. It is never moved."""

    COPY = "copy"
    HARD_LINK = "hard-link"
    SYMLINK = "symlink"


@dataclass(frozen=True, slots=True)
class MadeFile:
    """One file that an export made, or was about to make when it ended.

    Attributes:
        folder: name of the class folder.
        name: of the file in it.
        source: the picture, absolute.
        way: how.
        size_bytes: of the file that was made; of a symbolic link: of the picture.
        mtime_ns: time of its last change, likewise.
        sha256: of the bytes of a copy in hexadecimal digits, else empty.
    """

    folder: str
    name: str
    source: str
    way: FolderWay
    size_bytes: int
    mtime_ns: int
    sha256: str = ""


@dataclass(slots=True)
class FolderRecord:
    """What a journal says.

    Attributes:
        runs: a word for each export that wrote into it; their unfinished files have it in the name.
        labels: folder of each label.
        unsure: folder of images that were skipped on purpose, or empty.
        made_folders: class folders that were not there before.
        made_target: the target folder was not there before.
        files: what was made, by (folder, name), oldest first.
    """

    runs: list[str] = field(default_factory=list)
    labels: dict[str, str] = field(default_factory=dict)
    unsure: str = ""
    made_folders: list[str] = field(default_factory=list)
    made_target: bool = False
    files: dict[tuple[str, str], MadeFile] = field(default_factory=dict)


def journal_path(target: str) -> str:
    """Where the journal of a target folder is."""
    return joined(target, JOURNAL)


def part_name(run: str) -> str:
    """Name of the file that a run is just writing in a class folder."""
    return f".cardinal-{run}.part"


def read_journal(target: str) -> FolderRecord | None:
    """What earlier exports made in a folder, or None where there is no journal.

    Lines that are damaged (the last one of a run that was killed), or that name anything outside, count for nothing.

    Raises:
        OutputWriteError: it is there and cannot be read.
    """
    path = journal_path(target)
    record = FolderRecord()
    try:
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0))
        with open(descriptor, "rb") as lines:  # noqa: PTH123 - a descriptor
            if not stat.S_ISREG(os.fstat(descriptor).st_mode):
                raise OutputWriteError(path, "it is not a regular file.")
            for line in lines:
                with contextlib.suppress(ValueError, KeyError, TypeError, RecursionError):
                    _take(record, json.loads(line))
    except (FileNotFoundError, NotADirectoryError):
        return None
    except OSError as error:
        raise OutputWriteError(path, f"{error.strerror or error}.") from error
    return record


def _take(record: FolderRecord, entry: dict[str, object]) -> None:
    kind = entry["kind"]
    if kind == "begin":
        run = str(entry["run"])
        if run.isalnum():
            record.runs.append(run)
        record.made_target |= entry.get("made_target") is True
    elif kind == "folder":
        folder = _component(entry, "folder")
        if isinstance(label := entry["label"], str):
            record.labels[label] = folder
        else:
            record.unsure = folder
        if entry["made"] is True:
            record.made_folders.append(folder)
    elif kind == "file":
        made = MadeFile(
            _component(entry, "folder"),
            _component(entry, "name"),
            _path(entry, "source"),
            FolderWay(str(entry["way"])),
            int(str(entry["size"])),
            int(str(entry["mtime_ns"])),
            str(entry["sha256"]),
        )
        record.files.pop((made.folder, made.name), None)
        record.files[made.folder, made.name] = made
    elif kind == "not-made":
        record.files.pop((_component(entry, "folder"), _component(entry, "name")), None)


def _component(entry: dict[str, object], name: str) -> str:
    component = _path(entry, name)
    if not is_component(component):
        raise ValueError(component)
    return component


def _path(entry: dict[str, object], name: str) -> str:
    text = entry[name]
    if not isinstance(text, str):
        raise TypeError(name)
    return path_of(text, str(entry.get(f"{name}_bytes", "")))


class Journal:
    """Takes entries while an export runs; each is with the system before the call returns."""

    def __init__(self, descriptor: int, path: str) -> None:
        self._descriptor = descriptor
        self._path = path

    def begin(self, run: str, way: FolderWay, *, made_target: bool) -> None:
        """An export starts."""
        self._add({"kind": "begin", "schema": SCHEMA, "run": run, "way": way, "made_target": made_target})

    def folder(self, folder: str, label: str | None, *, made: bool) -> None:
        """A class folder is about to be used; `label` None for that of skipped images; `made`: it was not there."""
        self._add({"kind": "folder", "folder": folder, "label": label, "made": made})

    def file(self, made: MadeFile) -> None:
        """A file is about to get its name."""
        facts = {"way": made.way, "size": made.size_bytes, "mtime_ns": made.mtime_ns, "sha256": made.sha256}
        self._add(
            {"kind": "file", "folder": made.folder}
            | _fields("name", made.name)
            | _fields("source", made.source)
            | facts
        )

    def not_made(self, made: MadeFile) -> None:
        """The file did not get its name after all."""
        self._add({"kind": "not-made", "folder": made.folder} | _fields("name", made.name))

    def done(self, written: int) -> None:
        """An export ends as planned."""
        self._add({"kind": "done", "written": written})

    def _add(self, entry: dict[str, object]) -> None:
        line = json.dumps(entry | {"at": round(time.time(), 3)}, allow_nan=False).encode() + b"\n"
        try:
            while line:
                line = line[os.write(self._descriptor, line) :]
        except OSError as error:
            raise OutputWriteError(self._path, f"{error.strerror or error}.") from error


def _fields(name: str, path: str) -> dict[str, object]:
    digits = path_bytes(path)
    fields: dict[str, object] = {name: path_text(path)}
    return fields | {f"{name}_bytes": digits} if digits else fields


@contextlib.contextmanager
def open_journal(target: str) -> Iterator[Journal]:
    """The journal of a target folder, to be added to; for one export at a time.

    Raises:
        OutputWriteError: it cannot be written, is a link, or another export is writing into the folder.
    """
    path = journal_path(target)
    flags = os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0)
    try:
        descriptor = os.open(path, flags | getattr(os, "O_NONBLOCK", 0), 0o666)
    except OSError as error:
        raise OutputWriteError(path, f"{error.strerror or error}.") from error
    try:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OutputWriteError(path, "it is not a regular file.")
        _lock(descriptor, target)
        _end_torn_line(descriptor, path)
        yield Journal(descriptor, path)
    finally:
        os.close(descriptor)


def _lock(descriptor: int, target: str) -> None:
    """Hold the journal until it is closed; the lock dies with the process."""
    if sys.platform == "win32":
        return
    import fcntl  # noqa: PLC0415 - Windows has none

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError as error:
        raise OutputWriteError(target, "another export is writing into it.") from error
    except OSError:
        # Some network file systems know no locks; then nobody is told.
        return


def _end_torn_line(descriptor: int, path: str) -> None:
    """A run that was killed may have left half a line; the next entry must not continue it."""
    try:
        size = os.lseek(descriptor, 0, os.SEEK_END)
        if size == 0:
            return
        os.lseek(descriptor, size - 1, os.SEEK_SET)
        if os.read(descriptor, 1) != b"\n":
            os.write(descriptor, b"\n")
    except OSError as error:
        raise OutputWriteError(path, f"{error.strerror or error}.") from error
