"""Make dark pictures with one bright patch at a known place, stored in every EXIF orientation."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from PIL import ExifTags, Image

from inference.models.contract import Preprocessing

SIZES = [(100, 400), (200, 400), (300, 300), (400, 200), (400, 100), (417, 131)]
"""Upright (width, height), from 1:4 to 4:1."""

ORIENTATIONS = range(1, 9)
PLACES = [(0.2, 0.3), (0.8, 0.15), (0.45, 0.9)]
"""Where the patch is, as shares of what the network sees."""

# How the stored picture is made from the upright one, so that the orientation's instruction leads back to it.
STORED_AS = {
    2: Image.Transpose.FLIP_LEFT_RIGHT,
    3: Image.Transpose.ROTATE_180,
    4: Image.Transpose.FLIP_TOP_BOTTOM,
    5: Image.Transpose.TRANSPOSE,
    6: Image.Transpose.ROTATE_90,
    7: Image.Transpose.TRANSVERSE,
    8: Image.Transpose.ROTATE_270,
}


def patch_side(size: tuple[int, int]) -> float:
    """In upright pixels: about a cell of the usual view."""
    return max(10.0, min(size) / 8)


def patched(folder: Path, size: tuple[int, int], centre: tuple[float, float], orientation: int) -> str:
    """A dark picture with a bright patch around `centre` (upright pixels), stored in an EXIF orientation."""
    side = patch_side(size)
    across, down = np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5
    inside = (np.abs(down - centre[1]) <= side / 2)[:, None] & (np.abs(across - centre[0]) <= side / 2)[None]
    upright = Image.fromarray(np.where(inside[..., None], 250, 20).astype(np.uint8).repeat(3, axis=2))
    stored = upright.transpose(STORED_AS[orientation]) if orientation in STORED_AS else upright
    exif = Image.Exif()
    exif[ExifTags.Base.Orientation] = orientation
    path = folder / f"{size[0]}x{size[1]}-{orientation}.png"
    stored.save(path, exif=exif)
    return str(path)


def centre_of(
    size: tuple[int, int], place: tuple[float, float], preprocessing: Preprocessing, *, whole: bool = False
) -> tuple[float, float]:
    """The patch's centre in upright pixels, at a place in what the network sees: the middle, or the whole picture."""
    kept = preprocessing.crop / preprocessing.resize
    side = min(size) * kept
    seen = size if whole else (side, side)
    across, down = ((length - part) / 2 + part * share for length, part, share in zip(size, seen, place, strict=True))
    return across, down


def reach(size: tuple[int, int], cell: float) -> float:
    """How far the strongest cell's middle may be from the patch's: one cell; of smaller cells, still on the patch."""
    side = patch_side(size)
    return max(cell, (cell + side) / 2 if side > cell else 0)
