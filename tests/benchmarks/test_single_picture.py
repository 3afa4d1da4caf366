"""The benchmark of a single picture says its times as the project says them everywhere."""

from __future__ import annotations

from tests.benchmarks.single_picture import BUDGET_MS, rows_of


def test_the_percentile_is_the_projects_and_both_figures_are_held_against_the_budget() -> None:
    # Of 39 values, 37 are fewer than 95 %.
    times = [float(number) for number in range(39, 0, -1)]
    until, median, p95 = rows_of([5.0, 4.0, 9.0], times, " (openvino, bfloat16)")
    assert (until.measured, until.budget) == ("5.0 [9.0] ms of 3", "")
    assert median.what == "decoded until classified and painted with its map (openvino, bfloat16)"
    assert (median.measured, median.share) == ("20.0 [39.0] ms of 39", 20 / BUDGET_MS)
    assert (p95.measured, p95.budget, p95.share) == ("38 ms", "60 ms", 38 / BUDGET_MS)
