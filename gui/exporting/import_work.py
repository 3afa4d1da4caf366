"""Read labels from files and find the images that they are about, in a worker; knows sessions and files, no Qt."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from gui.exporting.label_match import NO_COLUMN, ImportSettings, LabelMatch, MatchRow
from inference.cancel import CancelToken
from inference.errors import LabelFileError
from inference.exports.importing import bases, label_columns, match, read_folder_labels, read_labels
from inference.exports.label_columns import guess_each
from inference.exports.label_matching import Match, images_of
from inference.exports.label_rows import Columns, ImportedRow, LabelFile
from inference.exports.stopping import stoppable
from inference.sessions.session import Session
from inference.sessions.states import ImageState

SHOWN_ROWS = 20
_GUESSED_FROM = 200


@dataclass(frozen=True, slots=True)
class FoundLabels:
    """What an import would do, and with what.

    Attributes:
        match: for the dialog.
        labels: (key, label, state or None) of the images that rows were found for; no label where only a state is said.
        unmatched: paths of rows without an image, or with more than one, as the file has them.
    """

    match: LabelMatch
    labels: tuple[tuple[int, str, ImageState | None], ...]
    unmatched: tuple[str, ...]


def find_labels(
    session: Session, settings: ImportSettings, labelled: frozenset[int], cancel: CancelToken
) -> FoundLabels:
    """Read a file (or a folder of class folders) and match it with the session. Runs on: a worker thread.

    Args:
        session: whose images.
        settings: which file, and which columns.
        labelled: keys of images that a person has labelled.
        cancel: ends it.

    Raises:
        LabelFileError: the file cannot be read.
        Cancelled: nobody waits for it any more.
    """
    if os.path.isdir(settings.path):  # noqa: PTH112 - paths are text as given
        file = read_folder_labels(settings.path, cancel)
    else:
        columns = _columns(settings, cancel)
        try:
            file = read_labels(settings.path, columns, cancel)
        except LabelFileError:
            if columns is not None:
                raise
            # The person says which column is what.
            match = _unclear(session, settings, cancel)
            if not match.columns:
                raise
            return FoundLabels(match, (), ())
    return _matched(session, settings, file, labelled, cancel)


def _unclear(session: Session, settings: ImportSettings, cancel: CancelToken) -> LabelMatch:
    """Of a file whose columns a person must name: whole rows to judge by, and what is clear nevertheless."""
    names, rows = label_columns(settings.path, cancel, count=_GUESSED_FROM)
    path, label = guess_each(names, rows)
    path_place, label_place = (NO_COLUMN if name is None else names.index(name) for name in (path, label))
    shown = [row for row in rows if row][:SHOWN_ROWS]
    images = [""] * len(shown)
    if path is not None:
        paths = [image.path for image in stoppable(session.labelled_images(), cancel)]
        folder = os.path.dirname(os.path.abspath(settings.path))  # noqa: PTH100, PTH120 - not normalised
        named = [ImportedRow(number, _cell(row, path_place), "") for number, row in enumerate(shown, 1)]
        images = images_of(named, paths, bases(folder, session.sources()))
    made = tuple(
        MatchRow(", ".join(row), _cell(row, label_place), image) for row, image in zip(shown, images, strict=True)
    )
    return LabelMatch(settings, names, path_place, label_place, rows=made)


def _cell(row: Sequence[str], place: int) -> str:
    return row[place] if 0 <= place < len(row) else ""


def _columns(settings: ImportSettings, cancel: CancelToken) -> Columns | None:
    if NO_COLUMN in {settings.path_column, settings.label_column}:
        return None
    names, _ = label_columns(settings.path, cancel, count=1)
    return Columns(names[settings.path_column], names[settings.label_column])


def _matched(
    session: Session, settings: ImportSettings, file: LabelFile, labelled: frozenset[int], cancel: CancelToken
) -> FoundLabels:
    paths = {image.path: image.key for image in stoppable(session.labelled_images(), cancel)}
    found = match(file.rows, paths, file.folder, roots=session.sources(), cancel=cancel)
    said = dict.fromkeys([*found.found, *found.states])
    shown = file.rows[:SHOWN_ROWS]
    images = images_of(shown, paths, bases(file.folder, session.sources()))
    left_out = (*found.unmatched, *found.ambiguous)
    labels = tuple((paths[path], found.found.get(path, ""), found.states.get(path)) for path in said)
    summary = LabelMatch(
        settings,
        columns=file.columns if file.used is not None else (),
        path_column=_place(file, None if file.used is None else file.used.path),
        label_column=_place(file, None if file.used is None else file.used.label),
        matched=len(labels),
        labelled=sum(key in labelled for key, _, _ in labels),
        unmatched=len(left_out),
        contradictory=len(found.contradictory),
        rows=tuple(MatchRow(row.path, row.label, image) for row, image in zip(shown, images, strict=True)),
        problems=(*file.problems, *_doubts(found)),
    )
    return FoundLabels(summary, labels, tuple(row.path for row in left_out))


def _doubts(found: Match) -> Iterator[str]:
    """What a person should look at before taking the labels."""
    if found.by_name:
        yield f"Images found by their file name alone: {found.by_name:,}."
    if found.ambiguous:
        yield f"Rows left out because they fit several images: {len(found.ambiguous):,}."


def _place(file: LabelFile, name: str | None) -> int:
    return file.columns.index(name) if name in file.columns else NO_COLUMN
