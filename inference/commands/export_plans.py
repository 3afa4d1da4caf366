"""Plan class folders and sidecars, print the plan, carry it out, and take it back."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path

from inference.cancel import CancelToken
from inference.commands.decisions import counted
from inference.commands.terminal import EXIT_NOTHING_DONE, EXIT_SOME_FAILED, counting, put_beside, say
from inference.exports.folder_plan import FolderOptions, FolderPlan
from inference.exports.folders import carry_out, plan_folders, undo_folders
from inference.exports.selection import Selection
from inference.exports.session_content import images_for_sidecars
from inference.exports.sidecar_plan import SidecarAction, SidecarOptions, SidecarPlan, SidecarProblem
from inference.exports.sidecars import count_written, plan_sidecars, revert_sidecars, write_sidecars
from inference.sessions.records import LabelledImage

MOST_NAMED = 20
"""So many files with a problem are named one by one."""

_ACTIONS = {
    SidecarAction.NEW: "new",
    SidecarAction.MERGE: "merged into one that is there",
    SidecarAction.UNCHANGED: "as it should be",
    SidecarAction.TAKE_BACK: "our keywords taken out",
    SidecarAction.DELETE: "deleted, being only ours",
}


def export_folders(images: Iterable[LabelledImage], target: Path, options: FolderOptions, *, dry_run: bool) -> int:
    """Print the plan of class folders and, unless it is a dry run, carry it out; the exit code."""
    plan = plan_folders(images, target, options)
    put_beside(_folder_plan_in_words(plan))
    for problem in plan.problems:
        say(problem.message)
    if plan.problems or not (plan.entries or plan.missing):
        return EXIT_NOTHING_DONE
    if dry_run:
        say("Nothing was written.")
        return 0
    with counting(" files", len(plan.entries)) as on_progress:
        result = carry_out(plan, CancelToken(), on_progress)
    _name([f"{failed.path}: {failed.reason}" for failed in result.failed])
    there = f", {result.skipped:,} had been written before" if result.skipped else ""
    say(f"{counted(result.written, 'file')} in {plan.target}{there}. --undo takes them back.")
    return EXIT_SOME_FAILED if result.failed else 0


def _folder_plan_in_words(plan: FolderPlan) -> Iterator[str]:
    for folder, count in sorted(Counter(entry.folder for entry in plan.entries).items()):
        yield f"{count:>9,}  {folder}/"
    size = f", {plan.total_bytes / 1e6:,.1f} MB" if plan.total_bytes else ""
    yield f"{plan.to_write:>9,}  files to write ({plan.options.way}{size})"
    for count, words in (
        (len(plan.entries) - plan.to_write, "written before"),
        (len(plan.renamed), "get a number, since two have one name"),
        (len(plan.missing), "cannot be read"),
        (plan.without_label, "have no label"),
    ):
        if count:
            yield f"{count:>9,}  {words}"


def take_back_folders(target: Path) -> int:
    """Remove what exports into class folders made; the exit code."""
    with counting(" files") as on_progress:
        result = undo_folders(target, CancelToken(), on_progress)
    _name([f"{kept.path} stays. {kept.reason}" for kept in result.kept])
    say(f"{counted(result.removed, 'file')} taken back.")
    return EXIT_SOME_FAILED if result.kept else 0


def export_sidecars(
    images: Iterable[LabelledImage], selection: Selection, options: SidecarOptions, journal: Path, *, dry_run: bool
) -> int:
    """Print the plan of sidecars and, unless it is a dry run, carry it out; the exit code."""
    plan = plan_sidecars(images_for_sidecars(images, selection, options, journal), options)
    put_beside(_sidecar_plan_in_words(plan))
    _name([_sentence(problem) for problem in plan.problems])
    if dry_run:
        say("Nothing was written.")
        return 0
    if not plan.entries:
        say("There is nothing to export.")
        return EXIT_NOTHING_DONE
    with counting(" sidecars", len(plan.entries)) as on_progress:
        result = write_sidecars(plan, CancelToken(), on_progress, journal=journal)
    _name([_sentence(problem) for problem in result.problems])
    back = f", our keywords taken out of {result.taken_back:,}" if result.taken_back else ""
    say(f"{counted(result.written, 'sidecar')} written{back}. --undo takes our keywords out again.")
    return EXIT_SOME_FAILED if plan.problems or result.problems else 0


def _sidecar_plan_in_words(plan: SidecarPlan) -> Iterator[str]:
    for action, words in _ACTIONS.items():
        if plan.count(action):
            yield f"{plan.count(action):>9,}  {words}"
    if plan.problems:
        yield f"{len(plan.problems):>9,}  left alone"
    if plan.shared:
        yield f"{len(plan.shared):>9,}  shared by pictures of one name"


def take_back_sidecars(journal: Path) -> int:
    """Take our keywords out of the sidecars that were written for a session; the exit code."""
    if not count_written(journal):
        say("No sidecar has been written for this session.")
        return EXIT_NOTHING_DONE
    with counting(" sidecars") as on_progress:
        result = revert_sidecars(journal, CancelToken(), on_progress)
    _name([_sentence(problem) for problem in result.problems])
    say(f"Our keywords were taken out of {counted(result.taken_back, 'sidecar')}.")
    return EXIT_SOME_FAILED if result.problems else 0


def _sentence(problem: SidecarProblem) -> str:
    return f"{problem.sidecar}: {problem.reason}"


def _name(sentences: list[str]) -> None:
    for sentence in sentences[:MOST_NAMED]:
        say(sentence)
    if len(sentences) > MOST_NAMED:
        say(f"... and {len(sentences) - MOST_NAMED:,} more.")
