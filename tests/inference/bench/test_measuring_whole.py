"""A whole measurement with made-up processes: what is watched and when, and what becomes of it in the record."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from types import SimpleNamespace, TracebackType

import pytest

from inference.bench import measuring
from inference.bench.asking import MeasuringProcess
from inference.bench.facts import Facts
from inference.bench.figures import LimitRule
from inference.bench.lane import Lane
from inference.bench.orders import PictureFigures, Rate, Setup, Single, Survey
from inference.bench.record import Memory, Name, Pictures, Record
from tests.inference.bench.conftest import Clock
from tests.inference.bench.test_lane import FakeProcess
from tests.inference.bench.test_measuring import PLAN, Watch
from tests.inference.commands.test_bench_table import RECORD


class Pipeline:
    """Takes the place of the pipeline's process, which makes 100 pictures a second.

    Attributes:
        started: pictures of each process so far.
        seen: what was done, in order.
        bad: pictures that it cannot read.
        clock: goes on while it is opened.
    """

    started: list[tuple[str, ...]]
    seen: list[str]
    bad: frozenset[str]
    clock: Clock

    def __init__(self, setup: Setup) -> None:
        self.started.append(setup.paths)
        self.pid = 1_000_000_000 + len(self.started)
        self.paths = setup.paths
        self._count = 0

    def __enter__(self) -> Pipeline:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        """It ends."""

    def wait(self) -> None:
        self.seen.append("opened")
        self.clock.wait(0.75)

    def stop(self) -> None:
        self.seen.append("stopped")

    def survey(self, count: int) -> Survey:
        self.seen.append(f"survey of {count}")
        seen = [path for path in self.paths if path not in self.bad]
        classes = tuple(3 if path in seen else None for path in self.paths)
        formats = ["PNG", *["JPEG"] * len(seen)]
        figures = (PictureFigures(formats[place], 40 + place, 30, 100 * (place + 1)) for place in range(len(seen)))
        return Survey(classes, tuple(figures))

    def begin_rate(self, count: int, *, variant: str = "", batch: int = 1) -> None:
        assert (variant, batch) == ("pipeline", 8)
        self._count = count

    def end_rate(self) -> Rate:
        self.seen.append("pass")
        return Rate(self._count, self._count / 100, first_s=0.25)

    def single(self, count: int) -> Single:
        self.seen.append("singles")
        return Single((0.01,) * count, (0.02,) * count)


class Other(FakeProcess):
    """Another candidate's process; it sees class 3 on every second picture.

    Attributes:
        surveyed: how many pictures it was asked to look at.
    """

    def __init__(self, speed: float) -> None:
        super().__init__(speed)
        self.surveyed: list[int] = []

    def survey(self, count: int, *, variant: str = "", batch: int = 1) -> Survey:
        assert (variant, batch) == (Name.ONE_AT_A_TIME, 1)
        self.surveyed.append(count)
        return Survey(tuple(3 if place % 2 else None for place in range(count)))


@pytest.fixture
def watches(monkeypatch: pytest.MonkeyPatch, clock: Clock) -> list[Watch]:
    """The pipeline is made up, nothing else is measured, and who watches what memory is noted."""
    Pipeline.started, Pipeline.seen, Pipeline.bad, Pipeline.clock = [], [], frozenset(), clock
    made: list[Watch] = []

    def watch(root: int) -> Watch:
        made.append(Watch(Pipeline.seen, root))
        return made[-1]

    monkeypatch.setattr(MeasuringProcess, "start", lambda _module, setup: Pipeline(setup))
    monkeypatch.setattr(measuring, "time", clock)
    monkeypatch.setattr(measuring, "MemoryWatch", watch)
    monkeypatch.setattr(measuring, "card_state", lambda: None)
    monkeypatch.setattr(measuring, "OthersWatch", lambda: contextlib.nullcontext(SimpleNamespace(share=0.25)))
    _line_up(monkeypatch, [])
    return made


def _line_up(monkeypatch: pytest.MonkeyPatch, lanes: list[Lane]) -> None:
    monkeypatch.setattr(measuring, "line_up", lambda *_parts, **_options: lanes)


def _lane(name: Name, process: Other) -> Lane:
    return Lane(name, [process])  # type: ignore[list-item]  # the things that a lane uses


def _measure(plan: measuring.Plan = PLAN) -> Record:
    facts = Facts(RECORD.date, RECORD.machine, RECORD.versions, RECORD.model, RECORD.configuration)
    return measuring.measure(plan, facts, lambda _progress: None)


def test_the_peak_of_memory_is_that_of_the_opening_and_of_all_passes_of_the_pipeline(watches: list[Watch]) -> None:
    record = _measure()
    first, later = "watching 1000000001 every 0.1 s", "watching 1000000001 every 1 s"
    assert Pipeline.seen == [
        first, "opened", "survey of 2", "not watching",
        first, "pass", "pass", "not watching",
        later, "pass", "not watching",
        later, "pass", "not watching",
        "singles",
    ]  # fmt: skip
    assert len(watches) == 1
    assert record.memory == Memory(400, 40, None)
    assert (record.latency.open_ms, record.latency.first_answer_ms) == (750.0, 250.0)
    assert record.others_share == 0.25
    assert (record.limit, record.prediction) == (None, None)
    rates = record.candidates[0].pictures_per_s
    assert rates is not None
    assert [rates.median, rates.runs] == pytest.approx([100.0, 2])


def test_pictures_that_cannot_be_read_cost_a_new_process_which_is_watched_instead(watches: list[Watch]) -> None:
    Pipeline.bad = frozenset({"a.jpg"})
    record = _measure()
    assert Pipeline.started == [("a.jpg", "b.jpg"), ("b.jpg",)]
    assert record.pictures == Pictures("given", 2, 1, has_more=False, formats={"PNG": 1}, median_width=40,
                                       median_height=30, mean_bytes=100)  # fmt: skip
    again = Pipeline.seen.index("stopped")
    assert Pipeline.seen[again : again + 3] == ["stopped", "opened", "watching 1000000002 every 0.1 s"]
    assert len(watches) == 1


@pytest.mark.usefixtures("watches")
def test_pictures_are_told_by_medians_and_means() -> None:
    setup = replace(PLAN.setup, paths=("a", "b", "c", "d"))
    record = _measure(replace(PLAN, setup=setup, is_made=True, has_more=True))
    assert record.pictures == Pictures("made", 4, 0, has_more=True, formats={"JPEG": 3, "PNG": 1}, median_width=42,
                                       median_height=30, mean_bytes=250)  # fmt: skip
    assert list(record.pictures.formats) == ["JPEG", "PNG"]


@pytest.mark.usefixtures("watches")
@pytest.mark.parametrize(
    ("device", "rule", "limit"),
    [("cpu", LimitRule.SHARED_CORES, 100.0), ("openvino", LimitRule.SHARED_CORES, 100.0),
     ("cuda", LimitRule.SLOWER_OF_BOTH, 150.0), ("coreml", LimitRule.SLOWER_OF_BOTH, 150.0)],
)  # fmt: skip
def test_parts_share_the_cores_unless_the_network_has_a_device_of_its_own(
    device: str, rule: LimitRule, limit: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    _line_up(monkeypatch, [_lane(Name.PILLOW_ALONE, Other(300)), _lane(Name.ONNXRUNTIME_ALONE, Other(150))])
    found = _measure(replace(PLAN, setup=replace(PLAN.setup, device=device))).limit
    assert found is not None
    assert found.rule is rule
    assert [found.pictures_per_s, found.pipeline_share] == pytest.approx([limit, 100 / limit])


@pytest.mark.usefixtures("watches")
@pytest.mark.parametrize(("count", "asked"), [(4, 3), (70, 64)])
def test_rivals_are_asked_for_the_classes_of_the_first_pictures_that_can_be_read(
    count: int, asked: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    paths = tuple(f"{number}.jpg" for number in range(count))
    Pipeline.bad = frozenset(paths[:1])
    rival = Other(50)
    _line_up(monkeypatch, [_lane(Name.ONE_AT_A_TIME, rival)])
    record = _measure(replace(PLAN, setup=replace(PLAN.setup, paths=paths)))
    assert rival.surveyed == [asked]
    found = record.candidates[1]
    assert found.same_class == (asked // 2) / asked
    assert found.pipeline_ratio == pytest.approx(2.0)


@pytest.mark.usefixtures("watches")
def test_where_nothing_can_be_read_the_file_is_named() -> None:
    Pipeline.bad = frozenset(PLAN.setup.paths)
    with pytest.raises(measuring.BenchError, match=r"^Nothing could be measured: none of the 2 pictures could be read"):
        _measure()
    with pytest.raises(measuring.BenchError, match=r"^Nothing could be measured: /no\\x00ne could not be read\.$"):
        measuring._good_paths(["/no\x00ne"], Survey((None,)))
