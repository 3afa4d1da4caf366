"""Evidence keeps its amount and its place when it is laid onto the grid over the whole picture."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.picture_grid import onto_picture, share_in_cells, share_on_border, share_outside
from inference.attention.region import Box
from inference.results import CropGeometry

_MAPS = hnp.arrays(np.float32, st.tuples(st.integers(1, 9), st.integers(1, 9)), elements=st.floats(-5, 5, width=32))


@settings(max_examples=60, deadline=None)
@given(_MAPS, st.tuples(st.integers(1, 30), st.integers(1, 30)))
def test_nothing_is_lost_of_what_lies_in_the_picture(contributions: np.ndarray, grid: tuple[int, int]) -> None:
    laid = onto_picture(contributions, CropGeometry(50.0, 0.0, 250.0, 200.0), (300, 200), grid)
    assert laid.shape == grid
    assert laid.sum() == pytest.approx(float(contributions.sum(dtype=np.float64)), abs=1e-6)


def test_the_place_stays_and_the_unseen_part_is_empty() -> None:
    contributions = np.zeros((2, 2), np.float32)
    contributions[0, 1] = 1.0
    laid = onto_picture(contributions, CropGeometry(100.0, 0.0, 300.0, 200.0), (400, 200), (4, 8))
    assert laid[:2, 4:6].sum() == pytest.approx(1.0)
    assert laid[0, 4] == pytest.approx(0.25)
    assert laid.sum() == pytest.approx(1.0)
    assert not laid[:, :2].any()


def test_an_even_map_has_the_borders_area_on_its_border() -> None:
    for cells in (7, 9, 16):
        assert share_on_border(np.ones((cells, cells), np.float32), 0.125) == pytest.approx(1 - 0.75**2)
    central = np.zeros((9, 9), np.float32)
    central[4, 4] = 3.0
    assert share_on_border(central, 0.125) == 0
    assert share_on_border(-central, 0.125) == 0


def test_the_share_outside_a_box_counts_support_only() -> None:
    contributions = np.array([[3.0, 1.0], [-9.0, 0.0]], np.float32)
    crop = CropGeometry(10.0, 10.0, 30.0, 30.0)
    assert share_outside(contributions, Box(0, 0, 20, 20), crop) == pytest.approx(0.25)
    assert share_outside(contributions, Box(0, 0, 15, 20), crop) == pytest.approx(0.25 + 0.375)
    assert share_outside(contributions, Box(50, 50, 60, 60), crop) == 1
    assert share_in_cells(np.full((2, 2), -1.0, np.float32)).sum() == 0
