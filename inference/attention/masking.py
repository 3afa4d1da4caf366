"""Hide parts of what the network sees: cells to pixels, and three ways to fill them.

None of the fillings is "nothing": blur keeps colours and coarse shapes, grey makes edges, noise brings texture. Which
was used is always said beside a result (Petsiuk et al. 2018, section 4.2, compare them).
"""

from __future__ import annotations

from enum import StrEnum
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFilter

from inference.arrays import RgbImage
from inference.models.contract import Preprocessing

CellMask: TypeAlias = NDArray[np.bool_]
"""(h, w) bool: some cells of a map."""

PixelMask: TypeAlias = NDArray[np.bool_]
"""(H, W) bool: some pixels of the network's input."""

_BLUR_SHARE = 0.08
"""Standard deviation of the blur as a share of the input's shorter side; 18 px at 224 px, where detail is gone."""

_NOISE_SEED = 2018


class Filling(StrEnum):
    """What is put where a part is hidden."""

    BLUR = "blur"
    GREY = "grey"
    NOISE = "noise"


def fill(image: RgbImage, filling: Filling, preprocessing: Preprocessing) -> RgbImage:
    """The picture as it would look with every part hidden; make it once, then cut from it with `hide`.

    Args:
        image: (H, W, 3) uint8, as the network sees it.
        filling: blur: a Gaussian; grey: the model's mean colour, which is 0 inside the network; noise: dots around
            that colour with the model's standard deviation, always the same ones.
        preprocessing: of the model.
    """
    if filling is Filling.BLUR:
        radius = _BLUR_SHARE * min(image.shape[:2])
        return np.asarray(Image.fromarray(image).filter(ImageFilter.GaussianBlur(radius)))
    mean = np.array(preprocessing.mean) * 255
    if filling is Filling.GREY:
        return np.broadcast_to(np.rint(mean).astype(np.uint8), image.shape).copy()
    spread = np.array(preprocessing.std) * 255
    dots = np.random.default_rng(_NOISE_SEED).normal(mean, spread, image.shape)
    return np.rint(np.clip(dots, 0, 255)).astype(np.uint8)


def pixels_of(cells: CellMask, size: tuple[int, int]) -> PixelMask:
    """The pixels of some cells: each pixel belongs to the cell that its centre lies in.

    Args:
        cells: (h, w) bool.
        size: (height, width) of the network's input, in pixels.

    Returns:
        (height, width) bool.
    """
    rows, columns = (cell_of_pixels(count, pixels) for count, pixels in zip(cells.shape, size, strict=True))
    mask: PixelMask = cells[rows[:, None], columns[None]]
    return mask


def cell_of_pixels(cells: int, pixels: int) -> NDArray[np.intp]:
    """(pixels,) the number of the cell that each pixel's centre lies in, along one side of the input."""
    return np.minimum(((np.arange(pixels) + 0.5) * cells / pixels).astype(np.intp), cells - 1)


def hide(image: RgbImage, hidden: PixelMask, filled: RgbImage) -> RgbImage:
    """A copy of the picture in which some pixels are replaced.

    Args:
        image: (H, W, 3) uint8.
        hidden: (H, W) bool, True where the picture is hidden.
        filled: (H, W, 3) uint8 from `fill`.
    """
    return np.where(hidden[..., None], filled, image)


def supporting_cells(contributions: NDArray[np.floating], share: float) -> CellMask:
    """The cells with the largest contributions, `share` of all at most and at least one, as far as they are above 0.

    Args:
        contributions: (h, w).
        share: 0...1.

    Returns:
        (h, w) bool; ties go in reading order. No cell where none is above 0, or some value is no number.
    """
    mask = np.zeros(contributions.size, np.bool_)
    if np.isfinite(contributions).all():
        values = contributions.ravel()
        count = min(max(1, round(share * values.size)), int((values > 0).sum()))
        mask[np.argsort(-values, kind="stable")[:count]] = True
    return mask.reshape(contributions.shape)
