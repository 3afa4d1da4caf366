"""Compare methods over many pictures in the literature's figures: average drop, average increase, curve areas.

Chattopadhay et al. (2018), section 4.1: the picture is multiplied with the class's map (stretched to 0...1, enlarged),
so that only what the map points at is left, and the class's probability before (Y) and after (O) is compared:
*average drop* is the mean of `max(0, Y - O) / Y`, less is better; *average increase* is the share of pictures with
O > Y, more is better. The multiplication is done on the normalised picture, so what is hidden becomes the mean colour.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
from PIL import Image

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.curves import MOST_STEPS, CurvePair, MeanCurves, draw_curves
from inference.attention.evidence import is_valid
from inference.attention.grad_cam import grad_cam, normalised
from inference.attention.making import InspectedPicture, make_map
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner, RunCount
from inference.classify.postprocess import softmax
from inference.engine.network import Head
from inference.errors import InferenceError


@dataclass(frozen=True, slots=True)
class MethodFigures:
    """How faithful the maps of a method are on some pictures.

    Attributes:
        method: which.
        pictures: how many.
        average_drop: 0...1, less is better.
        average_increase: 0...1, more is better.
        deletion_area: mean area below the deletion curves, less is better; None where curves were not asked for.
        insertion_area: mean area below the insertion curves, more is better; likewise.
        seconds: mean time to make one map, without the network's run that gives the feature map.
        runs: of the network on changed copies, for all pictures together.
    """

    method: Method
    pictures: int
    average_drop: float
    average_increase: float
    deletion_area: float | None
    insertion_area: float | None
    seconds: float = 0.0
    runs: int = 0


@dataclass(frozen=True, slots=True)
class PictureFigures:
    """What one method's map of one picture came to.

    Attributes:
        method: which.
        before: probability (0...1) of the picture's first class.
        after: its probability of what the map points at.
        curves: of deletion and insertion; None where they were not asked for.
        runs: how many changed copies the network ran for it.
        seconds: how long the map took.
    """

    method: Method
    before: float
    after: float
    curves: CurvePair | None
    runs: int
    seconds: float


@dataclass(slots=True)
class FiguresSum:
    """Adds up one method's figures, picture by picture; keeps no picture."""

    method: Method
    pictures: int = 0
    runs: int = 0
    _drop: float = 0.0
    _increased: int = 0
    _drawn: int = 0
    _deletion: float = 0.0
    _insertion: float = 0.0
    _seconds: float = 0.0

    def add(self, before: float, after: float) -> None:
        """Count a picture whose class had the probability `before` and has `after` of what the map points at."""
        self.pictures += 1
        self._drop += max(0.0, before - after) / before if before > 0 else 0.0
        self._increased += after > before

    def add_time(self, seconds: float) -> None:
        """Count how long the map of a picture took."""
        self._seconds += seconds

    def add_areas(self, deletion: float, insertion: float) -> None:
        """Count the areas below the curves of a picture."""
        self._drawn += 1
        self._deletion += deletion
        self._insertion += insertion

    def figures(self) -> MethodFigures:
        """The figures so far.

        Raises:
            ValueError: no picture was counted.
        """
        if not self.pictures:
            raise ValueError("no picture was counted")
        return MethodFigures(
            self.method,
            self.pictures,
            self._drop / self.pictures,
            self._increased / self.pictures,
            self._deletion / self._drawn if self._drawn else None,
            self._insertion / self._drawn if self._drawn else None,
            self._seconds / self.pictures,
            self.runs,
        )


class MethodComparison:
    """Adds up the figures of several methods on the same pictures; keeps no picture.

    A picture counts with all methods or not at all, so what was counted stays comparable whenever one stops.

    Attributes:
        pictures: how many were counted.
    """

    def __init__(self, methods: Sequence[Method], filling: Filling = Filling.BLUR) -> None:
        self.pictures = 0
        self._sums = {method: FiguresSum(method) for method in methods}
        self._curves = {method: MeanCurves(filling) for method in methods}

    def add(self, measured: Sequence[PictureFigures]) -> None:
        """Count a picture: what `measure_methods` says of it, for the same methods."""
        self.pictures += 1
        for one in measured:
            total = self._sums[one.method]
            total.add(one.before, one.after)
            total.add_time(one.seconds)
            total.runs += one.runs
            if one.curves is not None:
                total.add_areas(one.curves.deletion.area, one.curves.insertion.area)
                self._curves[one.method].add(one.curves)

    def figures(self) -> tuple[MethodFigures, ...]:
        """The figures so far, in the order of the methods.

        Raises:
            ValueError: no picture was counted.
        """
        return tuple(total.figures() for total in self._sums.values())

    def curves(self, method: Method) -> CurvePair:
        """The mean curves of a method so far.

        Raises:
            ValueError: no curves were counted.
        """
        return self._curves[method].curves()


