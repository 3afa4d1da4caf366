"""Describe what an import would do: how the rows of a file of labels fit the images of the session."""

from __future__ import annotations

from dataclasses import dataclass

NO_COLUMN = -1
"""Stands where no column was chosen or guessed."""


@dataclass(frozen=True, slots=True)
class ImportSettings:
    """One import.

    Attributes:
        path: the file or the folder, absolute, undecodable bytes as surrogate escapes.
        path_column: place of the column with paths; `NO_COLUMN` to guess.
        label_column: place of the column with labels, likewise.
        replace: images that have a label get the file's; otherwise they keep theirs.
    """

    path: str
    path_column: int = NO_COLUMN
    label_column: int = NO_COLUMN
    replace: bool = False


@dataclass(frozen=True, slots=True)
class MatchRow:
    """One of the first rows.

    Attributes:
        path: as the file has it; the whole row as long as it is not known which column is what.
        label: likewise; empty as long as nobody knows where it is.
        image: path of the image that it belongs to; empty where there is none.
    """

    path: str
    label: str
    image: str = ""


@dataclass(frozen=True, slots=True)
class LabelMatch:
    """What an import would do.

    Attributes:
        settings: what this is the match of; one of older settings is not shown.
        columns: names of the file's columns, or "Column 1" ...; empty where there are none to choose (JSON, folders).
        path_column: the column that was taken; `NO_COLUMN` where none looks like paths.
        label_column: likewise for labels.
        matched: images that rows were found for.
        labelled: of these, images that a person has labelled already.
        unmatched: rows without an image.
        contradictory: images that rows give different labels; they get none.
        rows: the first of the file.
        problems: what else there is to know, a sentence each.
    """

    settings: ImportSettings
    columns: tuple[str, ...] = ()
    path_column: int = NO_COLUMN
    label_column: int = NO_COLUMN
    matched: int = 0
    labelled: int = 0
    unmatched: int = 0
    contradictory: int = 0
    rows: tuple[MatchRow, ...] = ()
    problems: tuple[str, ...] = ()

    @property
    def needs_columns(self) -> bool:
        """Whether a person must say which column is what (E-413)."""
        return bool(self.columns) and NO_COLUMN in {self.path_column, self.label_column}

    def count(self, *, replace: bool) -> int:
        """How many images would get the file's label."""
        return self.matched if replace else self.matched - self.labelled
