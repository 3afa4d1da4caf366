"""Write outcomes as rows: a table for people, JSON lines or CSV for programs."""

from __future__ import annotations

import csv
import io
import json
import os
from enum import StrEnum
from typing import Protocol

from inference.exports.csv_cells import guarded
from inference.results import Classification, Failure, Outcome
from inference.texts import is_unicode, unicode_path, visible


class RowFormat(StrEnum):
    """The forms that `classify --format` offers."""

    TABLE = "table"
    JSONL = "jsonl"
    CSV = "csv"


class RowFormatter(Protocol):
    """Turns outcomes into lines; every line ends with a line end."""

    def head(self) -> str:
        """What comes before the first row."""

    def row(self, outcome: Outcome) -> str:
        """One outcome."""


def formatter(form: RowFormat, *, top_count: int) -> RowFormatter:
    """The formatter of a form whose rows have `top_count` predictions."""
    if form is RowFormat.JSONL:
        return JsonLines()
    if form is RowFormat.CSV:
        return Csv(top_count)
    return Table()


class JsonLines:
    """One JSON object a line (DESIGN.md 8); pure ASCII, so that no file name can break it."""

    def head(self) -> str:
        return ""

    def row(self, outcome: Outcome) -> str:
        fields: dict[str, object] = {"path": unicode_path(outcome.path)}
        if not is_unicode(outcome.path):
            fields["path_bytes"] = os.fsencode(outcome.path).hex()
        if isinstance(outcome, Failure):
            fields["error"] = {"kind": outcome.error.kind, "message": str(outcome.error)}
        else:
            fields |= {
                "width": outcome.facts.width,
                "height": outcome.facts.height,
                "predictions": [
                    {"index": one.index, "label": one.label, "probability": one.probability}
                    for one in outcome.predictions
                ],
                "model": outcome.model,
                "device": outcome.device,
                "precision": outcome.precision,
            }
        return json.dumps(fields, allow_nan=False) + "\n"


class Csv:
    """RFC 4180; a text cell that a spreadsheet would take for a formula gets a leading apostrophe (CWE-1236)."""

    def __init__(self, top_count: int) -> None:
        self._top_count = top_count

    def head(self) -> str:
        ranks = range(1, self._top_count + 1)
        predictions = [name for rank in ranks for name in (f"label_{rank}", f"probability_{rank}")]
        return self._line(["path", "width", "height", *predictions, "model", "device", "precision", "error"])

    def row(self, outcome: Outcome) -> str:
        path = guarded(unicode_path(outcome.path))
        if isinstance(outcome, Failure):
            return self._line([path, *[""] * (2 * self._top_count + 5), guarded(str(outcome.error))])
        cells = [cell for one in outcome.predictions for cell in (guarded(one.label), repr(one.probability))]
        cells += [""] * (2 * self._top_count - len(cells))
        size = [str(outcome.facts.width), str(outcome.facts.height)]
        return self._line([path, *size, *cells, guarded(outcome.model), outcome.device, outcome.precision, ""])

    @staticmethod
    def _line(cells: list[str]) -> str:
        buffer = io.StringIO()
        csv.writer(buffer).writerow(cells)
        return buffer.getvalue()


class Table:
    """One line a picture, numbers first."""

    def head(self) -> str:
        return ""

    def row(self, outcome: Outcome) -> str:
        if isinstance(outcome, Classification):
            answer = "  ".join(f"{percent(one.probability):>6} {visible(one.label)}" for one in outcome.predictions)
        else:
            answer = f"   !   {visible(str(outcome.error))}"
        return f"{visible(outcome.path)}\n    {answer}\n"


_SMALLEST_SHOWN = 0.0005
_LARGEST_SHOWN = 0.9995


def percent(probability: float) -> str:
    """A probability for people: "71.2 %"; never "100.0 %" or "0.0 %" unless it is."""
    if 0 < probability < _SMALLEST_SHOWN:
        return "<0.1 %"
    if _LARGEST_SHOWN <= probability < 1:
        return ">99.9 %"
    return f"{probability * 100:.1f} %"
