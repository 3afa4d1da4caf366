"""Plan class folders: which picture goes where under which name, and what stands against it."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from inference.cancel import CancelToken
from inference.exports.folder_journal import FolderRecord, FolderWay, MadeFile
from inference.exports.folder_names import UNSURE, FreeNames, class_folders, joined
from inference.exports.folder_placing import HARD_LINKS_NEED_ONE_DISK, is_unchanged
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from inference.texts import visible

_SLICE = 500
_GB = 1_000_000_000
_BLOCK_BYTES = 4096
"""A file takes up to so much more room than it has bytes."""


@dataclass(frozen=True, slots=True)
class FolderOptions:
    """How class folders are filled.

    Attributes:
        way: copies or links.
        unsure_folder: images that were skipped on purpose go to `_unsure`; else they are left out.
    """

    way: FolderWay = FolderWay.COPY
    unsure_folder: bool = False


@dataclass(frozen=True, slots=True)
class FolderEntry:
    """One picture on its way.

    Attributes:
        source: absolute path of the picture.
        label: its label; None for an image that was skipped on purpose.
        folder: name of its class folder.
        name: of the file there; other than that of the picture where two would have the same one.
        size_bytes: of the picture.
        is_there: an earlier export has done it, and nothing has changed since.
    """

    source: str
    label: str | None
    folder: str
    name: str
    size_bytes: int
    is_there: bool = False

    @property
    def is_renamed(self) -> bool:
        """Whether the file gets another name than the picture has."""
        return self.name != _name_of(self.source)


class FolderProblemKind(StrEnum):
    """Why a plan cannot be carried out."""

    NO_FOLDER = "no-folder"
    NOT_WRITABLE = "not-writable"
    LINK_IN_TARGET = "link-in-target"
    HOLDS_SOURCES = "holds-sources"
    NO_ROOM = "no-room"
    OTHER_DISK = "other-disk"


@dataclass(frozen=True, slots=True)
class FolderProblem:
    """What stands against a plan.

    Attributes:
        kind: for programs.
        message: a sentence.
    """

    kind: FolderProblemKind
    message: str


@dataclass(frozen=True, slots=True)
class MissingSource:
    """A picture that cannot be taken along.

    Attributes:
        path: of the picture.
        reason: a sentence.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class FolderPlan:
    """What an export into class folders would do. Nothing has been written.

    Attributes:
        target: real path of the target folder, which may not be there yet.
        options: as asked for.
        folders: folder of each label that occurs.
        entries: one for each picture, by class folder and path.
        missing: pictures that are not there or cannot be read.
        without_label: so many images have no label and are left out.
        total_bytes: to be copied; 0 for links.
        problems: while there is one, the plan cannot be carried out.
    """

    target: str
    options: FolderOptions
    folders: dict[str, str]
    entries: tuple[FolderEntry, ...]
    missing: tuple[MissingSource, ...]
    without_label: int
    total_bytes: int
    problems: tuple[FolderProblem, ...]

    @property
    def renamed(self) -> tuple[FolderEntry, ...]:
        """Pictures whose file gets another name, because two would have the same one."""
        return tuple(entry for entry in self.entries if entry.is_renamed)

    @property
    def to_write(self) -> int:
        """How many files will be made."""
        return sum(1 for entry in self.entries if not entry.is_there)


