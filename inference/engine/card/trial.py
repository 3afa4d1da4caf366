"""Compare a variant with the plain session: its answers to the same pictures, and its time by turns."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.engine.devices import Precision
from inference.models.contract import OutputName
from inference.models.quantize.facts import WANTED_AGREEMENT

Answer: TypeAlias = Mapping[str, NDArray[Any]]
"""Outputs of a batch, by name."""

Run: TypeAlias = Callable[[InputBatch], Answer]

TOLERANCES = MappingProxyType({Precision.FLOAT32: 1e-3, Precision.FLOAT16: 2e-2})
"""How far numbers may be from the plain session's, relative to the largest one of the same picture."""

LEAST_GAIN = 1.03
"""A variant has to be so many times as fast; less of a gain may be chance."""

_COMPARED = (OutputName.LOGITS, OutputName.EMBEDDING)
_LEAST_BATCHES = 4
_ROUNDS = 9
_WARM_UPS = 3
_WINS = 0.75


@dataclass(frozen=True, slots=True)
class Agreement:
    """How a variant's answers compare with the plain session's.

    Attributes:
        pictures: that were compared.
        same: of these, how many have the same first class.
        difference: the largest difference of logits, embedding or maps, relative to the picture's largest number; NaN
            where the variant's numbers are not valid.
    """

    pictures: int
    same: int
    difference: float

    def objection(self, precision: Precision) -> str:
        """Why the variant may not be used, a phrase; empty where it may."""
        allowed = TOLERANCES[precision]
        # Not ">": NaN has to fail, too.
        if not self.difference <= allowed:
            return f"its numbers differ by {self.difference:.1e}, allowed are {allowed:.0e}"
        if self.same < WANTED_AGREEMENT * self.pictures:
            return f"only {self.same:,} of {self.pictures:,} pictures have the same first class"
        return ""


def trial_pictures(count: int, side: int) -> InputBatch:
    """(count, side, side, 3) uint8: clouds of colour, coarse and fine, each another one; always the same."""
    chance = np.random.default_rng(seed=0)
    pictures = np.empty((count, side, side, 3), np.uint8)
    for number in range(count):
        cells = int(2 ** chance.uniform(1, np.log2(max(4, side))))
        coarse = chance.uniform(0, 255, (cells, cells, 3))
        at = np.linspace(0, cells - 1, side).astype(int)
        fine = chance.normal(0, chance.uniform(0, 40), (side, side, 3))
        pictures[number] = np.clip(coarse[np.ix_(at, at)] * chance.uniform(0.3, 1) + fine, 0, 255).astype(np.uint8)
    return pictures


def answers_to(run: Run, pictures: InputBatch, batch: int) -> dict[str, NDArray[Any]]:
    """The outputs for all pictures together, asked for in batches."""
    parts = [run(pictures[start : start + batch]) for start in range(0, len(pictures), batch)]
    return {name: np.concatenate([part[name] for part in parts]) for name in parts[0]}


def compare(run: Run, pictures: InputBatch, wanted: Answer, batch: int) -> Agreement:
    """Ask a variant for the pictures, in several batches of its size and in one of another size.

    Buffers and captured graphs work from the second and third batch of a size on, and have to notice that these hold
    other pictures; therefore every picture comes in several batches, beside others.

    Args:
        run: the variant.
        pictures: (N, side, side, 3) uint8.
        wanted: the plain session's answers to them, by name.
        batch: pictures in a batch.
    """
    same = compared = 0
    differences = [0.0]
    for rows in _mixed(len(pictures), batch):
        given = pictures[rows]
        answer = run(given)
        right = {name: array[rows] for name, array in wanted.items()}
        differences += [_difference(answer[name], right[name]) for name in _COMPARED if name in right]
        differences += _map_differences(answer, right)
        firsts = answer[OutputName.LOGITS].argmax(axis=1), right[OutputName.LOGITS].argmax(axis=1)
        same += int(np.count_nonzero(firsts[0] == firsts[1]))
        compared += len(rows)
    return Agreement(compared, same, float(np.max(differences)))


@dataclass(frozen=True, slots=True)
class Turns:
    """How long two that ran by turns took for a batch.

    Attributes:
        first_s: seconds in each round.
        second_s: likewise.
    """

    first_s: tuple[float, ...]
    second_s: tuple[float, ...]

    @property
    def times_as_fast(self) -> float:
        """How many times as fast the second one is, in the median round."""
        return statistics.median(self._gains)

    @property
    def is_second_faster(self) -> bool:
        """Whether it is, by more than chance brings about: in the median round, and in nearly every one."""
        wins = sum(gain > 1 for gain in self._gains)
        return self.times_as_fast > LEAST_GAIN and wins >= _WINS * len(self._gains)

    @property
    def _gains(self) -> list[float]:
        return [first / max(second, 1e-9) for first, second in zip(self.first_s, self.second_s, strict=True)]


def by_turns(first: Run, second: Run, images: InputBatch, *, now: Callable[[], float] = time.perf_counter) -> Turns:
    """Time two that run by turns. What each one does only at a shape's first batches is done before."""
    seconds: tuple[list[float], list[float]] = ([], [])
    order = [(first, seconds[0]), (second, seconds[1])]
    for run in (first, second):
        for _ in range(_WARM_UPS):
            run(images)
    for _ in range(_ROUNDS):
        for run, found in order:
            start = now()
            run(images)
            found.append(now() - start)
        order.reverse()
    return Turns(tuple(seconds[0]), tuple(seconds[1]))


def _mixed(count: int, batch: int) -> Iterator[NDArray[np.int64]]:
    """Rows of pictures for each batch; the last but one batch is odd, and the last one a single picture."""
    every = np.arange(max(batch, 1))
    for number in range(max(_LEAST_BATCHES, -(-count // batch))):
        yield (number * (batch // 2 + 1) + every * (number + 1)) % count
    yield np.arange(min(3, count))
    yield np.arange(1)


def _difference(found: NDArray[Any], right: NDArray[Any]) -> float:
    """Largest difference in a batch, relative to each picture's largest number; infinite where shapes differ."""
    if found.shape != right.shape:
        return float("inf")
    rest = tuple(range(1, right.ndim))
    scale = np.maximum(np.abs(right).max(axis=rest, keepdims=True), 1e-6)
    return float(np.max(np.abs(found - right) / scale))


def _map_differences(answer: Answer, right: Answer) -> Sequence[float]:
    """Differences of the maps of those classes that both have among the first ones, in whatever order."""
    if OutputName.EVIDENCE not in right:
        return ()
    shared = answer[OutputName.TOP_CLASSES][:, :, None] == right[OutputName.TOP_CLASSES][:, None, :]
    picture, mine, theirs = np.nonzero(shared)
    if not len(picture):
        return (float("inf"),)
    found = answer[OutputName.EVIDENCE][picture, mine]
    wanted = right[OutputName.EVIDENCE][picture, theirs]
    # Relative to the picture's strongest map: a class without evidence has no size of its own.
    strongest = np.abs(right[OutputName.EVIDENCE]).max(axis=(1, 2, 3))
    scale = np.maximum(strongest[picture], 1e-6)[:, None, None]
    return (float(np.max(np.abs(found - wanted) / scale)),)
