"""Describe labels that came from a file or from folder names, before anybody knows which images they belong to."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inference.sessions.marks import LabelSource
from inference.sessions.states import ImageState

MOST_ROWS = 5_000_000
MOST_LABEL_CHARACTERS = 1_000
MOST_PATH_CHARACTERS = 32_768


class LabelForm(StrEnum):
    """What labels can be read from."""

    CSV = "csv"
    """A table with commas, semicolons, tabs or bars; lists of a split, too."""
    JSON = "json"
    JSON_LINES = "jsonl"
    FOLDERS = "folders"


@dataclass(frozen=True, slots=True)
class Columns:
    """Which columns hold what; names as `LabelFile.columns` gives them."""

    path: str
    label: str


@dataclass(frozen=True, slots=True)
class ImportedRow:
    """What a file says of one image.

    Attributes:
        number: of the row, counted from 1 (rows of a table: without its head); 0 where there are no rows.
        path: as the file says it; undecodable bytes as surrogate escapes.
        label: empty where the file says only a state.
        state: ACCEPTED, CORRECTED, UNSURE or REJECTED where the file says so, else None.
        source: who stood behind the label, where the file says so.
        other_path: another path of the same image (the original of an exported copy), or empty.
    """

    number: int
    path: str
    label: str
    state: ImageState | None = None
    source: LabelSource | None = None
    other_path: str = ""


@dataclass(frozen=True, slots=True)
class LabelFile:
    """A file of labels, read.

    Attributes:
        path: of the file or folder.
        folder: relative paths may begin here: the folder of the file.
        form: what it is.
        columns: names of its columns (keys, for JSON), to choose from.
        used: which of them were taken; None where there are none (folders, a mapping of paths to labels).
        rows: in the file's order; only those that say something.
        problems: sentences about what was left out or is odd.
    """

    path: str
    folder: str
    form: LabelForm
    columns: tuple[str, ...]
    used: Columns | None
    rows: tuple[ImportedRow, ...]
    problems: tuple[str, ...]
