"""What a record says follows from what ran: the limit, the latency, the order of passes, and what was watched."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field, replace
from types import SimpleNamespace, TracebackType
from typing import Any

import pytest

from inference.bench import measuring
from inference.bench.card import CardState, CardUse
from inference.bench.figures import LimitRule
from inference.bench.orders import Setup, Single
from inference.bench.record import Latency, Limit, Memory, Name
from inference.bench.serving import NotMeasurableError

PLAN = measuring.Plan(
    Setup("m.onnx", "cpu", batch=8, workers=2, paths=("a.jpg", "b.jpg"), folders=("", "", "")),
    is_made=False,
    has_more=False,
    batches=(8,),
    repeats=2,
    pass_s=1.0,
    baselines=False,
)


class Watch:
    """Takes the place of a watch of memory or of a card, and notes when it watches what.

    Attributes:
        seen: one line for each time that it was begun, and for each end.
    """

    def __init__(self, seen: list[str], root: int = 0) -> None:
        self.seen = seen
        self.root = root
        self.every_s = 0.1
        self.peak_bytes, self.peak_own_bytes = 0, 0

    def __enter__(self) -> Watch:
        self.seen.append(f"watching {self.root} every {self.every_s:g} s")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self.seen.append("not watching")
        self.peak_bytes += 100
        self.peak_own_bytes += 10


@dataclass
class Fake:
    """A lane that has been measured."""

    name: Name
    rates: list[float]
    skipped: str = ""
    first_s: list[float] = field(default_factory=list)
    runs: list[str] = field(default_factory=list)
    fails_at: int = 0

    def run(self) -> None:
        self.runs.append(self.name)
        if len(self.runs) == self.fails_at:
            raise NotMeasurableError("its process died")

    def compare(self, _classes: object) -> None:
        self.runs.append(f"{self.name} compares")

    def calibrate(self, pass_s: float) -> None:
        self.runs.append(f"{self.name} calibrates {pass_s:g}")

    def skip(self, reason: str) -> None:
        self.skipped = reason


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
    assert limit.network is Name.NETWORK


def test_on_one_processor_both_parts_are_bare_loops() -> None:
    limit = _limit(LimitRule.SHARED_CORES)
    assert (limit.network_per_s, limit.pictures_per_s) == (1000.0, 800.0)
    assert limit.network is Name.ONNXRUNTIME_ALONE


def test_the_limit_is_that_of_the_best_batch_round_by_round() -> None:
    lanes: Any = [
        Fake(Name.PIPELINE, [54.0, 30.0, 72.0]),
        Fake(Name.DECODE_POOL, [1.0, 1.0, 1.0]),
        Fake(Name.PILLOW_ALONE, [300.0, 150.0, 300.0]),
        Fake(Name.NETWORK, [999.0, 999.0, 999.0]),
        Fake(Name.ONNXRUNTIME_ALONE, [90.0, 40.0, 95.0]),
        Fake(Name.ONNXRUNTIME_ALONE, [100.0, 50.0, 150.0]),
        Fake(Name.ONNXRUNTIME_ALONE, [900.0, 900.0, 900.0], skipped="its process died"),
        Fake(Name.ONE_AT_A_TIME, [999.0, 999.0, 999.0]),
    ]
    # The limits of the rounds are 75, 37.5 and 100, the shares 0.72, 0.8 and 0.72.
    limit = measuring._limit(lanes[0], lanes, LimitRule.SHARED_CORES)
    assert limit is not None
    assert limit.rule is LimitRule.SHARED_CORES
    assert (limit.decode_per_s, limit.network_per_s) == (300.0, 100.0)
    assert [limit.pictures_per_s, limit.pipeline_share] == pytest.approx([75.0, 0.72])


@pytest.mark.parametrize("name", [Name.PILLOW_ALONE, Name.ONNXRUNTIME_ALONE])
def test_without_one_of_its_parts_there_is_no_limit(name: Name) -> None:
    lanes: Any = [Fake(one, [10.0]) for one in (Name.PIPELINE, Name.PILLOW_ALONE, Name.ONNXRUNTIME_ALONE)]
    next(lane for lane in lanes if lane.name is name).skip("its process died")
    assert measuring._limit(lanes[0], lanes, LimitRule.SHARED_CORES) is None


def test_latencies_are_medians_and_the_slowest_but_one_of_twenty() -> None:
    class Process:
        def single(self, count: int) -> Single:
            # 60 pictures: the 57th is the 95th percentile, the 30th the median.
            assert count == 60
            decode = tuple(number / 1000 for number in range(count, 0, -1))
            return Single(decode, tuple(2 * one for one in decode))

    lead = Fake(Name.PIPELINE, [], first_s=[0.3, 0.1, 0.2])
    found = measuring._latency(Process(), lead, 700.0)  # type: ignore[arg-type]  # what it uses of both
    wanted = Latency(
        open_ms=700.0,
        first_answer_ms=200.0,
        decode_p50_ms=30.0,
        decode_p95_ms=57.0,
        answer_p50_ms=60.0,
        answer_p95_ms=114.0,
        pictures=60,
    )
    assert asdict(found) == pytest.approx(asdict(wanted))


def test_every_second_round_is_run_backwards_and_the_pipelines_passes_are_watched_now_and_then() -> None:
    seen: list[str] = []
    names = (Name.PIPELINE, Name.PILLOW_ALONE, Name.NETWORK)
    lanes: Any = [Fake(name, [], runs=seen) for name in names]
    measuring._do_rounds(lanes, replace(PLAN, repeats=3), [], Watch(seen, 7), lambda _progress: None)  # type: ignore[arg-type]
    watched = ["watching 7 every 1 s", "pipeline", "not watching"]
    others = ["pillow-alone", "network"]
    assert seen == [*watched, *others, *reversed(others), *watched, *watched, *others]


def test_what_fails_in_a_round_is_not_run_again() -> None:
    lanes: Any = [Fake(Name.PIPELINE, []), Fake(Name.NETWORK, [], fails_at=1), Fake(Name.PILLOW_ALONE, [])]
    measuring._do_rounds(lanes, PLAN, [], Watch([]), lambda _progress: None)  # type: ignore[arg-type]
    assert [len(lane.runs) for lane in lanes] == [2, 1, 2]
    assert [lane.skipped for lane in lanes] == ["", "its process died", ""]


def test_while_everything_is_warmed_up_the_pipeline_is_watched_closely() -> None:
    seen: list[str] = []
    lanes: Any = [Fake(name, [], runs=seen) for name in (Name.PIPELINE, Name.NETWORK)]
    measuring._settle(lanes, [1], 2.0, Watch(seen, 7), lambda _progress: None)  # type: ignore[arg-type]
    assert seen == [
        "pipeline compares",
        "watching 7 every 0.1 s",
        "pipeline calibrates 2",
        "not watching",
        "network compares",
        "network calibrates 2",
    ]


@pytest.mark.parametrize(("device", "expected"), [("cuda", [0.8, 0.8]), ("cpu", [])])
def test_a_card_is_watched_while_the_pipeline_runs(
    device: str, expected: list[float], monkeypatch: pytest.MonkeyPatch
) -> None:
    class Card(Watch):
        def __init__(self, before: CardState | None) -> None:
            super().__init__([])
            self.use = None if before is None else CardUse("Card", 0, 0.8)

    monkeypatch.setattr(measuring, "CardWatch", Card)
    monkeypatch.setattr(measuring, "card_state", lambda: CardState("Card", 0, 0.0))
    plan = replace(PLAN, setup=replace(PLAN.setup, device=device))
    busy: list[float] = []
    lanes: Any = [Fake(Name.PIPELINE, []), Fake(Name.NETWORK, [])]
    measuring._do_rounds(lanes, plan, busy, Watch([]), lambda _progress: None)  # type: ignore[arg-type]
    assert busy == expected
    assert lanes[0].runs == ["pipeline", "pipeline"]


def test_how_busy_a_card_was_while_it_was_opened_is_replaced_and_peaks_are_those_of_all_that_was_watched() -> None:
    watch = SimpleNamespace(peak_bytes=900, peak_own_bytes=600)
    opening: Any = SimpleNamespace(watch=watch, card=CardUse("Card", 500, 0.01))
    assert measuring._memory(opening, [0.7, 0.9, 0.95]) == Memory(900, 600, CardUse("Card", 500, 0.9))
    assert measuring._memory(opening, []) == Memory(900, 600, CardUse("Card", 500, 0.01))
    opening.card = None
    assert measuring._memory(opening, []) == Memory(900, 600, None)
