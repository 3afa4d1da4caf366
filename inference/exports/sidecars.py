"""Write labels into XMP sidecars beside the pictures, merging with what other programs wrote, and take them back."""

from __future__ import annotations

import contextlib
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.exports.rows import OnCount
from inference.exports.sidecar_change import SidecarChange
from inference.exports.sidecar_file import SidecarChangedError, SidecarError, SidecarTrouble, remove_temporary, resolved
from inference.exports.sidecar_journal import SidecarJournal, SidecarRecord, new_run, read_journal, temporary_name
from inference.exports.sidecar_plan import (
    SidecarAction,
    SidecarEntry,
    SidecarOptions,
    SidecarPlan,
    SidecarProblem,
    sidecar_path,
)
from inference.exports.xmp import XmpLabel
from inference.sessions.records import LabelledImage

_MOST_TRIES = 5
"""So often is a sidecar looked at again that another program changes between our look and our writing."""


@dataclass(frozen=True, slots=True)
class SidecarResult:
    """What was done.

    Attributes:
        done: so many sidecars for each action.
        problems: sidecars that were left as they were.
        was_stopped: somebody asked to stop before the end; what was written by then is written.
    """

    done: Mapping[SidecarAction, int]
    problems: tuple[SidecarProblem, ...] = ()
    was_stopped: bool = False

    @property
    def written(self) -> int:
        """So many sidecars have our keywords now that did not have them like this before."""
        return self.done.get(SidecarAction.NEW, 0) + self.done.get(SidecarAction.MERGE, 0)

    @property
    def taken_back(self) -> int:
        """Out of so many sidecars our keywords were taken, whether or not anything was left."""
        return self.done.get(SidecarAction.TAKE_BACK, 0) + self.done.get(SidecarAction.DELETE, 0)


def plan_sidecars(
    images: Iterable[LabelledImage],
    options: SidecarOptions,
    cancel: CancelToken | None = None,
    on_progress: OnCount | None = None,
) -> SidecarPlan:
    """Look at the sidecars of images and say what writing would do; nothing is written.

    Args:
        images: those whose label shall be written. Images without a label may be among them: what we wrote about them
            earlier is taken back.
        options: how.
        cancel: a wish to stop.
        on_progress: is told how many sidecars have been looked at.

    Raises:
        Cancelled: `cancel` was set.
    """
    cancel = cancel or CancelToken()
    pictures: dict[str, list[tuple[str, XmpLabel | None]]] = {}
    problems: list[SidecarProblem] = []
    for image in images:
        cancel.raise_if_set()
        label = XmpLabel.of(image, options.root, has_last_keyword=options.has_last_keyword)
        path = sidecar_path(image.path, options.naming)
        with _collecting(problems, path, (image.path,)):
            if label is not None:
                _expect_picture(image.path, path)
            pictures.setdefault(resolved(path), []).append((image.path, label))
    entries: list[SidecarEntry] = []
    for done, (path, about) in enumerate(pictures.items(), 1):
        cancel.raise_if_set()
        names = tuple(name for name, _ in about)
        with _collecting(problems, path, names):
            label = _common_label([label for _, label in about])
            action = _action_for(path, label)
            if label is not None or action is not SidecarAction.UNCHANGED:
                entries.append(SidecarEntry(path, names, label, action))
        if on_progress is not None:
            on_progress(done)
    shared = {path: tuple(name for name, _ in about) for path, about in pictures.items() if len(about) > 1}
    return SidecarPlan(tuple(entries), tuple(problems), shared)


def write_sidecars(
    plan: SidecarPlan, cancel: CancelToken, on_progress: OnCount | None = None, *, journal: Path
) -> SidecarResult:
    """Carry a plan out. Each sidecar is read again: one that has changed since the plan is planned anew.

    A sidecar is replaced by a whole new file that takes its name, so that at any moment the old or the new one is
    there. No copy of the old one is kept: the new one holds all that was in it. Nothing waits for the disk until the
    end.

    Args:
        plan: what to do.
        cancel: a wish to stop, looked at before each sidecar.
        on_progress: is told how many entries are done.
        journal: the list of what was written, for `revert_sidecars`; an old one is continued.

    Raises:
        OutputWriteError: the journal cannot be written.
    """
    _sweep(read_journal(journal))
    with SidecarJournal.appending(journal) as notes:

        def write(entry: SidecarEntry) -> SidecarAction:
            def note(change: SidecarChange) -> None:
                if change.action in {SidecarAction.NEW, SidecarAction.MERGE}:
                    notes.note(change.file.path, made=change.action is SidecarAction.NEW)

            return _carry_out(lambda: SidecarChange.needed(entry.sidecar, entry.label), notes.run, note)

        return _each(plan.entries, write, cancel, on_progress)


