"""Put audited classes into the order in which a person should look at them, and read a box off a mean map."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from inference.attention.audit import GRID, ClassAudit
from inference.attention.evidence import place_in_words
from inference.attention.region import Box, cell_weights
from inference.results import CropGeometry

PRIOR_PICTURES = 5
"""So many pictures of the folder's mean are added to each class, so that one odd picture is no suspicious class."""

_WHOLE = CropGeometry(0.0, 0.0, 1.0, 1.0)


def most_suspicious_first(audits: Iterable[ClassAudit], box: Box | None = None) -> list[ClassAudit]:
    """The classes with the most evidence outside the box first, or, without a box, on the border.

    A class's share is drawn towards the mean over all pictures as if it had `PRIOR_PICTURES` more of those; what is
    equal stays in the order of the larger class, then of the index. Classes without counted pictures come last.

    Args:
        audits: of one folder.
        box: in shares (0...1) of the width and height of every picture.
    """
    classes = list(audits)
    shares = {one.class_index: one.border for one in classes} if box is None else outside_of_means(classes, box)
    total = sum(one.pictures for one in classes)
    mean = sum(shares[one.class_index] * one.pictures for one in classes) / max(1, total)

    def rank(one: ClassAudit) -> tuple[bool, float, int, int]:
        drawn = (shares[one.class_index] * one.pictures + mean * PRIOR_PICTURES) / (one.pictures + PRIOR_PICTURES)
        return (one.pictures == 0, -drawn, -one.pictures, one.class_index)

    return sorted(classes, key=rank)


def outside_of_means(audits: Iterable[ClassAudit], box: Box) -> dict[int, float]:
    """By class index: the share 0...1 of its positive evidence outside a box in shares (0...1) of the picture's sides.

    Needs no picture, and a millisecond for 1,000 classes. Exact where the box lies on the lines of the mean map's grid
    (`snapped`); else evidence counts as spread evenly within each field. 0 where no picture was counted.
    """
    classes = list(audits)
    if not classes:
        return {}
    means = np.stack([one.mean_share for one in classes])
    outside = means.reshape(len(classes), -1) @ (1 - cell_weights(box, _WHOLE, GRID)).ravel()
    return {one.class_index: float(min(1.0, share)) for one, share in zip(classes, outside, strict=True)}


def snapped(box: Box, grid: tuple[int, int]) -> Box:
    """The box moved to the nearest lines of a grid (rows, columns) over the picture; at least one field large."""
    left, right = _snapped(box.left, box.right, grid[1])
    top, bottom = _snapped(box.top, box.bottom, grid[0])
    return Box(left, top, right, bottom)


def strongest_place(one: ClassAudit) -> str:
    """Which of the 3 x 3 zones has most of the evidence, as "top left" ... "centre"; empty without pictures."""
    return place_in_words(one.zone_shares.astype(np.float32))


def mean_scale(audits: Iterable[ClassAudit]) -> float:
    """The s of one scale -s...+s for the signed mean maps of a folder, in logits: their largest value, or 1."""
    return max((float(np.abs(one.mean_signed).max()) for one in audits if one.pictures), default=0.0) or 1.0


def _snapped(low: float, high: float, parts: int) -> tuple[float, float]:
    first = min(parts - 1, max(0, round(min(low, high) * parts)))
    last = max(first + 1, min(parts, round(max(low, high) * parts)))
    return first / parts, last / parts
