"""Take what the model of `prediction.py` needs from what each round measured, and hold it against the pipeline."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from inference.bench.figures import LimitRule, median_ratio
from inference.bench.lane import Lane
from inference.bench.orders import Setup
from inference.bench.prediction import Forecast, Inputs, predict
from inference.bench.record import Differences, Latency, Name, Prediction

_MEGA = 1e6


@dataclass(frozen=True, slots=True)
class Course:
    """What was run, and on how much of a machine.

    Attributes:
        cores: that the program may use.
        setup: the pipeline's.
        rule: whether the network computes on these cores.
        file_bytes: of a picture, on average.
    """

    cores: int
    setup: Setup
    rule: LimitRule
    file_bytes: float


@dataclass(frozen=True, slots=True)
class _Parts:
    """The lanes of the parts; their rates lie round by round."""

    network: Lane
    program_network: Lane
    one: Lane
    program_one: Lane
    pillow: Lane
    reading: Lane
    files: Lane
    hand_over: Lane
    hand_over_one: Lane
    answering: Lane
    company: Lane


def check_prediction(lanes: Sequence[Lane], course: Course, latency: Latency) -> Prediction | None:
    """What the model says, and how far it is from what the pipeline did; None where a part could not be measured.

    Args:
        lanes: all of them, the pipeline's first.
        course: what was run.
        latency: that was measured.
    """
    parts = _find_parts(lanes, course.setup.batch)
    if parts is None:
        return None
    measured = lanes[0].rates
    rounds = [_inputs(parts, course, [number]) for number in range(len(measured))]
    inputs = _inputs(parts, course, range(len(measured)))
    forecast = predict(inputs)
    ratio = median_ratio([predict(one).pictures_per_s for one in rounds], measured)
    return Prediction(inputs, forecast, _differences(forecast, ratio, latency))


def _find_parts(lanes: Sequence[Lane], batch: int) -> _Parts | None:
    found = {(lane.name, lane.batch): lane for lane in lanes if not lane.skipped}
    try:
        return _Parts(
            network=found[Name.ONNXRUNTIME_ALONE, batch],
            program_network=found[Name.NETWORK, batch],
            one=found[Name.ONNXRUNTIME_ALONE, 1],
            program_one=found[Name.NETWORK, 1],
            pillow=found[Name.PILLOW_ALONE, 1],
            reading=found[Name.READING_ALONE, 1],
            files=found[Name.FILES_ALONE, 1],
            hand_over=found[Name.HAND_OVER, 1],
            hand_over_one=found[Name.HAND_OVER_ONE, 1],
            answering=found[Name.ANSWERING, batch],
            company=found[Name.COMPANY, batch],
        )
    except KeyError:
        return None


def _inputs(parts: _Parts, course: Course, rounds: Sequence[int]) -> Inputs:
    """Of one round, or the medians of several."""
    network_ms, network_one_ms = _wall_ms(parts.network, rounds), _wall_ms(parts.one, rounds)
    decode_ms = parts.pillow.processes * _wall_ms(parts.pillow, rounds)
    main_ms, hand_over_ms = _sides(parts.hand_over, rounds)
    return Inputs(
        cores=course.cores,
        workers=course.setup.workers,
        batch=course.setup.batch,
        rule=course.rule,
        network_ms=network_ms,
        network_added_ms=_wall_ms(parts.program_network, rounds) - network_ms,
        network_one_ms=network_one_ms,
        network_one_added_ms=_wall_ms(parts.program_one, rounds) - network_one_ms,
        decode_ms=decode_ms,
        reading_ms=parts.reading.processes * _wall_ms(parts.reading, rounds) - decode_ms,
        hand_over_ms=hand_over_ms,
        main_ms=main_ms,
        hand_over_one_ms=_wall_ms(parts.hand_over_one, rounds),
        company_ms=_company_ms(parts, rounds, course.cores) if course.rule is LimitRule.SHARED_CORES else 0.0,
        answer_ms=_wall_ms(parts.answering, rounds),
        file_bytes=course.file_bytes,
        read_mb_per_s=course.file_bytes * 1e3 / _wall_ms(parts.files, rounds) / _MEGA,
    )


def _wall_ms(lane: Lane, rounds: Sequence[int]) -> float:
    """For a picture, on the clock, of all processes of the lane together."""
    return median(1e3 / lane.rates[number] for number in rounds)


def _company_ms(parts: _Parts, rounds: Sequence[int], cores: int) -> float:
    """What network and decoding of a picture take more of all cores, on the clock, when they go in step."""
    together_ms = _wall_ms(parts.company, rounds) - _wall_ms(parts.program_network, rounds)
    reading_ms = parts.reading.processes * _wall_ms(parts.reading, rounds)
    return cores * together_ms - reading_ms - sum(_sides(parts.hand_over, rounds))


def _sides(lane: Lane, rounds: Sequence[int]) -> tuple[float, float]:
    """Processor time for a picture of the program's process, and of its decode processes.

    Where the system does not say, all of the time on the clock counts as the former's: it is the one that is alone.
    """
    spent = lane.cpu_ms
    if not spent:
        return _wall_ms(lane, rounds), 0.0
    main_ms, below_ms = (median(spent[number][side] for number in rounds) for side in (0, 1))
    return main_ms, below_ms


def _differences(forecast: Forecast, ratio: float, latency: Latency) -> Differences:
    """In percent of what was measured."""
    return Differences(
        pictures_per_s=_percent(ratio),
        first_answer_ms=_percent(forecast.first_answer_ms / latency.first_answer_ms),
        decode_ms=_percent(forecast.decode_ms / latency.decode_p50_ms),
        answer_ms=_percent(forecast.answer_ms / latency.answer_p50_ms),
    )


def _percent(ratio: float) -> float:
    return 100 * (ratio - 1)
