"""Rounds and their limit: what a card did is asked while the pipeline runs, and a limit is never below what ran."""

from __future__ import annotations

from dataclasses import dataclass, field
from types import TracebackType
from typing import Any

import pytest

from inference.bench import measuring
from inference.bench.card import CardState, CardUse
from inference.bench.figures import LimitRule
from inference.bench.orders import Setup
from inference.bench.record import Limit, Memory, Name


@dataclass
class Fake:
    """A lane that has been measured."""

    name: Name
    rates: list[float]
    skipped: str = ""
    runs: list[str] = field(default_factory=list)

    def run(self) -> None:
        self.runs.append(self.name)


def _limit(rule: LimitRule) -> Limit:
    lanes: Any = [
        Fake(Name.PIPELINE, [1500.0]),
        Fake(Name.PILLOW_ALONE, [4000.0]),
        Fake(Name.ONNXRUNTIME_ALONE, [1000.0]),
        Fake(Name.NETWORK, [3000.0]),
    ]
    limit = measuring._limit(lanes[0], lanes, rule)
    assert limit is not None
    return limit


def test_beside_a_card_the_programs_own_network_counts() -> None:
    limit = _limit(LimitRule.SLOWER_OF_BOTH)
    assert (limit.network_per_s, limit.pictures_per_s, limit.pipeline_share) == (3000.0, 3000.0, 0.5)


def test_on_one_processor_both_parts_are_bare_loops() -> None:
    limit = _limit(LimitRule.SHARED_CORES)
    assert (limit.network_per_s, limit.pictures_per_s) == (1000.0, 800.0)


@pytest.mark.parametrize(("device", "expected"), [("cuda", [0.8, 0.8]), ("cpu", [])])
def test_a_card_is_watched_while_the_pipeline_runs(
    device: str, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Watch:
        def __init__(self, before: CardState | None) -> None:
            self.use = None if before is None else CardUse("Card", 0, 0.8)

        def __enter__(self) -> Watch:
            return self

        def __exit__(
            self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
        ) -> None:
            """Over."""

    monkeypatch.setattr(measuring, "CardWatch", Watch)
    monkeypatch.setattr(measuring, "card_state", lambda: CardState("Card", 0, 0.0))
    setup = Setup("m.onnx", device, batch=8, workers=2, paths=("a.jpg",), folders=("", "", ""))
    plan = measuring.Plan(setup, is_made=False, has_more=False, batches=(8,), repeats=2, pass_s=1.0, baselines=False)
    busy: list[float] = []
    lanes: Any = [Fake(Name.PIPELINE, []), Fake(Name.NETWORK, [])]
    measuring._do_rounds(lanes, plan, busy, lambda _progress: None)
    assert busy == expected
    assert lanes[0].runs == ["pipeline", "pipeline"]


def test_how_busy_it_was_while_it_was_opened_is_replaced() -> None:
    opened = Memory(1, 1, CardUse("Card", 500, 0.01))
    assert measuring._with_busy(opened, 0.9) == Memory(1, 1, CardUse("Card", 500, 0.9))
    assert measuring._with_busy(Memory(1, 1, None), 0.9) == Memory(1, 1, None)
