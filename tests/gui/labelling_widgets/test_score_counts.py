"""Counts by bisection are those of counting one by one."""

import math
from array import array

from hypothesis import given
from hypothesis import strategies as st

from gui.labelling_widgets.score_counts import BINS, ScoreCounts

_scores = st.lists(st.floats(0, 1, width=32), max_size=60)


@given(scores=_scores, threshold=st.floats(0, 1))
def test_counts_and_doubts(scores: list[float], threshold: float) -> None:
    counts = ScoreCounts.of(scores)
    accepted = [score for score in scores if score >= threshold]
    assert counts.at_or_above(threshold) == len(accepted)
    assert math.isclose(counts.expected_wrong(threshold), sum(1 - score for score in accepted), abs_tol=1e-9)
    assert len(counts.bins) == BINS
    assert sum(counts.bins) == len(counts) == len(scores)


def test_bins_hold_their_hundredth_and_certainty_the_last() -> None:
    counts = ScoreCounts.of([0.0, 0.009, 0.5, 0.999, 1.0])
    assert (counts.bins[0], counts.bins[50], counts.bins[99]) == (2, 1, 2)


def test_what_is_no_score_is_left_out() -> None:
    assert ScoreCounts.of([-1.0, float("nan"), 1.5, 0.25]).scores.tolist() == [0.25]


def test_arrays_are_taken_and_nothing_is_fine_too() -> None:
    assert ScoreCounts.of(array("f", [0.5, 0.25])).at_or_above(0.5) == 1
    assert ScoreCounts.of(()).expected_wrong(0.0) == 0.0
