"""Guess which columns of a table hold the path and the label of an image."""

from __future__ import annotations

from collections.abc import Sequence

from inference.exports.label_rows import Columns
from inference.pictures.formats import has_picture_suffix

_PATH_NAMES = (
    *("path", "filepath", "file_path", "image_path", "img_path", "imagepath", "filename", "file_name", "file"),
    *("image", "img", "image_file", "image_name", "imagename", "picture", "photo", "image_id", "imageid", "id", "name"),
)
"""Most telling first, as in `_LABEL_NAMES`."""

_LABEL_NAMES = (
    *("label", "labels", "class", "class_name", "classname", "category", "species", "breed", "tag", "true_label"),
    *("ground_truth", "target", "y"),
)

_LOOKED_AT = 200
_MOSTLY = 0.8
_PAIR = 2


def has_head(rows: Sequence[Sequence[str]]) -> bool:
    """Whether the first of these rows holds names of columns rather than an image."""
    first = rows[0]
    if any(map(has_picture_suffix, first)):
        return False
    if any(_plain(cell) in {*_PATH_NAMES, *_LABEL_NAMES} for cell in first):
        return True
    # Nothing that we know; but pictures below a cell that is none make it the name of its column.
    return _picture_column(rows[1:]) is not None


def column_names(head: Sequence[str] | None, width: int) -> tuple[str, ...]:
    """A name for each column, each once: as the head has it, or "column 3"."""
    names: list[str] = []
    for place in range(width):
        wanted = (head[place].strip() if head is not None and place < len(head) else "") or f"column {place + 1}"
        name, number = wanted, 1
        while name in names:
            number += 1
            name = f"{wanted} ({number})"
        names.append(name)
    return tuple(names)


def guess_columns(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> Columns | None:
    """Which columns to take, or None where that is not clear.

    By their names; a column without a telling name is the path if most of its cells are names of pictures, and the
    label if it is the only other one.

    Args:
        columns: their names.
        rows: some of the rows.
    """
    path, label = guess_each(columns, rows)
    return None if path is None or label is None else Columns(path, label)


def guess_each(columns: Sequence[str], rows: Sequence[Sequence[str]]) -> tuple[str | None, str | None]:
    """The column of paths and that of labels, as `guess_columns`; None for the one that is not clear."""
    plain = [_plain(name) for name in columns]
    path = next((plain.index(name) for name in _PATH_NAMES if name in plain), None)
    by_content = _picture_column(rows)
    if by_content is not None and (path is None or not _holds_pictures(rows, path)):
        # "id,filename_of_scan,label": what looks like a picture is one.
        path = by_content
    label = next((plain.index(name) for name in _LABEL_NAMES if name in plain and plain.index(name) != path), None)
    if path is not None and label is None and len(columns) == _PAIR:
        label = 1 - path
    return None if path is None else columns[path], None if label is None else columns[label]


def _plain(name: str) -> str:
    return name.strip().lower().replace(" ", "_").replace("-", "_")


def _picture_column(rows: Sequence[Sequence[str]]) -> int | None:
    """The only column whose cells are mostly names of pictures."""
    width = max(map(len, rows), default=0)
    columns = [column for column in range(width) if _holds_pictures(rows, column)]
    return columns[0] if len(columns) == 1 else None


def _holds_pictures(rows: Sequence[Sequence[str]], column: int) -> bool:
    cells = [row[column] for row in rows[:_LOOKED_AT] if column < len(row) and row[column]]
    return bool(cells) and sum(map(has_picture_suffix, cells)) >= _MOSTLY * len(cells)
