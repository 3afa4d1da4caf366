"""Find the images that imported rows speak of."""

from __future__ import annotations

import os
from collections.abc import Container, Iterable, Iterator, Sequence
from dataclasses import dataclass

from inference.cancel import CancelToken
from inference.exports.label_rows import ImportedRow
from inference.exports.stopping import stoppable
from inference.sessions.states import ImageState


@dataclass(frozen=True, slots=True)
class Contradiction:
    """Rows that say different things of one image; none of them is taken.

    Attributes:
        path: of the image.
        rows: at least two.
    """

    path: str
    rows: tuple[ImportedRow, ...]


@dataclass(frozen=True, slots=True)
class Match:
    """What rows say of images of a session.

    Attributes:
        found: label of each image, by its path; only images that get a label.
        states: what the file says of an image, by its path: ACCEPTED, CORRECTED, UNSURE, REJECTED. Where it says
            nothing there is no entry. UNSURE and REJECTED have no label in `found`.
        unmatched: rows to which no image belongs.
        ambiguous: rows that fit several images: below different folders, or by their file name.
        contradictory: images of which rows say different things.
        by_name: so many images were found by their file name alone.
    """

    found: dict[str, str]
    states: dict[str, ImageState]
    unmatched: tuple[ImportedRow, ...]
    ambiguous: tuple[ImportedRow, ...]
    contradictory: tuple[Contradiction, ...]
    by_name: int


def match_rows(
    rows: Iterable[ImportedRow], paths: Iterable[str], roots: Sequence[str], cancel: CancelToken | None = None
) -> Match:
    """See `importing.match`."""
    known = dict.fromkeys(paths)
    by_path: dict[str, list[ImportedRow]] = {}
    unmatched: list[ImportedRow] = []
    ambiguous: list[ImportedRow] = []
    rest: list[ImportedRow] = []
    for row in stoppable(rows, cancel):
        fitting = _in_full(row, known, roots)
        if len(fitting) > 1:
            ambiguous.append(row)
        elif fitting:
            by_path.setdefault(fitting[0], []).append(row)
        else:
            rest.append(row)
    named: dict[str, list[ImportedRow]] = {}
    index = _NameIndex(known) if rest else None
    for row in stoppable(rest, cancel):
        fitting = index.find(row.path) if index is not None else ()
        if len(fitting) > 1:
            ambiguous.append(row)
        elif not fitting or fitting[0] in by_path:
            # An image that a row names in full does not belong to another row by its bare name.
            unmatched.append(row)
        else:
            named.setdefault(fitting[0], []).append(row)
    return _judged(by_path | named, len(named), tuple(unmatched), tuple(ambiguous))


def images_of(rows: Iterable[ImportedRow], paths: Iterable[str], roots: Sequence[str]) -> list[str]:
    """The image of each row, each row by itself: empty where there is none, or more than one."""
    known = dict.fromkeys(paths)
    index: _NameIndex | None = None
    images = []
    for row in rows:
        fitting = _in_full(row, known, roots)
        if not fitting:
            index = index or _NameIndex(known)
            fitting = index.find(row.path)
        images.append(fitting[0] if len(fitting) == 1 else "")
    return images


def _judged(
    by_path: dict[str, list[ImportedRow]],
    by_name: int,
    unmatched: tuple[ImportedRow, ...],
    ambiguous: tuple[ImportedRow, ...],
) -> Match:
    found: dict[str, str] = {}
    states: dict[str, ImageState] = {}
    contradictory: list[Contradiction] = []
    for path, rows in by_path.items():
        if len({(row.label, row.state) for row in rows}) > 1:
            contradictory.append(Contradiction(path, tuple(rows)))
            continue
        row = rows[0]
        if row.label:
            found[path] = row.label
        if row.state is not None:
            states[path] = row.state
    return Match(found, states, unmatched, ambiguous, tuple(contradictory), by_name)


def _in_full(row: ImportedRow, known: Container[str], roots: Sequence[str]) -> Sequence[str]:
    """The images whose whole path a row may mean, each once."""
    for text in (row.path, row.other_path):
        for spelling in _spellings(text):
            if spelling in known:
                return (spelling,)
            # Joining leaves an absolute path as it is.
            wholes = [os.path.join(root, spelling) for root in roots]  # noqa: PTH118 - paths are text
            fitting = dict.fromkeys(path for whole in wholes if (path := _known_spelling(whole, known)))
            if fitting:
                return tuple(fitting)
    return ()


def _known_spelling(path: str, known: Container[str]) -> str:
    if path in known:
        return path
    plain = os.path.normpath(path)
    return plain if plain in known else ""


def _spellings(text: str) -> Iterator[str]:
    if not text:
        return
    yield text
    if os.sep == "/" and "\\" in text and "/" not in text:
        # Written on Windows. A backslash in a name here was tried first.
        yield text.replace("\\", "/")
    elif os.sep == "\\" and "/" in text:
        yield text.replace("/", "\\")


class _NameIndex:
    """Images by file name, and by file name without suffix."""

    def __init__(self, paths: Iterable[str]) -> None:
        self._names: dict[str, list[str]] = {}
        self._stems: dict[str, list[str]] = {}
        for path in paths:
            name = _name_of(path)
            self._names.setdefault(name, []).append(path)
            self._stems.setdefault(os.path.splitext(name)[0], []).append(path)  # noqa: PTH122

    def find(self, text: str) -> Sequence[str]:
        """The images with the file name of a path; an id without suffix ("000bec18") may mean any suffix."""
        for spelling in _spellings(text):
            name = _name_of(spelling)
            fitting = self._names.get(name) or self._stems.get(name)
            if fitting:
                return fitting
        return ()


def _name_of(path: str) -> str:
    return os.path.basename(path)  # noqa: PTH119
