"""Match the labels of a file or of folder names with the images of a session."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.commands.decisions import counted
from inference.commands.session_images import Said, SessionImages
from inference.exports.importing import match, read_folder_labels, read_labels
from inference.exports.label_matching import Match
from inference.exports.label_rows import ImportedRow, LabelFile

_MOST_NAMED = 5


@dataclass(frozen=True, slots=True)
class Import:
    """Labels from a file or folder, and the images that they belong to.

    Attributes:
        source: the file's or folder's name.
        said: by key of the image.
        notes: sentences about what is odd.
        is_complete: every row belongs to one image, and none contradicts another.
    """

    source: str
    said: dict[int, Said]
    notes: tuple[str, ...]
    is_complete: bool


def from_file(path: str, images: SessionImages, roots: Sequence[str]) -> Import:
    """Read a CSV, JSON or JSON Lines file; `roots` are the folders of the session.

    Raises:
        LabelFileError: it cannot be read, or has no column that looks like a path and a label.
    """
    return _matched(read_labels(path), images, roots)


def from_folders(root: str, images: SessionImages, roots: Sequence[str]) -> Import:
    """Take the names of the folders in `root` for labels of what is below them.

    Raises:
        LabelFileError: the folder cannot be read.
    """
    return _matched(read_folder_labels(root), images, roots)


def _matched(file: LabelFile, images: SessionImages, roots: Sequence[str]) -> Import:
    matched = match(file.rows, images.paths, file.folder, roots=roots)
    said: dict[int, Said] = {}
    for path in {**matched.found, **matched.states}:
        key = images.key_of(path)
        if key is not None:
            said[key] = Said(matched.found.get(path, ""), matched.states.get(path))
    is_complete = not (matched.unmatched or matched.ambiguous or matched.contradictory)
    return Import(Path(file.path).name, said, (*file.problems, *_notes(matched)), is_complete)


def _notes(matched: Match) -> Iterable[str]:
    if matched.by_name:
        yield f"{counted(matched.by_name, 'image')} found by file name alone."
    if matched.unmatched:
        yield f"{counted(len(matched.unmatched), 'row')} about no image of the session: {_named(matched.unmatched)}"
    if matched.ambiguous:
        rows = counted(len(matched.ambiguous), "row")
        yield f"{rows} about a name that several images have: {_named(matched.ambiguous)}"
    if matched.contradictory:
        paths = [one.path for one in matched.contradictory]
        yield f"{counted(len(paths), 'image')} with contradictory rows, left alone: {_listed(paths)}"


def _named(rows: Sequence[ImportedRow]) -> str:
    return _listed([row.path for row in rows])


def _listed(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _MOST_NAMED:,} more" if len(paths) > _MOST_NAMED else ""
    return f"{', '.join(paths[:_MOST_NAMED])}{more}."
