"""Read a file of labels into cells: tables with any separator, JSON, JSON Lines."""

from __future__ import annotations

import codecs
import csv
import json
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import NoReturn

from inference.cancel import CancelToken
from inference.errors import LabelFileError
from inference.exports.csv_rows import OWN_COLUMNS
from inference.exports.label_columns import column_names, guess_columns, has_head
from inference.exports.label_rows import MOST_ROWS, LabelForm
from inference.exports.splits import MAGIC
from inference.exports.stopping import stoppable
from inference.pictures.regular_file import NotRegularError, open_regular

MOST_BYTES = 512 << 20
"""Our own rows of a million images are larger than 64 MB by far; what is not needed of them is not kept."""
_MOST_JSON_BYTES = 64 << 20
"""A JSON document is held in memory as a whole."""
_OWN_NEEDED = ("path", "label", "state", "source", "path_bytes")
_SAMPLE_ROWS = 50
_SAMPLE_CHARACTERS = 1 << 16
_DELIMITERS = ",\t;|"
_OWN_JSON_KEYS = frozenset({"schema", "path", "label", "state", "source"})
_MOST_KEYS = 500
_PAIR = 2

Cell = str | None
"""Text; None for a JSON value that is no text and no whole number."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file of labels, in cells.

    Attributes:
        form: what the file is.
        columns: names, each once.
        rows: may be shorter than `columns`.
        is_own: an export wrote it: it has states, and path_bytes where needed.
        is_guarded: its cells went through `csv_cells`.
        problems: sentences about how it was read.
    """

    form: LabelForm
    columns: tuple[str, ...]
    rows: Sequence[Sequence[Cell]]
    is_own: bool
    is_guarded: bool
    problems: tuple[str, ...]


def read_table(path: str, cancel: CancelToken | None = None) -> Table:
    """Read a file of labels.

    Raises:
        LabelFileError: it cannot be read, is too large, or is neither a table nor JSON of a known shape.
        Cancelled: somebody wanted to stop.
    """
    text, problems = _text_of(path)
    suffix = os.path.splitext(path)[1].lower()  # noqa: PTH122 - paths stay str as given
    if not text.strip():
        raise LabelFileError(path, "The file is empty.")
    if suffix in {".jsonl", ".ndjson"}:
        return _json_lines(path, text, problems, cancel)
    if suffix == ".json" or (suffix not in {".csv", ".tsv", ".txt"} and text.lstrip()[0] in "[{"):
        return _json_lines(path, text, problems, cancel) if _has_json_lines(text) else _json(path, text, problems)
    return _cells(path, text, problems, cancel)


def _text_of(path: str) -> tuple[str, tuple[str, ...]]:
    try:
        with open(open_regular(path), "rb") as file:  # noqa: PTH123 - a descriptor
            data = file.read(MOST_BYTES + 1)
    except NotRegularError as error:
        raise LabelFileError(path, str(error)) from error
    except (OSError, ValueError) as error:
        raise LabelFileError(path, f"{getattr(error, 'strerror', None) or error}.") from error
    if len(data) > MOST_BYTES:
        raise LabelFileError(path, f"The file is larger than {MOST_BYTES >> 20} MB.")
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        try:
            return data.decode("utf-16"), ()
        except UnicodeDecodeError as error:
            raise LabelFileError(path, "It begins as UTF-16 text, but is none.") from error
    try:
        return data.decode("utf-8-sig"), ()
    except UnicodeDecodeError:
        # Latin-1 gives every byte a meaning; nothing is lost, but it may be the wrong one.
        return data.decode("latin-1"), ("The file is not UTF-8. It was read as Latin-1: look at letters with accents.",)


def _cells(path: str, text: str, problems: tuple[str, ...], cancel: CancelToken | None) -> Table:
    if text.startswith(MAGIC):
        body = "".join(_without_head(text))
        listed = ("path", "label", "path_bytes")
        return Table(LabelForm.CSV, listed, _records(path, body, "\t", cancel), True, False, problems)
    delimiter = _delimiter_of(text)
    rows = _records(path, text[:_SAMPLE_CHARACTERS], delimiter, cancel, is_sample=True)
    head = rows[0] if rows and has_head(rows[:_SAMPLE_ROWS]) else None
    if head is not None and set(head) >= OWN_COLUMNS:
        kept = [head.index(name) for name in _OWN_NEEDED]
        own = _records(path, text, delimiter, cancel, kept=kept)
        return Table(LabelForm.CSV, _OWN_NEEDED, own[1:], True, True, problems)
    rows = _records(path, text, delimiter, cancel)
    columns = column_names(head, max(map(len, rows)))
    return Table(LabelForm.CSV, columns, rows[1:] if head is not None else rows, False, False, problems)


def _without_head(text: str) -> Iterator[str]:
    """The lines after the comments of a list."""
    is_head = True
    for line in _lines(text):
        is_head = is_head and line.startswith("#")
        if not is_head:
            yield line


def _lines(text: str) -> Iterator[str]:
    """The lines with their ends (a text stream would hold the text once more, four bytes a character)."""
    end = "\n" if "\n" in text else "\r"
    start = 0
    while start < len(text):
        after = text.find(end, start) + 1 or len(text)
        yield text[start:after]
        start = after


