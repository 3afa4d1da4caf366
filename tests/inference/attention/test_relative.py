"""Relative evidence leaves out what speaks for all classes alike."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings

from inference.attention.evidence import evidence_map, evidence_maps, ledger
from inference.attention.relative import relative_head, relative_logits, relative_maps
from inference.classify.postprocess import softmax
from inference.engine.network import Head
from tests.inference.attention.conftest import Seen
from tests.inference.attention.random_networks import Case, cases, exact_logits, room


@settings(max_examples=50, deadline=None)
@given(cases())
def test_relative_maps_add_up_to_the_lead_over_the_average_class(case: Case) -> None:
    features, head = case
    logits = exact_logits(features, head)
    relative = relative_head(head)
    for index in range(len(logits)):
        account = ledger(evidence_map(features, relative.weight[index]), float(relative.bias[index]))
        assert account.logit == pytest.approx(logits[index] - logits.mean(), abs=1e-5 * room(features, head))


@settings(max_examples=50, deadline=None)
@given(cases())
def test_in_every_cell_the_relative_maps_of_all_classes_cancel(case: Case) -> None:
    features, head = case
    before = features.copy(), head.weight.copy(), head.bias.copy()
    maps = evidence_maps(features, head.weight)
    tolerance = 1e-5 * room(features, head)
    relative = relative_maps(maps)
    np.testing.assert_allclose(relative.sum(axis=0), 0, atol=len(maps) * tolerance)
    np.testing.assert_allclose(relative, evidence_maps(features, relative_head(head).weight), atol=tolerance)
    assert all((now == then).all() for now, then in zip((features, head.weight, head.bias), before, strict=True))


def test_what_speaks_for_all_classes_alike_is_left_out() -> None:
    features = np.array([[[0.0, 8.0]], [[4.0, 0.0]]], np.float32)
    head = Head(np.array([[1, 3], [1, 1]], np.float32), np.zeros(2, np.float32))
    assert evidence_map(features, head.weight[0])[0, 1] == 4.0
    relative = evidence_map(features, relative_head(head).weight[0])
    assert relative[0, 1] == 0
    assert relative[0, 0] == pytest.approx(2.0)


def test_the_real_networks_probabilities_are_those_of_its_relative_logits(seen: tuple[Seen, ...], head: Head) -> None:
    relative = relative_head(head)
    for one in seen:
        lead = relative_logits(one.logits)
        np.testing.assert_allclose(softmax(lead), softmax(one.logits), atol=1e-6)
        for index in np.argsort(-one.logits)[[0, 1, 100, -1]]:
            account = ledger(evidence_map(one.features, relative.weight[index]), float(relative.bias[index]))
            assert account.error(float(lead[index])) <= 1e-5
