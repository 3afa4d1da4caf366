"""A region is written in four forms that say the same thing, and never over anything."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.region import Box
from inference.attention.region_files import MarkedPicture
from inference.attention.region_saving import REGION_SUFFIXES, checked_region_target, outlined, write_region
from inference.errors import OutputWriteError
from inference.results import CropGeometry

CROP = CropGeometry(100.0, 0.0, 300.0, 200.0)
SIZE = (400, 200)


def test_a_box_is_cut_to_the_picture() -> None:
    found = outlined(Box(350.0, 150.0, 500.0, 300.0), CROP, SIZE)
    assert found is not None
    assert found.is_box
    assert found.box == Box(350.0, 150.0, 400.0, 200.0)
    assert found.mask.sum() == 50 * 50
    assert outlined(Box(400.0, 0.0, 500.0, 100.0), CROP, SIZE) is None


def test_cells_are_those_of_what_the_network_saw() -> None:
    cells = np.zeros((2, 2), np.bool_)
    cells[0, 1] = cells[1, 1] = True
    found = outlined(cells, CROP, SIZE)
    assert found is not None
    assert not found.is_box
    assert found.box == Box(200.0, 0.0, 300.0, 200.0)
    assert found.mask[:, 200:300].all()
    assert found.mask.sum() == 100 * 200
    assert outlined(np.zeros((2, 2), np.bool_), CROP, SIZE) is None


def test_the_four_forms_agree(tmp_path: Path) -> None:
    found = outlined(Box(10.0, 20.0, 110.0, 70.0), CROP, SIZE)
    assert found is not None
    marked = MarkedPicture("cow.jpg", *SIZE, 3, "cow", found.box)
    for suffix in REGION_SUFFIXES:
        write_region(tmp_path / f"region{suffix}", marked, found.mask, is_box=True)
    mask = np.load(tmp_path / "region.npy")
    with Image.open(tmp_path / "region.png") as drawn:
        assert (np.asarray(drawn) == mask * 255).all()
    coco = json.loads((tmp_path / "region.json").read_text())
    assert coco["annotations"][0]["bbox"] == [10, 20, 100, 50]
    assert coco["annotations"][0]["area"] == mask.sum()
    assert (tmp_path / "region.txt").read_text() == "3 0.150000 0.225000 0.250000 0.250000\n"
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"region{suffix}" for suffix in sorted(REGION_SUFFIXES)]


def test_no_name_that_is_taken_and_no_form_that_is_unknown(tmp_path: Path) -> None:
    picture = tmp_path / "cow.png"
    picture.write_bytes(b"an original")
    with pytest.raises(OutputWriteError, match="there already"):
        checked_region_target(str(picture))
    (tmp_path / "link.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(OutputWriteError, match="there already"):
        checked_region_target(str(tmp_path / "link.txt"))
    with pytest.raises(OutputWriteError, match="must end in"):
        checked_region_target(str(tmp_path / "region.jpg"))
    assert checked_region_target(str(tmp_path / "new.JSON")) == tmp_path / "new.JSON"
    assert picture.read_bytes() == b"an original"