def _records(
    path: str,
    text: str,
    delimiter: str,
    cancel: CancelToken | None,
    *,
    kept: Sequence[int] = (),
    is_sample: bool = False,
) -> list[list[str]]:
    """The rows that are not empty, with all cells or those that are kept; of a sample, those that are whole."""
    # Strict: an open quotation mark must not swallow the rest of the file without a word.
    reader = csv.reader(_lines(text), delimiter=delimiter, strict=True)
    rows: list[list[str]] = []
    try:
        for row in stoppable(reader, cancel):
            if row:
                rows.append([row[place] if place < len(row) else "" for place in kept] if kept else row)
            if len(rows) > MOST_ROWS:
                _too_many(path)
    except csv.Error as error:
        if not is_sample:
            raise LabelFileError(path, f"Line {reader.line_num}: {error}.") from error
    return rows


def _too_many(path: str) -> NoReturn:
    raise LabelFileError(path, f"It has more than {MOST_ROWS:,} rows.")


def _delimiter_of(text: str) -> str:
    """The separator that cuts the first rows best: into known columns, else into equally many."""
    sample = text[:_SAMPLE_CHARACTERS]
    return max(_DELIMITERS, key=lambda delimiter: _score(sample, delimiter))


def _score(sample: str, delimiter: str) -> tuple[bool, float, int]:
    rows: list[list[str]] = []
    reader = csv.reader(_lines(sample), delimiter=delimiter)
    try:
        rows = [row for row in islice(reader, _SAMPLE_ROWS) if row]
    except csv.Error:
        return False, 0.0, 0
    widths = [len(row) for row in rows]
    usual = max(set(widths), key=widths.count, default=0)
    if usual < _PAIR:
        return False, 0.0, 0
    columns = column_names(rows[0] if has_head(rows) else None, usual)
    return guess_columns(columns, rows) is not None, widths.count(usual) / len(widths), -_DELIMITERS.index(delimiter)


def _decoder() -> Callable[[str], object]:
    def unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
        fields = dict(pairs)
        if len(fields) != len(pairs):
            raise ValueError("a name occurs twice in one object")
        return fields

    def no_number(name: str) -> NoReturn:
        raise ValueError(f"{name} is not JSON")

    return json.JSONDecoder(object_pairs_hook=unique, parse_constant=no_number).decode


def _has_json_lines(text: str) -> bool:
    """Whether the first two lines are JSON objects, each by itself."""
    lines = [line for line in text[:_SAMPLE_CHARACTERS].split("\n") if line.strip()][:_PAIR]
    try:
        return len(lines) == _PAIR and all(isinstance(json.loads(line), dict) for line in lines)
    except (ValueError, RecursionError):
        return False


def _json_lines(path: str, text: str, problems: tuple[str, ...], cancel: CancelToken | None) -> Table:
    decode, items = _decoder(), list[object]()
    # Not splitlines: it would also cut at U+2028 inside a text.
    for number, line in enumerate(stoppable(_lines(text), cancel), 1):
        if not line.strip():
            continue
        try:
            items.append(_flat(decode(line)))
        except (ValueError, RecursionError) as error:
            raise LabelFileError(path, f"Line {number} is not JSON: {_words_of(error)}.") from error
        if len(items) > MOST_ROWS:
            _too_many(path)
    return _objects(path, LabelForm.JSON_LINES, items, problems)


def _flat(item: object) -> object:
    """An entry without what no column of labels holds: lists and objects in it would fill the memory."""
    if isinstance(item, dict):
        return {key: () if isinstance(value, dict | list) else value for key, value in item.items()}
    return item


def _json(path: str, text: str, problems: tuple[str, ...]) -> Table:
    if len(text) > _MOST_JSON_BYTES:
        raise LabelFileError(path, f"It is larger than {_MOST_JSON_BYTES >> 20} MB. JSON Lines may be larger.")
    try:
        data = _decoder()(text)
    except (ValueError, RecursionError) as error:
        raise LabelFileError(path, f"It is not JSON: {_words_of(error)}.") from error
    if isinstance(data, dict) and guess_columns(tuple(data), ()) is not None:
        data = [data]
    if isinstance(data, dict) and data and not any(isinstance(value, dict | list) for value in data.values()):
        return Table(
            LabelForm.JSON, ("path", "label"), [[key, _cell(data[key])] for key in data], False, False, problems
        )
    if isinstance(data, dict):
        lists = [value for value in data.values() if isinstance(value, list) and value and isinstance(value[0], dict)]
        data = lists[0] if len(lists) == 1 else None
    if not isinstance(data, list) or not data:
        raise LabelFileError(path, "It is neither a list of objects nor an object of paths and labels.")
    if len(data) > MOST_ROWS:
        _too_many(path)
    return _objects(path, LabelForm.JSON, data, problems)


def _words_of(error: Exception) -> str:
    return "it is nested too deeply" if isinstance(error, RecursionError) else str(error).rstrip(".")


def _objects(path: str, form: LabelForm, items: Sequence[object], problems: tuple[str, ...]) -> Table:
    """Objects as rows of a table whose columns are all their keys; pairs as rows of two."""
    if all(isinstance(item, list) and len(item) == _PAIR for item in items):
        pairs = [[_cell(cell) for cell in item] for item in items if isinstance(item, list)]
        return Table(form, ("column 1", "column 2"), pairs, False, False, problems)
    objects = [item for item in items if isinstance(item, dict)]
    if len(objects) < len(items):
        raise LabelFileError(path, "Not every entry is an object.")
    columns = tuple(dict.fromkeys(key for fields in objects for key in fields))
    if len(columns) > _MOST_KEYS:
        raise LabelFileError(path, f"Its objects have more than {_MOST_KEYS} different keys.")
    rows = [[_cell(fields.get(column, "")) for column in columns] for fields in objects]
    return Table(form, columns, rows, set(columns) >= _OWN_JSON_KEYS, False, problems)


def _cell(value: object) -> Cell:
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else None
