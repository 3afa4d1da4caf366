"""Read labels from files and find the images that they are about, in a worker; knows sessions and files, no Qt."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass

from gui.exporting.label_match import NO_COLUMN, ImportSettings, LabelMatch, MatchRow
from inference.cancel import CancelToken
from inference.errors import LabelFileError
from inference.exports.importing import bases, label_columns, match, read_folder_labels, read_labels
from inference.exports.label_matching import Match, images_of
from inference.exports.label_rows import Columns, LabelFile
from inference.exports.stopping import stoppable
from inference.sessions.session import Session
from inference.sessions.states import ImageState

SHOWN_ROWS = 20


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
            names, rows = label_columns(settings.path, cancel, count=SHOWN_ROWS)
            if not names:
                raise
            shown = tuple(MatchRow(row[0], row[-1]) for row in rows if row)
            return FoundLabels(LabelMatch(settings, names, rows=shown), (), ())
    return _matched(session, settings, file, labelled, cancel)


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
