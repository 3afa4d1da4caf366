"""Rows hold everything, in a form that strict readers take, whole or not at all."""

import csv
import errno
import io
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given

from inference.cancel import Cancelled, CancelToken
from inference.errors import OutputWriteError
from inference.exports.rows import RowForm, RowOptions, preview_rows, write_csv, write_json_lines
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from tests.inference.exports.conftest import Originals
from tests.inference.exports.labelled import (
    ENCODABLE,
    FILE_NAMES,
    HOSTILE_LABELS,
    HOSTILE_NAMES,
    labelled,
    without_label,
)

WRITERS = (write_csv, write_json_lines)
FAILED = without_label(9, "/p/broken.jpg", ImageState.FAILED, failure="The file is empty (0 bytes).")


def read_csv(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file, strict=True))


def strict(line: str) -> dict[str, object]:
    def refuse(name: str) -> NoReturn:
        raise ValueError(name)

    fields = json.loads(line, parse_constant=refuse)
    assert isinstance(fields, dict)
    return fields


def test_a_csv_row_says_everything(tmp_path: Path) -> None:
    target = tmp_path / "labels.csv"
    assert write_csv([labelled(0, "/p/a/b.jpg", "jay"), FAILED], target, RowOptions(root="/p"), CancelToken()) == 2
    data = target.read_bytes()
    assert data.startswith(b"path,label,state,source,score,label_1,probability_1,")
    assert data.count(b"\r\n") == data.count(b"\n") == 3
    first, second = read_csv(target)
    assert first == {
        **{"path": "a/b.jpg", "label": "jay", "state": "corrected", "source": "corrected", "score": "0.125"},
        **{"label_1": "magpie", "probability_1": "0.75", "label_2": "jay", "probability_2": "0.125"},
        **{"label_3": "crow", "probability_3": "0.0625", "label_4": "", "probability_4": "", "label_5": ""},
        **{"probability_5": "", "model": "tiny", "model_hash": "ab" * 32, "decided_at": "2023-11-14T22:13:20.500Z"},
        **{"error": "", "path_bytes": "", "device": "openvino", "precision": "float16"},
    }
    assert list(first)[-3:] == ["path_bytes", "device", "precision"], "what is new stands last"
    assert list(first)[5:15] == [f"{what}_{rank}" for rank in range(1, 6) for what in ("label", "probability")]
    said = {name: cell for name, cell in second.items() if cell}
    assert said == {"path": "broken.jpg", "state": "failed", "error": "The file is empty (0 bytes)."}


def test_a_json_line_says_everything(tmp_path: Path) -> None:
    target = tmp_path / "labels.jsonl"
    images = [labelled(0, "/q/\udcff.jpg", "jay", score=float("nan")), FAILED]
    assert write_json_lines(images, target, RowOptions(root="/p", top_count=1), CancelToken()) == 2
    data = target.read_bytes()
    assert data.isascii()
    first, second = map(strict, data.decode().splitlines())
    assert first == {
        **{"schema": 1, "path": "/q/\ufffd.jpg", "path_bytes": b"/q/\xff.jpg".hex(), "label": "jay"},
        **{"state": "corrected", "source": "corrected", "score": None},
        **{"predictions": [{"label": "magpie", "probability": 0.75}], "model": "tiny", "model_hash": "ab" * 32},
        **{"decided_at": "2023-11-14T22:13:20.500Z", "error": None, "device": "openvino", "precision": "float16"},
    }
    assert second["path"] == "broken.jpg"
    assert second["label"] is second["score"] is second["model"] is second["decided_at"] is None
    assert second["device"] is second["precision"] is None
    assert second["error"] == "The file is empty (0 bytes)."


@pytest.mark.parametrize("for_spreadsheets", [True, False])
def test_hostile_names_and_labels_are_cells(tmp_path: Path, for_spreadsheets: bool) -> None:
    images = [labelled(i, f"/p/{name}", label) for i, name in enumerate(HOSTILE_NAMES) for label in HOSTILE_LABELS]
    target = tmp_path / "labels.csv"
    write_csv(images, target, RowOptions("/p", for_spreadsheets=for_spreadsheets), CancelToken())
    rows = read_csv(target)
    assert len(rows) == len(images)
    for row in rows if for_spreadsheets else []:
        assert not any(row[name].startswith(("=", "+", "-", "@", "\t", "\r", "\n", "\0")) for name in ("path", "label"))


