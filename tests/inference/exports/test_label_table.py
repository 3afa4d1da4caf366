"""Files of labels in any usual form become cells; others give a sentence."""

import json
import os
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import LabelFileError
from inference.exports import label_table
from inference.exports.label_rows import LabelForm
from inference.exports.label_table import read_table

ROWS = [["a.jpg", "cat"], ["b.jpg", "großer Hund"]]


def table(tmp_path: Path, data: bytes | str, name: str = "labels.csv") -> label_table.Table:
    path = tmp_path / name
    path.write_bytes(data if isinstance(data, bytes) else data.encode())
    return read_table(str(path))


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "latin-1"])
def test_tables_of_others(tmp_path: Path, delimiter: str, end: str, encoding: str) -> None:
    lines = [["filename", "label"], *ROWS]
    read = table(tmp_path, end.join(delimiter.join(cells) for cells in lines).encode(encoding))
    assert (read.form, read.columns, read.rows) == (LabelForm.CSV, ("filename", "label"), ROWS)
    assert not read.is_own
    assert bool(read.problems) == (encoding == "latin-1")


def test_a_separator_inside_quotes_does_not_count(tmp_path: Path) -> None:
    read = table(tmp_path, 'file;label\n"a,b,c.jpg";"x;y"\n"d,e,f.jpg";"line\nend"\n')
    assert read.rows == [["a,b,c.jpg", "x;y"], ["d,e,f.jpg", "line\nend"]]


@pytest.mark.parametrize(
    ("data", "form"),
    [
        ('[{"file": "a.jpg", "label": "cat"}, {"file": "b.jpg", "label": 7}]', LabelForm.JSON),
        ('{"file": "a.jpg", "label": "cat"}\n\n{"file": "b.jpg", "label": 7}\n', LabelForm.JSON_LINES),
        ('{"info": "x", "items": [{"file": "a.jpg", "label": "cat"}, {"file": "b.jpg", "label": 7}]}', LabelForm.JSON),
    ],
)
@pytest.mark.parametrize("name", ["labels.json", "labels.data"])
def test_json_objects(tmp_path: Path, data: str, form: LabelForm, name: str) -> None:
    read = table(tmp_path, data, name)
    assert (read.form, read.columns, read.rows) == (form, ("file", "label"), [["a.jpg", "cat"], ["b.jpg", "7"]])


def test_other_json(tmp_path: Path) -> None:
    assert table(tmp_path, '{"a.jpg": "cat", "b.jpg": null}', "a.json").rows == [["a.jpg", "cat"], ["b.jpg", ""]]
    assert table(tmp_path, '[["a.jpg", "cat"], ["b.jpg", 1.5]]', "a.json").rows == [["a.jpg", "cat"], ["b.jpg", None]]
    assert table(tmp_path, '{"path": "a.jpg", "label": "cat"}', "a.json").rows == [["a.jpg", "cat"]]
    assert table(tmp_path, '{"path": "a\u2028.jpg", "label": true}\n', "a.jsonl").rows == [["a\u2028.jpg", None]]


@pytest.mark.parametrize(
    ("data", "name", "words"),
    [
        ("", "a.csv", "empty"),
        (" \n\n", "a.csv", "empty"),
        ('path,label\n"a.jpg,cat\nb.jpg,dog\n', "a.csv", "Line 3"),
        ("path,label\na.jpg," + "x" * 200_000, "a.csv", "field larger than"),
        (b"\xff\xfea\x00\xd8", "a.csv", "UTF-16"),
        ('{"a": ', "a.json", "not JSON"),
        ('{"path": "a"}\n{"path": NaN}\n', "a.jsonl", "Line 2.*NaN"),
        ('[{"path": Infinity}]', "a.json", "Infinity"),
        ("[" * 200_000, "a.json", "nested too deeply"),
        ('{"a":' * 200_000 + "1", "a.jsonl", "nested too deeply"),
        ('{"a.jpg": "cat", "a.jpg": "dog"}', "a.json", "occurs twice"),
        ("[" + "9" * 5_000 + "]", "a.json", "not JSON"),
        ("[]", "a.json", "neither a list"),
        ("5", "a.json", "neither a list"),
        ('{"a": [], "b": {}}', "a.json", "neither a list"),
        ('[{"path": "a"}, 5]', "a.json", "Not every entry"),
        (json.dumps([{str(key): 1} for key in range(501)]), "a.json", "different keys"),
    ],
)
def test_what_cannot_be_read_gives_a_sentence(tmp_path: Path, data: bytes | str, name: str, words: str) -> None:
    with pytest.raises(LabelFileError, match=words) as caught:
        table(tmp_path, data, name)
    assert caught.value.reason.endswith(".")


def test_files_that_are_none(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.csv")
    start = time.monotonic()
    for path, words in ((tmp_path / "pipe.csv", "pipe"), (tmp_path, "folder"), (tmp_path / "no.csv", "No such file")):
        with pytest.raises(LabelFileError, match=words):
            read_table(str(path))
    with pytest.raises(LabelFileError, match="null"):
        read_table("a\0b")
    assert time.monotonic() - start < 5


def test_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = "path,label\n" + "a.jpg,cat\n" * 20
    lines = '{"path": "a.jpg", "label": "cat"}\n' * 20
    monkeypatch.setattr(label_table, "MOST_ROWS", 10)
    for data, name in ((rows, "a.csv"), (lines, "a.jsonl"), (json.dumps([["a.jpg", "cat"]] * 20), "a.json")):
        with pytest.raises(LabelFileError, match="more than 10 rows"):
            table(tmp_path, data, name)
    monkeypatch.setattr(label_table, "_MOST_JSON_BYTES", 100)
    with pytest.raises(LabelFileError, match="JSON Lines may be larger"):
        table(tmp_path, json.dumps([["a.jpg", "cat"]] * 20), "a.json")
    with (tmp_path / "sparse.csv").open("wb") as file:
        file.truncate(label_table.MOST_BYTES + 1)
    monkeypatch.setattr(label_table, "MOST_BYTES", 1_000)
    with pytest.raises(LabelFileError, match="larger than"):
        read_table(str(tmp_path / "sparse.csv"))


@settings(deadline=None)
@given(
    st.binary(max_size=200) | st.text('{}[]",:;\n\r\t|a1.jpg', max_size=200).map(str.encode),
    st.sampled_from(["csv", "json", "jsonl", "x"]),
)
def test_no_bytes_make_it_fail_otherwise(tmp_path_factory: pytest.TempPathFactory, data: bytes, suffix: str) -> None:
    path = tmp_path_factory.getbasetemp() / f"any.{suffix}"
    path.write_bytes(data)
    try:
        read = read_table(str(path))
    except LabelFileError as error:
        assert error.reason.endswith(".")  # noqa: PT017 - either is right
    else:
        assert all(len(row) <= len(read.columns) for row in read.rows)
