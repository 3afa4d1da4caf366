"""Measure the pipeline, its parts, the bare loops and the baselines in turns, and make one record of it."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, nullcontext
from dataclasses import dataclass, replace
from statistics import fmean, median

from inference.bench.asking import MeasuringProcess
from inference.bench.card import CardUse, CardWatch, card_state
from inference.bench.facts import Facts
from inference.bench.figures import LimitRule, combined_limit, median_ratio, percentile
from inference.bench.lane import Lane
from inference.bench.lineup import line_up
from inference.bench.orders import Setup, Survey
from inference.bench.prediction_check import Course, check_prediction
from inference.bench.processes import MemoryWatch, OthersWatch
from inference.bench.record import Latency, Limit, Memory, Name, Pictures, Record
from inference.bench.serving import NotMeasurableError
from inference.engine import machine
from inference.engine.devices import PROCESSORS, Device
from inference.errors import CardinalError
from inference.models.progress import OnProgress, Progress
from inference.texts import visible

_PIPELINE = "inference.bench.pipeline_runs"

_COMPARED = 64
"""So many first classes of a baseline are compared with the pipeline's; a slow one would take minutes for all."""

_SINGLES = 60
_CARDS = {Device.CUDA, Device.TENSORRT}

_SELDOM_S = 1.0
"""Between two looks at the memory during passes that count: more of them would slow the pipeline down."""


class BenchError(CardinalError):
    """Nothing could be measured.

    Attributes:
        reason: why, a phrase without a full stop.
    """

    kind = "bench"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return f"Nothing could be measured: {self.reason}."


@dataclass(frozen=True, slots=True)
class Plan:
    """What is measured.

    Attributes:
        setup: model, device and pictures.
        is_made: the pictures were made from the program's samples.
        has_more: there were more pictures than may be taken.
        batches: pictures in one run, for the network alone.
        repeats: rounds.
        pass_s: how long one pass shall take.
        baselines: measure what others write, too.
    """

    setup: Setup
    is_made: bool
    has_more: bool
    batches: tuple[int, ...]
    repeats: int
    pass_s: float
    baselines: bool


@dataclass(frozen=True, slots=True)
class _Opening:
    """The pipeline's process, and what was seen while it was opened and went over all pictures once.

    Attributes:
        watch: has seen its memory so far, and goes on.
        card: its use meanwhile; None where none is used.
    """

    process: MeasuringProcess
    survey: Survey
    open_ms: float
    watch: MemoryWatch
    card: CardUse | None


def measure(plan: Plan, facts: Facts, on_progress: OnProgress) -> Record:
    """Do it all; takes from half a minute to some minutes, and the whole machine.

    Raises:
        BenchError: the pipeline cannot be measured, because no picture can be read for example.
    """
    try:
        return _measure(plan, facts, on_progress)
    except NotMeasurableError as error:
        raise BenchError(str(error).rstrip(".")) from error


def _measure(plan: Plan, facts: Facts, on_progress: OnProgress) -> Record:
    with ExitStack() as stack:
        on_progress(Progress("Opening the pipeline", 0, None))
        opening = _open_pipeline(plan.setup, stack)
        pipeline, setup = opening.process, replace(plan.setup, paths=_good_paths(plan.setup.paths, opening.survey))
        if len(setup.paths) < len(plan.setup.paths):
            # The process goes over its pictures again and again, so it must not have those that cannot be read.
            pipeline.stop()
            pipeline = stack.enter_context(MeasuringProcess.start(_PIPELINE, setup))
            pipeline.wait()
            opening.watch.root = pipeline.pid
        lead = Lane(Name.PIPELINE, [pipeline], batch=setup.batch)
        lanes = [lead, *line_up(setup, plan.batches, stack, on_progress, baselines=plan.baselines)]
        classes = [one for one in opening.survey.classes if one is not None][:_COMPARED]
        _settle(lanes, classes, plan.pass_s, opening.watch, on_progress)
        busy: list[float] = []
        with OthersWatch() as others:
            _do_rounds(lanes, plan, busy, opening.watch, on_progress)
        if lead.skipped:
            raise BenchError(lead.skipped)
        on_progress(Progress("Single pictures", 0, None))
        latency = _latency(pipeline, lead, opening.open_ms)
    pictures = _pictures(plan, opening.survey)
    rule = LimitRule.SHARED_CORES if Device(setup.device) in PROCESSORS else LimitRule.SLOWER_OF_BOTH
    return Record(
        date=facts.date,
        machine=facts.machine,
        versions=facts.versions,
        model=facts.model,
        pictures=pictures,
        configuration=facts.configuration,
        candidates=tuple(lane.as_candidate(lead.rates) for lane in lanes),
        limit=_limit(lead, lanes, rule),
        latency=latency,
        memory=_memory(opening, busy),
        others_share=others.share,
        prediction=check_prediction(lanes, Course(machine.usable_cores(), setup, rule, pictures.mean_bytes), latency),
    )


def _open_pipeline(setup: Setup, stack: ExitStack) -> _Opening:
    """Start the pipeline's process, and watch it until it has gone over all pictures once."""
    with CardWatch(card_state() if Device(setup.device) in _CARDS else None) as card:
        started = time.perf_counter()
        process = stack.enter_context(MeasuringProcess.start(_PIPELINE, setup))
        with MemoryWatch(process.pid) as watch:
            process.wait()
            open_ms = 1e3 * (time.perf_counter() - started)
            survey = process.survey(len(setup.paths))
    return _Opening(process, survey, open_ms, watch, card.use)