@given(FILE_NAMES, ENCODABLE)
def test_any_name_and_label_gives_lines_that_parse(name: str, label: str) -> None:
    image = labelled(0, f"/p/{name}", label, predictions=((label, 1.0),), failure=label, model=label)
    head, row = preview_rows([image], RowForm.CSV, RowOptions("/p", for_spreadsheets=False))
    names, cells = csv.reader(io.StringIO(f"{head}\r\n{row}\r\n", newline=""), strict=True)
    assert len(names) == len(cells)
    (line,) = preview_rows([image], RowForm.JSON_LINES, RowOptions("/p"))
    assert strict(line)["label"] == label


def test_a_preview_is_the_beginning_of_the_file(tmp_path: Path) -> None:
    images = [labelled(key, f"/p/{key}.jpg") for key in range(10)]
    write_csv(images, tmp_path / "a.csv", RowOptions(), CancelToken())
    assert preview_rows(images, RowForm.CSV, RowOptions()) == (tmp_path / "a.csv").read_text().splitlines()[:4]
    write_json_lines(images, tmp_path / "a.jsonl", RowOptions(), CancelToken())
    lines = (tmp_path / "a.jsonl").read_text().splitlines()
    assert preview_rows(iter(images), RowForm.JSON_LINES, RowOptions(), count=2) == lines[:2]


@pytest.mark.parametrize("write", WRITERS)
def test_progress_comes_in_slices_and_a_stop_keeps_the_old_file(tmp_path: Path, write: type) -> None:
    images = [labelled(key, f"/p/{key}.jpg") for key in range(1_201)]
    target, told, cancel = tmp_path / "labels", list[int](), CancelToken()
    assert write(images, target, RowOptions(), cancel, told.append) == 1_201
    assert told == [500, 1_000, 1_201]
    old = target.read_bytes()

    def stop(done: int) -> None:
        assert done == 500
        cancel.cancel()

    with pytest.raises(Cancelled):
        write(images, target, RowOptions(), cancel, stop)
    assert target.read_bytes() == old
    assert os.listdir(tmp_path) == ["labels"]  # noqa: PTH208 - names only


@pytest.mark.parametrize("write", WRITERS)
@pytest.mark.parametrize("call", ["fsync", "replace"])
def test_a_disk_that_fails_keeps_the_old_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: type, call: str
) -> None:
    target = tmp_path / "labels"
    target.write_bytes(b"old")

    def fail(*_: object) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(*((os, "fsync", fail) if call == "fsync" else (Path, "replace", fail)))
    with pytest.raises(OutputWriteError, match="No space left"):
        write([labelled(0, "/p/a.jpg")], target, RowOptions(), CancelToken())
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["labels"]  # noqa: PTH208


@pytest.mark.parametrize("write", WRITERS)
def test_an_iterable_that_fails_keeps_the_old_file(tmp_path: Path, write: type) -> None:
    def images() -> Iterator[LabelledImage]:
        yield labelled(0, "/p/a.jpg")
        raise OutputWriteError("session", "it is gone.")

    with pytest.raises(OutputWriteError, match="it is gone"):
        write(images(), tmp_path / "labels", RowOptions(), CancelToken())
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize("write", WRITERS)
def test_a_picture_is_never_replaced(originals: Originals, write: type) -> None:
    for name, data in (("a.jpg", b"not even a picture"), ("without-suffix", b"\xff\xd8\xff\xe0 a JPEG")):
        path = originals.add(name, data)
        with pytest.raises(OutputWriteError, match="it is a picture"):
            write([labelled(0, path)], Path(path), RowOptions(), CancelToken())


@pytest.mark.parametrize("write", WRITERS)
def test_a_session_is_never_replaced(tmp_path: Path, write: type) -> None:
    for name, data in (
        ("a.cardinal", b"damaged"),
        ("a.cardinal.lock", b""),
        ("a.cardinal-wal", b"log"),
        ("a.sidecars.jsonl", b"list"),
        ("copy of a", b"SQLite format 3\0 and so on"),
    ):
        path = tmp_path / name
        path.write_bytes(data)
        with pytest.raises(OutputWriteError, match="it belongs to a session"):
            write([labelled(0, "/p/1.jpg")], path, RowOptions(), CancelToken())
        assert path.read_bytes() == data


@pytest.mark.parametrize("write", WRITERS)
def test_a_file_of_the_list_is_never_replaced(originals: Originals, write: type) -> None:
    path = originals.add("notes", b"no picture")
    with pytest.raises(OutputWriteError, match="one of the files in the list"):
        write([without_label(0, path, ImageState.FAILED)], Path(path), RowOptions(), CancelToken())
    assert os.listdir(originals.folder) == ["notes"]  # noqa: PTH208
