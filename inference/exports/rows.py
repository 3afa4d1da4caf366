"""Write labelled images into one file of rows, whole or not at all."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from pathlib import Path
from typing import Protocol

from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.exports.csv_rows import CsvRows
from inference.exports.json_rows import JsonRows
from inference.files import replacing
from inference.pictures.formats import SNIFF_BYTES, has_picture_suffix, looks_like_picture
from inference.pictures.regular_file import open_regular
from inference.sessions.records import LabelledImage
from inference.sessions.suffix import MARK_BYTES, belongs_to_session

_SLICE = 500
"""So many rows are made between two looks at the wish to stop."""

OnCount = Callable[[int], None]
"""Is told how many images are done."""


class RowForm(StrEnum):
    """The forms of a file of rows."""

    CSV = "csv"
    JSON_LINES = "jsonl"


@dataclass(frozen=True, slots=True)
class RowOptions:
    """How rows are written.

    Attributes:
        root: paths below this folder are written relative to it, others whole; None for whole paths.
        for_spreadsheets: CSV only: text that a spreadsheet would take for a formula gets an apostrophe before it,
            which an import here takes away again.
        top_count: so many predictions stand in a row.
    """

    root: str | None = None
    for_spreadsheets: bool = True
    top_count: int = 5


def write_csv(
    images: Iterable[LabelledImage],
    target: Path,
    options: RowOptions,
    cancel: CancelToken,
    on_progress: OnCount | None = None,
) -> int:
    """Write images as CSV (RFC 4180, UTF-8 without a byte order mark); returns how many.

    Columns: path, label, state, source, score, label_1, probability_1 ..., model, model_hash, decided_at (ISO 8601,
    UTC), error, path_bytes (hexadecimal digits, only where the path is not UTF-8), device, precision (where the model
    answered).

    Raises:
        OutputWriteError: the file could not be written, or would replace a picture or a session; what stood there
            before stays.
        Cancelled: somebody wanted to stop; likewise.
    """
    return _write(images, target, _rows(RowForm.CSV, options), cancel, on_progress)


def write_json_lines(
    images: Iterable[LabelledImage],
    target: Path,
    options: RowOptions,
    cancel: CancelToken,
    on_progress: OnCount | None = None,
) -> int:
    """Write images as JSON Lines (pure ASCII, one object a line, null for what is unknown); returns how many.

    Raises:
        OutputWriteError: the file could not be written, or would replace a picture or a session; what stood there
            before stays.
        Cancelled: somebody wanted to stop; likewise.
    """
    return _write(images, target, _rows(RowForm.JSON_LINES, options), cancel, on_progress)


def preview_rows(images: Iterable[LabelledImage], form: RowForm, options: RowOptions, count: int = 3) -> list[str]:
    """What stands first in the file, without line ends: the column names (CSV) and the first `count` rows.

    A row may hold line ends itself (in quotes) where a name does.
    """
    rows = _rows(form, options)
    lines = [rows.head()] if rows.head() else []
    lines += [rows.rows([image]) for image in islice(images, count)]
    return [line.removesuffix("\n").removesuffix("\r") for line in lines]


class _Rows(Protocol):
    def head(self) -> str: ...

    def rows(self, images: Sequence[LabelledImage]) -> str: ...


def _rows(form: RowForm, options: RowOptions) -> _Rows:
    if form is RowForm.CSV:
        return CsvRows(options.root, options.top_count, for_spreadsheets=options.for_spreadsheets)
    return JsonRows(options.root, options.top_count)


def _write(
    images: Iterable[LabelledImage], target: Path, rows: _Rows, cancel: CancelToken, on_progress: OnCount | None
) -> int:
    _require_replaceable(target)
    written = 0
    waiting = iter(images)
    own_names = {os.path.abspath(target), os.path.realpath(target)}  # noqa: PTH100 - not normalised
    with replacing(target) as file:
        file.write(rows.head().encode())
        while True:
            cancel.raise_if_set()
            some = list(islice(waiting, _SLICE))
            if not some:
                return written
            if any(image.path in own_names for image in some):
                raise OutputWriteError(str(target), "it is one of the files in the list. Choose another name.")
            file.write(rows.rows(some).encode())
            written += len(some)
            if on_progress is not None:
                on_progress(written)


def _require_replaceable(target: Path) -> None:
    """Refuse a file that is there and is a picture, by name or content, or a session: it may be what is exported."""
    try:
        with open(open_regular(str(target)), "rb") as file:  # noqa: PTH123 - a descriptor
            start = file.read(max(SNIFF_BYTES, MARK_BYTES))
    except OSError:
        # Nothing there, a pipe, or nothing that may be read: the writing itself will tell.
        return
    if belongs_to_session(str(target), start):
        raise OutputWriteError(str(target), "it belongs to a session, and rows would replace it. Choose another name.")
    if has_picture_suffix(str(target)) or looks_like_picture(start):
        raise OutputWriteError(str(target), "it is a picture, and rows would replace it. Choose another name.")
