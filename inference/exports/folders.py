"""Export pictures into class folders: plan it, carry it out, take it back."""

from __future__ import annotations

import contextlib
import os
import secrets
import stat
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.exports.folder_journal import (
    FolderRecord,
    Journal,
    MadeFile,
    journal_path,
    open_journal,
    part_name,
    read_journal,
)
from inference.exports.folder_names import joined
from inference.exports.folder_placing import NotPlacedError, Place, has_original, is_unchanged, place
from inference.exports.folder_plan import FolderEntry, FolderOptions, FolderPlan, MissingSource, Planner, room_problem
from inference.sessions.records import LabelledImage

OnCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class FolderResult:
    """What an export into class folders did.

    Attributes:
        written: so many files were made.
        skipped: so many had been made by an earlier export.
        failed: pictures that could not be placed, those that were missing when the plan was made included.
    """

    written: int
    skipped: int
    failed: tuple[MissingSource, ...]


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was not taken back.

    Attributes:
        path: of the file.
        reason: a sentence.
    """

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class UndoResult:
    """What taking an export back did.

    Attributes:
        removed: so many files.
        kept: what is not as it was made, or may be the last copy.
    """

    removed: int
    kept: tuple[KeptFile, ...]


def plan_folders(
    images: Iterable[LabelledImage],
    target: Path,
    options: FolderOptions,
    cancel: CancelToken | None = None,
    on_progress: OnCount | None = None,
) -> FolderPlan:
    """What an export of these images into `target`/class would do; nothing is written.

    Images with a label go to its folder; those that were skipped on purpose to `_unsure` where the options say so;
    others are left out. An earlier export into the same folder is continued: what it made and nobody changed stays.
    The same images give the same plan in any order.

    Raises:
        OutputWriteError: the list of an earlier export cannot be read.
        Cancelled: somebody wanted to stop.
    """
    real = os.path.realpath(target)
    record = read_journal(real) or FolderRecord()
    return Planner(real, options, record, cancel or CancelToken(), on_progress or _tell_nobody).plan(images)


def _tell_nobody(done: int) -> None:
    del done


def carry_out(plan: FolderPlan, cancel: CancelToken, on_progress: OnCount | None = None) -> FolderResult:
    """Make the files of a plan. Nothing is overwritten or moved, and no file has its final name before it is whole.

    A list of what is made is kept in the target, so that an export that was stopped or killed is continued by the
    same export, or taken back by `undo_folders`.

    Raises:
        OutputWriteError: the plan has problems, the disk is full, the target cannot be written. What was made before
            stays.
        Cancelled: somebody wanted to stop; likewise.
    """
    if plan.problems:
        raise OutputWriteError(plan.target, " ".join(problem.message for problem in plan.problems))
    if not plan.entries:
        return FolderResult(0, 0, plan.missing)
    made_target = _make_folder(plan.target)
    room = room_problem(plan.target, plan.total_bytes)
    if room is not None:
        raise OutputWriteError(plan.target, room.message)
    with open_journal(plan.target) as journal:
        record = read_journal(plan.target) or FolderRecord()
        _remove_parts(plan.target, record)
        run = secrets.token_hex(8)
        journal.begin(run, plan.options.way, made_target=made_target)
        try:
            return _Export(plan, journal, run, set()).carry_out(cancel, on_progress or _tell_nobody)
        finally:
            _sync()


@dataclass(frozen=True, slots=True)
class _Export:
    """One export that runs; `begun` are the class folders that it has entered."""

    plan: FolderPlan
    journal: Journal
    run: str
    begun: set[str]

    def carry_out(self, cancel: CancelToken, on_progress: OnCount) -> FolderResult:
        failed = list(self.plan.missing)
        written = skipped = 0
        for done, entry in enumerate(self.plan.entries):
            cancel.raise_if_set()
            on_progress(done)
            if entry.is_there:
                skipped += 1
                continue
            self._enter(entry)
            where = Place(entry.source, self.plan.target, entry.folder, entry.name)
            try:
                place(where, self.plan.options.way, self.run, self.journal, cancel)
                written += 1
            except NotPlacedError as error:
                failed.append(MissingSource(entry.source, str(error)))
        self.journal.done(written)
        on_progress(len(self.plan.entries))
        return FolderResult(written, skipped, tuple(failed))

    def _enter(self, entry: FolderEntry) -> None:
        """Make the class folder if need be; a link in its place is refused, whenever it came there."""
        path = joined(self.plan.target, entry.folder)
        if entry.folder not in self.begun:
            # The journal first: a folder that it names and that is not there does no harm.
            self.journal.folder(entry.folder, entry.label, made=not os.path.lexists(path))
            _make_folder(path)
            self.begun.add(entry.folder)
        if not _is_real_folder(path):
            raise OutputWriteError(path, "it is a link or a file, where a class folder should be.")


def undo_folders(target: Path, cancel: CancelToken | None = None, on_progress: OnCount | None = None) -> UndoResult:
    """Remove what exports made in a folder, where it is as they made it and the original is, too.

    What somebody changed, and what may be the last copy of a picture, stays and is named. Class folders, the target
    and the list go when nothing is left in them.

    Raises:
        OutputWriteError: no export was made there, one is running, or the list cannot be read.
        Cancelled: somebody wanted to stop; the rest can be taken back later.
    """
    real = os.path.realpath(target)
    if read_journal(real) is None:
        raise OutputWriteError(str(target), "there is no list of an export in it.")
    with open_journal(real):
        record = read_journal(real) or FolderRecord()
        _remove_parts(real, record)
        removed, kept = 0, list[KeptFile]()
        for done, made in enumerate(reversed(record.files.values())):
            (cancel or CancelToken()).raise_if_set()
            (on_progress or _tell_nobody)(done)
            reason = _remove(real, made)
            removed += reason == ""
            if reason:
                kept.append(KeptFile(joined(real, made.folder, made.name), reason))
        for folder in reversed(record.made_folders):
            if _is_real_folder(path := joined(real, folder)):
                _remove_folder(path)
        if not kept:
            with contextlib.suppress(OSError):
                os.unlink(journal_path(real))  # noqa: PTH108
    if not kept and record.made_target:
        _remove_folder(real)
    _sync()
    return UndoResult(removed, tuple(kept))


def _remove(target: str, made: MadeFile) -> str | None:
    """Remove one file: empty when it is gone, None when it was gone before, else why it stays."""
    path = joined(target, made.folder, made.name)
    if not _is_real_folder(joined(target, made.folder)) or not os.path.lexists(path):
        return None
    if not has_original(made):
        return "Its original is no longer as it was, so this may be the last copy."
    if not is_unchanged(target, made):
        return "It is not as the export made it."
    try:
        os.unlink(path)  # noqa: PTH108
    except OSError as error:
        return f"{error.strerror or error}."
    return ""


def _remove_parts(target: str, record: FolderRecord) -> None:
    """Remove what a killed export had not finished."""
    for folder in {*record.labels.values(), record.unsure, *record.made_folders} - {""}:
        path = joined(target, folder)
        if _is_real_folder(path):
            for run in record.runs:
                with contextlib.suppress(OSError):
                    os.unlink(joined(path, part_name(run)))  # noqa: PTH108


def _remove_folder(path: str) -> None:
    """Remove a folder if nothing is in it."""
    with contextlib.suppress(OSError):
        os.rmdir(path)  # noqa: PTH106


def _make_folder(path: str) -> bool:
    """Make a folder; whether it was not there before."""
    try:
        os.mkdir(path)  # noqa: PTH102
    except FileExistsError:
        return False
    except OSError as error:
        raise OutputWriteError(path, f"{error.strerror or error}.") from error
    return True


def _is_real_folder(path: str) -> bool:
    try:
        return stat.S_ISDIR(os.lstat(path).st_mode)
    except OSError:
        return False


def _sync() -> None:
    """Wait until everything is on the disks: once, for one wait per file would take minutes."""
    if hasattr(os, "sync"):
        os.sync()
