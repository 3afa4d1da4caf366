"""The 70 odd images: each has the outcome of its manifest, or one of the better ones that are listed here."""

import json
import os
import sys
from pathlib import Path
from typing import Any

import pytest

from inference.classify.preprocess import PreparedPicture, PrepareOrder, prepare_picture
from inference.errors import ImageProblem, ImageReadError
from inference.models.contract import Preprocessing
from inference.pictures.decode_pool import DecodePool
from inference.pictures.scan import ScanReport, scan

BETTER = {
    # Not in the list of formats.
    "psd-oob-write-x.psd": ImageProblem.UNSUPPORTED_FORMAT,
    "layers.psd": ImageProblem.UNSUPPORTED_FORMAT,
    # 144 megapixels, which would take 850 MiB.
    "one_bit_12000x12000.png": ImageProblem.TOO_MANY_PIXELS,
}

PROBLEMS = {
    "empty.jpg": ImageProblem.EMPTY,
    "text_really.jpg": ImageProblem.NOT_AN_IMAGE,
    "eps_named.jpg": ImageProblem.UNSUPPORTED_FORMAT,
    "crash-754d9c7e.sgi": ImageProblem.UNSUPPORTED_FORMAT,
    "timeout-060745d3.blp": ImageProblem.UNSUPPORTED_FORMAT,
    "decompression_bomb.gif": ImageProblem.TOO_MANY_PIXELS,
    "reallybig.bmp": ImageProblem.TOO_MANY_PIXELS,
    "header_65500x65500.jpg": ImageProblem.TOO_MANY_PIXELS,
    "truncated_jpeg.jpg": ImageProblem.TRUNCATED,
    "truncated_image.png": ImageProblem.TRUNCATED,
    "broken.png": ImageProblem.TRUNCATED,
    "cut_half.tiff": ImageProblem.TRUNCATED,
    "cut_half.gif": ImageProblem.TRUNCATED,
    "cut_60.webp": ImageProblem.TRUNCATED,
    "shortfile.bmp": ImageProblem.TRUNCATED,
    "chunk_no_fctl.png": ImageProblem.DAMAGED,
    "png_decompression_dos.png": ImageProblem.DAMAGED,
    **BETTER,
}
"""What exactly is wrong, where the manifest's category says it."""

BAD_PROFILE = {"icc_bad.jpg"}
MEANS = {"gray16.png": (40, 200), "hopper16.jp2": (40, 200), "i16_12bit.tif": (15, 240), "float.tiff": (40, 215)}
"""Wide numbers that a plain conversion would show white or black: the range in which the mean must be."""


@pytest.fixture
def canary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A file that appears if anybody runs Ghostscript."""
    canary = tmp_path / "ghostscript-ran"
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in ("gs", "gswin32c", "gswin64c"):
        program = folder / name
        program.write_text(f"#!/bin/sh\ntouch '{canary}'\n")
        program.chmod(0o755)
    monkeypatch.setenv("PATH", f"{folder}{os.pathsep}{os.environ['PATH']}")
    return canary


@pytest.mark.skipif(sys.platform == "win32", reason="the canary is a shell script")
def test_every_odd_image_has_one_clear_outcome(shared_data: Path, canary: Path) -> None:
    folder = shared_data / "odd-images"
    manifest: dict[str, dict[str, Any]] = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    order = PrepareOrder(Preprocessing(resize=72, crop=64), thumbnail_px=32)
    with DecodePool.open(workers=2) as pool:
        futures = {name: pool.submit(prepare_picture, str(folder / name), order) for name in manifest}
        outcomes = {name: future.exception() or future.result() for name, future in futures.items()}
    assert len(outcomes) == 70
    for name, row in manifest.items():
        check_outcome(name, row, outcomes[name])
    assert not canary.exists()


def check_outcome(name: str, row: dict[str, Any], outcome: object) -> None:
    if row["expect"] == "error" or name in BETTER:
        assert isinstance(outcome, ImageReadError), name
        assert outcome.path.endswith(name)
        assert outcome.problem not in {ImageProblem.CRASHED, ImageProblem.TIMEOUT, ImageProblem.UNREADABLE}, name
        assert outcome.problem is PROBLEMS.get(name, outcome.problem), name
        assert "Traceback" not in str(outcome)
        return
    assert isinstance(outcome, PreparedPicture), f"{name}: {outcome}"
    facts = outcome.facts
    assert [facts.width, facts.height] == row["rgb"], name
    assert (facts.format, facts.size_bytes) == (row["format"], row["bytes"]), name
    assert facts.has_more_frames == (row.get("frames", 1) > 1), name
    assert facts.has_bad_profile == (name in BAD_PROFILE), name
    assert outcome.input.shape == (64, 64, 3)
    assert outcome.thumbnail is not None
    low, high = MEANS.get(name, (0, 255))
    assert low <= outcome.input.mean() <= high, name


def test_all_odd_images_are_rows(shared_data: Path) -> None:
    folder = shared_data / "odd-images"
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    report = ScanReport()
    rows = set(scan([str(folder)], report=report))
    assert rows == {str(folder / name) for name in manifest if name != "text_really.txt"}
    assert report.other_files == sum(path.is_file() for path in folder.iterdir()) - len(rows)
