"""Ask the network itself about a part of a picture: cut it out, enlarge it to the model's input, run it once.

Nothing around the part can speak here, unlike in `inference.attention.region`, whose cells also saw their surroundings.
The cut-out keeps its shape; its shorter side becomes the side of the model's usual input.
"""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
from PIL import Image

from inference.arrays import RgbImage
from inference.attention.region import Box
from inference.classify.preprocess import MAX_WHOLE_ASPECT, PrepareOrder
from inference.models.contract import MAX_SIDE_PX, Preprocessing
from inference.results import CropGeometry

_FINER = 2
"""Reading at another size blends each pixel with its neighbours; so much finer, hardly any colour crosses the edge."""


def reading_order(preprocessing: Preprocessing, size: tuple[int, int], box: Box) -> PrepareOrder:
    """How to read the whole picture so that a part of it has as many pixels as the network can use.

    Args:
        preprocessing: of the model.
        size: (width, height) of the upright original, in pixels.
        box: the part, in the same pixels.

    Returns:
        An order for a picture that is never enlarged, and whose longer side has at most `MAX_SIDE_PX` pixels.
    """
    needed = _FINER * preprocessing.crop / min(box.width, box.height)
    share = min(1.0, needed, MAX_SIDE_PX / max(size))
    side = max(1, round(min(size) * share))
    return PrepareOrder(replace(preprocessing, resize=side, crop=side, antialias=True), whole=True)


def cut_out(pixels: RgbImage, shown: CropGeometry, box: Box, preprocessing: Preprocessing) -> RgbImage | None:
    """A part of a picture as input for the network.

    Args:
        pixels: (H, W, 3) uint8, read as `reading_order` says.
        shown: what of the original they show, in upright original pixels.
        box: the part, in the same pixels.
        preprocessing: of the model.

    Returns:
        (h, w, 3) uint8 with min(h, w) = the model's crop, at most `MAX_WHOLE_ASPECT` times as long as wide; None where
        the pixels show nothing of the part.
    """
    part = box.within(Box(shown.left, shown.top, shown.right, shown.bottom))
    if part.is_empty:
        return None
    across = pixels.shape[1] / (shown.right - shown.left)
    down = pixels.shape[0] / (shown.bottom - shown.top)
    corners = (
        (part.left - shown.left) * across,
        (part.top - shown.top) * down,
        # Rounding must not lead out of the picture.
        min((part.right - shown.left) * across, float(pixels.shape[1])),
        min((part.bottom - shown.top) * down, float(pixels.shape[0])),
    )
    short = min(part.width, part.height)
    width, height = (
        round(preprocessing.crop * min(side / short, float(MAX_WHOLE_ASPECT))) for side in (part.width, part.height)
    )
    # Cut first: a filter that enlarges would take colours from around the part.
    first, last = (math.floor(corners[0]), math.floor(corners[1])), (math.ceil(corners[2]), math.ceil(corners[3]))
    cut = Image.fromarray(np.ascontiguousarray(pixels[first[1] : last[1], first[0] : last[0]]))
    within = (corners[0] - first[0], corners[1] - first[1], corners[2] - first[0], corners[3] - first[1])
    return np.asarray(cut.resize((width, height), Image.Resampling[preprocessing.interpolation.name], box=within))
