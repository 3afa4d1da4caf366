"""Predict the speed and the waiting of the pipeline from what its parts cost; arithmetic only.

The cost of one picture has these parts: Pillow, the rest of the program's reading, handing a task to a decode process
and taking its answer back, the network, making an answer of the network's numbers, each measured alone; and company,
what decoding and network cost more when they go in step, which takes both to measure. A steady run is as fast as the
slowest of these bounds, in pictures a second:

- `cores`: the network and everything else share the cores, so their times add up:
  1000 / (network + (Pillow + reading + hand-over + main + answer + company) / cores). With a card, network and company
  take no core.
- `decoding`: workers x 1000 / (Pillow + reading + hand-over), with no more workers than cores.
- `network`: one thread runs batches and makes their answers, one after the other: 1000 / (network + answer).
- `program`: Python runs one thread of a process at a time: 1000 / (main + answer).
- `disk`: its bytes a second / the bytes of a picture.

What it leaves out: clocks that fall with heat, cores that are not alike, and that more cores wait longer for memory.
`docs/benchmarks/SCALING.md` holds it against measurements.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inference.bench.figures import LimitRule
from inference.classify.pipeline import FILL_S

_DECODER_WEIGHT = 110
_USUAL_WEIGHT = 1024
"""Linux gives a process of niceness 10, as decoders have, 110 shares of a core and one of niceness 0 has 1024 of."""

_STRETCH = (_USUAL_WEIGHT + _DECODER_WEIGHT) / _USUAL_WEIGHT
"""How much longer a batch takes while as many decoders as cores want these, too."""

_MEGA = 1e6


class Bound(StrEnum):
    """What decides how fast a run is."""

    CORES = "cores"
    DECODING = "decoding"
    NETWORK = "network"
    PROGRAM = "program"
    DISK = "disk"


@dataclass(frozen=True, slots=True)
class Inputs:
    """What the parts cost, each but company measured alone. Times are milliseconds for one picture.

    Attributes:
        cores: that the program may use.
        workers: decode processes.
        batch: pictures in one run of the network.
        rule: whether the network computes on the same cores.
        network_ms: ONNX Runtime alone at `batch`, on the whole machine or card.
        network_added_ms: what the program's own way of running it adds: more outputs, threads that sleep while they
            wait. The bare loop takes the fastest engine: where another one was asked for by name, that is in it, too.
        network_one_ms: ONNX Runtime alone with batches of one.
        network_one_added_ms: likewise.
        decode_ms: Pillow alone, one core, all cores busy.
        reading_ms: one core; what the program's reading takes on top of that: checks, checksum, colours, turning.
        hand_over_ms: one core; a decode process takes a task that does nothing and sends the pixels back.
        main_ms: the program's process meanwhile, one thread at a time.
        hand_over_one_ms: on the clock, from giving one such task to having its pixels, when nothing else runs.
        company_ms: of all cores together, on the clock; how much more decoding a picture and running the network take
            in step than each alone, where both want the same cores: caches that the other has filled, threads that wait
            for each other. Less than 0 where one fills what the other leaves free.
        answer_ms: making a batch of pictures and answers of what the network says, one thread.
        file_bytes: of a picture's file.
        read_mb_per_s: millions of bytes that all cores together read a second; None where that never decides.
    """

    cores: int
    workers: int
    batch: int
    rule: LimitRule
    network_ms: float
    network_added_ms: float
    network_one_ms: float
    network_one_added_ms: float
    decode_ms: float
    reading_ms: float
    hand_over_ms: float
    main_ms: float
    hand_over_one_ms: float
    company_ms: float
    answer_ms: float
    file_bytes: float
    read_mb_per_s: float | None

    @property
    def shares_cores(self) -> bool:
        """Whether network and decoders want the same cores."""
        return self.rule is LimitRule.SHARED_CORES

    @property
    def run_ms(self) -> float:
        """The network as the program runs it, at `batch`."""
        return self.network_ms + self.network_added_ms

    @property
    def run_one_ms(self) -> float:
        """The network as the program runs it, with one picture."""
        return self.network_one_ms + self.network_one_added_ms

    @property
    def one_ms(self) -> float:
        """One picture, when nothing else runs, until it is decoded."""
        return self.decode_ms + self.reading_ms + self.hand_over_one_ms

    @property
    def worker_ms(self) -> float:
        """One core of a decode process."""
        return self.decode_ms + self.reading_ms + self.hand_over_ms


@dataclass(frozen=True, slots=True)
class Forecast:
    """What the model says.

    Attributes:
        pictures_per_s: of a long run, everything open.
        bound: what decides that.
        first_answer_ms: from the beginning of a run, everything open, to its first answers.
        decode_ms: one urgent picture until it is decoded.
        answer_ms: from then until its classes and its map are there.
    """

    pictures_per_s: float
    bound: Bound
    first_answer_ms: float
    decode_ms: float
    answer_ms: float


def predict(inputs: Inputs) -> Forecast:
    """What these parts make together."""
    bounds = find_bounds(inputs)
    lowest = min(bounds, key=lambda bound: bounds[bound])
    return Forecast(
        pictures_per_s=bounds[lowest],
        bound=lowest,
        first_answer_ms=_first_answer_ms(inputs),
        decode_ms=inputs.one_ms,
        answer_ms=inputs.run_one_ms + inputs.answer_ms,
    )


def find_bounds(inputs: Inputs) -> dict[Bound, float]:
    """The most pictures a second that each bound allows."""
    on_cores_ms = (inputs.worker_ms + inputs.main_ms + inputs.answer_ms) / inputs.cores
    if inputs.shares_cores:
        on_cores_ms += inputs.run_ms + inputs.company_ms / inputs.cores
    milliseconds = {
        Bound.CORES: on_cores_ms,
        Bound.DECODING: inputs.worker_ms / _decoders(inputs),
        Bound.NETWORK: inputs.run_ms + inputs.answer_ms,
        Bound.PROGRAM: inputs.main_ms + inputs.answer_ms,
    }
    if inputs.read_mb_per_s is not None:
        milliseconds[Bound.DISK] = 1e3 * inputs.file_bytes / (_MEGA * inputs.read_mb_per_s)
    return {bound: 1e3 / max(spent_ms, 1e-6) for bound, spent_ms in milliseconds.items()}


def whole_run_ms(inputs: Inputs, pictures: int) -> float:
    """How long a run over so many pictures takes, everything open: the first batch, and the others at full speed."""
    first = min(pictures, _first_batch(inputs))
    return _first_answer_ms(inputs, first) + (pictures - first) * 1e3 / predict(inputs).pictures_per_s


def _decoders(inputs: Inputs) -> int:
    """How many decode at the same time."""
    return min(inputs.workers, inputs.cores)


def _first_batch(inputs: Inputs) -> int:
    """How many pictures are decoded when the first batch is run, because it is full or was not in time."""
    return min(inputs.batch, 1 + int(1e3 * FILL_S * _decoders(inputs) / max(inputs.worker_ms, 1e-6)))


def _first_answer_ms(inputs: Inputs, pictures: int | None = None) -> float:
    """The decoding of the first batch and then its run, beside the decoding of the next one where there is any."""
    first = _first_batch(inputs) if pictures is None else pictures
    waves = -(-first // _decoders(inputs))
    ran_ms = inputs.run_one_ms if first == 1 else first * inputs.run_ms
    if pictures is None and inputs.shares_cores:
        ran_ms *= _STRETCH
    decoded_ms = inputs.one_ms + (waves - 1) * (inputs.worker_ms + inputs.main_ms)
    return decoded_ms + ran_ms + first * inputs.answer_ms