def revert_sidecars(journal: Path, cancel: CancelToken, on_progress: OnCount | None = None) -> SidecarResult:
    """Take back what was written into the sidecars of a journal.

    Our keywords leave the sidecars; what others wrote stays, also what they wrote since. Sidecars that we made and that
    hold nothing else are deleted. The journal is deleted when all is taken back; else this may be called again.

    Args:
        journal: the list that `write_sidecars` kept.
        cancel: a wish to stop, looked at before each sidecar.
        on_progress: is told how many sidecars are done.

    Raises:
        OutputWriteError: the journal cannot be read or deleted.
    """
    record = read_journal(journal)
    _sweep(record)
    run = new_run()
    entries = [SidecarEntry(path, (), None, SidecarAction.TAKE_BACK) for path in record.sidecars]

    def take_back(entry: SidecarEntry) -> SidecarAction:
        was_made = record.sidecars[entry.sidecar]
        return _carry_out(lambda: SidecarChange.needed(entry.sidecar, None, was_made=was_made), run)

    result = _each(entries, take_back, cancel, on_progress)
    if not result.was_stopped and not result.problems:
        try:
            journal.unlink(missing_ok=True)
        except OSError as error:
            raise OutputWriteError(str(journal), f"{error.strerror or error}.") from error
    return result


def count_written(journal: Path) -> int:
    """So many sidecars `revert_sidecars` would look at; 0 where there is no journal.

    Raises:
        OutputWriteError: the journal cannot be read.
    """
    return len(read_journal(journal).sidecars)


def _each(
    entries: Sequence[SidecarEntry],
    work: Callable[[SidecarEntry], SidecarAction],
    cancel: CancelToken,
    on_progress: OnCount | None,
) -> SidecarResult:
    """Do the work for each entry; one that fails becomes a problem. In the end all is on the disk."""
    done: Counter[SidecarAction] = Counter()
    problems: list[SidecarProblem] = []
    was_stopped = False
    for count, entry in enumerate(entries, 1):
        was_stopped = cancel.is_set()
        if was_stopped:
            break
        with _collecting(problems, entry.sidecar, entry.images):
            done[work(entry)] += 1
        if on_progress is not None:
            on_progress(count)
    if sys.platform != "win32" and done.keys() - {SidecarAction.UNCHANGED}:
        os.sync()
    return SidecarResult(done, tuple(problems), was_stopped)


def _carry_out(
    needed: Callable[[], SidecarChange], run: str, note: Callable[[SidecarChange], None] | None = None
) -> SidecarAction:
    """Do what a sidecar needs, and look again when another program was faster; returns what was done.

    `note` is told before anything is changed.
    """
    for _ in range(_MOST_TRIES):
        change = needed()
        if note is not None:
            note(change)
        with contextlib.suppress(SidecarChangedError):
            change.carry_out(temporary_name(run))
            return change.action
    raise SidecarError(SidecarTrouble.FAILED, "Another program keeps changing it.")


@contextlib.contextmanager
def _collecting(problems: list[SidecarProblem], path: str, images: tuple[str, ...]) -> Iterator[None]:
    """Turn what goes wrong with one sidecar into an entry of `problems`."""
    try:
        yield
    except SidecarError as error:
        problems.append(SidecarProblem(path, images, error.trouble, error.reason))
    except OutputWriteError as error:
        # Without its line in the journal nothing is written, as it could not be taken back.
        problems.append(SidecarProblem(path, images, SidecarTrouble.FAILED, str(error)))


def _expect_picture(image: str, sidecar: str) -> None:
    if sidecar == image:
        raise SidecarError(SidecarTrouble.NOT_UNDERSTOOD, "The picture itself has the name of its sidecar.")
    if not os.path.lexists(image):
        raise SidecarError(SidecarTrouble.NO_PICTURE, "The picture is no longer there.")


def _common_label(labels: Sequence[XmpLabel | None]) -> XmpLabel | None:
    """The label that all pictures of a sidecar have; those without one have no say."""
    found = [label for label in labels if label is not None]
    if len({label.keyword for label in found}) > 1:
        raise SidecarError(SidecarTrouble.SHARED, "Pictures with different labels share it.")
    return found[0] if found else None


def _action_for(path: str, label: XmpLabel | None) -> SidecarAction:
    try:
        return SidecarChange.needed(path, label).action
    except SidecarError as error:
        if label is None and error.trouble is SidecarTrouble.NOT_UNDERSTOOD:
            # There is nothing of ours in what is no XMP, and nothing was asked for.
            return SidecarAction.UNCHANGED
        raise


def _sweep(record: SidecarRecord) -> None:
    """Take away the unfinished files of runs that were killed."""
    for run, sidecar in record.last.items():
        remove_temporary(os.path.dirname(sidecar), temporary_name(run))  # noqa: PTH120 - paths are text
