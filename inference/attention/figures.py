"""Compare methods over many pictures in the literature's figures: average drop, average increase, curve areas.

Chattopadhay et al. (2018), section 4.1: the picture is multiplied with the class's map (stretched to 0...1, enlarged),
so that only what the map points at is left, and the class's probability before (Y) and after (O) is compared:
*average drop* is the mean of `max(0, Y - O) / Y`, less is better; *average increase* is the share of pictures with
O > Y, more is better. The multiplication is done on the normalised picture, so what is hidden becomes the mean colour.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np
from PIL import Image

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.curves import draw_curves
from inference.attention.grad_cam import grad_cam, normalised
from inference.attention.making import InspectedPicture, make_map
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.classify.postprocess import softmax
from inference.engine.network import Head


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
    """

    method: Method
    pictures: int
    average_drop: float
    average_increase: float
    deletion_area: float | None
    insertion_area: float | None
    seconds: float = 0.0


@dataclass(slots=True)
class FiguresSum:
    """Adds up one method's figures, picture by picture; keeps no picture."""

    method: Method
    pictures: int = 0
    _drop: float = 0.0
    _increased: int = 0
    _areas: list[tuple[float, float]] = field(default_factory=list)
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
        self._areas.append((deletion, insertion))

    def figures(self) -> MethodFigures:
        """The figures so far.

        Raises:
            ValueError: no picture was counted.
        """
        if not self.pictures:
            raise ValueError("no picture was counted")
        deletion, insertion = np.mean(self._areas, axis=0).tolist() if self._areas else (None, None)
        return MethodFigures(
            self.method,
            self.pictures,
            self._drop / self.pictures,
            self._increased / self.pictures,
            deletion,
            insertion,
            self._seconds / self.pictures,
        )


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
    sums = [FiguresSum(method) for method in methods]
    for picture in pictures:
        subject = int(picture.seen.logits.argmax())
        before = float(softmax(picture.seen.logits)[subject])
        maps = [_timed_map(one, picture, head, subject, runner) for one in sums]
        after = softmax(runner.run(_left_by(picture.seen.image, maps, runner), len(maps)))[:, subject]
        for one, left in zip(sums, after, strict=True):
            one.add(before, float(left))
        if with_curves:
            for one, made in zip(sums, maps, strict=True):
                curves = draw_curves(runner, picture.seen, made, subject, filling=filling)
                one.add_areas(curves.deletion.area, curves.insertion.area)
    return tuple(one.figures() for one in sums)


def _timed_map(one: FiguresSum, picture: InspectedPicture, head: Head, subject: int, runner: CopyRunner) -> EvidenceMap:
    began = time.perf_counter()
    made = make_map(one.method, picture, head, subject, runner=runner)
    one.add_time(time.perf_counter() - began)
    return made


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
