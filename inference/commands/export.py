"""`main.py export`: take the labels of a session to where they are needed."""

from __future__ import annotations

import argparse
import csv
import math
import os
from collections.abc import Callable, Iterable, Iterator
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cancel import CancelToken
from inference.commands.decisions import counted
from inference.commands.export_plans import export_folders, export_sidecars, take_back_folders, take_back_sidecars
from inference.commands.label import share
from inference.commands.session_images import absolute, open_session
from inference.commands.targets import require_rows_target
from inference.commands.terminal import EXIT_INTERRUPTED, EXIT_NOTHING_DONE, counting, put_beside, put_line, say
from inference.errors import CardinalError
from inference.exports.folder_journal import FolderWay
from inference.exports.folder_plan import FolderOptions
from inference.exports.rows import RowForm, RowOptions, preview_rows, write_csv, write_json_lines
from inference.exports.selection import Include, Selection, selected
from inference.exports.session_content import common_folder, images_for_folders
from inference.exports.sidecar_plan import SidecarNaming, SidecarOptions
from inference.exports.splits import PARTS, split, write_splits
from inference.exports.xmp import DEFAULT_ROOT
from inference.profile import Profile
from inference.sessions.records import LabelledImage
from inference.sessions.suffix import sidecar_list

if TYPE_CHECKING:
    from inference.sessions.session import Session

_FORMATS = (*(form.value for form in RowForm), "folders", "splits", "xmp")
_LINKS = {"copy": FolderWay.COPY, "hard": FolderWay.HARD_LINK, "symbolic": FolderWay.SYMLINK}


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser(
        "export",
        help="write the labels of a session: rows, class folders, split lists, XMP sidecars",
        description="Pictures are never moved or changed. Class folders and sidecars are planned first; the plan is "
        "printed; --dry-run ends there.",
    )
    parser.add_argument("session", metavar="SESSION", help="the session's file; a window may have it open")
    parser.add_argument("--format", choices=_FORMATS, required=True)
    parser.add_argument("--output", metavar="TARGET", help="csv, jsonl: a file; folders, splits: a folder")
    which = parser.add_argument_group("which images")
    which.add_argument(
        "--include",
        choices=[include.value for include in Include],
        default=Include.REVIEWED.value,
        help="reviewed labels; these and suggestions; or every image with its state (default: reviewed)",
    )
    which.add_argument("--score-from", type=share, default=0.0, metavar="S", help="suggestions of at least this score")
    which.add_argument("--labels", type=names, metavar="A,B", help='only these labels; "A, B" is one with a comma')
    rows = parser.add_argument_group("csv, jsonl, splits")
    rows.add_argument(
        "--root", metavar="DIR", help="write paths relative to it (default: what the session's folders share)"
    )
    rows.add_argument("--absolute", action="store_true", help="write whole paths")
    rows.add_argument("--no-spreadsheet-guard", action="store_true", help="csv: no apostrophe before possible formulas")
    rows.add_argument(
        "--shares", type=shares, default=(0.8, 0.1, 0.1), metavar="T,V,T", help="splits: of the three lists"
    )
    rows.add_argument("--seed", type=int, default=0, metavar="N", help="splits: another seed, other lists (default 0)")
    files = parser.add_argument_group("folders, xmp")
    files.add_argument("--link", choices=list(_LINKS), default="copy", help="folders: copies or links (default: copy)")
    files.add_argument("--unsure-folder", action="store_true", help="folders: unsure images go to _unsure")
    files.add_argument(
        "--sidecar-name",
        choices=["photo.jpg.xmp", "photo.xmp"],
        default="photo.jpg.xmp",
        help="xmp: as digiKam or Adobe",
    )
    files.add_argument("--root-tag", default=DEFAULT_ROOT, metavar="TAG", help=f"xmp: above our tags ({DEFAULT_ROOT})")
    files.add_argument("--undo", action="store_true", help="take back what was written there before")
    parser.add_argument("--dry-run", action="store_true", help="only say what would be written")
    parser.set_defaults(run=run)


def names(text: str) -> frozenset[str]:
    """Labels with commas between them, for argparse; quotation marks hold one together that has a comma."""
    return frozenset(label for label in next(csv.reader([text], skipinitialspace=True), []) if label)


def shares(text: str) -> tuple[float, float, float]:
    """Three shares, for argparse."""
    parts = [float(part) for part in text.split(",")]
    is_whole = math.isclose(sum(parts), 1, abs_tol=1e-6) and all(part >= 0 for part in parts)
    if len(parts) != len(PARTS) or not is_whole:
        raise argparse.ArgumentTypeError("must be three numbers that add up to 1, such as 0.8,0.1,0.1")
    return parts[0], parts[1], parts[2]


