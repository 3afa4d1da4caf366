"""The fewest cells that turn a duel: as few as a search over all sets finds, in both readings."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.duel import Duel, duel, runner_up
from inference.attention.evidence import ledger
from inference.attention.turning import Reading, gap_without, turning_set
from inference.engine.network import Head
from tests.inference.attention.conftest import Seen

# Sixteenths: every sum is exact, so that the search and the function cannot differ by rounding.
_SIXTEENTHS = st.integers(-64, 64).map(lambda number: number / 16)


def _duel(contributions: np.ndarray, bias: float) -> Duel:
    return Duel(0, 1, contributions.astype(np.float32), ledger(contributions.astype(np.float32), bias))


@st.composite
def _leads(draw: st.DrawFn) -> Duel:
    shape = draw(st.tuples(st.integers(1, 3), st.integers(1, 3)))
    made = _duel(draw(hnp.arrays(np.float32, shape, elements=_SIXTEENTHS)), draw(_SIXTEENTHS))
    assume(made.gap > 0)
    return made


def _smallest_by_search(leading: Duel, reading: Reading) -> int | None:
    cells = leading.contributions.size
    most = cells if reading is Reading.ZEROED else cells - 1
    for count in range(1, most + 1):
        for chosen in combinations(range(cells), count):
            mask = np.zeros(cells, np.bool_)
            mask[list(chosen)] = True
            if gap_without(leading, mask.reshape(leading.contributions.shape), reading) < 0:
                return count
    return None


@pytest.mark.parametrize("reading", list(Reading))
@settings(max_examples=60, deadline=None)
@given(leading=_leads())
def test_no_smaller_set_turns_it(reading: Reading, leading: Duel) -> None:
    found = turning_set(leading, reading)
    smallest = _smallest_by_search(leading, reading)
    assert (None if found is None else found.count) == smallest
    if found is not None:
        assert found.gap_after < 0 < found.gap_before
        assert gap_without(leading, found.cells, reading) == pytest.approx(found.gap_after, abs=1e-9)


def test_zeroed_and_re_pooled_are_two_answers() -> None:
    # n = 4, gap = 0.5. Zeroing the 4 leaves 0.5 - 4 < 0. Re-pooled: (-1 - 1 - 1.5) * 4 / 3 < 0 as well, but with a
    # positive bias gap, zeroing can give up where re-pooling goes on.
    made = _duel(np.array([[4.0, -1.0], [-1.0, -1.5]]), 0.0)
    for reading in Reading:
        found = turning_set(made, reading)
        assert found is not None
        assert found.cells.tolist() == [[True, False], [False, False]]
    biased = _duel(np.array([[4.0, 0.5], [0.5, -0.5]]), 1.0)
    assert turning_set(biased, Reading.ZEROED) is None
    found = turning_set(biased, Reading.REPOOLED)
    assert found is not None
    assert found.count == 3
    assert found.gap_after == pytest.approx(1.0 - 0.5 * 4)


def test_where_the_biases_decide_no_set_turns_it() -> None:
    made = _duel(np.full((2, 2), 0.25), 3.0)
    assert turning_set(made, Reading.ZEROED) is None
    assert turning_set(made, Reading.REPOOLED) is None


def test_only_a_lead_can_be_turned_and_a_mean_needs_a_cell() -> None:
    behind = _duel(np.array([[-1.0]]), 0.0)
    with pytest.raises(ValueError, match="only a lead"):
        turning_set(behind, Reading.ZEROED)
    with pytest.raises(ValueError, match="must remain"):
        gap_without(behind, np.ones((1, 1), np.bool_), Reading.REPOOLED)


@pytest.mark.parametrize("reading", list(Reading))
def test_on_the_real_network_the_set_turns_the_head_itself(
    seen: tuple[Seen, ...], head: Head, reading: Reading
) -> None:
    turned = 0
    for one in seen:
        first = int(one.logits.argmax())
        fought = duel(one.features, head, first, runner_up(one.logits, first))
        found = turning_set(fought, reading)
        if found is None:
            continue
        turned += 1
        # The features themselves are changed and pooled again, without any map.
        kept = one.features.astype(np.float64)[:, ~found.cells]
        pooled = kept.sum(axis=1) / found.cells.size if reading is Reading.ZEROED else kept.mean(axis=1)
        logits = head.weight.astype(np.float64) @ pooled + head.bias
        gap = float(logits[fought.subject] - logits[fought.rival])
        assert gap < 0
        assert gap == pytest.approx(found.gap_after, abs=1e-5 * (1 + abs(fought.account.supporting) * 10))
    assert turned >= 2
