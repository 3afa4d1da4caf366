"""Maps made from gradients are the closed forms where those hold, and the papers' sums everywhere."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.closed_forms import closed_form
from inference.attention.earlier import EARLIER_METHODS, SIGNED_METHODS, class_direction, earlier_map, stage_map
from inference.attention.methods import FACTS, Method
from inference.engine.gradient_network import GradientRun, StageMaps
from tests.inference.attention.random_networks import Case, cases

_VALUES = st.floats(-10, 10, width=32)


@settings(max_examples=60, deadline=None)
@given(cases(least=0.0))
def test_at_the_last_stage_they_are_the_closed_forms(case: Case) -> None:
    features, head = case
    cells = features.shape[1] * features.shape[2]
    weight = head.weight[0]
    gradients = np.broadcast_to((weight / np.float32(cells))[:, None, None], features.shape)
    for method in EARLIER_METHODS:
        expected = closed_form(method, features, weight)
        room = 1 + float(np.abs(weight).max()) * float(np.abs(features).sum(axis=0).max())
        np.testing.assert_allclose(earlier_map(method, features, gradients), expected, rtol=0, atol=1e-5 * room)


@settings(max_examples=60, deadline=None)
@given(st.tuples(st.integers(1, 5), st.integers(1, 4), st.integers(1, 4)).flatmap(
    lambda shape: st.tuples(*(hnp.arrays(np.float32, shape, elements=_VALUES) for _ in range(2)))
))  # fmt: skip
def test_they_are_the_papers_sums(pair: tuple[np.ndarray, np.ndarray]) -> None:
    activations, gradients = (one.astype(np.float64) for one in pair)
    made = {method: earlier_map(method, pair[0], pair[1]) for method in EARLIER_METHODS}
    room = 1e-4 * (1 + float(np.abs(activations).sum() * np.abs(gradients).max()))
    hires = (activations * gradients).sum(axis=0)
    np.testing.assert_allclose(made[Method.HIRES_CAM], hires, atol=room)
    layer = (activations * np.maximum(gradients, 0)).sum(axis=0)
    np.testing.assert_allclose(made[Method.LAYER_CAM], np.maximum(layer, 0), atol=room)
    plain = np.einsum("k,khw->hw", gradients.mean(axis=(1, 2)), activations)
    np.testing.assert_allclose(made[Method.GRAD_CAM], np.maximum(plain, 0), atol=room)
    for method, grid in made.items():
        assert grid.dtype == np.float32
        assert grid.shape == activations.shape[1:]
        assert method in SIGNED_METHODS or grid.min() >= 0


def test_the_signed_ones_are_those_that_the_facts_call_signed() -> None:
    assert {method for method in EARLIER_METHODS if FACTS[method].is_signed} == SIGNED_METHODS


def test_a_question_as_a_sum_of_logits() -> None:
    assert class_direction(4, 1).tolist() == [0, 1, 0, 0]
    assert class_direction(4, 1, 3).tolist() == [0, 1, 0, -1]
    assert class_direction(4, 1, relative=True).tolist() == [-0.25, 0.75, -0.25, -0.25]


def test_what_is_not_made_from_gradients_is_refused() -> None:
    ones = np.ones((1, 2, 2), np.float32)
    with pytest.raises(ValueError, match="gradients"):
        earlier_map(Method.OCCLUSION, ones, ones)
    run = GradientRun(np.zeros(2, np.float32), {1: StageMaps(ones, ones)})
    assert stage_map(Method.GRAD_CAM, run, 1).contributions.tolist() == [[1, 1], [1, 1]]
    with pytest.raises(ValueError, match="stage 2"):
        stage_map(Method.GRAD_CAM, run, 2)
