"""A duel's cells and bias gap are the gap of the logits, on random features and on the real network."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.attention.duel import duel, runner_up
from inference.attention.evidence import evidence_map
from inference.engine.network import Head
from tests.inference.attention.conftest import Seen
from tests.inference.attention.random_networks import Case, cases, exact_logits, room


@settings(max_examples=80, deadline=None)
@given(cases(), st.data())
def test_cells_and_bias_gap_add_up_to_the_gap(case: Case, data: st.DataObject) -> None:
    features, head = case
    before = features.copy(), head.weight.copy(), head.bias.copy()
    subject, rival = data.draw(st.permutations(range(len(head.bias))))[:2]
    logits = exact_logits(features, head)
    fought = duel(features, head, subject, rival)
    tolerance = 1e-5 * room(features, head)
    assert fought.gap == pytest.approx(logits[subject] - logits[rival], abs=tolerance)
    assert float(fought.contributions.sum(dtype=np.float64)) + fought.account.bias == pytest.approx(fought.gap)
    difference = evidence_map(features, head.weight[subject]) - evidence_map(features, head.weight[rival])
    np.testing.assert_allclose(fought.contributions, difference, atol=tolerance)
    assert all((now == then).all() for now, then in zip((features, head.weight, head.bias), before, strict=True))


@settings(max_examples=30, deadline=None)
@given(cases())
def test_turned_round_is_the_rivals_duel(case: Case) -> None:
    features, head = case
    turned, asked = duel(features, head, 0, 1).turned_round(), duel(features, head, 1, 0)
    assert (turned.subject, turned.rival) == (asked.subject, asked.rival) == (1, 0)
    np.testing.assert_allclose(turned.contributions, asked.contributions, atol=1e-5)
    assert turned.account.supporting == pytest.approx(asked.account.supporting, abs=1e-4)
    assert turned.account.opposing == pytest.approx(asked.account.opposing, abs=1e-4)
    assert turned.gap == pytest.approx(asked.gap, abs=1e-4)


def test_on_the_real_network_for_many_pairs(seen: tuple[Seen, ...], head: Head) -> None:
    random = np.random.default_rng(4)
    for one in seen:
        first = int(one.logits.argmax())
        pairs = [(first, runner_up(one.logits, first))]
        pairs += [tuple(random.choice(len(one.logits), 2, replace=False).tolist()) for _ in range(20)]
        for subject, rival in pairs:
            fought = duel(one.features, head, subject, rival)
            assert fought.account.error(float(one.logits[subject]) - float(one.logits[rival])) <= 1e-5


def test_the_runner_up_is_the_best_other_class_and_ties_go_by_index() -> None:
    logits = np.array([1.0, 5.0, 3.0, 3.0], np.float32)
    assert runner_up(logits, 1) == 2
    assert runner_up(logits, 2) == 1
    assert logits[1] == 5.0
    with pytest.raises(ValueError, match="no runner-up"):
        runner_up(np.array([1.0], np.float32), 0)


def test_a_class_is_not_compared_with_itself() -> None:
    head = Head(np.ones((2, 1), np.float32), np.zeros(2, np.float32))
    with pytest.raises(ValueError, match="with itself"):
        duel(np.ones((1, 1, 1), np.float32), head, 1, 1)