def compare_methods(
    runner: CopyRunner,
    pictures: Iterable[InspectedPicture],
    head: Head,
    methods: Sequence[Method],
    *,
    with_curves: bool = False,
    filling: Filling = Filling.BLUR,
) -> tuple[MethodFigures, ...]:
    """The figures of several methods on the same pictures, for each picture's first class.

    Runs on: the thread that owns the network. One picture is in memory at a time.

    Args:
        runner: runs the changed pictures; its `on_progress` is told of each picture's runs.
        pictures: at least one.
        head: the model's linear layer.
        methods: which to compare.
        with_curves: also draw both curves of each map (some fifty runs each).
        filling: what hidden cells of the curves show.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
        ValueError: there is no picture.
    """
    comparison = MethodComparison(methods, filling)
    for picture in pictures:
        comparison.add(measure_methods(runner, picture, head, methods, with_curves=with_curves, filling=filling))
    return comparison.figures()


def measure_methods(
    runner: CopyRunner,
    picture: InspectedPicture,
    head: Head,
    methods: Sequence[Method],
    *,
    with_curves: bool = False,
    filling: Filling = Filling.BLUR,
) -> tuple[PictureFigures, ...]:
    """What several methods' maps of one picture come to, for its first class; arguments and errors as above."""
    total = sum(runs_of(method, picture, with_curves=with_curves) for method in methods)
    tell = runner.on_progress
    count = RunCount(None if tell is None else lambda done: tell(done, total))
    counting = replace(runner, on_progress=count.add)
    subject = int(picture.seen.logits.argmax())
    before = float(softmax(picture.seen.logits)[subject])
    maps: list[EvidenceMap] = []
    seconds: list[float] = []
    for method in methods:
        began = time.perf_counter()
        maps.append(make_map(method, picture, head, subject, runner=counting))
        seconds.append(time.perf_counter() - began)
        if not is_valid(maps[-1]):
            # It would come out as a number all the same: of what is no number a copy makes some colour.
            raise InferenceError(f"the map of {method.value} has no valid numbers.")
    after = softmax(counting.run(_left_by(picture.seen.image, maps, runner), len(maps)))[:, subject]
    drawn = [
        draw_curves(counting, picture.seen, made, subject, filling=filling) if with_curves else None for made in maps
    ]
    return tuple(
        PictureFigures(
            method,
            before,
            float(after[place]),
            drawn[place],
            runs_of(method, picture, with_curves=with_curves),
            seconds[place],
        )
        for place, method in enumerate(methods)
    )


def runs_of(method: Method, picture: InspectedPicture, *, with_curves: bool) -> int:
    """How many changed copies of a picture `measure_methods` runs for a method."""
    cells = picture.grid[0] * picture.grid[1]
    to_make = {Method.SCORE_CAM: len(picture.features), Method.OCCLUSION: cells}.get(method, 0)
    return to_make + 1 + (2 * (min(MOST_STEPS, cells) + 1) if with_curves else 0)


def left_by_map(image: RgbImage, contributions: EvidenceMap, mean: tuple[float, float, float]) -> RgbImage:
    """What a map leaves of a picture: full where it is strongest, the mean colour where it is weakest.

    Args:
        image: (H, W, 3) uint8.
        contributions: (h, w), the map of any method; what it holds against the class counts as nothing.
        mean: the model's mean colour in 0...1.
    """
    mask = Image.fromarray(normalised(grad_cam(contributions)))
    large = np.asarray(mask.resize((image.shape[1], image.shape[0]), Image.Resampling.BILINEAR))
    middle = np.array(mean, np.float32) * 255
    left = middle + (image.astype(np.float32) - middle) * large[..., None]
    rounded: RgbImage = np.rint(np.clip(left, 0, 255)).astype(np.uint8)
    return rounded


def _left_by(image: RgbImage, maps: Sequence[EvidenceMap], runner: CopyRunner) -> Iterator[RgbImage]:
    return (left_by_map(image, made, runner.preprocessing.mean) for made in maps)
