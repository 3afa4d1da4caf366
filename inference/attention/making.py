"""Make the map of any method for one class, or for one class rather than another, of a picture that was inspected."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.arrays import EvidenceMap, Features
from inference.attention.closed_forms import ClassWeight, closed_form
from inference.attention.methods import FACTS, Method
from inference.attention.occlusion import occlusion
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.score_cam import score_cam
from inference.engine.network import Head


@dataclass(frozen=True, slots=True)
class InspectedPicture:
    """A picture with its feature map.

    Attributes:
        seen: the network's input and what it said.
        features: (K, h, w) float32.
    """

    seen: SeenPicture
    features: Features

    @property
    def grid(self) -> tuple[int, int]:
        """(h, w) of its maps."""
        return self.features.shape[1], self.features.shape[2]


def class_weight(head: Head, subject: int, rival: int | None = None) -> ClassWeight:
    """(K,) float32: a class's row of the head, or its difference to another's."""
    row: ClassWeight = head.weight[subject]
    if rival is None:
        return row
    difference: ClassWeight = (row.astype(np.float64) - head.weight[rival]).astype(np.float32)
    return difference


def make_map(
    method: Method,
    picture: InspectedPicture,
    head: Head,
    subject: int,
    *,
    rival: int | None = None,
    runner: CopyRunner | None = None,
) -> EvidenceMap:
    """The map of a method.

    Args:
        method: which.
        picture: what was inspected.
        head: the model's linear layer, or another one (`relative_head`, a randomised one).
        subject: the class.
        rival: the class that it is compared with, where given.
        runner: runs the network; needed where `FACTS[method].runs_network`.

    Returns:
        (h, w) float32 in `FACTS[method].unit`.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
        ValueError: the method needs a runner.
    """
    if not FACTS[method].runs_network:
        return closed_form(method, picture.features, class_weight(head, subject, rival))
    if runner is None:
        raise ValueError(f"{method} needs runs of the network")
    if method is Method.OCCLUSION:
        return occlusion(runner, picture.seen, picture.grid, subject, rival=rival)
    return score_cam(runner, picture.seen.image, picture.features, subject, rival=rival)
