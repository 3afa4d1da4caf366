"""The small maps of tiles lie where the network looked, and colour what spoke for and against."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import QImage

from gui.tile_maps import TILE_MAP_PX, tile_maps
from inference.results import CropGeometry
from inference.sessions.session import Session

FOR = np.full((2, 2), 4.0, np.float32)


def made(
    evidence: dict[int, np.ndarray], crops: dict[int, tuple[CropGeometry, int, int]], scale: float = 4.0
) -> dict[int, QImage]:
    """The maps of all images of a session that knows this."""
    session = SimpleNamespace(evidence_of=lambda _keys: evidence, crops_of=lambda _keys: crops)
    return dict(tile_maps(cast("Session", session), list(evidence), scale))


def covered(image: QImage) -> tuple[int, int, int, int]:
    """Left, top, right (behind), bottom (behind) of what is not clear."""
    seen = [(x, y) for y in range(image.height()) for x in range(image.width()) if image.pixelColor(x, y).alpha() > 0]
    across, down = [x for x, _ in seen], [y for _, y in seen]
    return min(across), min(down), max(across) + 1, max(down) + 1


def test_a_map_has_the_pictures_proportions_and_is_clear_beside_the_crop() -> None:
    [image] = made({7: FOR}, {7: (CropGeometry(160, 0, 480, 320), 640, 320)}).values()
    assert (image.width(), image.height()) == (TILE_MAP_PX, TILE_MAP_PX // 2)
    assert covered(image) == (24, 0, 72, 48)


def test_for_is_warm_against_is_cool_and_nothing_is_clear() -> None:
    cells = np.array([[6.0, 0.0, -6.0]], np.float32)
    [image] = made({1: cells}, {1: (CropGeometry(0, 0, 300, 100), 300, 100)}).values()
    row = image.height() // 2
    warm, clear, cool = (image.pixelColor(x, row) for x in (2, image.width() // 2, image.width() - 3))
    assert warm.red() > warm.blue()
    assert cool.blue() > cool.red()
    assert clear.alpha() < 10
    assert min(warm.alpha(), cool.alpha()) > 200


def test_the_scale_is_the_same_for_all_images() -> None:
    crop = (CropGeometry(0, 0, 100, 100), 100, 100)
    maps = made({1: FOR, 2: FOR / 4}, {1: crop, 2: crop})
    strong, weak = (maps[key].pixelColor(50, 50).alpha() for key in (1, 2))
    assert 0 < weak < strong


def test_images_without_crop_are_left_out_and_a_broken_map_is_clear() -> None:
    crop = (CropGeometry(0, 0, 10, 10), 10, 10)
    broken = np.full((2, 2), np.nan, np.float32)
    maps = made({1: FOR, 2: FOR, 3: broken}, {1: crop, 3: crop})
    assert set(maps) == {1, 3}
    assert all(maps[3].pixelColor(x, x).alpha() == 0 for x in range(0, TILE_MAP_PX, 7))


SIDE = st.integers(1, 60_000)
SHARE = st.floats(-0.5, 1.5)


@given(width=SIDE, height=SIDE, left=SHARE, top=SHARE, right=SHARE, bottom=SHARE)
@pytest.mark.parametrize("cells", [np.full((1, 1), 3.0, np.float32)])
def test_any_crop_of_any_picture_gives_a_small_map(
    cells: np.ndarray, width: int, height: int, left: float, top: float, right: float, bottom: float
) -> None:
    crop = CropGeometry(left * width, top * height, right * width, bottom * height)
    [image] = made({1: cells}, {1: (crop, width, height)}).values()
    assert max(image.width(), image.height()) == TILE_MAP_PX
    assert min(image.width(), image.height()) >= 1
    assert image.format() is QImage.Format.Format_ARGB32_Premultiplied
