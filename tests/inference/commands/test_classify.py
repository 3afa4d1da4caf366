"""`classify`: every file one row, in order, with the exit code of the design."""

from __future__ import annotations

import argparse
import csv
import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, TypeAlias

import numpy as np
import onnx
import pytest
from onnx import helper, numpy_helper
from PIL import Image

import main
from inference.cancel import CancelToken
from inference.classify.opening import StandIn, open_classifier
from inference.classify.pipeline import Pipeline
from inference.classify.work_queue import IteratorSource
from inference.commands import classify as command
from inference.commands.rows import JsonLines
from inference.models.catalog import BUILT_IN_NAME
from inference.models.checksum import sha256_of, write_checksum
from inference.pictures.decode_pool import DecodePool
from inference.profile import Profile
from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import rewrite_output, variant

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
Run: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def classify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs `main.py classify` with the tiny model in this process: exit code, standard output, standard error."""

    def run(*arguments: str, model: str = TINY, device: str = "cpu") -> tuple[int, str, str]:
        options = ["--model", model, "--device", device]
        code = main.main(["--profile", str(tmp_path / "profile"), "classify", *options, *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Three pictures in natural order (two of them below), a text, and a file that is cut off."""
    folder = tmp_path / "pictures"
    (folder / "below").mkdir(parents=True)
    for name, colour in (("p2.png", "red"), ("p10.png", "green"), ("below/p1.jpg", "blue")):
        Image.new("RGB", (60, 40), colour).save(folder / name)
    (folder / "notes.txt").write_text("no picture")
    return folder


def _rows(output: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in output.splitlines()]


def test_rows_come_in_natural_order_with_the_paths_as_given(classify: Run, pictures: Path) -> None:
    code, output, errors = classify("--format", "jsonl", str(pictures))
    rows = _rows(output)
    assert code == 0
    assert [row["path"] for row in rows] == [f"{pictures}/{name}" for name in ("p2.png", "p10.png", "below/p1.jpg")]
    assert all(row["width"] == 60 and row["height"] == 40 and row["device"] == "cpu" for row in rows)
    assert sum(one["probability"] for one in rows[0]["predictions"]) <= 1 + 1e-6
    assert errors == "1 other file was not a picture.\n"


