"""The audit's rows come back from CSV and JSON Lines, whatever names there are."""

from __future__ import annotations

import csv
import io
import json

import numpy as np
import pytest

from inference.attention.audit import AuditRow, audit
from inference.attention.region import Box
from inference.exports.audit_table import COLUMNS, AuditReport, OutlierPicture, csv_text, json_lines
from inference.results import CropGeometry


def _report(box: Box | None = None) -> AuditReport:
    corner = np.zeros((8, 8), np.float32)
    corner[0, 0] = 1
    rows = [AuditRow(key, 7, corner, CropGeometry(0, 0, 80, 80), 80, 80) for key in range(3)]
    return AuditReport(
        tuple(audit(rows).values()),
        {7: "=cow\udcff"},
        (OutlierPicture(7, "/p/b\udcff.jpg", 0.25),),
        (("/p/-broken.jpg", "It is damaged."),),
        box=box,
    )


def test_csv_has_a_row_for_each_class_outlier_and_failure() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_text(_report()))))
    assert [row["kind"] for row in rows] == ["class", "outlier", "failed"]
    assert tuple(rows[0]) == COLUMNS
    assert rows[0]["class"].startswith("'=cow")
    assert float(rows[0]["border"]) == pytest.approx(1)
    assert (rows[0]["outside"], rows[0]["pictures"], rows[0]["strongest"]) == ("", "3", "top left")
    assert rows[1]["path_bytes"] == b"/p/b\xff.jpg".hex()
    assert (rows[1]["distance"], rows[2]["error"]) == ("0.25", "It is damaged.")
    csv_text(_report()).encode()


def test_json_lines_are_ascii_and_have_the_zones() -> None:
    text = json_lines(_report(Box(0.5, 0.5, 1, 1)))
    assert text.isascii()
    rows = [json.loads(line) for line in text.splitlines()]
    assert np.sum(rows[0]["zone_shares"]) == pytest.approx(1)
    assert rows[0]["outside"] == pytest.approx(1)
    assert "error" not in rows[1]


def test_a_box_that_was_drawn_later_is_answered_from_the_mean() -> None:
    report = _report(Box(0, 0, 0.5, 0.5))
    assert report.outside(report.classes[0]) == pytest.approx(0)
    assert report.counted == 3
    assert _report().outside(report.classes[0]) is None
