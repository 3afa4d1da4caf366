"""Everything that the report compares is lined up: bare loops on every core, and each size of batches."""

from __future__ import annotations

from collections import Counter
from contextlib import ExitStack

import pytest

from inference.bench.asking import MeasuringProcess
from inference.bench.lane import Lane
from inference.bench.lineup import line_up
from inference.bench.orders import Setup
from inference.bench.record import Name
from inference.bench.serving import NotMeasurableError

SETUP = Setup("m.onnx", "cpu", batch=4, workers=2, paths=("a.jpg",), folders=("", "", ""))
BARE = "inference.bench.onnx_runs"


class Started(ExitStack):
    """A process that can be measured, unless it is the one that cannot."""

    refused = ""

    def __init__(self, module: str) -> None:
        super().__init__()
        self.module = module

    def wait(self) -> None:
        if self.module == self.refused:
            raise NotMeasurableError("there is no such engine")


@pytest.fixture
def modules(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What was started, on a computer with three cores."""
    started: list[str] = []

    def start(module: str, setup: Setup) -> Started:
        assert setup is SETUP
        started.append(module)
        return Started(module)

    monkeypatch.setattr(MeasuringProcess, "start", start)
    monkeypatch.setattr("inference.engine.machine.usable_cores", lambda: 3)
    return started


def _line_up(*, baselines: bool) -> list[Lane]:
    with ExitStack() as stack:
        return line_up(SETUP, (1, 2), stack, lambda _progress: None, baselines=baselines)


def test_bare_loops_have_a_process_for_each_core_and_networks_each_size(modules: list[str]) -> None:
    lanes = _line_up(baselines=True)
    assert [(lane.name, lane.batch, lane.processes) for lane in lanes] == [
        (Name.DECODE_POOL, 1, 1),
        (Name.PILLOW_ALONE, 1, 3),
        (Name.FILES_ALONE, 1, 3),
        (Name.READING_ALONE, 1, 3),
        (Name.HAND_OVER, 1, 1),
        (Name.HAND_OVER_ONE, 1, 1),
        (Name.ANSWERING, 4, 1),
        (Name.COMPANY, 4, 1),
        *((Name.NETWORK, size, 1) for size in (1, 2, 4)),
        *((Name.ONNXRUNTIME_ALONE, size, 1) for size in (1, 2, 4)),
        (Name.ONE_AT_A_TIME, 1, 1),
        (Name.TORCH_LOOP, 1, 1),
        (Name.TORCH_LOADER, 32, 1),
        (Name.COMPILED_LOADER, 32, 1),
        (Name.COMPILED_NETWORK, 32, 1),
    ]
    assert Counter(modules) == {
        "inference.bench.program_runs": 1,
        "inference.bench.pillow_runs": 3,
        "inference.bench.reading_runs": 3,
        BARE: 1,
        "inference.training.torch_runs": 1,
    }


def test_without_baselines_nothing_of_others_is_started(modules: list[str]) -> None:
    assert _line_up(baselines=False)[-1].name is Name.ONNXRUNTIME_ALONE
    assert "inference.training.torch_runs" not in modules


@pytest.mark.usefixtures("modules")
def test_what_cannot_be_opened_is_skipped_with_its_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Started, "refused", BARE)
    skipped = {lane.name for lane in _line_up(baselines=True) if lane.skipped == "there is no such engine"}
    assert skipped == {Name.ONNXRUNTIME_ALONE, Name.ONE_AT_A_TIME}
