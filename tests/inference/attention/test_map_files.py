"""A grid and its manifest are read back as they were written; what cannot be told in JSON is never written."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from inference.attention.map_files import USUAL_VIEW, MapNumbers, manifest, write_grid
from inference.attention.methods import Method, Unit
from inference.errors import OutputWriteError
from inference.files import WholeFile
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


def test_a_grid_that_adds_up_to_nothing_has_no_ledger_but_its_own_sums() -> None:
    of_stage = {"stage": 3, "unit": Unit.NONE.value}
    for numbers, more in ((replace(NUMBERS, method=Method.EIGEN_CAM), {}), (NUMBERS, of_stage)):
        fields = manifest(numbers, fake_contract(), "", SAID, more)
        assert [fields[key] for key in ("supporting", "opposing", "bias", "adds_up")] == [None] * 4
        assert (fields["grid_positive"], fields["grid_negative"]) == (6.0, -3.0)
        assert (fields["logit"], fields["network_logit"]) == (3.5, 3.5)


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


def test_a_grid_and_its_manifest_are_replaced_together_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write = WholeFile.write
    write_grid(tmp_path / "map.npy", NUMBERS.contributions, {"number": 1})
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(file: WholeFile, data: bytes) -> None:
        if data.startswith(b"{"):
            raise OutputWriteError("map.json", "No space left on device.")
        write(file, data)

    monkeypatch.setattr(WholeFile, "write", fail)
    with pytest.raises(OutputWriteError):
        write_grid(tmp_path / "map.npy", -NUMBERS.contributions, {"number": 2})
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_path_that_is_no_text_is_told_by_its_bytes() -> None:
    fields = manifest(NUMBERS, fake_contract(), "", replace(SAID, path="/p/b\udcff.png"), {})
    assert (fields["path"], fields["path_bytes"]) == ("/p/b\ufffd.png", b"/p/b\xff.png".hex())
    json.dumps(fields, ensure_ascii=False).encode()
    assert "path_bytes" not in manifest(NUMBERS, fake_contract(), "", SAID, {})
