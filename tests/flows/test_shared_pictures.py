"""The whole program on real pictures: photographs, odd files, and a labelled set whose accuracy is known."""

from __future__ import annotations

import json
import os
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import main
from inference.models.catalog import BUILT_IN_NAME, find_model
from inference.profile import Profile

Rows = list[dict[str, Any]]


@pytest.fixture
def classify(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[[Path], tuple[int, Rows]]:
    """Runs `main.py classify FOLDER --format jsonl` with the built-in model on the processor."""

    def run(folder: Path) -> tuple[int, Rows]:
        options = ["--model", BUILT_IN_NAME, "--device", "cpu", "--format", "jsonl"]
        code = main.main(["--profile", str(tmp_path / "profile"), "classify", *options, str(folder)])
        return code, [json.loads(line) for line in capsys.readouterr().out.splitlines()]

    return run


def test_every_photograph_is_answered(shared_data: Path, classify: Callable[[Path], tuple[int, Rows]]) -> None:
    code, rows = classify(shared_data / "photos")
    assert code == 0
    assert len(rows) == 64
    assert all(len(row["predictions"]) == 5 for row in rows)


def test_every_odd_file_is_answered_or_explained_once(
    shared_data: Path, classify: Callable[[Path], tuple[int, Rows]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    canary = tmp_path / "ghostscript-ran"
    tools = tmp_path / "bin"
    tools.mkdir()
    (tools / "gs").write_text(f"#!/bin/sh\ntouch {canary}\n")
    (tools / "gs").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    expected = json.loads((shared_data / "odd-images" / "manifest.json").read_text())
    expected = expected.get("files", expected)
    code, rows = classify(shared_data / "odd-images")
    told = {os.path.basename(row["path"]): row for row in rows}  # noqa: PTH119 - names as given
    assert code == 1
    assert len(rows) == len(told) == len(expected) == 70
    refused = {"layers.psd", "psd-oob-write-x.psd", "one_bit_12000x12000.png"}
    for name, facts in expected.items():
        assert ("error" in told[name]) == (facts["expect"] == "error" or name in refused), name
        if "error" in told[name]:
            assert told[name]["error"]["message"].endswith((".", ")")), name
    assert told["rot1mir0.avif"]["width"] == 640
    assert not canary.exists()


def test_the_accuracy_is_the_cards(
    shared_data: Path, classify: Callable[[Path], tuple[int, Rows]], tmp_path: Path
) -> None:
    with zipfile.ZipFile(shared_data / "tiny-imagenet-val-2000.zip") as archive:
        archive.extractall(tmp_path / "labelled")
    code, rows = classify(tmp_path / "labelled")
    contract = find_model(BUILT_IN_NAME, Profile.below(tmp_path / "profile")).contract
    index = {label.wordnet_id: position for position, label in enumerate(contract.labels)}
    hits = [_rank(row, index[Path(row["path"]).parent.name]) for row in rows]
    assert code == 0
    assert len(hits) == 2000
    measured = next(row for row in contract.measured if row.pictures == 2000)
    assert sum(hit == 0 for hit in hits) / 2000 == pytest.approx(measured.top1, abs=0.002)
    assert sum(hit is not None for hit in hits) / 2000 == pytest.approx(measured.top5, abs=0.002)
    whole = next(row for row in contract.measured if row.pictures == 10_000)
    assert abs(measured.top1 - whole.top1) < 0.022


def _rank(row: dict[str, Any], truth: int) -> int | None:
    """Where the true class stands among a row's predictions, or None."""
    named = [one["index"] for one in row["predictions"]]
    return named.index(truth) if truth in named else None
