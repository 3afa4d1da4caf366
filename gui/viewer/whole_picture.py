"""Draw a whole picture with its map and frame, at the original's size or what can be painted of it, to be saved."""

from __future__ import annotations

import math
from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from gui.viewer.composition import Scene, box_in_view, paint_scene
from gui.viewer.photo_layer import PhotoLayer
from gui.viewer.placement import Placement
from gui.viewer.region_outline import paint_outline

_LINES_ACROSS_A_FILE = 1000
"""A saved picture's frame is this part of its longer side wide, so that it can be seen in a small copy."""

LARGEST_PX = 6_000_000
"""So many pixels are painted at most; more would hold the window. A larger picture is saved smaller, and whole."""

LONGEST_PX = 16_000
"""Of the longer side; what stands below a picture is as wide as it."""


def whole_picture(
    photo: PhotoLayer, scene: Scene, outline: QPainterPath | None, placement: Placement, surround: QColor
) -> QImage:
    """The picture as it is shown, as large as the original, or as `LARGEST_PX` and `LONGEST_PX` allow.

    Args:
        photo: its pixels.
        scene: what lies over it.
        outline: of a region, in original pixels, or None.
        placement: where it lies on screen; only its size counts.
        surround: what shows through a picture that is clear in places.

    Returns:
        An opaque image, or a null one where there is no room for it.
    """
    longer, area = max(1.0, placement.width, placement.height), max(1.0, placement.width * placement.height)
    scale = min(1.0, math.sqrt(LARGEST_PX / area), LONGEST_PX / longer)
    width, height = (max(1, round(side * scale)) for side in (placement.width, placement.height))
    image = QImage(width, height, QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    image.fill(surround)
    whole = QRectF(image.rect())
    whole_placed = replace(placement, scale=scale, left=0.0, top=0.0)
    painter = QPainter(image)
    photo.paint_stretched(painter, whole)
    if scene.takes_light and scene.has_map:
        veil = box_in_view(scene.overlay_box, whole_placed)
        photo.paint_veiled_stretched(painter, whole, scene.overlay, veil, scene.opacity)
    line = max(1.0, round(max(image.width(), image.height()) / _LINES_ACROSS_A_FILE))
    paint_scene(painter, scene, whole_placed, whole, line=line)
    if outline is not None:
        paint_outline(painter, outline, whole_placed, line)
    painter.end()
    return image
