"""Draw the insertion and deletion curves of a map: take its cells away, or bring them back, strongest first.

Petsiuk et al. (2018), "RISE", section 4.2: *deletion* hides more and more of the picture and a good map makes the
probability fall early (small area); *insertion* begins with the filling alone and a good map makes it rise early (large
area). Here whole cells are hidden, in the order of the map, since a map has no finer order to give. Cells of one value
(the zeros of a rectified map: two thirds of Eigen-CAM's) have none: they go in an order that is drawn once, since from
the top down, for example, would measure what lies at the top of photographs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap, Probabilities, RgbImage
from inference.attention.masking import CellMask, Filling, fill, hide, pixels_of
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.postprocess import softmax

MOST_STEPS = 24
"""More points make the curve smoother and cost runs; the areas hardly change."""

_ORDER_SEED = 2018


@dataclass(frozen=True, slots=True)
class Curve:
    """A class's probability while cells are hidden or brought back.

    Attributes:
        shares: (S + 1,) float64 from 0 to 1: how much of the cells was changed.
        probabilities: (S + 1,) float32, 0...1.
    """

    shares: NDArray[np.float64]
    probabilities: Probabilities

    @property
    def area(self) -> float:
        """The area below the curve by the trapezoid rule, 0...1."""
        return float(np.trapezoid(self.probabilities.astype(np.float64), self.shares))


@dataclass(frozen=True, slots=True)
class CurvePair:
    """Both curves of one map.

    Attributes:
        deletion: from the whole picture to the filling alone.
        insertion: from the filling alone to the whole picture.
        filling: what hidden cells show.
    """

    deletion: Curve
    insertion: Curve
    filling: Filling


def draw_curves(
    runner: CopyRunner,
    seen: SeenPicture,
    contributions: EvidenceMap,
    subject: int,
    *,
    steps: int = MOST_STEPS,
    filling: Filling = Filling.BLUR,
) -> CurvePair:
    """Both curves of one map, in 2 (S + 1) runs, S = min(steps, cells). Runs on: the thread that owns the network.

    Args:
        runner: runs the changed pictures.
        seen: the picture and what the network said of it.
        contributions: (h, w), the map of any method.
        subject: its class.
        steps: how many times cells are changed, at least 1.
        filling: what hidden cells show.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    counts = np.unique(np.rint(np.linspace(0, contributions.size, steps + 1)).astype(np.intp))
    filled = fill(seen.image, filling, runner.preprocessing)
    copies = _changed(seen, contributions, counts, filled)
    probabilities = softmax(runner.run(copies, 2 * counts.size))[:, subject]
    shares = counts / contributions.size
    return CurvePair(
        Curve(shares, probabilities[: counts.size].copy()), Curve(shares, probabilities[counts.size :].copy()), filling
    )


class MeanCurves:
    """Averages the curves of many pictures; keeps none of them.

    Attributes:
        pictures: how many were counted.
    """

    def __init__(self, filling: Filling = Filling.BLUR) -> None:
        self.pictures = 0
        self._filling = filling
        self._shares = np.linspace(0, 1, MOST_STEPS + 1)
        self._deletion, self._insertion = np.zeros(MOST_STEPS + 1), np.zeros(MOST_STEPS + 1)

    def add(self, curves: CurvePair) -> None:
        """Count a picture. Curves of maps with other cells have other points; between points they are straight."""
        self.pictures += 1
        self._deletion += np.interp(self._shares, curves.deletion.shares, curves.deletion.probabilities)
        self._insertion += np.interp(self._shares, curves.insertion.shares, curves.insertion.probabilities)

    def curves(self) -> CurvePair:
        """The mean curves, at equal steps.

        Raises:
            ValueError: no picture was counted.
        """
        if not self.pictures:
            raise ValueError("no picture was counted")
        deletion, insertion = (
            Curve(self._shares, (total / self.pictures).astype(np.float32))
            for total in (self._deletion, self._insertion)
        )
        return CurvePair(deletion, insertion, self._filling)


def strongest_first(contributions: EvidenceMap) -> NDArray[np.intp]:
    """The numbers of a map's cells, in reading order, from the largest contribution to the smallest.

    Equal ones are mixed, always in the same way.
    """
    mixed = np.random.default_rng(_ORDER_SEED).permutation(contributions.size)
    return mixed[np.argsort(-contributions.ravel()[mixed], kind="stable")]


def _changed(
    seen: SeenPicture, contributions: EvidenceMap, counts: NDArray[np.intp], filled: RgbImage
) -> Iterator[RgbImage]:
    """All pictures of the deletion curve, then all of the insertion curve."""
    order = strongest_first(contributions)
    for is_insertion in (False, True):
        for count in counts:
            chosen: CellMask = np.zeros(contributions.size, np.bool_)
            chosen[order[:count]] = True
            hidden = ~chosen if is_insertion else chosen
            yield hide(seen.image, pixels_of(hidden.reshape(contributions.shape), seen.size), filled)
