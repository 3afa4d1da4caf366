"""Import labels: read them from a file or from folder names, and find their images."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import LabelFileError, OutputWriteError
from inference.exports.csv_cells import unguarded
from inference.exports.folder_journal import FolderRecord, read_journal
from inference.exports.label_columns import guess_columns
from inference.exports.label_matching import Match, match_rows
from inference.exports.label_rows import (
    MOST_LABEL_CHARACTERS,
    MOST_PATH_CHARACTERS,
    MOST_ROWS,
    Columns,
    ImportedRow,
    LabelFile,
    LabelForm,
)
from inference.exports.label_table import Cell, Table, read_table
from inference.exports.row_paths import clean_text, path_of
from inference.exports.session_content import common_folder
from inference.exports.stopping import stoppable
from inference.pictures.formats import has_picture_suffix
from inference.sessions.marks import LabelSource
from inference.sessions.states import ImageState

_GUESSED_FROM = 200
_STATES = {state.word: state for state in ImageState}
_SOURCES = {source.value: source for source in LabelSource}
_SAID = (ImageState.UNSURE, ImageState.REJECTED)


def read_labels(path: Path | str, columns: Columns | None = None, cancel: CancelToken | None = None) -> LabelFile:
    """Read labels from CSV (any separator), JSON, JSON Lines, or a list of a split.

    An export of Cardinal's comes back exactly, with states; its suggestions are no labels and are left out.

    Args:
        path: of the file.
        columns: which ones to take; guessed where None.
        cancel: ends it.

    Raises:
        LabelFileError: it cannot be read, or has no column that looks like a path and a label.
        Cancelled: somebody wanted to stop.
    """
    name = os.fspath(path)
    table = read_table(name, cancel)
    used = columns or _guessed(table)
    if used is None:
        raise LabelFileError(name, "There is no column that looks like a path and a label.")
    if used.path not in table.columns or used.label not in table.columns:
        raise LabelFileError(name, f"It has no columns {used.path!r} and {used.label!r}.")
    reader = _Reader(table, used)
    rows = tuple(stoppable(reader.rows(), cancel))
    folder = os.path.dirname(os.path.abspath(name))  # noqa: PTH100, PTH120 - not normalised
    return LabelFile(name, folder, table.form, table.columns, used, rows, (*table.problems, *reader.problems()))


def label_columns(
    path: Path | str, cancel: CancelToken | None = None, *, count: int = 3
) -> tuple[tuple[str, ...], tuple[tuple[str, ...], ...]]:
    """Names of the columns of a file and its first rows, so that a person can choose.

    Raises:
        LabelFileError: it cannot be read.
        Cancelled: somebody wanted to stop.
    """
    table = read_table(os.fspath(path), cancel)
    return table.columns, tuple(tuple(cell or "" for cell in row) for row in table.rows[:count])


def _guessed(table: Table) -> Columns | None:
    if table.is_own:
        return Columns("path", "label")
    rows = [[cell or "" for cell in row] for row in table.rows[:_GUESSED_FROM]]
    return guess_columns(table.columns, rows)


class _Reader:
    """Turns the cells of a table into rows, and counts what it leaves out."""

    def __init__(self, table: Table, used: Columns) -> None:
        self._table = table
        self._places = {name: place for place, name in enumerate(table.columns)}
        self._used = used
        self._is_own = table.is_own and used == Columns("path", "label")
        self._labels: dict[str, str] = {}
        self._left_out: Counter[str] = Counter()

    def problems(self) -> tuple[str, ...]:
        return tuple(f"{what}: {count:,}." for what, count in self._left_out.items())

    def rows(self) -> Iterator[ImportedRow]:
        for number, cells in enumerate(self._table.rows, 1):
            path, label = self._path(cells), self._cell(cells, self._used.label)
            if path is None or label is None:
                self._left_out["Rows whose path or label is no text"] += 1
            elif not path:
                self._left_out["Rows without a path"] += 1
            elif len(path) > MOST_PATH_CHARACTERS or len(label) > MOST_LABEL_CHARACTERS:
                self._left_out["Rows with a path or label that is too long"] += 1
            elif (row := self._row(number, cells, path, label)) is not None:
                yield row

    def _row(self, number: int, cells: Sequence[Cell], path: str, label: str) -> ImportedRow | None:
        label = clean_text(label if self._is_own else label.strip())
        label = self._labels.setdefault(label, label)
        state = _STATES.get(self._cell(cells, "state") or "") if self._is_own else None
        source = _SOURCES.get(self._cell(cells, "source") or "") if self._is_own else None
        if state in _SAID:
            return ImportedRow(number, path, "", state)
        if source is LabelSource.MODEL or state is ImageState.SUGGESTED:
            self._left_out["Rows that are suggestions, not labels"] += 1
        elif not label:
            self._left_out["Rows without a label"] += 1
        else:
            return ImportedRow(number, path, label, state if state is None or state.is_reviewed else None, source)
        return None

    def _path(self, cells: Sequence[Cell]) -> str | None:
        """The path as it was before it became a cell; None where it cannot be one."""
        text = self._cell(cells, self._used.path)
        digits = self._cell(cells, "path_bytes") if self._is_own else ""
        if text is None or digits is None:
            return None
        try:
            path = path_of(text, digits)
            os.fsencode(path)
        except ValueError:
            return None
        return path

    def _cell(self, cells: Sequence[Cell], column: str) -> Cell:
        place = self._places.get(column, len(cells))
        if place >= len(cells):
            return ""
        cell = cells[place]
        return unguarded(cell) if cell and self._table.is_guarded else cell


def read_folder_labels(root: Path | str, cancel: CancelToken | None = None) -> LabelFile:
    """Labels from folder names: everything below `root`/class has the label "class".

    Where an export made the folders, its list gives the labels as they were, and the originals of the files. Links to
    folders are not followed, hidden names are passed over.

    Raises:
        LabelFileError: the folder cannot be read, or has too many files.
        Cancelled: somebody wanted to stop.
    """
    folder = os.path.abspath(os.fspath(root))  # noqa: PTH100
    problems: list[str] = []
    try:
        record = read_journal(folder) or FolderRecord()
    except OutputWriteError as error:
        record = FolderRecord()
        problems.append(str(error))
    try:
        entries = sorted((entry for entry in os.scandir(folder) if not entry.name.startswith(".")), key=_by_name)
    except OSError as error:
        raise LabelFileError(folder, f"{error.strerror or error}.") from error
    labels = {name: label for label, name in record.labels.items()}
    rows: list[ImportedRow] = []
    beside = 0
    for entry in entries:
        if not entry.is_dir(follow_symlinks=False):
            beside += has_picture_suffix(entry.name)
            continue
        is_unsure = entry.name == record.unsure
        label = "" if is_unsure else labels.get(entry.name, clean_text(entry.name))
        for path in _pictures_below(entry.path, problems, cancel or CancelToken()):
            made = record.files.get((entry.name, os.path.basename(path)))  # noqa: PTH119
            state = ImageState.UNSURE if is_unsure else None
            rows.append(ImportedRow(0, path, label, state, other_path="" if made is None else made.source))
            if len(rows) > MOST_ROWS:
                raise LabelFileError(folder, f"It has more than {MOST_ROWS:,} files.")
    if beside:
        problems.append(f"Pictures in no class folder: {beside:,}.")
    return LabelFile(folder, folder, LabelForm.FOLDERS, (), None, tuple(rows), tuple(problems))


def _by_name(entry: os.DirEntry[str]) -> bytes:
    return os.fsencode(entry.name)


def _pictures_below(folder: str, problems: list[str], cancel: CancelToken) -> Iterator[str]:
    waiting = [folder]
    while waiting:
        cancel.raise_if_set()
        here = waiting.pop()
        try:
            entries = sorted(os.scandir(here), key=_by_name)
        except OSError as error:
            problems.append(f"{here}: {error.strerror or error}.")
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue
            if entry.is_dir(follow_symlinks=False):
                waiting.append(entry.path)
            elif has_picture_suffix(entry.name):
                yield entry.path


def match(
    rows: Iterable[ImportedRow],
    paths: Iterable[str],
    root: str | None = None,
    *,
    roots: Sequence[str] = (),
    cancel: CancelToken | None = None,
) -> Match:
    """Find the images that rows speak of, among `paths` of a session.

    A row's path is tried as it is, then below `root` (the folder of the file), below each of `roots` (the session's
    folders) and below what these have in common (as exports write paths), then by its file name. Nothing else is
    guessed: rows that fit several images, and images of which rows say different things, are named in the result and
    left alone.

    Raises:
        Cancelled: somebody wanted to stop.
    """
    return match_rows(rows, paths, bases(root, roots), cancel)


def bases(root: str | None, roots: Sequence[str]) -> list[str]:
    """The folders below which relative paths of a file are looked for: `root` is its own, `roots` the session's."""
    common = common_folder(roots)
    return [folder for folder in dict.fromkeys([root, common, *roots]) if folder is not None]
