"""A lane does as many pictures as take the wanted time, and compares itself with the pipeline."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from inference.bench import lane as source
from inference.bench.asking import MeasuringProcess
from inference.bench.lane import Lane
from inference.bench.orders import Rate, Setup
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError
from tests.inference.bench.test_asking import CHILD


class FakeProcess:
    """Does `speed` pictures a second by its own word, and remembers what it was asked."""

    def __init__(self, speed: float, *, readable: bool = True) -> None:
        self.pid = os.getpid()
        self.asked: list[tuple[int, str, int]] = []
        self._speed = speed
        self._readable = readable

    def begin_rate(self, count: int, *, variant: str = "", batch: int = 1) -> None:
        self.asked.append((count, variant, batch))

    def end_rate(self) -> Rate:
        count = self.asked[-1][0]
        return Rate(count if self._readable else 0, count / self._speed, first_s=0.01, engine="fake")


def _lane(*processes: FakeProcess, name: Name = Name.PIPELINE, batch: int = 1) -> Lane:
    return Lane(name, processes, batch=batch)  # type: ignore[arg-type]  # the three things that a lane uses


def test_a_pass_takes_the_wanted_time() -> None:
    process = FakeProcess(100)
    lane = _lane(process)
    lane.calibrate(2.0)
    lane.run()
    assert process.asked[-1][0] == 200
    assert lane.rates == [pytest.approx(100)]
    assert lane.first_s == [0.01]


def test_a_slow_candidate_does_one_batch_at_least() -> None:
    process = FakeProcess(0.5)
    lane = _lane(process, batch=32)
    lane.calibrate(0.1)
    lane.run()
    assert {count for count, _, _ in process.asked} == {32}
    assert process.asked[-1] == (32, "pipeline", 32)


def test_what_loads_batches_beside_the_network_does_several_in_a_pass() -> None:
    process = FakeProcess(0.5)
    lane = _lane(process, name=Name.TORCH_LOADER, batch=32)
    lane.calibrate(0.1)
    lane.run()
    assert {count for count, _, _ in process.asked} == {128}


def test_processes_that_work_together_add_up() -> None:
    lane = _lane(FakeProcess(100), FakeProcess(300), name=Name.PILLOW_ALONE)
    lane.run()
    # Both did one picture; the slower one took 10 ms.
    assert lane.rates == [pytest.approx(200)]
    assert lane.as_candidate([1.0]).processes == 2


def test_a_rival_is_compared_with_the_pipeline_and_a_part_is_not() -> None:
    rival, part = _lane(FakeProcess(50), name=Name.ONE_AT_A_TIME), _lane(FakeProcess(50), name=Name.NETWORK)
    for lane in (rival, part):
        lane.run()
        lane.run()
    assert rival.as_candidate([100.0, 200.0]).pipeline_ratio == pytest.approx(3.0)
    assert part.as_candidate([100.0, 200.0]).pipeline_ratio is None
    assert part.as_candidate([100.0, 200.0]).engine == "fake"


def test_what_was_skipped_has_a_reason_and_no_number() -> None:
    lane = _lane(FakeProcess(50), name=Name.TORCH_LOOP)
    lane.run()
    lane.skip("there is no PyTorch")
    found = lane.as_candidate([1.0])
    assert found.skipped == "there is no PyTorch"
    assert found.pictures_per_s is None
    assert found.cpu_ms is None


def test_a_loop_that_can_read_nothing_has_no_speed() -> None:
    with pytest.raises(NotMeasurableError, match="none of the pictures"):
        _lane(FakeProcess(50, readable=False)).run()


def test_processor_time_is_that_of_a_picture_and_says_what_is_below(monkeypatch: pytest.MonkeyPatch) -> None:
    # Each of two processes has one below it. In every pass of two pictures each takes 0.02 s, and what is below 0.05 s.
    taken = {1: 0.0, 2: 0.0, 11: 7.0, 12: 7.0}
    first, second = FakeProcess(100), FakeProcess(100)
    first.pid, second.pid = 1, 2
    real = FakeProcess.end_rate

    def end_rate(process: FakeProcess) -> Rate:
        taken[process.pid] += 0.02
        taken[10 + process.pid] += 0.05
        return real(process)

    monkeypatch.setattr(FakeProcess, "end_rate", end_rate)
    monkeypatch.setattr(source, "tree", lambda root: iter([root, 10 + root]))
    monkeypatch.setattr(source, "cpu_seconds", taken.__getitem__)
    monkeypatch.setattr(source, "can_tell", lambda: True)
    lane = _lane(first, second)
    lane.run()
    lane.run()
    found = lane.as_candidate([1.0, 1.0])
    assert found.cpu_ms == pytest.approx(70.0)
    assert found.cpu_ms_below == pytest.approx(50.0)


def test_where_nobody_says_what_processes_compute_nothing_is_invented(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(source, "can_tell", lambda: False)
    lane = _lane(FakeProcess(50))
    lane.run()
    assert lane.as_candidate([1.0]).cpu_ms is None


@pytest.fixture
def real_process() -> Iterator[MeasuringProcess]:
    """One that sees class 3 on the first picture, and cannot read the second."""
    with MeasuringProcess.start(CHILD, Setup("m.onnx", "cpu", 1, 1, ("/a.jpg",), ("", "", ""))) as process:
        process.wait()
        yield process


def test_classes_are_compared_where_they_are_asked_for(real_process: MeasuringProcess) -> None:
    answering, silent = Lane(Name.TORCH_LOOP, [real_process]), Lane(Name.TORCH_LOADER, [real_process])
    for lane in (answering, silent):
        lane.compare([3, 5])
        lane.run()
    assert answering.as_candidate([1.0]).same_class == 0.5
    assert silent.as_candidate([1.0]).same_class is None
