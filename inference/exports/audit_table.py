"""Write the audit of a folder as rows for programs: classes, outliers and pictures without an answer."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from inference.attention.audit import ClassAudit
from inference.attention.region import Box
from inference.attention.suspicion import outside_of_means, strongest_place
from inference.exports.csv_cells import guarded
from inference.exports.row_paths import clean_text, path_bytes, path_text

COLUMNS = (
    "kind", "class_index", "class", "pictures", "without_support", "invalid", "border", "border_if_even", "outside",
    "strongest", "path", "distance", "error", "path_bytes",
)  # fmt: skip
"""Of the CSV; a row fills those of its kind: class, outlier or failed."""


@dataclass(frozen=True, slots=True)
class OutlierPicture:
    """A picture whose evidence lies elsewhere than its class's usually does.

    Attributes:
        class_index: the class.
        path: of its file.
        distance: 0 (as the mean map) ... 1 (no place in common).
    """

    class_index: int
    path: str
    distance: float


@dataclass(frozen=True, slots=True)
class AuditReport:
    """What an audit found.

    Attributes:
        classes: most suspicious first.
        names: of the classes, by index.
        outliers: farthest first within each class, in the order of the classes.
        failures: paths of pictures that have no answer, and why; they do not count.
        without_maps: how many pictures have an answer and no map; they do not count either.
        box: where objects are, in shares of the pictures' sides, or None.
    """

    classes: tuple[ClassAudit, ...]
    names: Mapping[int, str]
    outliers: tuple[OutlierPicture, ...] = ()
    failures: tuple[tuple[str, str], ...] = ()
    without_maps: int = 0
    box: Box | None = None

    @property
    def counted(self) -> int:
        """How many pictures the shares are means of."""
        return sum(one.pictures for one in self.classes)

    def outside(self, one: ClassAudit) -> float | None:
        """The mean share outside the box, or None without a box."""
        if one.outside is not None or self.box is None:
            return one.outside
        return outside_of_means([one], self.box)[one.class_index]


def csv_text(report: AuditReport) -> str:
    """CSV (RFC 4180); text that a spreadsheet would take for a formula gets an apostrophe (CWE-1236)."""
    buffer = io.StringIO()
    writer = csv.DictWriter(buffer, COLUMNS, restval="", lineterminator="\r\n")
    writer.writeheader()
    for fields in _rows(report):
        cells = {
            name: guarded(value) if isinstance(value, str) else ("" if value is None else repr(value))
            for name, value in fields.items()
            if name in COLUMNS
        }
        writer.writerow(cells)
    return buffer.getvalue()


def json_lines(report: AuditReport) -> str:
    """One JSON object a line, pure ASCII; classes also have the 3 x 3 zones of the picture, row by row."""
    return "".join(json.dumps(fields, allow_nan=False) + "\n" for fields in _rows(report))


def _rows(report: AuditReport) -> Iterator[dict[str, object]]:
    for one in report.classes:
        yield {
            "kind": "class",
            **_subject(report, one.class_index),
            "pictures": one.pictures,
            "without_support": one.without_support,
            "invalid": one.invalid,
            "border": one.border,
            "border_if_even": one.border_if_even,
            "outside": report.outside(one),
            "strongest": strongest_place(one),
            "zone_shares": one.zone_shares.tolist(),
            "zone_pictures": one.zone_pictures.tolist(),
        }
    for outlier in report.outliers:
        yield {
            "kind": "outlier",
            **_subject(report, outlier.class_index),
            **_file(outlier.path),
            "distance": outlier.distance,
        }
    for path, reason in report.failures:
        yield {"kind": "failed", **_file(path), "error": clean_text(reason)}


def _subject(report: AuditReport, index: int) -> dict[str, object]:
    return {"class_index": index, "class": clean_text(report.names.get(index, ""))}


def _file(path: str) -> dict[str, object]:
    fields: dict[str, object] = {"path": path_text(path)}
    if digits := path_bytes(path):
        fields["path_bytes"] = digits
    return fields