def _good_paths(paths: Sequence[str], survey: Survey) -> tuple[str, ...]:
    good = tuple(path for path, seen in zip(paths, survey.classes, strict=True) if seen is not None)
    if not good:
        all_of_them = f"none of the {len(paths):,} pictures could be read"
        raise BenchError(all_of_them if paths[1:] else f"{visible(paths[0])} could not be read")
    return good


def _settle(
    lanes: Sequence[Lane], classes: Sequence[int], pass_s: float, watch: MemoryWatch, on_progress: OnProgress
) -> None:
    """Warm each candidate up, hear what it sees, and find out how many pictures it does in a pass.

    The pipeline's memory is watched: it is highest when the network is opened once more (decision 0033).
    """
    for done, lane in enumerate(lanes):
        on_progress(Progress(f"Warming up {lane.name}", done, len(lanes)))
        if lane.skipped:
            continue
        try:
            lane.compare(classes)
            with watch if lane.name is Name.PIPELINE else nullcontext():
                lane.calibrate(pass_s)
        except NotMeasurableError as error:
            lane.skip(str(error))


def _do_rounds(
    lanes: Sequence[Lane], plan: Plan, busy: list[float], watch: MemoryWatch, on_progress: OnProgress
) -> None:
    """Let all candidates run in turns; every second round backwards, so that none always follows the same one.

    Args:
        lanes: the candidates.
        plan: how many rounds, on which device.
        busy: takes what share of the time a card computed in each pass of the pipeline.
        watch: looks at the memory in the pipeline's passes.
        on_progress: told how far it is.
    """
    watch.every_s = _SELDOM_S
    repeats, before = plan.repeats, card_state() if Device(plan.setup.device) in _CARDS else None
    for number in range(repeats):
        for place, lane in enumerate(lanes if number % 2 == 0 else reversed(lanes)):
            on_progress(Progress("Measuring", number * len(lanes) + place, repeats * len(lanes)))
            if lane.skipped:
                continue
            try:
                lead = lane.name is Name.PIPELINE
                with CardWatch(before if lead else None) as card, watch if lead else nullcontext():
                    lane.run()
            except NotMeasurableError as error:
                lane.skip(str(error))
            else:
                busy += [] if card.use is None else [card.use.busy]


def _memory(opening: _Opening, busy: Sequence[float]) -> Memory:
    """Peaks of all that was watched, and how busy the card was in the rounds; while it was opened it hardly was."""
    card = opening.card if opening.card is None or not busy else replace(opening.card, busy=median(busy))
    return Memory(opening.watch.peak_bytes, opening.watch.peak_own_bytes, card)


def _latency(pipeline: MeasuringProcess, lead: Lane, open_ms: float) -> Latency:
    single = pipeline.single(_SINGLES)
    decode, answer = ([1e3 * one for one in values] for values in (single.decode_s, single.answer_s))
    return Latency(
        open_ms=open_ms,
        first_answer_ms=1e3 * median(lead.first_s),
        decode_p50_ms=percentile(decode, 0.5),
        decode_p95_ms=percentile(decode, 0.95),
        answer_p50_ms=percentile(answer, 0.5),
        answer_p95_ms=percentile(answer, 0.95),
        pictures=len(answer),
    )


def _limit(lead: Lane, lanes: Sequence[Lane], rule: LimitRule) -> Limit | None:
    """The limit of each round from that round's bare loops; None where one of the two could not be measured.

    Beside a card the program's own network counts, too: there it may be several times as fast as the bare loop, and the
    pipeline is held against the slower of what was really possible.
    """
    pillow = [lane for lane in lanes if lane.name is Name.PILLOW_ALONE and not lane.skipped]
    names = {Name.ONNXRUNTIME_ALONE} | ({Name.NETWORK} if rule is LimitRule.SLOWER_OF_BOTH else set())
    networks = [lane for lane in lanes if lane.name in names and not lane.skipped]
    if not pillow or not any(lane.name is Name.ONNXRUNTIME_ALONE for lane in networks):
        return None
    best = max(networks, key=lambda lane: median(lane.rates))
    limits = [
        combined_limit(network, decode, rule) for network, decode in zip(best.rates, pillow[0].rates, strict=True)
    ]
    return Limit(
        rule=rule,
        decode_per_s=median(pillow[0].rates),
        network_per_s=median(best.rates),
        pictures_per_s=median(limits),
        pipeline_share=median_ratio(lead.rates, limits),
        network=best.name,
    )


def _pictures(plan: Plan, survey: Survey) -> Pictures:
    seen = survey.pictures
    return Pictures(
        source="made" if plan.is_made else "given",
        taken=len(plan.setup.paths),
        failed=len(plan.setup.paths) - len(seen),
        has_more=plan.has_more,
        formats=dict(Counter(one.format for one in seen).most_common()),
        median_width=round(median(one.width for one in seen)),
        median_height=round(median(one.height for one in seen)),
        mean_bytes=round(fmean(one.size_bytes for one in seen)),
    )
