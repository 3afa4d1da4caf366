"""`--finer` and `--whole`: more cells or more of the picture, and whether the decision stayed."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.picture import Caption
from tests.inference.commands.explaining import explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT


@pytest.mark.parametrize("factor", [2, 3])
def test_a_finer_map_has_more_cells_and_still_adds_up(cardinal: Run, tmp_path: Path, factor: int) -> None:
    words, grid, fields = explained(cardinal, tmp_path, patched(tmp_path), "--finer", str(factor))
    assert grid.shape == (8 * factor, 8 * factor)
    assert grid.sum() + fields["bias"] == pytest.approx(fields["logit"], abs=1e-5)
    assert fields["adds_up"] is True
    assert fields["view"]["factor"] == factor
    assert fields["view"]["decision"]["stayed"] is True
    assert f"The decision stayed in the view at {factor} times the size: dark" in words
    assert "has fewer pixels than this view" in words


def test_the_whole_picture_is_seen_and_a_changed_decision_told(cardinal: Run, tmp_path: Path) -> None:
    # Dark in the middle, bright at both ends: the crop sees the middle only.
    pixels = np.full((100, 400, 3), 250, np.uint8)
    pixels[:, 140:260] = 0
    picture = tmp_path / "ends.png"
    Image.fromarray(pixels).save(picture)
    words, grid, fields = explained(cardinal, tmp_path, str(picture), "--whole")
    assert grid.shape == (9, 36)
    assert fields["crop"] == {"left": 0, "top": 0, "right": 400, "bottom": 100}
    assert fields["view"]["decision"]["stayed"] is False
    assert "The decision changed in the view of the whole picture: dark" in words
    assert "gave way to bright" in words


def test_the_usual_view_says_nothing_of_views(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, patched(tmp_path))
    assert "view" not in words
    assert fields["view"]["decision"] is None


def test_only_a_larger_view_is_one_of_more_pixels_than_the_picture_has(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path, (100, 50))
    words, _, fields = explained(cardinal, tmp_path, picture, "--whole")
    assert (fields["view"]["whole"], fields["view"]["enlarged"]) == (True, False)
    assert "has fewer pixels than this view" not in words


def test_of_a_very_long_picture_the_middle_is_seen_and_said(
    cardinal: Run, tmp_path: Path, captions: list[Caption]
) -> None:
    for size, seen, beside in (
        ((1000, 100), "middle of the picture, which is very long", "its middle"),
        ((400, 100), "whole picture", "whole picture"),
    ):
        picture = patched(tmp_path, size)
        words, _, fields = explained(cardinal, tmp_path, picture, "--whole")
        assert f" in the view of the {seen}: " in words
        assert (fields["crop"]["left"] > 0) is (size[0] == 1000)
        assert cardinal(
            "explain", "--model", str(BRIGHT), "--device", "cpu", picture, "--whole", "--finer", "2",
            "--output", str(tmp_path / "x.png"),
        )[0] == 0  # fmt: skip
        assert captions.pop().subject.endswith(f" ({beside}, 2 times the size)")
        for name in ("map.npy", "map.json"):
            (tmp_path / name).unlink()