@dataclass(slots=True)
class Planner:
    """Gathers what a plan needs.

    Attributes:
        target: real path of the target folder.
        options: as asked for.
        record: what earlier exports made there.
        cancel: the wish to stop.
        on_progress: is told how many pictures were looked at.
    """

    target: str
    options: FolderOptions
    record: FolderRecord
    cancel: CancelToken
    on_progress: Callable[[int], None]
    _missing: list[MissingSource] = field(default_factory=list)
    _problems: list[FolderProblem] = field(default_factory=list)
    _real_folders: dict[str, str] = field(default_factory=dict)
    _earlier_by_folder: dict[str, dict[str, MadeFile]] = field(default_factory=dict)

    def plan(self, images: Iterable[LabelledImage]) -> FolderPlan:
        """The plan for these images.

        Raises:
            Cancelled: somebody wanted to stop.
        """
        device = self._look_at_target()
        for made in self.record.files.values():
            self._earlier_by_folder.setdefault(made.folder, {})[made.source] = made
        labels: dict[str, str | None] = {}
        without_label = 0
        for image in images:
            if image.label:
                labels[image.path] = image.label
            elif self.options.unsure_folder and image.state is ImageState.UNSURE:
                labels[image.path] = None
            else:
                without_label += 1
        all_folders = class_folders({label for label in labels.values() if label is not None}, self.record.labels)
        facts = self._look_at_sources(sorted(labels, key=os.fsencode), device)
        by_folder: dict[str, list[str]] = {}
        for source in facts:
            label = labels[source]
            by_folder.setdefault(UNSURE if label is None else all_folders[label], []).append(source)
        entries = [
            entry
            for folder in sorted(by_folder)
            for entry in self._entries(folder, labels[by_folder[folder][0]], by_folder[folder], facts)
        ]
        used = {label: all_folders[label] for label in labels.values() if label is not None}
        total = self._require_room(entries)
        return FolderPlan(
            self.target, self.options, used, tuple(entries), tuple(self._missing), without_label, total,
            tuple(self._problems),
        )  # fmt: skip

    def _object(self, kind: FolderProblemKind, message: str) -> None:
        if all(problem.kind is not kind for problem in self._problems):
            self._problems.append(FolderProblem(kind, message))

    def _look_at_target(self) -> int | None:
        """The device of the target folder, or of the one in which it will be made."""
        folder = self.target if os.path.lexists(self.target) else os.path.dirname(self.target)  # noqa: PTH120
        try:
            facts = os.stat(folder)  # noqa: PTH116
        except OSError as error:
            self._object(FolderProblemKind.NO_FOLDER, f"{visible(folder)}: {error.strerror or error}.")
            return None
        if not stat.S_ISDIR(facts.st_mode):
            self._object(FolderProblemKind.NO_FOLDER, f"{visible(folder)} is not a folder.")
        elif not os.access(folder, os.W_OK | os.X_OK):
            self._object(FolderProblemKind.NOT_WRITABLE, f"You may not write into {visible(folder)}.")
        return facts.st_dev

    def _look_at_sources(self, sources: Sequence[str], device: int | None) -> dict[str, os.stat_result]:
        found: dict[str, os.stat_result] = {}
        for done, source in enumerate(sources):
            if done % _SLICE == 0:
                self.cancel.raise_if_set()
                self.on_progress(done)
            try:
                facts = os.stat(source)  # noqa: PTH116
            except (OSError, ValueError) as error:
                self._missing.append(MissingSource(source, f"{getattr(error, 'strerror', None) or error}."))
                continue
            if not stat.S_ISREG(facts.st_mode):
                self._missing.append(MissingSource(source, "It is not a regular file."))
                continue
            if self._is_in_target(source):
                self._object(
                    FolderProblemKind.HOLDS_SOURCES,
                    f"The folder holds images of the session ({visible(source)}). Choose another folder.",
                )
            if self.options.way is FolderWay.HARD_LINK and device is not None and facts.st_dev != device:
                self._object(FolderProblemKind.OTHER_DISK, HARD_LINKS_NEED_ONE_DISK)
            found[source] = facts
        self.on_progress(len(sources))
        return found

    def _is_in_target(self, source: str) -> bool:
        """Whether a picture lies in the target: its class folders would mix with the folders of the session."""
        folder = os.path.dirname(source)  # noqa: PTH120
        real = self._real_folders.get(folder)
        if real is None:
            real = self._real_folders[folder] = os.path.realpath(folder) + os.sep
        return real.startswith(self.target.rstrip(os.sep) + os.sep)

    def _entries(
        self, folder: str, label: str | None, sources: Sequence[str], facts: dict[str, os.stat_result]
    ) -> list[FolderEntry]:
        """The entries of one class folder; `sources` in the order in which they may choose their names."""
        self.cancel.raise_if_set()
        there = self._names_in(folder)
        earlier = self._earlier_by_folder.get(folder, {})
        entries: list[FolderEntry] = []
        waiting: list[str] = []
        for source in sources:
            made = earlier.get(source)
            if made is not None and self._is_done(made, facts[source]):
                entries.append(FolderEntry(source, label, folder, made.name, made.size_bytes, is_there=True))
            else:
                waiting.append(source)
        names = FreeNames(there)
        # Whoever has a name of its own first, then those that need a number: no number takes another one's name.
        firsts: dict[str, str] = {}
        for source in waiting:
            stem, suffix = _split(_name_of(source))
            if names.is_free(stem + suffix):
                firsts[source] = names.take(stem, suffix)
        for source in waiting:
            name = firsts.get(source) or names.take(*_split(_name_of(source)))
            entries.append(FolderEntry(source, label, folder, name, facts[source].st_size))
        return sorted(entries, key=lambda entry: os.fsencode(entry.source))

    def _is_done(self, made: MadeFile, facts: os.stat_result) -> bool:
        if made.way is not self.options.way:
            return False
        same = (made.size_bytes, made.mtime_ns) == (facts.st_size, facts.st_mtime_ns)
        return (same or made.way is not FolderWay.COPY) and is_unchanged(self.target, made)

    def _names_in(self, folder: str) -> list[str]:
        path = joined(self.target, folder)
        if not os.path.lexists(path):
            return []
        if os.path.islink(path) or not os.path.isdir(path):  # noqa: PTH112, PTH114
            self._object(
                FolderProblemKind.LINK_IN_TARGET,
                f"{visible(path)} is a link or a file, where a class folder should be. Choose another folder.",
            )
            return []
        try:
            return os.listdir(path)  # noqa: PTH208 - names only
        except OSError as error:
            self._object(FolderProblemKind.NOT_WRITABLE, f"{visible(path)}: {error.strerror or error}.")
            return []

    def _require_room(self, entries: Sequence[FolderEntry]) -> int:
        if self.options.way is not FolderWay.COPY:
            return 0
        sizes = [entry.size_bytes for entry in entries if not entry.is_there]
        problem = room_problem(self.target, sum(sizes) + len(sizes) * _BLOCK_BYTES)
        if problem is not None:
            self._problems.append(problem)
        return sum(sizes)


def room_problem(target: str, needed_bytes: int) -> FolderProblem | None:
    """What to say when the disk of a folder (or of the one that it will be made in) has no room for so many bytes."""
    folder = target if os.path.isdir(target) else os.path.dirname(target)  # noqa: PTH112, PTH120
    try:
        free = shutil.disk_usage(folder).free
    except OSError:
        return None
    if needed_bytes <= free:
        return None
    size, unit = (1e9, "GB") if needed_bytes >= _GB else (1e6, "MB")
    needed, there = (f"{count / size:,.1f} {unit}" for count in (needed_bytes, free))
    return FolderProblem(FolderProblemKind.NO_ROOM, f"The disk has no room: {needed} are needed, {there} are free.")


def _name_of(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119


def _split(name: str) -> tuple[str, str]:
    return os.path.splitext(name)  # noqa: PTH122
