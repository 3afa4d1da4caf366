"""Describe what a benchmark found: one record, whose JSON form is documented in docs/benchmarks/README.md."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from enum import StrEnum

from inference.bench.card import CardUse
from inference.bench.figures import LimitRule, Spread
from inference.bench.prediction import Forecast, Inputs

SCHEMA = "cardinal.bench/1"
"""The number is raised when a field changes its meaning or goes; new fields may come without that."""


class Name(StrEnum):
    """What is measured. Programs that read records know candidates by these."""

    PIPELINE = "pipeline"
    DECODE_POOL = "decode-pool"
    PILLOW_ALONE = "pillow-alone"
    FILES_ALONE = "files-alone"
    READING_ALONE = "reading-alone"
    HAND_OVER = "hand-over"
    HAND_OVER_ONE = "hand-over-one"
    ANSWERING = "answering"
    COMPANY = "network-in-company"
    NETWORK = "network"
    ONNXRUNTIME_ALONE = "onnxruntime-alone"
    ONE_AT_A_TIME = "onnxruntime-one-at-a-time"
    TORCH_LOOP = "torchvision-loop"
    TORCH_LOADER = "torchvision-loader"
    COMPILED_LOADER = "torch-compile-loader"
    COMPILED_NETWORK = "torch-compile-network"


@dataclass(frozen=True, slots=True)
class Candidate:
    """One thing that was measured, or why it was not.

    Attributes:
        name: which.
        batch: pictures in one run, None where that is one by nature or no network is in it.
        processes: that were told to work at the same time; what they start below them is not counted here.
        engine: what ran the network, empty where none did.
        pictures_per_s: None where it was skipped.
        pipeline_ratio: how many times as fast the pipeline was, median over the rounds; None for what is no rival.
        same_class: share of the pictures whose first class is the pipeline's; None where no classes were asked for.
        cpu_ms: processor time of all its processes for one picture; None where the system does not say.
        cpu_ms_below: of that, in the processes that it has started.
        skipped: why it was not measured, a phrase, or empty.
    """

    name: Name
    batch: int | None = None
    processes: int = 0
    engine: str = ""
    pictures_per_s: Spread | None = None
    pipeline_ratio: float | None = None
    same_class: float | None = None
    cpu_ms: float | None = None
    cpu_ms_below: float | None = None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class Limit:
    """The most that a perfect pipeline could do with the faster of what is known of each part.

    Attributes:
        rule: how both parts make one.
        decode_per_s: Pillow alone, a process for each core.
        network_per_s: the network alone, at its best batch.
        pictures_per_s: of both.
        pipeline_share: the pipeline's share of it, median over the rounds.
        network: whose `network_per_s` is: ONNXRUNTIME_ALONE, the bare loop, or beside a card NETWORK, the program's
            own, where that was faster.
    """

    rule: LimitRule
    decode_per_s: float
    network_per_s: float
    pictures_per_s: float
    pipeline_share: float
    network: Name = Name.ONNXRUNTIME_ALONE


@dataclass(frozen=True, slots=True)
class Latency:
    """How long somebody waits, in milliseconds.

    Attributes:
        open_ms: from the start of the process until the model is open and was run; nothing is in the way.
        first_answer_ms: from the start of a run, everything open, to its first answers; median.
        decode_p50_ms: one picture, urgent, everything open: until it is decoded.
        decode_p95_ms: likewise, of 20 pictures the slowest but one.
        answer_p50_ms: from then until its classes and its map are there.
        answer_p95_ms: likewise.
        pictures: how many single ones were measured.
    """

    open_ms: float
    first_answer_ms: float
    decode_p50_ms: float
    decode_p95_ms: float
    answer_p50_ms: float
    answer_p95_ms: float
    pictures: int


@dataclass(frozen=True, slots=True)
class Differences:
    """How much more the model predicts than was measured, in percent; less than 0 where it predicts less.

    Attributes:
        pictures_per_s: median over the rounds, each round's prediction against that round's pipeline.
        first_answer_ms: against the latency of the same name.
        decode_ms: against the median of one picture's.
        answer_ms: likewise.
    """

    pictures_per_s: float
    first_answer_ms: float
    decode_ms: float
    answer_ms: float


@dataclass(frozen=True, slots=True)
class Prediction:
    """What the model of `prediction.py` says of this computer, and how that compares.

    Attributes:
        inputs: what was measured alone; medians over the rounds.
        forecast: what follows from them.
        difference: to what the pipeline really did.
    """

    inputs: Inputs
    forecast: Forecast
    difference: Differences


@dataclass(frozen=True, slots=True)
class Memory:
    """Peak memory of the pipeline's processes, from their start to the end of the rounds; None where nobody says.

    It is looked at while they are started and in their own passes, single pictures excepted.

    Attributes:
        all_bytes: of all of them; what they share counts once.
        main_bytes: of the one with the network alone.
        card: of the graphics card, whose memory is that of the first pass; None where none is used.
    """

    all_bytes: int | None
    main_bytes: int | None
    card: CardUse | None


@dataclass(frozen=True, slots=True)
class Machine:
    """The computer. None and empty where the system does not say."""

    processor: str
    physical_cores: int
    usable_cores: int
    has_bfloat16: bool | None
    memory_bytes: int | None
    system: str
    load_before: float | None


@dataclass(frozen=True, slots=True)
class Accuracy:
    """A figure of merit that the model carries: shares 0...1 of `pictures` pictures."""

    dataset: str
    pictures: int
    top1: float
    top5: float


@dataclass(frozen=True, slots=True)
class Int8Of:
    """What an int8 copy was made from; the loops of others run that.

    Attributes:
        name: of the original; empty where it is not installed, and then they run the copy, or nothing.
        sha256: of the original's file.
        layers: convolutions that compute in int8.
        all_layers: convolutions in all.
        same_class: share of the pictures to which both gave the same first class when the copy was made; None where
            that was never compared.
        pictures: that were compared.
        passed: whether the copy may be used without being asked for.
    """

    name: str
    sha256: str
    layers: int
    all_layers: int
    same_class: float | None
    pictures: int
    passed: bool


@dataclass(frozen=True, slots=True)
class Model:
    """What was run.

    Attributes:
        int8_of: None where it is no int8 copy.
    """

    name: str
    title: str
    sha256: str
    resize: int
    crop: int
    classes: int
    parameters: int | None
    gmacs: float | None
    accuracy: tuple[Accuracy, ...]
    int8_of: Int8Of | None = None


@dataclass(frozen=True, slots=True)
class Pictures:
    """What it was run on.

    Attributes:
        source: "given", or "made" from the program's samples.
        taken: how many were found and taken.
        failed: of those could not be read, and were left out of everything.
        has_more: there were more than may be taken.
        formats: how many of each.
        median_width: of the upright pictures, in pixels.
        median_height: likewise.
        mean_bytes: of the files.
    """

    source: str
    taken: int
    failed: int
    has_more: bool
    formats: dict[str, int]
    median_width: int
    median_height: int
    mean_bytes: int


@dataclass(frozen=True, slots=True)
class Configuration:
    """How it was run.

    Attributes:
        device: that really ran the network.
        precision: that it computed with.
        batch: pictures in one run of the pipeline's network.
        threads: of the network on the processor; None where it has a device of its own.
        workers: decode processes.
        repeats: rounds.
        pass_s: how long one pass was meant to take.
        refusals: why better devices were not used, in words.
    """

    device: str
    precision: str
    batch: int
    threads: int | None
    workers: int
    repeats: int
    pass_s: float
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Record:
    """Everything that was found, recorded together.

    Attributes:
        date: when it was begun, ISO 8601 in UTC.
        versions: of Python and packages, by name.
        others_share: of the cores' time, what other programs took while the rounds ran; None where nobody says.
        prediction: None where a part that it needs could not be measured, and in records from before there was one.
    """

    date: str
    machine: Machine
    versions: dict[str, str]
    model: Model
    pictures: Pictures
    configuration: Configuration
    candidates: tuple[Candidate, ...]
    limit: Limit | None
    latency: Latency
    memory: Memory
    others_share: float | None
    schema: str = SCHEMA
    prediction: Prediction | None = None

    def to_json(self) -> str:
        """Its form for programs: one object, ending with a line end."""
        return json.dumps(asdict(self), indent=1, allow_nan=False) + "\n"

    def of(self, name: Name) -> tuple[Candidate, ...]:
        """All candidates of that name, one for each batch size."""
        return tuple(one for one in self.candidates if one.name is name)