def run(arguments: argparse.Namespace, _profile: Profile) -> int:
    """Run the command; the exit code of DESIGN.md 8: 1 where some files could not be written."""
    try:
        if arguments.output is None and arguments.format != "xmp":
            say(f"--format {arguments.format} needs --output.")
            return EXIT_NOTHING_DONE
        if arguments.undo:
            return _take_back(arguments)
        session = open_session(arguments.session, read_only=True)
        try:
            return _export(arguments, session)
        finally:
            session.close()
    except CardinalError as error:
        say(str(error))
        return EXIT_NOTHING_DONE
    except KeyboardInterrupt:
        if arguments.format in {"folders", "xmp"}:
            say("Stopped. The same command goes on; with --undo it takes back what was written.")
        return EXIT_INTERRUPTED


def _take_back(arguments: argparse.Namespace) -> int:
    if arguments.format == "folders":
        return take_back_folders(Path(arguments.output))
    if arguments.format == "xmp":
        return take_back_sidecars(sidecar_list(Path(os.path.realpath(arguments.session))))
    say("--undo is for folders and xmp; other files are replaced by the next export.")
    return EXIT_NOTHING_DONE


def _export(arguments: argparse.Namespace, session: Session) -> int:
    if arguments.format == "xmp":
        return _export_sidecars(arguments, session)
    images = _chosen(arguments, session)
    first = next(images, None)
    if first is None:
        say("There is nothing to export.")
        if selection_of(arguments).include is Include.REVIEWED:
            say("No image has been reviewed, or none has such a label; --include suggested takes suggestions, too.")
        return EXIT_NOTHING_DONE
    everything = chain([first], images)
    if arguments.format == "folders":
        target = Path(arguments.output)
        return export_folders(everything, target, _folder_options(arguments), dry_run=arguments.dry_run)
    if arguments.format == "splits":
        return _export_splits(arguments, session, everything)
    return _export_rows(arguments, session, everything)


def selection_of(arguments: argparse.Namespace) -> Selection:
    """Which images were asked for."""
    return Selection(Include(arguments.include), arguments.score_from, arguments.labels)


def _folder_options(arguments: argparse.Namespace) -> FolderOptions:
    return FolderOptions(_LINKS[arguments.link], unsure_folder=arguments.unsure_folder)


def _chosen(arguments: argparse.Namespace, session: Session) -> Iterator[LabelledImage]:
    """The images that were asked for."""
    images, selection = session.labelled_images(), selection_of(arguments)
    if arguments.format == "folders":
        return images_for_folders(images, selection, _folder_options(arguments))
    return selected(images, selection)


def _export_rows(arguments: argparse.Namespace, session: Session, images: Iterable[LabelledImage]) -> int:
    form = RowForm(arguments.format)
    options = RowOptions(_root(arguments, session), for_spreadsheets=not arguments.no_spreadsheet_guard)
    if arguments.dry_run:
        first = list(images)
        for line in preview_rows(first, form, options):
            put_line(line)
        say(f"Nothing was written. It would be {counted(len(first), 'row')}.")
        return 0
    target = Path(arguments.output)
    require_rows_target(target, [arguments.session])
    write: Callable[..., int] = write_csv if form is RowForm.CSV else write_json_lines
    with counting(" rows") as on_progress:
        written = write(images, target, options, CancelToken(), on_progress)
    say(f"{counted(written, 'row')} in {target}.")
    return 0


def _export_splits(arguments: argparse.Namespace, session: Session, images: Iterable[LabelledImage]) -> int:
    splits = split(images, arguments.shares, seed=arguments.seed)
    target = Path(arguments.output)
    put_beside(f"{len(members):>9,}  {part}" for part, members in zip(PARTS, splits.parts, strict=True))
    if splits.undivided:
        say(f"{counted(len(splits.undivided), 'label')} with one or two images each went to one list.")
    if not any(splits.parts):
        say("No image has a label.")
        return EXIT_NOTHING_DONE
    if arguments.dry_run:
        say("Nothing was written.")
        return 0
    write_splits(splits, target, _root(arguments, session))
    say(f"{counted(sum(map(len, splits.parts)), 'label')} in {target}.")
    return 0


def _root(arguments: argparse.Namespace, session: Session) -> str | None:
    """The folder to which paths are relative: the one asked for, or what the session's folders have in common."""
    if arguments.absolute:
        return None
    if arguments.root is not None:
        return absolute(arguments.root)
    return common_folder(session.sources())


def _export_sidecars(arguments: argparse.Namespace, session: Session) -> int:
    naming = SidecarNaming.WHOLE_NAME if arguments.sidecar_name == "photo.jpg.xmp" else SidecarNaming.STEM
    options = SidecarOptions(naming, arguments.root_tag)
    images = session.labelled_images()
    return export_sidecars(
        images, selection_of(arguments), options, sidecar_list(session.path), dry_run=arguments.dry_run
    )
