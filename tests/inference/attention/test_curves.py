"""Curves begin and end where they must, and their areas tell a good order from a bad one."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.curves import MOST_STEPS, Curve, CurvePair, MeanCurves, draw_curves, strongest_first
from inference.attention.evidence import evidence_map
from inference.attention.masking import Filling, fill
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.postprocess import softmax
from inference.engine.network import Head, Network
from tests.fakes import FakeNetwork
from tests.inference.attention.conftest import Seen


def test_the_area_is_that_of_trapezoids() -> None:
    curve = Curve(np.array([0.0, 0.5, 1.0]), np.array([1.0, 0.5, 0.0], np.float32))
    assert curve.area == pytest.approx(0.5)


def test_both_curves_have_the_whole_picture_and_the_filling_at_their_ends(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    one = seen[2]
    subject = int(one.logits.argmax())
    contributions = evidence_map(one.features, head.weight[subject])
    runner = CopyRunner(built_in)
    pair = draw_curves(runner, one.picture, contributions, subject, steps=6, filling=Filling.GREY)
    whole = float(softmax(one.logits)[subject])
    empty = built_in.run(fill(one.image, Filling.GREY, built_in.contract.preprocessing)[None]).logits[0]
    nothing = float(softmax(empty)[subject])
    for curve, ends in ((pair.deletion, (whole, nothing)), (pair.insertion, (nothing, whole))):
        assert curve.shares[[0, -1]].tolist() == [0, 1]
        assert len(curve.probabilities) == 7
        assert curve.probabilities[[0, -1]].tolist() == pytest.approx(ends, abs=1e-5)
        assert 0 <= curve.area <= 1
    worst = draw_curves(runner, one.picture, -contributions, subject, steps=6, filling=Filling.GREY)
    assert pair.insertion.area - pair.deletion.area > worst.insertion.area - worst.deletion.area


def test_there_are_no_more_steps_than_cells() -> None:
    network = FakeNetwork()
    seen = SeenPicture(np.full((8, 8, 3), 9, np.uint8), np.zeros(6, np.float32))
    pair = draw_curves(CopyRunner(network), seen, np.array([[1.0, 2.0]], np.float32), 0, steps=50)
    assert pair.deletion.shares.tolist() == [0, 0.5, 1]
    assert sum(network.batches) == 6


def test_the_strongest_go_first_and_equal_cells_from_no_side() -> None:
    contributions = np.zeros((9, 9), np.float32)
    contributions[4, 3:6] = 2.0, 3.0, 1.0
    contributions[0, 0] = -1.0
    order = strongest_first(contributions)
    assert sorted(order.tolist()) == list(range(81))
    assert order[:3].tolist() == [4 * 9 + 4, 4 * 9 + 3, 4 * 9 + 5]
    assert order[-1] == 0
    assert (order == strongest_first(contributions * 7)).all()
    # Of the zeros, the first half lies no higher and no farther left than the second.
    halves = [np.stack(np.divmod(half, 9)).mean(axis=1) for half in (order[3:41], order[41:80])]
    np.testing.assert_allclose(halves[0], halves[1], atol=1.5)


@settings(max_examples=40, deadline=None)
@given(hnp.arrays(np.float32, st.tuples(st.integers(1, 6), st.integers(1, 6)), elements=st.integers(-3, 3).map(float)))
def test_no_cell_goes_before_a_stronger_one(contributions: np.ndarray) -> None:
    order = strongest_first(contributions)
    assert sorted(order.tolist()) == list(range(contributions.size))
    assert (np.diff(contributions.ravel()[order]) <= 0).all()


def test_mean_curves_are_the_mean_at_equal_steps() -> None:
    mean = MeanCurves(Filling.GREY)
    with pytest.raises(ValueError, match="no picture"):
        mean.curves()
    falling = Curve(np.array([0.0, 1.0]), np.array([1.0, 0.0], np.float32))
    low = Curve(np.array([0.0, 0.5, 1.0]), np.zeros(3, np.float32))
    mean.add(CurvePair(falling, low, Filling.GREY))
    mean.add(CurvePair(low, low, Filling.GREY))
    curves = mean.curves()
    assert (mean.pictures, curves.filling) == (2, Filling.GREY)
    assert curves.deletion.shares.size == MOST_STEPS + 1
    assert curves.deletion.probabilities == pytest.approx((1 - curves.deletion.shares) / 2, abs=1e-6)
    assert curves.deletion.area == pytest.approx(0.25)
    assert curves.insertion.area == 0
