"""Average small pictures of a class, so that what they have in common (grass, a wall, a stamp) can be seen."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
from PIL import Image

from inference.arrays import RgbImage

LONGEST_SIDE = 240
"""In pixels; more would show nothing, since pictures do not line up."""

_AREA = (96, 96)
"""(width, height) at which pictures are added: sides are stretched, as the mean map's grid is."""


def mean_picture(pictures: Iterable[RgbImage], longest_side: int = LONGEST_SIDE) -> RgbImage | None:
    """The mean of some pictures, each stretched to the same sides, in the mean of their proportions.

    Args:
        pictures: (H, W, 3) uint8, each of any size.
        longest_side: of the result, in pixels.

    Returns:
        (H, W, 3) uint8, or None where there is no picture.
    """
    total = np.zeros((_AREA[1], _AREA[0], 3))
    count, proportion = 0, 0.0
    for pixels in pictures:
        total += np.asarray(Image.fromarray(pixels).resize(_AREA, Image.Resampling.BOX))
        proportion += float(np.log(pixels.shape[1] / pixels.shape[0]))
        count += 1
    if not count:
        return None
    mean = Image.fromarray(np.rint(total / count).astype(np.uint8))
    return np.asarray(mean.resize(_size(float(np.exp(proportion / count)), longest_side), Image.Resampling.BICUBIC))


def plain_picture(longest_side: int = LONGEST_SIDE, grey: int = 128) -> RgbImage:
    """A square of one grey, for where there are no pictures."""
    return np.full((longest_side, longest_side, 3), grey, np.uint8)


def _size(proportion: float, longest_side: int) -> tuple[int, int]:
    """Width and height of a picture that is so many times as wide as high."""
    width, height = min(1.0, proportion), min(1.0, 1 / proportion)
    return max(1, round(longest_side * width)), max(1, round(longest_side * height))
