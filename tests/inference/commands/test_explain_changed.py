"""A changed copy is shown as the network saw it where it was changed, and as it is everywhere else."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from inference.arrays import RgbImage
from inference.attention.masking import Filling
from inference.attention.region import Box
from inference.attention.region_files import pixels_under
from inference.attention.side_by_side import Panel, SharedLegend
from inference.commands import explain_changed
from inference.commands.explain_changed import painted
from inference.commands.explain_hidden import HiddenParts
from inference.results import CropGeometry
from tests.inference.commands.explaining import TINY, patched
from tests.inference.commands.sessions import Run

SIDE = 32


def _parts(box: Box, crop: CropGeometry) -> HiddenParts:
    """The network's input is red where it was hidden, black elsewhere."""
    mask = pixels_under(box, crop, (SIDE, SIDE))
    image: RgbImage = np.zeros((SIDE, SIDE, 3), np.uint8)
    image[mask] = (255, 0, 0)
    return HiddenParts(Filling.GREY, (box,), mask, image)


@pytest.mark.parametrize("size", [(200, 100), (100, 50), (800, 400)])
def test_what_was_hidden_lies_on_its_box_at_any_size(size: tuple[int, int]) -> None:
    crop, box = CropGeometry(50, 0, 150, 100), Box(75, 25, 125, 75)
    pixels = np.full((size[1], size[0], 3), 90, np.uint8)
    before = pixels.copy()
    copy = painted(pixels, _parts(box, crop), crop, (200, 100))
    np.testing.assert_array_equal(pixels, before)
    changed = (copy != pixels).any(axis=2)
    rows, columns = np.nonzero(changed)
    # The original has 200 x 100 pixels; one pixel of the input is 100 / 32 of them.
    reach = 100 / SIDE * size[0] / 200 + 1
    for found, wanted in (
        (columns.min(), 75), (columns.max() + 1, 125), (rows.min(), 25), (rows.max() + 1, 75),
    ):  # fmt: skip
        assert abs(found - wanted * size[0] / 200) <= reach
    middle = copy[size[1] // 2, size[0] // 2]
    assert middle[0] > 200
    assert middle[1] == middle[2] == 0


def test_a_crop_of_one_pixel_at_the_edge() -> None:
    crop = CropGeometry(0, 0, 1, 9000)
    parts = _parts(Box(0, 0, 1, 9000), crop)
    copy = painted(np.full((1600, 1, 3), 90, np.uint8), parts, crop, (1, 9000))
    assert copy.shape == (1600, 1, 3)
    assert (copy[:, 0, 0] > 200).all()


def test_every_hidden_pixel_shows_the_inputs_own_colour() -> None:
    crop, box = CropGeometry(50, 0, 150, 100), Box(50, 0, 150, 100)
    parts = _parts(box, crop)
    noise: RgbImage = np.random.default_rng(1).integers(0, 256, (SIDE, SIDE, 3), np.uint8)
    copy = painted(
        np.full((SIDE * 2, SIDE * 4, 3), 90, np.uint8),
        HiddenParts(Filling.NOISE, (box,), parts.mask, noise),
        crop,
        (200, 100),
    )
    np.testing.assert_array_equal(copy[:, SIDE : SIDE * 3], noise.repeat(2, axis=0).repeat(2, axis=1))
    assert (copy[:, :SIDE] == 90).all()
    assert (copy[:, SIDE * 3 :] == 90).all()


@pytest.mark.parametrize(("method", "is_own_scale"), [("evidence", False), ("grad-cam", True)])
def test_both_maps_have_one_scale_which_is_in_logits_only_where_they_are(
    cardinal: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, method: str, is_own_scale: bool
) -> None:
    drawn: list[tuple[Sequence[Panel], SharedLegend]] = []

    def keep(panels: Sequence[Panel], legend: SharedLegend) -> RgbImage:
        drawn.append((panels, legend))
        return np.zeros((4, 4, 3), np.uint8)

    monkeypatch.setattr(explain_changed, "side_by_side", keep)
    code, _, errors = cardinal(
        "explain", "--model", TINY, "--device", "cpu", patched(tmp_path), "--method", method, "--class", "red",
        "--hide", "60,10,100,50", "--filling", "noise", "--output", str(tmp_path / "x.png"),
    )  # fmt: skip
    assert (code, errors) == (0, "")
    [(panels, legend)] = drawn
    largest = [float(np.abs(panel.contributions).max()) for panel in panels if panel.contributions is not None]
    assert len(largest) == 2
    assert largest[1] > largest[0]
    assert legend.in_logits is not is_own_scale
    assert legend.scale == pytest.approx(largest[1] if is_own_scale else legend.scale)
    assert panels[1].title == "With this part hidden (noise)"
