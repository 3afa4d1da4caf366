"""Write the comparison of methods as a table for programs and spreadsheets."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from inference.attention.figures import MethodFigures
from inference.exports.csv_cells import guarded
from inference.exports.row_paths import clean_text

COLUMNS = (
    "method", "pictures", "average_drop", "average_increase", "deletion_area", "insertion_area", "seconds", "runs",
    "model", "model_sha256", "seed", "drawn_from",
)  # fmt: skip
"""The first seven as `explain --compare-methods` writes them; `runs` are of all pictures together."""


@dataclass(frozen=True, slots=True)
class ComparedOn:
    """What a comparison is of.

    Attributes:
        model: as people read it.
        model_hash: SHA-256 of its file.
        seed: the pictures were drawn with.
        drawn_from: how many pictures they were drawn from.
    """

    model: str
    model_hash: str
    seed: int
    drawn_from: int


def table_text(figures: Sequence[MethodFigures], on: ComparedOn, *, separator: str = ",") -> str:
    """A heading and a row for each method (RFC 4180), numbers in full.

    Args:
        figures: at least one.
        on: what they are of.
        separator: between cells; a tab for what is pasted into a spreadsheet.
    """
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=separator, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for one in figures:
        writer.writerow(
            [
                one.method.value,
                one.pictures,
                repr(one.average_drop),
                repr(one.average_increase),
                _area(one.deletion_area),
                _area(one.insertion_area),
                repr(one.seconds),
                one.runs,
                guarded(clean_text(on.model)),
                on.model_hash,
                on.seed,
                on.drawn_from,
            ]
        )
    return buffer.getvalue()


def _area(area: float | None) -> str:
    return "" if area is None else repr(area)
