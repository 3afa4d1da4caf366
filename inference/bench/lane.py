"""Let one candidate do pass after pass, as long as wanted each time, and keep what came of it."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence

from inference.bench.asking import MeasuringProcess
from inference.bench.figures import median_ratio, spread
from inference.bench.orders import Rate
from inference.bench.processes import can_tell, cpu_seconds, tree
from inference.bench.record import Candidate, Name
from inference.bench.serving import NotMeasurableError

_FIRST_PICTURES = 8
"""At least so many in the very first pass, which only tells how long the next ones may be."""

_WITHOUT_NETWORK = {
    Name.DECODE_POOL,
    Name.PILLOW_ALONE,
    Name.FILES_ALONE,
    Name.READING_ALONE,
    Name.HAND_OVER,
    Name.HAND_OVER_ONE,
}
_RIVALS = {Name.ONE_AT_A_TIME, Name.TORCH_LOOP, Name.TORCH_LOADER, Name.COMPILED_LOADER}
"""What does all that the pipeline does; the others are parts of it or their limits."""

LOADED = frozenset({Name.TORCH_LOADER, Name.COMPILED_LOADER})
"""What loads batches with several processes."""

LEAST_LOADED = 4
"""Batches in a pass of these: in one or two nothing would overlap, and each process would hold one of them."""

_ANSWERING = {Name.ONE_AT_A_TIME, Name.TORCH_LOOP, Name.COMPILED_LOADER}
"""What can say which classes it sees. Loop and loader of torchvision share a network, so that one of them is asked."""


class Lane:
    """One candidate and its processes.

    Attributes:
        name: of the candidate; its processes know it as a variant.
        batch: pictures in one run, or 1.
        rates: pictures a second of each round so far.
        first_s: seconds until the first answer of each round, where there are such.
        skipped: why nothing more is measured, or empty.
    """

    def __init__(self, name: Name, processes: Sequence[MeasuringProcess], *, batch: int = 1) -> None:
        self.name = name
        self.batch = batch
        self.rates: list[float] = []
        self.first_s: list[float] = []
        self.skipped = ""
        self._processes = processes
        self._count = batch
        self._engine = ""
        self._same_class: float | None = None
        self._cpu_s: list[tuple[float, float]] = []

    @property
    def processes(self) -> int:
        """How many work at the same time."""
        return len(self._processes)

    @property
    def cpu_ms(self) -> list[tuple[float, float]]:
        """Processor time of a picture in each round: its processes' own, and of those below; [] where nobody says."""
        return [(1e3 * own, 1e3 * below) for own, below in self._cpu_s]

    def skip(self, reason: str) -> None:
        """Measure nothing more, and say why."""
        self.skipped = reason

    def compare(self, classes: Sequence[int]) -> None:
        """Where this candidate can say which classes it sees, remember how many are the pipeline's.

        Args:
            classes: the pipeline's first class of each of the first pictures.

        Raises:
            NotMeasurableError: it does not run.
        """
        if self.name not in _ANSWERING:
            return
        seen = self._processes[0].survey(len(classes), variant=self.name, batch=self.batch).classes
        self._same_class = sum(one == other for one, other in zip(seen, classes, strict=True)) / len(classes)

    def calibrate(self, pass_s: float) -> None:
        """Find out how many pictures take `pass_s` seconds; the first of these passes warms up what is measured.

        Raises:
            NotMeasurableError: it does not run.
        """
        self._count = self._whole_batches(_FIRST_PICTURES)
        for share in (0.25, 1.0):
            rate = _together(self._pass()).per_s
            self._count = self._whole_batches(rate * pass_s * share / len(self._processes))

    def run(self) -> None:
        """Do one pass that counts.

        Raises:
            NotMeasurableError: it does not run any more.
        """
        before = self._cpu()
        answers = self._pass()
        after = self._cpu()
        done = _together(answers)
        self.rates.append(done.per_s)
        self.first_s += [one.first_s for one in answers if one.first_s is not None]
        self._engine = answers[0].engine
        if can_tell():
            self._cpu_s.append(((after[0] - before[0]) / done.pictures, (after[1] - before[1]) / done.pictures))

    def as_candidate(self, pipeline: Sequence[float]) -> Candidate:
        """What was found, compared with the pipeline's rates in the same rounds where this is a rival of it."""
        batch = None if self.name in _WITHOUT_NETWORK else self.batch
        if self.skipped:
            return Candidate(self.name, batch, skipped=self.skipped)
        own, below = None, None
        if self._cpu_s:
            own, below = (1e3 * statistics.median(values) for values in zip(*self._cpu_s, strict=True))
        return Candidate(
            self.name,
            batch,
            processes=len(self._processes),
            engine=self._engine,
            pictures_per_s=spread(self.rates),
            pipeline_ratio=median_ratio(pipeline, self.rates) if self.name in _RIVALS else None,
            same_class=self._same_class,
            cpu_ms=None if own is None or below is None else own + below,
            cpu_ms_below=below,
        )

    def _pass(self) -> tuple[Rate, ...]:
        """One pass of all processes at the same time."""
        for process in self._processes:
            process.begin_rate(self._count, variant=self.name, batch=self.batch)
        return tuple(process.end_rate() for process in self._processes)

    def _whole_batches(self, count: float) -> int:
        least = LEAST_LOADED if self.name in LOADED else 1
        return self.batch * max(least, math.ceil(count / self.batch))

    def _cpu(self) -> tuple[float, float]:
        """What the processes have computed so far, and what those below them have."""
        trees = [list(tree(process.pid)) for process in self._processes]
        own = sum(cpu_seconds(root) for root, *_ in trees)
        return own, sum(cpu_seconds(one) for _, *below in trees for one in below)


def _together(answers: Sequence[Rate]) -> Rate:
    """Several processes that began at the same time, as one.

    Raises:
        NotMeasurableError: none of them has done a picture.
    """
    pictures = sum(one.pictures for one in answers)
    if not pictures:
        raise NotMeasurableError("it could read none of the pictures")
    return Rate(pictures, max(one.seconds for one in answers))
