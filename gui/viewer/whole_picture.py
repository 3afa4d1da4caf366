"""Draw a whole picture with its map and frame at the original's size, to be saved."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QImage, QPainter, QPainterPath

from gui.viewer.composition import Scene, box_in_view, paint_scene
from gui.viewer.photo_layer import PhotoLayer
from gui.viewer.placement import Placement
from gui.viewer.region_outline import paint_outline

_LINES_ACROSS_A_FILE = 1000
"""A saved picture's frame is this part of its longer side wide, so that it can be seen in a small copy."""


def whole_picture(
    photo: PhotoLayer, scene: Scene, outline: QPainterPath | None, placement: Placement, surround: QColor
) -> QImage:
    """The picture as it is shown, with the original's pixels.

    Args:
        photo: its pixels.
        scene: what lies over it.
        outline: of a region, in original pixels, or None.
        placement: where it lies on screen; only its size counts.
        surround: what shows through a picture that is clear in places.

    Returns:
        An opaque image, or a null one where there is no room for it.
    """
    image = QImage(round(placement.width), round(placement.height), QImage.Format.Format_RGB32)
    if image.isNull():
        return image
    image.fill(surround)
    whole = QRectF(image.rect())
    unscaled = replace(placement, scale=1.0, left=0.0, top=0.0)
    painter = QPainter(image)
    photo.paint_stretched(painter, whole)
    if scene.takes_light and scene.has_map:
        veil = box_in_view(scene.overlay_box, unscaled)
        photo.paint_veiled_stretched(painter, whole, scene.overlay, veil, scene.opacity)
    line = max(1.0, round(max(image.width(), image.height()) / _LINES_ACROSS_A_FILE))
    paint_scene(painter, scene, unscaled, whole, line=line)
    if outline is not None:
        paint_outline(painter, outline, unscaled, line)
    painter.end()
    return image
