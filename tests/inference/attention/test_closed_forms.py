"""The closed forms keep what their papers promise; agreement with another program is in `test_family_parity`."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.attention.closed_forms import closed_form, eigen_cam, grad_cam_plus_plus
from inference.attention.evidence import evidence_map
from inference.attention.methods import FACTS, Method
from tests.inference.attention.random_networks import Case, cases, room

CLOSED = [method for method, facts in FACTS.items() if not facts.runs_network]


def test_every_method_has_facts() -> None:
    assert set(FACTS) == set(Method)


@pytest.mark.parametrize("method", CLOSED)
@settings(max_examples=25, deadline=None)
@given(case=cases(least=0.0))
def test_maps_are_numbers_of_the_right_sign_and_inputs_stay(method: Method, case: Case) -> None:
    features, head = case
    before = features.copy(), head.weight.copy()
    made = closed_form(method, features, head.weight[0])
    assert made.shape == features.shape[1:]
    assert made.dtype == np.float32
    assert np.isfinite(made).all()
    assert FACTS[method].is_signed or made.min() >= 0
    assert (features == before[0]).all()
    assert (head.weight == before[1]).all()


@settings(max_examples=40, deadline=None)
@given(cases(least=0.0))
def test_at_the_last_stage_three_methods_are_the_evidence_map(case: Case) -> None:
    features, head = case
    signed = evidence_map(features, head.weight[0])
    tolerance = 1e-5 * room(features, head)
    assert (closed_form(Method.HIRES_CAM, features, head.weight[0]) == signed).all()
    for method in (Method.GRAD_CAM, Method.XGRAD_CAM):
        np.testing.assert_allclose(closed_form(method, features, head.weight[0]), np.maximum(signed, 0), atol=tolerance)


@settings(max_examples=40, deadline=None)
@given(cases(least=0.0))
def test_layer_cam_keeps_only_what_supports(case: Case) -> None:
    features, head = case
    made = closed_form(Method.LAYER_CAM, features, head.weight[0])
    assert (made >= evidence_map(features, head.weight[0]) - 1e-5 * room(features, head)).all()


def test_the_papers_grad_cam_plus_plus_is_the_one_without_epsilon() -> None:
    features = np.array([[[1.0, 3.0]], [[2.0, 0.0]]], np.float32)
    weight = np.array([2.0, -1.0], np.float32)
    # g = 1, sum A = 4: alpha = 1 / (2 + 4), weight = 2 cells x alpha x g = 1/3; the second channel's g is negative.
    np.testing.assert_allclose(grad_cam_plus_plus(features, weight, epsilon=0.0), [[1 / 3, 1.0]], rtol=1e-6)
    assert not grad_cam_plus_plus(np.zeros((1, 2, 2), np.float32), np.zeros(1, np.float32), epsilon=0.0).any()


@settings(max_examples=40, deadline=None)
@given(cases(least=0.0))
def test_eigen_cam_is_the_first_direction_of_the_decomposed_features(case: Case) -> None:
    features, _ = case
    cells = features.reshape(len(features), -1).T.astype(np.float64)
    centred = cells - cells.mean(axis=0)
    largest = float(np.linalg.svd(centred, compute_uv=False)[0])
    made = eigen_cam(features).astype(np.float64)
    # Places along a unit direction are never longer than the largest singular value; rectified, they may be shorter.
    assert np.linalg.norm(made) <= largest * (1 + 1e-5) + 1e-4


def test_eigen_cam_shows_the_strong_part_and_nothing_where_all_is_alike() -> None:
    features = np.zeros((3, 4, 4), np.float32)
    features[:, 1, 2] = [3.0, 2.0, 1.0]
    made = eigen_cam(features)
    assert int(made.argmax()) == 1 * 4 + 2
    assert not eigen_cam(np.full((3, 4, 4), 2.0, np.float32)).any()


def test_methods_that_need_runs_are_refused() -> None:
    with pytest.raises(ValueError, match="needs runs"):
        closed_form(Method.SCORE_CAM, np.ones((1, 1, 1), np.float32), np.ones(1, np.float32))
