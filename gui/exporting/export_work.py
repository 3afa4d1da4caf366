"""Do what an export asks for, in a worker: preview, plan, write; knows sessions and files, no Qt."""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gui.export_notices import same_names
from gui.exporting.export_plan import SHOWN_ENTRIES, ExportPlan, PlanEntry, Preview
from gui.exporting.export_settings import ExportForm, ExportSettings, SidecarNaming
from inference.cancel import CancelToken
from inference.exports import folders, rows, sidecars, splits
from inference.exports.folder_plan import FolderOptions, FolderPlan, FolderProblemKind
from inference.exports.rows import RowForm, RowOptions
from inference.exports.selection import Include, Selection, selected
from inference.exports.session_content import common_folder, images_for_folders, images_for_sidecars
from inference.exports.sidecar_file import SidecarTrouble
from inference.exports.sidecar_plan import SidecarAction, SidecarOptions, SidecarPlan
from inference.exports.sidecar_plan import SidecarNaming as Naming
from inference.exports.stopping import stoppable
from inference.sessions.records import LabelledImage
from inference.sessions.session import Session
from inference.sessions.suffix import sidecar_list
from inference.texts import visible

PREVIEWED = 3
_TELL_S = 0.1

OnCount = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class ExportDone:
    """What an export did.

    Attributes:
        settings: that were asked for.
        count: labels, files or sidecars that were written.
        target: what can be shown: the file, the folder, or empty for sidecars.
        not_understood: sidecars that were left alone because nobody could read them.
        not_written: files that could not be written or were not there.
        details: their names with reasons, a line each.
    """

    settings: ExportSettings
    count: int
    target: str
    not_understood: int = 0
    not_written: int = 0
    details: str = ""


def make_preview(
    session: Session, settings: ExportSettings, labels: frozenset[str] | None, cancel: CancelToken
) -> Preview:
    """Count what the export would hold, and write its first rows into memory. Runs on: a worker thread.

    Raises:
        Cancelled: somebody wanted to stop.
    """
    reviewed = count = 0
    first: list[LabelledImage] = []
    selection = _selection(settings, labels)
    for image in stoppable(session.labelled_images(), cancel):
        reviewed += image.state.is_reviewed
        for one in selected([image], selection):
            if _takes(settings, one):
                count += 1
                if len(first) < PREVIEWED:
                    first.append(one)
    exists = settings.form.is_file and bool(settings.target) and os.path.lexists(settings.target)
    return Preview(settings, count, tuple(_lines(session, settings, first)), (), exists, reviewed)


def make_plan(
    session: Session, settings: ExportSettings, labels: frozenset[str] | None, cancel: CancelToken
) -> ExportPlan:
    """Say which files an export would make. Runs on: a worker thread, which looks at every picture's place.

    Raises:
        OutputWriteError: the target has a list of an earlier export that cannot be read.
        Cancelled: somebody wanted to stop.
    """
    if settings.form is ExportForm.XMP:
        return _sidecar_plan(settings, _plan_sidecars(session, settings, labels, cancel))
    return _folder_plan(settings, _plan_folders(session, settings, labels, cancel))


def export(
    session: Session,
    settings: ExportSettings,
    labels: frozenset[str] | None,
    cancel: CancelToken,
    on_progress: OnCount,
) -> ExportDone:
    """Write. Runs on: a worker thread.

    Raises:
        OutputWriteError: a file could not be written; the unfinished one is not there.
        Cancelled: somebody wanted to stop.
    """
    target = Path(settings.target)
    on_progress = _now_and_then(on_progress)
    chosen = selected(stoppable(session.labelled_images(), cancel), _selection(settings, labels))
    match settings.form:
        case ExportForm.CSV:
            count = rows.write_csv(chosen, target, _row_options(session, settings), cancel, on_progress)
        case ExportForm.JSON_LINES:
            count = rows.write_json_lines(chosen, target, _row_options(session, settings), cancel, on_progress)
        case ExportForm.SPLITS:
            made = splits.split(chosen, settings.shares, seed=settings.seed)
            splits.write_splits(made, target, _root(session, settings))
            count = sum(map(len, made.parts))
        case ExportForm.FOLDERS:
            return _export_folders(settings, _plan_folders(session, settings, labels, cancel), cancel, on_progress)
        case ExportForm.XMP:
            plan = _plan_sidecars(session, settings, labels, cancel)
            return _write_sidecars(session, settings, plan, cancel, on_progress)
    return ExportDone(settings, count, settings.target)


def _now_and_then(tell: OnCount) -> OnCount:
    """Pass on at most ten counts a second."""
    told_at = 0.0

    def count(done: int) -> None:
        nonlocal told_at
        if time.monotonic() >= told_at + _TELL_S:
            told_at = time.monotonic()
            tell(done)

    return count


def sidecar_journal(session: Session) -> Path:
    """The list of what was written beside the images of a session."""
    return sidecar_list(session.path)


def _selection(settings: ExportSettings, labels: frozenset[str] | None) -> Selection:
    include = (
        settings.include if settings.form.has_states else min(settings.include, Include.SUGGESTED, key=_WIDTH.index)
    )
    return Selection(include, settings.score_from, labels)


