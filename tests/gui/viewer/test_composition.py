"""Outlines are drawn with lines of one width, however large the map is shown, and stand where their pieces say."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QImage, QPainter, QPen

from gui.viewer.composition import Scene, box_in_view, paint_scene
from gui.viewer.placement import Placement
from inference.results import CropGeometry

BOXES = {"square": CropGeometry(80, 20, 240, 180), "tall": CropGeometry(80, 20, 240, 220)}
PIECES = (QLineF(0.1, 0.2, 0.4, 0.9), QLineF(0.4, 0.9, 0.85, 0.25), QLineF(0.85, 0.25, 0.1, 0.2))


def _blank(ratio: float) -> QImage:
    image = QImage(round(360 * ratio), round(300 * ratio), QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.gray)
    image.setDevicePixelRatio(ratio)
    return image


def _plainly_drawn(crop: CropGeometry, placement: Placement, ratio: float, line: float) -> QImage:
    """The same lines, each put in its place and drawn with a plain pen."""
    image, box = _blank(ratio), box_in_view(crop, placement)
    places = [
        QLineF(
            box.left() + piece.x1() * box.width(),
            box.top() + piece.y1() * box.height(),
            box.left() + piece.x2() * box.width(),
            box.top() + piece.y2() * box.height(),
        )
        for piece in PIECES
    ]
    painter = QPainter(image)
    painter.translate(-3.0, 2.0)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    for color, width in ((Qt.GlobalColor.black, 4.0), (Qt.GlobalColor.white, 2.0)):
        painter.setPen(QPen(color, width * line, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap))
        painter.drawLines(places)
    painter.end()
    return image


@pytest.mark.parametrize("shape", BOXES)
@pytest.mark.parametrize("ratio", [1.0, 1.5, 2.0])
@pytest.mark.parametrize("line", [1.0, 2.5])
@pytest.mark.parametrize("scale", [0.4, 1.2345])
def test_lines_are_as_wide_as_they_shall_be_at_every_size(shape: str, ratio: float, line: float, scale: float) -> None:
    placement = Placement(320, 240, scale, 10.25, 7.5)
    image = _blank(ratio)
    painter = QPainter(image)
    painter.translate(-3.0, 2.0)
    before = painter.transform()
    paint_scene(painter, Scene(lines=PIECES, overlay_box=BOXES[shape]), placement, QRectF(0, 0, 360, 300), line=line)
    assert painter.transform() == before
    painter.end()
    assert image == _plainly_drawn(BOXES[shape], placement, ratio, line)
    assert image != _blank(ratio)
