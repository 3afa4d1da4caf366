"""The comparison of methods comes back from its table, whatever the model is called."""

from __future__ import annotations

import csv
import io

from inference.attention.figures import MethodFigures
from inference.attention.methods import Method
from inference.exports.method_table import COLUMNS, ComparedOn, table_text

_FIGURES = (
    MethodFigures(Method.EVIDENCE, 3, 1 / 3, 0.25, 0.125, 0.5, 0.001, 153),
    MethodFigures(Method.SCORE_CAM, 3, 0.1, 0.0, None, None, 2.5, 3000),
)
_ON = ComparedOn("=net,\udcff", "ab" * 32, 0, 480)


def test_numbers_come_back_in_full_and_a_formula_does_not() -> None:
    first, last = csv.DictReader(io.StringIO(table_text(_FIGURES, _ON)))
    assert tuple(first) == COLUMNS
    assert (first["method"], float(first["average_drop"]), first["runs"]) == ("evidence", 1 / 3, "153")
    numbers = ("average_drop", "average_increase", "deletion_area", "insertion_area", "seconds")
    assert [float(first[name]) for name in numbers] == [1 / 3, 0.25, 0.125, 0.5, 0.001]
    assert (last["deletion_area"], last["insertion_area"], last["pictures"]) == ("", "", "3")
    assert first["model"].startswith("'=net,")
    assert (first["model_sha256"], first["seed"], first["drawn_from"]) == ("ab" * 32, "0", "480")
    table_text(_FIGURES, _ON).encode()


def test_for_the_clipboard_cells_are_between_tabs() -> None:
    lines = table_text(_FIGURES, _ON, separator="\t").splitlines()
    assert lines[0].split("\t") == list(COLUMNS)
    assert len(lines[1].split("\t")) == len(COLUMNS)
