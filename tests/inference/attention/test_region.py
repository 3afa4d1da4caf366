"""A region answers with its own cells: the whole is the network's answer, parts average to the whole."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.region import (
    Box,
    ask_region,
    box_of_cells,
    cell_weights,
    cells_holding,
    strong_cells,
)
from inference.classify.postprocess import softmax
from inference.engine.network import Head
from inference.results import CropGeometry
from tests.inference.attention.conftest import Seen
from tests.inference.attention.random_networks import Case, cases, exact_logits, room

CROP = CropGeometry(100.0, -20.0, 300.0, 180.0)
_EDGE = st.floats(-500, 500)


@st.composite
def _boxes(draw: st.DrawFn) -> Box:
    left, right = sorted([draw(_EDGE), draw(_EDGE)])
    top, bottom = sorted([draw(_EDGE), draw(_EDGE)])
    return Box(left, top, right, bottom)


@settings(max_examples=100, deadline=None)
@given(_boxes(), st.tuples(st.integers(1, 12), st.integers(1, 12)))
def test_weights_add_up_to_the_area_that_the_network_saw(box: Box, grid: tuple[int, int]) -> None:
    weights = cell_weights(box, CROP, grid)
    assert weights.shape == grid
    assert weights.min() >= 0
    assert weights.max() <= 1
    seen = box.within(Box(CROP.left, CROP.top, CROP.right, CROP.bottom))
    area = 0.0 if seen.is_empty else seen.width * seen.height
    assert weights.sum() * (200 / grid[0]) * (200 / grid[1]) == pytest.approx(area, abs=1e-5 * 200 * 200)


@settings(max_examples=60, deadline=None)
@given(cases())
def test_the_whole_region_is_the_networks_answer(case: Case) -> None:
    features, head = case
    before = features.copy()
    answer = ask_region(features, head, cell_weights(Box(100, -20, 300, 180), CROP, features.shape[1:]))
    assert answer is not None
    np.testing.assert_allclose(answer.logits, exact_logits(features, head), atol=1e-5 * room(features, head))
    assert (features == before).all()


@settings(max_examples=60, deadline=None)
@given(cases(), st.floats(0.05, 0.95))
def test_two_parts_average_to_the_whole(case: Case, cut: float) -> None:
    features, head = case
    middle = 100 + 200 * cut
    parts = [Box(100, -20, middle, 180), Box(middle, -20, 300, 180)]
    left, right = (ask_region(features, head, cell_weights(part, CROP, features.shape[1:])) for part in parts)
    assert left is not None
    assert right is not None
    mixed = cut * left.logits.astype(np.float64) + (1 - cut) * right.logits.astype(np.float64)
    np.testing.assert_allclose(mixed, exact_logits(features, head), atol=1e-5 * room(features, head))


def test_on_the_real_network(seen: tuple[Seen, ...], head: Head) -> None:
    for one in seen:
        whole = ask_region(one.features, head, np.ones((9, 9)))
        assert whole is not None
        assert np.abs(whole.logits - one.logits).max() <= 1e-5 * (1 + np.abs(one.logits).max())
        np.testing.assert_allclose(whole.probabilities, softmax(one.logits), atol=1e-5)
        corner = ask_region(one.features, head, cell_weights(Box(100, -20, 150, 30), CROP, (9, 9)))
        assert corner is not None
        assert np.abs(corner.probabilities - whole.probabilities).max() > 1e-3


@settings(max_examples=10, deadline=None)
@given(st.floats(0.05, 0.95), st.floats(0.05, 0.95))
def test_four_parts_of_a_real_picture_average_to_the_networks_answer(
    seen: tuple[Seen, ...], head: Head, across: float, down: float
) -> None:
    for one in seen:
        x, y = 100 + 200 * across, -20 + 200 * down
        parts = [
            (across * down, Box(100, -20, x, y)),
            ((1 - across) * down, Box(x, -20, 300, y)),
            (across * (1 - down), Box(100, y, x, 180)),
            ((1 - across) * (1 - down), Box(x, y, 300, 180)),
        ]
        mixed = np.zeros(one.logits.size)
        for share, part in parts:
            answer = ask_region(one.features, head, cell_weights(part, CROP, (9, 9)))
            assert answer is not None
            mixed += share * answer.logits
        assert np.abs(mixed - one.logits).max() <= 1e-5 * (1 + np.abs(one.logits).max())


def test_what_the_network_did_not_see_has_no_answer() -> None:
    features, head = np.ones((2, 3, 3), np.float32), Head(np.ones((2, 2), np.float32), np.zeros(2, np.float32))
    assert ask_region(features, head, cell_weights(Box(0, 0, 90, 90), CROP, (3, 3))) is None
    assert ask_region(features, head, cell_weights(Box(200, 50, 150, 60), CROP, (3, 3))) is None
    with pytest.raises(ValueError, match="do not fit"):
        ask_region(features, head, np.ones((2, 3)))


def test_cells_become_a_box_in_original_pixels_and_back() -> None:
    cells = np.zeros((4, 4), np.bool_)
    cells[1:3, 2] = True
    box = box_of_cells(cells, CROP, (400, 160))
    assert box == Box(200.0, 30.0, 250.0, 130.0)
    assert (cell_weights(box, CROP, (4, 4)) == cells).all()
    cells[3, 3] = True
    cut = box_of_cells(cells, CROP, (280, 160))
    assert cut == Box(200.0, 30.0, 280.0, 160.0)
    assert box_of_cells(np.zeros((2, 2), np.bool_), CROP, (10, 10)) is None


def test_strong_cells_are_those_near_the_largest() -> None:
    assert strong_cells(np.array([[4.0, 2.0, 1.9, -5.0]]), 0.5).tolist() == [[True, True, False, False]]
    assert not strong_cells(np.array([[-4.0, -2.0]]), 0.5).any()


@settings(max_examples=80, deadline=None)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.floats(-5, 5, width=32)))
def test_the_cells_that_hold_half_are_the_fewest(contributions: np.ndarray) -> None:
    cells = cells_holding(contributions, 0.5)
    positive = np.maximum(contributions, 0).astype(np.float64)
    if positive.sum() == 0:
        assert not cells.any()
        return
    assert positive[cells].sum() >= 0.5 * positive.sum() * (1 - 1e-12)
    assert contributions[cells].min() >= 0
    if (~cells).any():
        assert contributions[cells].min() >= contributions[~cells].max()
    # Without the weakest of them, half is not reached.
    assert positive[cells].sum() - positive[cells].min() <= 0.5 * positive.sum() * (1 + 1e-12)


def test_all_of_the_evidence_takes_every_positive_cell() -> None:
    assert cells_holding(np.array([[1.0, -2.0], [0.5, 3.0]]), 1.0).tolist() == [[True, False], [True, True]]