def test_a_relative_path_stays_relative(classify: Run, pictures: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(pictures)
    _, output, _ = classify("--format", "jsonl", "./p2.png", "below")
    assert [row["path"] for row in _rows(output)] == ["./p2.png", "below/p1.jpg"]


def test_without_recursion_subfolders_are_left_out(classify: Run, pictures: Path) -> None:
    _, output, _ = classify("--format", "jsonl", "--no-recursive", str(pictures))
    assert len(_rows(output)) == 2


@pytest.mark.usefixtures("own_pool")
def test_a_file_that_fails_is_one_row_and_exit_code_1(classify: Run, pictures: Path) -> None:
    (pictures / "empty.jpg").touch()
    code, output, _ = classify("--format", "jsonl", str(pictures), str(pictures / "gone.jpg"))
    errors = {Path(row["path"]).name: row["error"]["kind"] for row in _rows(output) if "error" in row}
    assert code == 1
    assert errors == {"empty.jpg": "empty", "gone.jpg": "missing"}
    assert len(_rows(output)) == 5


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs FIFOs")
def test_a_fifo_named_like_a_picture_is_explained_and_blocks_nothing(classify: Run, pictures: Path) -> None:
    os.mkfifo(pictures / "pipe.jpg")
    code, output, _ = classify("--format", "jsonl", str(pictures))
    kinds = [row["error"]["kind"] for row in _rows(output) if "error" in row]
    assert code == 1
    assert kinds == ["not-a-file"]


@pytest.mark.skipif(os.name == "nt", reason="names of bytes are a matter of Unix")
def test_names_with_newlines_emoji_markup_and_foreign_bytes(classify: Run, pictures: Path) -> None:
    names = [b"new\nline.png", "\U0001f4f7 \u202egpj.png".encode(), b"<b>&amp;.png", b"caf\xe9.png", b"=1+1.png"]
    for name in names:
        shutil.copy(pictures / "p2.png", os.fsdecode(os.path.join(os.fsencode(pictures), name)))  # noqa: PTH118
    code, output, _ = classify("--format", "jsonl", str(pictures))
    rows = _rows(output)
    assert code == 0
    told = {bytes.fromhex(row["path_bytes"]) if "path_bytes" in row else row["path"].encode() for row in rows}
    assert {os.path.basename(path) for path in told} >= set(names)  # noqa: PTH119
    code, table, _ = classify(str(pictures))
    assert code == 0
    assert "new\\nline.png" in table
    assert "\u202e" not in table


def test_csv_has_a_fixed_number_of_columns(classify: Run, pictures: Path) -> None:
    (pictures / "empty.jpg").touch()
    _, output, _ = classify("--format", "csv", "--top", "2", str(pictures))
    rows = list(csv.reader(io.StringIO(output)))
    assert len(rows) == 5
    assert {len(row) for row in rows} == {11}


def test_more_classes_than_there_are_is_all_of_them(classify: Run, pictures: Path) -> None:
    _, output, _ = classify("--format", "jsonl", "--top", "50", str(pictures))
    assert [len(row["predictions"]) for row in _rows(output)] == [7, 7, 7]


def test_the_output_file_appears_whole(classify: Run, pictures: Path, tmp_path: Path) -> None:
    target = tmp_path / "rows.jsonl"
    code, output, _ = classify("--format", "jsonl", "--output", str(target), str(pictures))
    assert (code, output) == (0, "")
    assert len(_rows(target.read_text())) == 3


def test_an_output_file_that_cannot_be_written_is_a_sentence(classify: Run, pictures: Path) -> None:
    code, output, errors = classify("--output", "/nowhere/rows.jsonl", str(pictures))
    assert code == 2
    assert output == ""
    assert "could not be written: No such file or directory" in errors


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is always full")
def test_a_full_disk_is_a_sentence_and_a_closed_pipe_ends_quietly(pictures: Path, tmp_path: Path) -> None:
    command = [sys.executable, "main.py", "--profile", str(tmp_path / "p"), "classify", "--model", TINY]
    command += ["--device", "cpu", str(pictures)]
    with Path("/dev/full").open("wb", buffering=0) as full:
        done = subprocess.run(command, stdout=full, stderr=subprocess.PIPE, text=True, check=False, cwd=PROJECT_ROOT)
    assert done.returncode == 2
    assert done.stderr.splitlines() == ["standard output could not be written: No space left on device."]
    reading, writing = os.pipe()
    os.close(reading)
    done = subprocess.run(command, stdout=writing, stderr=subprocess.PIPE, text=True, check=False, cwd=PROJECT_ROOT)
    os.close(writing)
    assert (done.returncode, done.stderr) == (0, "")


def test_an_empty_folder_is_a_sentence(classify: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, output, errors = classify(str(tmp_path / "empty"))
    assert (code, output) == (2, "")
    assert errors.startswith("No pictures were found in ")


@pytest.mark.parametrize(
    ("model", "sentence"),
    [("no-such-model", "There is no model named 'no-such-model'"), (__file__, "There is no model named")],
)
def test_a_model_that_is_none_is_a_sentence(classify: Run, pictures: Path, model: str, sentence: str) -> None:
    code, output, errors = classify(str(pictures), model=model)
    assert (code, output) == (2, "")
    assert sentence in errors


def test_a_damaged_model_is_a_sentence(classify: Run, pictures: Path, tmp_path: Path) -> None:
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(Path(TINY).read_bytes()[:2000])
    code, _, errors = classify(str(pictures), model=str(damaged))
    assert code == 2
    assert "damaged.onnx" in errors
    assert "Traceback" not in errors


def test_a_device_that_is_asked_for_by_name_is_never_replaced(classify: Run, pictures: Path) -> None:
    absent = "cuda" if sys.platform == "darwin" else "coreml"
    code, output, errors = classify(str(pictures), device=absent)
    assert (code, output) == (2, "")
    assert absent in errors


def test_overlays_are_pictures_beside_which_nothing_changes(classify: Run, pictures: Path, tmp_path: Path) -> None:
    before = {path: path.read_bytes() for path in pictures.rglob("*") if path.is_file()}
    shutil.copy(pictures / "p2.png", pictures / "below" / "p2.png")
    before[pictures / "below" / "p2.png"] = before[pictures / "p2.png"]
    code, _, _ = classify("--overlays", str(tmp_path / "maps"), str(pictures))
    assert code == 0
    names = sorted(path.name for path in (tmp_path / "maps").iterdir())
    assert names == ["p1.jpg.png", "p10.png.png", "p2.png (2).png", "p2.png.png"]
    with Image.open(tmp_path / "maps" / "p2.png.png") as drawn:
        assert drawn.width == 320  # as wide as its legend
        assert drawn.height > 40
    assert {path: path.read_bytes() for path in pictures.rglob("*") if path.is_file()} == before


@pytest.mark.usefixtures("own_pool")
def test_many_files_come_in_order_whatever_the_workers_do(classify: Run, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    folder.mkdir()
    random = np.random.default_rng(3)
    for number in range(120):
        side = int(random.integers(1, 400))
        Image.new("RGB", (side, 7 * side % 300 + 1), (number, 0, 0)).save(folder / f"{number}.png")
    _, output, _ = classify("--format", "jsonl", "--batch-size", "5", str(folder))
    assert [Path(row["path"]).stem for row in _rows(output)] == [str(number) for number in range(120)]


def _hashes(folder: Path) -> dict[Path, str]:
    return {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize("target", ["p2.png", "below/p1.jpg", "notes.txt"])
def test_rows_never_replace_an_input(classify: Run, pictures: Path, target: str) -> None:
    before = _hashes(pictures)
    given = [str(pictures), str(pictures / "notes.txt")]
    code, output, errors = classify("--format", "csv", "--output", str(pictures / target), *given)
    assert (code, output) == (2, "")
    assert "could not be written: it is" in errors
    assert _hashes(pictures) == before


def test_the_model_is_no_place_for_rows(classify: Run, pictures: Path, tmp_path: Path) -> None:
    model = tmp_path / "mine.onnx"
    shutil.copy(TINY, model)
    assert classify("--output", str(model), str(pictures), model=str(model))[0] == 2
    assert model.read_bytes() == Path(TINY).read_bytes()


def test_a_folder_as_output_is_refused_before_the_run(classify: Run, pictures: Path, tmp_path: Path) -> None:
    code, _, errors = classify("--output", str(tmp_path), str(pictures), model="no-such-model")
    assert code == 2
    assert errors == f"{tmp_path} could not be written: it is a folder.\n"


def test_overlays_into_the_folder_that_is_classified(classify: Run, pictures: Path) -> None:
    """A picture without a suffix would have the overlay's name of another; twice, so that maps are there already."""
    shutil.copy(pictures / "p2.png", pictures / "cat")
    shutil.copy(pictures / "p10.png", pictures / "cat.png")
    before = _hashes(pictures)
    for _ in range(2):
        code, output, _ = classify("--format", "jsonl", "--overlays", str(pictures), str(pictures))
        assert code == 0
        assert {row["path"] for row in _rows(output)} == {str(path) for path in before if path.suffix != ".txt"}
        after = _hashes(pictures)
        assert {path: after[path] for path in before} == before
        assert len(after) == len(before) + 5


def test_overlays_in_a_folder_below_are_not_classified(classify: Run, pictures: Path) -> None:
    for _ in range(2):
        code, output, _ = classify("--format", "jsonl", "--overlays", str(pictures / "maps"), str(pictures))
        assert (code, len(_rows(output))) == (0, 3)


def test_an_overlay_that_fails_costs_itself_and_no_row(classify: Run, pictures: Path, tmp_path: Path) -> None:
    maps = tmp_path / "maps"
    maps.mkdir()
    # Nothing can replace a folder, and it is no map of ours, so that the next number is taken.
    (maps / "p2.png.png").mkdir()
    longest = pictures / ("n" * 251 + ".png")
    shutil.copy(pictures / "p2.png", longest)
    target = tmp_path / "rows.jsonl"
    code, _, errors = classify("--format", "jsonl", "--output", str(target), "--overlays", str(maps), str(pictures))
    assert (code, errors) == (0, "1 other file was not a picture.\n")
    assert len(_rows(target.read_text())) == 4
    assert len([path for path in maps.iterdir() if path.is_file()]) == 4


def test_a_folder_that_cannot_be_read_is_exit_code_1(
    classify: Run, pictures: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = os.scandir

    def scandir(folder: str) -> object:
        if folder.endswith("below"):
            raise PermissionError(13, "Permission denied")
        return real(folder)

    monkeypatch.setattr(os, "scandir", scandir)
    code, output, errors = classify("--format", "jsonl", str(pictures))
    assert (code, len(_rows(output))) == (1, 2)
    assert f"The folder {pictures / 'below'} could not be opened." in errors


def _fail_on_white(model: onnx.ModelProto) -> None:
    """An index that is out of range for pictures whose mean is above 200."""
    constants = {"white/nothing": np.zeros(1, np.float32), "white/limit": np.array(200, np.float32)}
    model.graph.initializer.extend(numpy_helper.from_array(value, name) for name, value in constants.items())
    nodes = [
        helper.make_node("Cast", ["images"], ["white/float"], to=onnx.TensorProto.FLOAT),
        helper.make_node("ReduceMean", ["white/float"], ["white/mean"], keepdims=0),
        helper.make_node("Greater", ["white/mean", "white/limit"], ["white/is"]),
        helper.make_node("Cast", ["white/is"], ["white/index"], to=onnx.TensorProto.INT64),
        helper.make_node("Gather", ["white/nothing", "white/index"], ["white/zero"]),
        helper.make_node("Add", ["true", "white/zero"], ["logits"]),
    ]
    rewrite_output(model, "logits", nodes, "true")


def test_a_network_that_fails_in_the_middle_keeps_the_rows_it_gave(classify: Run, tmp_path: Path) -> None:
    model = variant(tmp_path, _fail_on_white)
    # More than can be on their way at once, so that the last one cannot overtake all of them.
    for number in range(40):
        Image.new("RGB", (20, 20), "black").save(tmp_path / f"{number}.png")
    white = tmp_path / "white.png"
    Image.new("RGB", (20, 20), "white").save(white)
    target = tmp_path / "rows.jsonl"
    options = ["--format", "jsonl", "--batch-size", "1", "--output", str(target)]
    code, _, errors = classify(*options, str(tmp_path), model=str(model))
    rows = _rows(target.read_text())
    assert code == 2
    assert "The network could not be run: " in errors
    assert f" {len(rows)} pictures are done.\n" in errors
    assert len(rows) > 10
    assert [int(Path(row["path"]).stem) for row in rows] == sorted(int(Path(row["path"]).stem) for row in rows)
    # With nothing to tell, the older rows stay.
    assert classify(*options, str(white), model=str(model))[0] == 2
    assert _rows(target.read_text()) == rows


@pytest.mark.usefixtures("own_pool")
def test_ctrl_c_ends_a_search_that_finds_nothing_more(pictures: Path, tmp_path: Path) -> None:
    """The search waits for its cancellation; a run that waited for the search would never end."""
    cancel = CancelToken()
    was_cancelled: list[bool] = []

    def search() -> Iterator[str]:
        yield str(pictures / "p2.png")
        was_cancelled.append(cancel.wait(30))

    def interrupt(_text: str) -> None:
        raise KeyboardInterrupt

    classifier = open_classifier(TINY, "cpu", Profile.below(tmp_path), batch_size=1)
    with DecodePool.open(workers=1) as pool:
        pipeline = Pipeline(classifier, pool, IteratorSource(search()))
        ended_by = command._drain(pipeline, command.OrderedRows(JsonLines(), interrupt), None, cancel)
    classifier.network.close()
    assert isinstance(ended_by, KeyboardInterrupt)
    assert was_cancelled == [True]


def test_a_cancelled_search_just_ends(pictures: Path) -> None:
    arguments = argparse.Namespace(paths=[str(pictures)], recursive=True, overlays=None)
    search = command.Search.start(arguments)
    assert next(search.paths).endswith("p2.png")
    search.cancel.cancel()
    assert list(search.paths) == []


def test_rows_may_go_into_the_new_folder_of_the_overlays(classify: Run, pictures: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    code, _, errors = classify(
        "--overlays", str(out), "--output", str(out / "rows.jsonl"), "--format", "jsonl", str(pictures)
    )
    assert code == 0, errors
    assert len(_rows((out / "rows.jsonl").read_text())) == 3


def test_the_built_in_model_knows_the_samples(classify: Run) -> None:
    code, output, _ = classify("--format", "jsonl", str(PROJECT_ROOT / "assets" / "samples"), model=BUILT_IN_NAME)
    named = {Path(row["path"]).stem: [one["label"] for one in row["predictions"]] for row in _rows(output)}
    assert code == 0
    assert any("cat" in label for label in named["chelsea"])
    assert named["coffee"][0] == "espresso"


def test_a_faster_copy_that_passed_is_used_and_told_but_not_in_a_session(
    classify: Run, pictures: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy = tmp_path / "profile" / "data" / "models" / "quick.onnx"
    copy.parent.mkdir(parents=True)
    shutil.copy(TINY, copy)
    write_checksum(copy, sha256_of(copy))
    monkeypatch.setattr(command, "learn_stand_in", lambda *_, **__: StandIn("quick", 1.0, 2.0))
    code, _, errors = classify("--format", "jsonl", str(pictures), device="auto")
    assert code == 0
    assert "Using the int8 copy quick, which passed its comparison with the model and is faster here" in errors
    assert "(1.0 ms a picture instead of 2.0)" in errors
    assert "quick" not in classify("--format", "jsonl", str(pictures), device="cpu")[2]
    assert "quick" not in classify("--session", str(tmp_path / "s.cardinal"), str(pictures), device="auto")[2]
