"""The model's inputs come from the parts alone, round by round, and its error is said in percent."""

from __future__ import annotations

from dataclasses import replace
from typing import cast

import pytest

from inference.bench.figures import LimitRule
from inference.bench.lane import Lane
from inference.bench.orders import Setup
from inference.bench.prediction import Bound
from inference.bench.prediction_check import Course, check_prediction
from inference.bench.record import Latency, Name

LATENCY = Latency(500.0, 100.0, 2.0, 3.0, 25.0, 30.0, 60)
SETUP = Setup("m.onnx", "cpu", batch=8, workers=2, paths=("/a.jpg",), folders=("", "", ""))
COURSE = Course(2, SETUP, LimitRule.SHARED_CORES, 50_000.0)
RATES = {
    (Name.PIPELINE, 8): [40.0, 20.0],
    (Name.PILLOW_ALONE, 1): [1000.0, 500.0],
    (Name.FILES_ALONE, 1): [20_000.0, 20_000.0],
    (Name.READING_ALONE, 1): [800.0, 400.0],
    (Name.HAND_OVER, 1): [4000.0, 2000.0],
    (Name.HAND_OVER_ONE, 1): [2000.0, 2000.0],
    (Name.ANSWERING, 8): [10_000.0, 5000.0],
    (Name.COMPANY, 8): [40.0, 20.0],
    (Name.NETWORK, 1): [40.0, 20.0],
    (Name.NETWORK, 8): [50.0, 25.0],
    (Name.ONNXRUNTIME_ALONE, 1): [44.0, 22.0],
    (Name.ONNXRUNTIME_ALONE, 8): [50.0, 25.0],
}
ON_EACH_CORE = {Name.PILLOW_ALONE, Name.READING_ALONE, Name.FILES_ALONE}

CPU_MS = {
    Name.READING_ALONE: (2.4, 0.0),
    Name.HAND_OVER: (0.15, 0.05),
    Name.NETWORK: (39.0, 0.0),
}
"""Of the first round; the second takes twice as much, as its rates say."""


class MeasuredLane:
    """A lane after its rounds."""

    def __init__(self, name: Name, batch: int, rates: list[float], *, tells_cpu: bool) -> None:
        self.name = name
        self.batch = batch
        self.rates = list(rates)
        self.skipped = ""
        self.processes = 2 if name in ON_EACH_CORE else 1
        own_ms, below_ms = CPU_MS.get(name, (1.0, 1.0))
        self.cpu_ms = [(own_ms, below_ms), (2 * own_ms, 2 * below_ms)] if tells_cpu else []


def _lanes(*, tells_cpu: bool = True) -> list[Lane]:
    found = [MeasuredLane(name, batch, rates, tells_cpu=tells_cpu) for (name, batch), rates in RATES.items()]
    return cast("list[Lane]", found)


def test_each_input_is_what_its_part_took_alone() -> None:
    found = check_prediction(_lanes(), COURSE, LATENCY)
    assert found is not None
    inputs = found.inputs
    assert (inputs.cores, inputs.workers, inputs.batch, inputs.rule) == (2, 2, 8, LimitRule.SHARED_CORES)
    # Medians of two rounds, the second half as fast.
    assert inputs.network_ms == pytest.approx(30)
    assert inputs.network_added_ms == pytest.approx(0)
    assert inputs.network_one_ms == pytest.approx(1.5 * 1e3 / 44)
    assert inputs.network_one_added_ms == pytest.approx(37.5 - 1.5 * 1e3 / 44)
    assert inputs.decode_ms == pytest.approx(3), "two processes together do a picture in half the time of one"
    assert inputs.reading_ms == pytest.approx(3.75 - 3)
    assert inputs.main_ms == pytest.approx(0.225)
    assert inputs.hand_over_ms == pytest.approx(0.075)
    assert inputs.hand_over_one_ms == pytest.approx(0.5)
    assert inputs.answer_ms == pytest.approx(0.15)
    # In step 25 ms of two cores; alone the network takes 20, and reading and handing over 2.5 + 0.2 of one core.
    assert inputs.company_ms == pytest.approx(1.5 * (2 * 25 - 2 * 20 - 2.5 - 0.2))
    assert inputs.read_mb_per_s == pytest.approx(1000)


def test_the_difference_is_that_of_runs_side_by_side() -> None:
    """A slow moment of the machine meets the parts and the pipeline of its round alike."""
    found = check_prediction(_lanes(), COURSE, LATENCY)
    assert found is not None
    # Both in step 25, and answers 0.1 of one of two cores; in the second round all of it twice.
    predicted_ms = 25 + 0.1 / 2
    assert found.difference.pictures_per_s == pytest.approx(100 * (1e3 / predicted_ms / 40 - 1))
    assert found.forecast.bound is Bound.CORES
    assert found.difference.decode_ms == pytest.approx(100 * (found.forecast.decode_ms / 2 - 1))
    assert found.difference.answer_ms == pytest.approx(100 * (found.forecast.answer_ms / 25 - 1))
    assert found.difference.first_answer_ms == pytest.approx(100 * (found.forecast.first_answer_ms / 100 - 1))


def test_the_pipelines_own_speed_is_no_input() -> None:
    honest, boastful = _lanes(), _lanes()
    boastful[0].rates[:] = [400.0, 200.0]
    one, other = (check_prediction(lanes, COURSE, LATENCY) for lanes in (honest, boastful))
    assert one is not None
    assert other is not None
    assert one.inputs == other.inputs
    assert one.forecast == other.forecast


def test_where_nobody_says_what_processes_compute_the_clock_counts() -> None:
    found = check_prediction(_lanes(tells_cpu=False), COURSE, LATENCY)
    assert found is not None
    assert found.inputs.main_ms == pytest.approx(1.5 / 4)
    assert found.inputs.hand_over_ms == 0
    assert found.inputs.company_ms == pytest.approx(1.5 * (2 * 25 - 2 * 20 - 2.5 - 0.25))


def test_beside_a_card_there_is_no_company() -> None:
    card = replace(COURSE, rule=LimitRule.SLOWER_OF_BOTH)
    found = check_prediction(_lanes(), card, LATENCY)
    assert found is not None
    assert found.inputs.company_ms == 0


@pytest.mark.parametrize("name", [one for one in Name if any(one is name for name, _ in RATES) and one != "pipeline"])
def test_without_one_of_its_parts_nothing_is_predicted(name: Name) -> None:
    lanes = _lanes()
    for lane in lanes:
        if lane.name is name:
            lane.skipped = "its process died"
    assert check_prediction(lanes, COURSE, LATENCY) is None
