"""Check that a map depends on what every part of the network learned: randomise them one after the other, from the top.

Adebayo et al. (2018), "Sanity Checks for Saliency Maps", section 4.1 (cascading randomisation): the last layer gets
random weights, then the last stage as well, and so on down to the first layer. After each step the map is made again by
one real run of the network that is left, and compared with the network's own map by Spearman's rank correlation. A map
that stays alike shows the picture (its edges, its bright parts), not what was learned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.closed_forms import eigen_cam
from inference.attention.earlier import EARLIER_METHODS, earlier_map
from inference.attention.methods import Method
from inference.attention.sanity import ALIKE, compare_maps, is_the_same_everywhere
from inference.cancel import CancelToken
from inference.engine.gradient_network import Direction, GradientNetwork
from inference.models.gradient_facts import Part

OnProgress: TypeAlias = Callable[[int, int], None]
"""Takes how many runs are done and how many there will be."""

CHECKED_METHODS = EARLIER_METHODS | {Method.EVIDENCE, Method.EIGEN_CAM}
"""What can be checked; evidence and Eigen-CAM at the last stage only."""

FINAL_DRAWS = 5
"""So often the whole network is drawn: it decides, and one random map of a few dozen cells may agree by accident."""

_LAST_STAGE_ONLY = CHECKED_METHODS - EARLIER_METHODS
_SEED = 2018


@dataclass(frozen=True, slots=True)
class BackboneStep:
    """The map after one more part was randomised.

    Attributes:
        part: which: "head", "stage 4" and so on, "stem".
        signed: rank correlation with the network's own map, -1...1; 0 where the map is the same everywhere; of the last
            part the mean over `FINAL_DRAWS` random networks.
        absolute: the same of the maps' absolute values. It stays above 0 where activations are strong in the same
            cells whatever the weights are.
        is_flat: the map is the same everywhere, so that there are no ranks to compare.
        draws: how many random networks `signed` and `absolute` are the mean of.
    """

    part: str
    signed: float
    absolute: float
    is_flat: bool
    draws: int = 1


@dataclass(frozen=True, slots=True)
class BackboneCheck:
    """What became of a map while the network was randomised from the top.

    Attributes:
        method: the map's.
        stage: where it was made.
        steps: in order; in the last one nothing is left of what the network learned.
        is_flat: the network's own map is the same everywhere; then there are no ranks to compare, and nothing was
            checked.
    """

    method: Method
    stage: int
    steps: tuple[BackboneStep, ...]
    is_flat: bool = False

    @property
    def passed(self) -> bool:
        """Whether the map of the wholly random network is another one; not where there was nothing to compare."""
        return bool(self.steps) and not self.is_flat and abs(self.steps[-1].signed) < ALIKE


def check_backbone(
    network: GradientNetwork,
    image: RgbImage,
    direction: Direction,
    *,
    method: Method = Method.EVIDENCE,
    stage: int | None = None,
    seed: int = 0,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> BackboneCheck:
    """Randomise part by part and make the map again each time. Runs on: a thread that may take seconds.

    Args:
        network: the model's gradients.
        image: (H, W, 3) uint8, the network's input.
        direction: (C,) float32, the sum of logits that the map is about (`earlier.class_direction`).
        method: one of `CHECKED_METHODS`.
        stage: where the map is made; None takes the last.
        seed: other random weights.
        on_progress: told after each of the runs.
        cancel: stops between and within runs.

    Raises:
        Cancelled: if `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
        ModelLoadError: the gradient file is gone.
        ValueError: the method is not made at that stage.
    """
    at = network.stages[-1] if stage is None else stage
    if method not in CHECKED_METHODS or (method in _LAST_STAGE_ONLY and at != network.stages[-1]):
        raise ValueError(f"{method} is not made at stage {at}")
    total = len(network.parts) + FINAL_DRAWS
    own = _map_of(network, image, direction, method, at, cancel)
    if on_progress is not None:
        on_progress(1, total)
    maps: dict[str, list[EvidenceMap]] = {}
    for done, (part, randomised) in enumerate(_randomised(network, seed), 2):
        if cancel is not None:
            cancel.raise_if_set()
        try:
            made = _map_of(randomised, image, direction, method, at, cancel)
        finally:
            randomised.close()
        maps.setdefault(part, []).append(made)
        if on_progress is not None:
            on_progress(done, total)
    steps = tuple(_step(part, own, made) for part, made in maps.items())
    return BackboneCheck(method, at, steps, is_the_same_everywhere(own))


def randomised_weights(part: Part, seed: int) -> dict[str, NDArray[np.float32]]:
    """Random tensors with the mean and the spread of each of the part's own; the same for the same seed."""
    drawn = {}
    for index, tensor in enumerate(part.tensors):
        random = np.random.default_rng([_SEED, seed, index, len(part.tensors)])
        drawn[tensor.name] = random.normal(tensor.mean, tensor.std, tensor.shape).astype(np.float32)
    return drawn


def _randomised(network: GradientNetwork, seed: int) -> Iterator[tuple[str, GradientNetwork]]:
    """The network with more and more parts randomised, and which one was the latest; then all of it drawn again."""
    parts = network.parts
    for draw in range(seed * FINAL_DRAWS, (seed + 1) * FINAL_DRAWS):
        weights: dict[str, NDArray[np.float32]] = {}
        for number, part in enumerate(parts):
            weights |= randomised_weights(part, draw * len(parts) + number)
            if draw == seed * FINAL_DRAWS or part is parts[-1]:
                yield part.name, network.with_weights(weights)


def _step(part: str, own: EvidenceMap, made: list[EvidenceMap]) -> BackboneStep:
    found = compare_maps(own, made)
    return BackboneStep(part, found.signed, found.absolute, all(map(is_the_same_everywhere, made)), found.draws)


def _map_of(
    network: GradientNetwork,
    image: RgbImage,
    direction: Direction,
    method: Method,
    stage: int,
    cancel: CancelToken | None,
) -> EvidenceMap:
    maps = network.run(image, direction, cancel=cancel).stages[stage]
    if method is Method.EIGEN_CAM:
        return eigen_cam(maps.activations)
    # At the last stage the evidence map is gradient times activation, cell by cell, which is HiResCAM.
    form = Method.HIRES_CAM if method is Method.EVIDENCE else method
    return earlier_map(form, maps.activations, maps.gradients)
