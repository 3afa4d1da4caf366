"""Make the small maps that lie on tiles, from the evidence that the session keeps: no run of the network.

Imports numpy: like `gui.engine_room`, it is imported after the first paint.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from PySide6.QtGui import QImage

from gui.qimage import rgba_to_qimage
from inference.attention.render import evidence_rgba
from inference.results import CropGeometry
from inference.sessions.session import Session

TILE_MAP_PX = 96
"""Longer side of a map on a tile; tiles scale it, and maps are smooth."""


def tile_maps(session: Session, keys: Sequence[int], scale: float) -> list[tuple[int, QImage]]:
    """The map of each image's first class as an overlay of its whole picture. Runs on: a worker thread.

    Args:
        session: where the evidence lies.
        keys: of the images; those without evidence are left out.
        scale: of the colours, in logits.

    Returns:
        (key, premultiplied ARGB image in the proportions of the picture, clear outside what the network saw).
    """
    evidence, crops = session.evidence_of(keys), session.crops_of(keys)
    made = []
    for key, cells in evidence.items():
        if key not in crops:
            continue
        crop, width, height = crops[key]
        shrink = TILE_MAP_PX / max(width, height)
        size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
        left, top, right, bottom = _box(crop, shrink, size)
        pixels = np.zeros((size[1], size[0], 4), np.uint8)
        pixels[top:bottom, left:right] = evidence_rgba(cells, scale, (right - left, bottom - top))
        made.append((key, rgba_to_qimage(pixels)))
    return made


def _box(crop: CropGeometry, shrink: float, size: tuple[int, int]) -> tuple[int, int, int, int]:
    """The crop in the overlay's pixels, at least one each way and inside."""
    left = min(max(0, round(crop.left * shrink)), size[0] - 1)
    top = min(max(0, round(crop.top * shrink)), size[1] - 1)
    right = max(left + 1, min(size[0], round(crop.right * shrink)))
    bottom = max(top + 1, min(size[1], round(crop.bottom * shrink)))
    return left, top, right, bottom
