"""Softmax and ranking are total: any finite logits, any count."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.classify.postprocess import softmax, top_predictions
from inference.models.contract import Label

_LOGITS = hnp.arrays(np.float32, st.integers(1, 40), elements=st.floats(-1e4, 1e4, width=32))


@settings(max_examples=80, deadline=None)
@given(_LOGITS)
def test_probabilities_sum_to_one_and_keep_the_order(logits: np.ndarray) -> None:
    before = logits.copy()
    probabilities = softmax(logits)
    assert probabilities.sum() == pytest.approx(1, abs=1e-5)
    assert (probabilities >= 0).all()
    assert (np.diff(probabilities[np.argsort(logits, kind="stable")]) >= 0).all()
    assert (logits == before).all()


@settings(max_examples=50, deadline=None)
@given(_LOGITS, st.integers(1, 60))
def test_top_predictions_are_ranked_and_clamped(logits: np.ndarray, count: int) -> None:
    labels = [Label(f"class {index}") for index in range(len(logits))]
    best = top_predictions(logits, labels, count)
    assert len(best) == min(count, len(logits))
    assert [one.logit for one in best] == sorted((one.logit for one in best), reverse=True)
    assert all(one.label == f"class {one.index}" for one in best)


def test_equal_logits_are_ranked_by_index() -> None:
    labels = [Label(name) for name in "abcd"]
    best = top_predictions(np.array([1, 3, 3, 1], np.float32), labels, 4)
    assert [one.label for one in best] == ["b", "c", "a", "d"]
