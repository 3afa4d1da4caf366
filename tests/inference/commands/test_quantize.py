"""`main.py models quantize` from end to end, and what the other commands do with an int8 model."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.inference.commands.sessions import Run
from tests.inference.models.quantize.coloured import write_pictures
from tests.make_data import TINY


@pytest.mark.usefixtures("own_pool")
def test_made_told_used(cardinal: Run, tmp_path: Path) -> None:
    pictures = write_pictures(tmp_path / "pictures", 20)
    words = ("models", "quantize", str(TINY), "--pictures", str(pictures), "--count", "8")
    code, out, err = cardinal(*words)
    assert code == 2
    assert "100.00% of 12 other pictures (95 %: 75.75% to 100.00%)" in out
    assert "times as fast" in out
    assert "at least 2,000 are wanted" in err
    assert err.endswith("It was not kept; --force keeps it all the same.\n")

    code, out, err = cardinal(*words, "--force", "--layers", "9")
    assert code == 0
    assert out.splitlines()[-1] == ("Installed tiny-int8: 7 classes, int8, kept although it did not pass.")
    code, out, _ = cardinal("models", "info", "tiny-int8")
    assert code == 0
    assert "int8: 1 of 2 convolutions" in out
    assert "comparison     not passed" in out
    assert "precision" not in cardinal("models", "info", str(TINY))[1]

    code, out, _ = cardinal("classify", str(pictures), "--model", "tiny-int8", "--device", "cpu", "--format", "jsonl")
    assert code == 0
    rows = [json.loads(line) for line in out.splitlines()]
    assert [row["predictions"][0]["label"] for row in rows[:3]] == ["red", "green", "blue"]
    assert {(row["model"], row["precision"]) for row in rows} == {("tiny-int8", "int8")}

    # Cells and bias are the logit, with features that went through eight bits, too.
    code, out, _ = cardinal("explain", str(pictures / "0.png"), "--model", "tiny-int8", "--device", "cpu")
    assert code == 0
    assert out.startswith("red: +")


@pytest.mark.parametrize(("pictures", "said"), [("missing", "There is no folder"), ("empty", "No pictures were found")])
def test_a_folder_without_pictures(pictures: str, said: str, cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    code, out, err = cardinal("models", "quantize", str(TINY), "--pictures", str(tmp_path / pictures))
    assert (code, out) == (2, "")
    assert err.startswith(said)


def test_only_damaged_pictures(cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(b"no picture")
    (tmp_path / "b.png").write_bytes(b"no picture")
    code, out, err = cardinal("models", "quantize", str(TINY), "--pictures", str(tmp_path))
    assert (code, out) == (2, "")
    assert err.startswith(f"Quantizing tiny stopped: Too few pictures in {tmp_path} can be read")
