"""Turn an evidence map into overlay pixels: values are interpolated first, then coloured."""

from __future__ import annotations

from functools import cache

import numpy as np
from cmap import Colormap
from numpy.typing import NDArray
from PIL import Image

from inference.arrays import EvidenceMap, RgbaPixels
from inference.attention.contours import Segments, contour

SUPPORT_RGB = (0xE6, 0x9F, 0x00)
"""Orange: evidence for the class (UX.md 5.4; told apart from blue by every kind of colour vision)."""

OPPOSE_RGB = (0x00, 0x72, 0xB2)
"""Blue: evidence against the class."""

HEAT_CLEAR = 0.15
"""Heat below this share of the scale is transparent, so that the dark end does not paint the photograph black."""

HEAT_FULL = 0.60
"""Heat above this share of the scale is opaque."""

OUTLINE_SHARES = (0.5, 0.8)
"""Where the lines of an outline lie, as shares of the map's strongest evidence (UX.md 5.4)."""

_LEVELS = 255


def interpolated(contributions: EvidenceMap, size: tuple[int, int]) -> EvidenceMap:
    """A (h, w) map as (height, width) float32 values for `size = (width, height)`; cells keep their areas.

    Bicubic, clipped to the range of the cells, so that smoothing invents no larger evidence than was measured.
    """
    smooth = Image.fromarray(contributions.astype(np.float32)).resize(size, Image.Resampling.BICUBIC)
    clipped: EvidenceMap = np.clip(np.asarray(smooth), contributions.min(), contributions.max())
    return clipped


def evidence_rgba(contributions: EvidenceMap, scale: float, size: tuple[int, int]) -> RgbaPixels:
    """The signed overlay: orange for, blue against, transparent at zero, opaque at -scale and +scale.

    Args:
        contributions: (h, w) float32 in logits.
        scale: s > 0 of the fixed scale, in logits.
        size: (width, height) of the result in pixels.

    Returns:
        (height, width, 4) uint8, straight alpha. All transparent where the map has a value that is no number.
    """
    if not np.isfinite(contributions).all():
        return np.zeros((size[1], size[0], 4), np.uint8)
    share = np.clip(interpolated(contributions, size) / np.float32(scale), -1, 1)
    return _looked_up(_signed_table(), np.rint(share * _LEVELS).astype(np.int16) + _LEVELS)


def heat_rgba(contributions: EvidenceMap, scale: float, size: tuple[int, int]) -> RgbaPixels:
    """The positive part in the colours of `inferno`; arguments and result as `evidence_rgba`."""
    if not np.isfinite(contributions).all():
        return np.zeros((size[1], size[0], 4), np.uint8)
    share = np.clip(interpolated(contributions, size) / np.float32(scale), 0, 1)
    return _looked_up(_heat_table(), np.rint(share * _LEVELS).astype(np.uint8))


def spotlight_rgba(contributions: EvidenceMap, scale: float, size: tuple[int, int]) -> RgbaPixels:
    """Black whose alpha says how much of the photograph is taken back: nothing where the evidence for the class is.

    Arguments and result as `evidence_rgba`; full light from `HEAT_FULL` of the scale on, none at zero and below.
    """
    if not np.isfinite(contributions).all():
        return np.zeros((size[1], size[0], 4), np.uint8)
    light = np.clip(interpolated(contributions, size) / np.float32(scale * HEAT_FULL), 0, 1)
    pixels = np.zeros((size[1], size[0], 4), np.uint8)
    pixels[..., 3] = np.rint((1 - light) * 255)
    return pixels


def outline_segments(contributions: EvidenceMap, size: tuple[int, int]) -> Segments:
    """The lines at `OUTLINE_SHARES` of the strongest evidence for the class; none where nothing speaks for it.

    Args:
        contributions: (h, w) float32 in logits.
        size: (width, height) of the grid on which the lines are traced.

    Returns:
        (N, 4) float32, see `inference.attention.contours`.
    """
    if not np.isfinite(contributions).all() or float(contributions.max()) <= 0:
        return np.empty((0, 4), np.float32)
    values = interpolated(contributions, size)
    strongest = float(contributions.max())
    return np.concatenate([contour(values, share * strongest) for share in OUTLINE_SHARES])


def _looked_up(table: NDArray[np.uint32], levels: NDArray[np.integer]) -> RgbaPixels:
    """The colours of (H, W) levels; four bytes are copied at once, which is several times as fast as four by four."""
    pixels: RgbaPixels = table.take(levels).view(np.uint8).reshape(*levels.shape, 4)
    return pixels


@cache
def _signed_table() -> NDArray[np.uint32]:
    """(511,) RGBA bytes: the colour of each level from -255 to +255."""
    levels = np.arange(-_LEVELS, _LEVELS + 1)
    table = np.empty((levels.size, 4), np.uint8)
    table[levels < 0, :3] = OPPOSE_RGB
    table[levels >= 0, :3] = SUPPORT_RGB
    table[:, 3] = np.abs(levels)
    return table.view(np.uint32).ravel()


@cache
def _heat_table() -> NDArray[np.uint32]:
    """(256,) RGBA bytes: the colour of each level from 0 to 255."""
    table = (np.asarray(Colormap("inferno").lut(_LEVELS + 1)) * 255).round().astype(np.uint8)
    shares = np.linspace(0, 1, _LEVELS + 1)
    table[:, 3] = np.rint(np.clip((shares - HEAT_CLEAR) / (HEAT_FULL - HEAT_CLEAR), 0, 1) * 255)
    return table.view(np.uint32).ravel()
