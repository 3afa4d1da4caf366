"""Figures are what their words say, by hand."""

from __future__ import annotations

import pytest

from inference.bench.figures import LimitRule, Spread, combined_limit, median_ratio, percentile, spread


def test_a_spread_of_runs() -> None:
    assert spread([3.0, 1.0, 2.0, 10.0]) == Spread(median=2.5, lowest=1.0, highest=10.0, runs=4)


def test_a_ratio_compares_rounds_and_not_medians() -> None:
    # The machine was half as fast in the second round, for both.
    assert median_ratio([100.0, 50.0, 90.0], [50.0, 25.0, 30.0]) == 2.0


def test_a_ratio_needs_the_same_rounds() -> None:
    with pytest.raises(ValueError, match="zip"):
        median_ratio([1.0], [1.0, 2.0])


@pytest.mark.parametrize(("share", "expected"), [(0.5, 10), (0.95, 19), (1.0, 20), (0.0, 1)])
def test_percentiles_are_measured_values(share: float, expected: int) -> None:
    assert percentile([float(number) for number in range(20, 0, -1)], share) == expected


def test_a_percentile_of_one_value() -> None:
    assert percentile([7.0], 0.95) == 7.0


def test_the_limit_on_shared_cores_is_the_designs_formula() -> None:
    assert combined_limit(100.0, 300.0, LimitRule.SHARED_CORES) == pytest.approx(75.0)


def test_the_limit_beside_a_card_is_the_slower_part() -> None:
    assert combined_limit(900.0, 300.0, LimitRule.SLOWER_OF_BOTH) == 300.0
