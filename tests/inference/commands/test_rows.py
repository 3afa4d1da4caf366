"""Rows: JSON that any parser reads, CSV without formulas, percents that do not round to certainty."""

import csv
import io
import json
import os

import pytest

from inference.commands.rows import Csv, JsonLines, RowFormat, Table, formatter, percent
from inference.errors import ImageProblem, ImageReadError
from inference.exports import csv_cells
from inference.results import Classification, CropGeometry, Failure, PictureFacts, Prediction


def _classification(path: str, label: str = "tabby") -> Classification:
    return Classification(
        path=path,
        facts=PictureFacts(640, 480, "JPEG", 1000),
        crop=CropGeometry(80, 0, 560, 480),
        predictions=(Prediction(3, label, 0.75, 4.0), Prediction(1, "lynx", 0.25, 2.0)),
        evidence=None,
        model="tiny",
        device="cpu",
        precision="float32",
    )


def test_a_json_line_has_the_fields_of_the_design() -> None:
    line = JsonLines().row(_classification("a/b.jpg"))
    assert line.endswith("\n")
    assert json.loads(line) == {
        "path": "a/b.jpg",
        "width": 640,
        "height": 480,
        "predictions": [
            {"index": 3, "label": "tabby", "probability": 0.75},
            {"index": 1, "label": "lynx", "probability": 0.25},
        ],
        "model": "tiny",
        "device": "cpu",
        "precision": "float32",
    }


def test_a_failure_is_a_json_line_with_kind_and_sentence() -> None:
    line = JsonLines().row(Failure("x.jpg", ImageReadError("x.jpg", ImageProblem.EMPTY)))
    assert json.loads(line) == {"path": "x.jpg", "error": {"kind": "empty", "message": "The file is empty (0 bytes)."}}


def test_a_name_that_is_not_utf8_keeps_its_bytes() -> None:
    path = os.fsdecode(b"caf\xe9\n.jpg")
    fields = json.loads(JsonLines().row(_classification(path)))
    assert bytes.fromhex(fields["path_bytes"]) == b"caf\xe9\n.jpg"
    assert fields["path"] == "caf\ufffd\n.jpg"


def test_csv_columns_and_a_row_that_a_spreadsheet_would_run() -> None:
    form = Csv(2)
    text = form.head() + form.row(_classification('=cmd|"x"\n.jpg', label="@tabby"))
    text += form.row(Failure("b.jpg", ImageReadError("b.jpg", ImageProblem.MISSING)))
    head, good, bad = csv.reader(io.StringIO(text))
    assert ",".join(head[:7]) == "path,width,height,label_1,probability_1,label_2,probability_2"
    assert head[7:] == ["model", "device", "precision", "error"]
    assert good == [
        "'=cmd|\"x\"\n.jpg", "640", "480", "'@tabby", "0.75", "lynx", "0.25", "tiny", "cpu", "float32", "",
    ]  # fmt: skip
    assert bad == ["b.jpg", *[""] * 9, "The file does not exist."]


@pytest.mark.parametrize("name", [" =1+1.jpg", "\uff1d1+1.jpg", "'=1+1.jpg", "\u200b@x.jpg"])
def test_csv_guards_what_exports_guard(name: str) -> None:
    assert csv_cells.guarded(name) == f"'{name}"
    (row,) = csv.reader(io.StringIO(Csv(2).row(_classification(name, label=name))))
    assert (row[0], row[3]) == (f"'{name}", f"'{name}")


def test_a_table_row_shows_control_characters() -> None:
    row = Table().row(_classification("a\n\x1b[2J.jpg"))
    assert "\x1b" not in row
    assert "a\\n\\x1b[2J.jpg" in row


@pytest.mark.parametrize(
    ("probability", "text"),
    [(0.0, "0.0 %"), (0.0001, "<0.1 %"), (0.712, "71.2 %"), (0.99999, ">99.9 %"), (1.0, "100.0 %")],
)
def test_percents_are_honest_at_both_ends(probability: float, text: str) -> None:
    assert percent(probability) == text


def test_each_form_has_its_formatter() -> None:
    assert [type(formatter(form, top_count=2)) for form in RowFormat] == [Table, JsonLines, Csv]
