"""Write labelled images as CSV (RFC 4180, UTF-8)."""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Sequence

from inference.exports.csv_cells import guarded, plain
from inference.exports.row_paths import clean_text, path_bytes, path_text, relative_path, utc_time
from inference.sessions.records import LabelledImage

OWN_COLUMNS = frozenset({"path", "label", "state", "source", "model_hash", "path_bytes"})
"""A table with all of these was written here."""


class CsvRows:
    """Turns labelled images into rows of one table."""

    def __init__(self, root: str | None, top_count: int, *, for_spreadsheets: bool) -> None:
        self._root = root
        self._top_count = top_count
        self._cell: Callable[[str], str] = guarded if for_spreadsheets else plain
        self._cells: dict[str, str] = {}

    def head(self) -> str:
        """The line of column names."""
        ranks = range(1, self._top_count + 1)
        predictions = [name for rank in ranks for name in (f"label_{rank}", f"probability_{rank}")]
        decision = ["path", "label", "state", "source", "score"]
        answer = ["model", "model_hash", "decided_at", "error", "path_bytes", "device", "precision"]
        return _lines([[*decision, *predictions, *answer]])

    def rows(self, images: Sequence[LabelledImage]) -> str:
        """One line for each image, each with its line end."""
        return _lines([self._row(image) for image in images])

    def _row(self, image: LabelledImage) -> list[str]:
        path = relative_path(image.path, self._root)
        predictions: list[str] = []
        for label, probability in image.predictions[: self._top_count]:
            predictions += (self._text(label), _number(probability))
        predictions += [""] * (2 * self._top_count - len(predictions))
        return [
            self._cell(path_text(path)),
            self._text(image.label),
            image.state.word,
            "" if image.source is None else image.source.value,
            _number(image.score),
            *predictions,
            self._text(image.model),
            image.model_hash,
            utc_time(image.decided_at),
            self._text(image.failure),
            path_bytes(path),
            image.device,
            image.precision,
        ]

    def _text(self, text: str) -> str:
        """A text that many rows share."""
        cell = self._cells.get(text)
        if cell is None:
            cell = self._cells[text] = self._cell(clean_text(text))
        return cell


def _number(value: float | None) -> str:
    return repr(value) if value is not None and math.isfinite(value) else ""


def _lines(rows: list[list[str]]) -> str:
    buffer = io.StringIO()
    csv.writer(buffer, lineterminator="\r\n").writerows(rows)
    return buffer.getvalue()
