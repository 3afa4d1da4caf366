"""A grid and its manifest are read back as they were written; what cannot be told in JSON is never written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.attention.map_files import USUAL_VIEW, MapNumbers, manifest, write_grid
from inference.attention.methods import Method
from inference.errors import OutputWriteError
from inference.results import Classification, CropGeometry, PictureFacts, Prediction
from tests.fakes import fake_contract

NUMBERS = MapNumbers(
    contributions=np.arange(6, dtype=np.float32).reshape(2, 3) - 2,
    class_index=1,
    against_index=None,
    relative=False,
    method=Method.EVIDENCE,
    supporting=6.0,
    opposing=-3.0,
    bias=0.5,
    logit=3.5,
    network_logit=3.5,
    adds_up=True,
)
SAID = Classification(
    path="/p/a.jpg",
    facts=PictureFacts(40, 30, "JPEG", 1000),
    crop=CropGeometry(5.0, 0.0, 35.0, 30.0),
    predictions=(Prediction(1, "class 1", 0.9, 3.5),),
    evidence=None,
    model="fake",
    device="cpu",
    precision="float32",
)


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    described = manifest(NUMBERS, fake_contract(), "ab" * 32, SAID, {"view": dict(USUAL_VIEW)})
    write_grid(tmp_path / "map.npy", NUMBERS.contributions, described)
    grid = np.load(tmp_path / "map.npy")
    assert grid.dtype == np.float32
    assert np.array_equal(grid, NUMBERS.contributions)
    fields = json.loads((tmp_path / "map.json").read_text())
    assert fields == described
    assert fields["class"] == {"index": 1, "label": "class 1"}
    assert fields["against"] is None
    assert fields["crop"] == {"left": 5.0, "top": 0.0, "right": 35.0, "bottom": 30.0}
    assert (fields["width"], fields["height"], fields["model_sha256"]) == (40, 30, "ab" * 32)
    assert (fields["unit"], fields["rectified"], fields["view"]["factor"]) == ("logits", False, 1)


def test_the_other_class_and_the_method_are_named() -> None:
    numbers = replace(NUMBERS, against_index=4, method=Method.GRAD_CAM)
    fields = manifest(numbers, fake_contract(), "", SAID, {"stage": 2, "unit": ""})
    assert (fields["stage"], fields["unit"]) == (2, "")
    assert fields["against"] == {"index": 4, "label": "class 4"}
    assert (fields["method"], fields["rectified"]) == ("grad-cam", True)
    assert "view" not in fields


def test_a_number_that_json_does_not_know_is_no_number(tmp_path: Path) -> None:
    described = manifest(replace(NUMBERS, logit=float("nan")), fake_contract(), "", SAID, {})
    with pytest.raises(ValueError, match="JSON compliant"):
        write_grid(tmp_path / "map.npy", NUMBERS.contributions, described)
    assert not (tmp_path / "map.json").exists()


def test_a_folder_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputWriteError):
        write_grid(tmp_path / "no" / "map.npy", NUMBERS.contributions, {})