_WIDTH = (Include.REVIEWED, Include.SUGGESTED, Include.EVERYTHING)
"""From the fewest images to all of them."""


def _takes(settings: ExportSettings, image: LabelledImage) -> bool:
    """Whether an image is written: only rows have a place for images without label."""
    return bool(image.label) or settings.form.has_states


def _root(session: Session, settings: ExportSettings) -> str | None:
    """The folder that paths are relative to: the one asked for, or what the session's folders have in common."""
    if not settings.relative:
        return None
    if settings.root:
        return settings.root
    return common_folder(session.sources())


def _row_options(session: Session, settings: ExportSettings) -> RowOptions:
    return RowOptions(_root(session, settings), for_spreadsheets=settings.for_spreadsheets)


def _lines(session: Session, settings: ExportSettings, images: list[LabelledImage]) -> Iterator[str]:
    match settings.form:
        case ExportForm.CSV | ExportForm.JSON_LINES:
            form = RowForm.CSV if settings.form is ExportForm.CSV else RowForm.JSON_LINES
            yield from rows.preview_rows(images, form, _row_options(session, settings), PREVIEWED)
        case ExportForm.XMP:
            for image in images:
                yield f"{visible(image.path)}  ->  {visible(settings.root_tag)}/{visible(image.label)}"
        case _:
            for image in images:
                yield f"{visible(image.path)}  ->  {visible(image.label)}"


def _plan_folders(
    session: Session, settings: ExportSettings, labels: frozenset[str] | None, cancel: CancelToken
) -> FolderPlan:
    options = FolderOptions(settings.way, settings.unsure_folder)
    chosen = images_for_folders(stoppable(session.labelled_images(), cancel), _selection(settings, labels), options)
    return folders.plan_folders(chosen, Path(settings.target), options, cancel)


def _folder_plan(settings: ExportSettings, plan: FolderPlan) -> ExportPlan:
    problems = tuple(problem.message for problem in plan.problems)
    return ExportPlan(
        settings,
        to_write=plan.to_write,
        renamed=len(plan.renamed),
        unchanged=len(plan.entries) - plan.to_write,
        missing=len(plan.missing),
        total_bytes=plan.total_bytes,
        entries=tuple(
            PlanEntry(
                entry.source,
                os.path.join(entry.folder, entry.name),  # noqa: PTH118 - not normalised
                same_names(os.path.basename(entry.source), entry.folder, entry.name).text  # noqa: PTH119 - likewise
                if entry.is_renamed
                else "",
            )
            for entry in plan.entries[:SHOWN_ENTRIES]
        ),
        problems=problems,
        is_possible=not problems,
        is_other_disk=any(problem.kind is FolderProblemKind.OTHER_DISK for problem in plan.problems),
    )


def _export_folders(
    settings: ExportSettings, plan: FolderPlan, cancel: CancelToken, on_progress: OnCount
) -> ExportDone:
    done = folders.carry_out(plan, cancel, on_progress)
    details = "\n".join(f"{visible(one.path)}: {one.reason}" for one in done.failed)
    return ExportDone(settings, done.written, plan.target, not_written=len(done.failed), details=details)


def _plan_sidecars(
    session: Session, settings: ExportSettings, labels: frozenset[str] | None, cancel: CancelToken
) -> SidecarPlan:
    naming = Naming.WHOLE_NAME if settings.naming is SidecarNaming.FULL_NAME else Naming.STEM
    options = SidecarOptions(naming, settings.root_tag, settings.last_keywords)
    journal, selection = sidecar_journal(session), _selection(settings, labels)
    chosen = images_for_sidecars(stoppable(session.labelled_images(), cancel), selection, options, journal)
    return sidecars.plan_sidecars(chosen, options, cancel)


def _sidecar_plan(settings: ExportSettings, plan: SidecarPlan) -> ExportPlan:
    changes = [entry for entry in plan.entries if entry.action is not SidecarAction.UNCHANGED]
    return ExportPlan(
        settings,
        to_write=len(changes),
        existing=plan.count(SidecarAction.MERGE),
        unchanged=plan.count(SidecarAction.UNCHANGED),
        refused=len(plan.problems),
        entries=tuple(
            PlanEntry(entry.images[0], entry.sidecar, "" if entry.label is None else entry.label.keyword)
            for entry in changes[:SHOWN_ENTRIES]
        ),
        problems=tuple(dict.fromkeys(problem.reason for problem in plan.problems)),
    )


def _write_sidecars(
    session: Session, settings: ExportSettings, plan: SidecarPlan, cancel: CancelToken, on_progress: OnCount
) -> ExportDone:
    done = sidecars.write_sidecars(plan, cancel, on_progress, journal=sidecar_journal(session))
    problems = [*plan.problems, *done.problems]
    not_understood = sum(problem.trouble is SidecarTrouble.NOT_UNDERSTOOD for problem in problems)
    details = "\n".join(f"{visible(problem.sidecar)}: {problem.reason}" for problem in problems)
    return ExportDone(settings, done.written, "", not_understood, len(problems) - not_understood, details)
