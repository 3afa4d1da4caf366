"""Outlines keep one width at every size and stand where their pieces say; only the cells that decide are hatched."""

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


@pytest.mark.parametrize("ground", [Qt.GlobalColor.black, Qt.GlobalColor.gray, Qt.GlobalColor.white])
def test_cells_that_decide_are_hatched_on_any_picture_and_no_others(ground: Qt.GlobalColor) -> None:
    image, untouched = _blank(1.0), _blank(1.0)
    image.fill(ground)
    untouched.fill(ground)
    crop, placement = CropGeometry(80, 20, 240, 180), Placement(320, 240, 1.0, 10.0, 5.0)
    painter = QPainter(image)
    marked = frozenset({(0, 0), (2, 1)})
    scene = Scene(overlay_box=crop, marked=marked, rows=4, columns=4)
    paint_scene(painter, scene, placement, QRectF(0, 0, 360, 300))
    painter.end()
    box, border = box_in_view(crop, placement), 3
    width, height = round(box.width()) // 4, round(box.height()) // 4
    for row in range(4):
        for column in range(4):
            left, top = round(box.left()) + column * width, round(box.top()) + row * height
            inside = (left + border, top + border, width - 2 * border, height - 2 * border)
            is_hatched = image.copy(*inside) != untouched.copy(*inside)
            # On white the hatching itself cannot be seen: the black border says it there.
            assert is_hatched == ((row, column) in marked and ground is not Qt.GlobalColor.white), (row, column)
            edges = {image.pixelColor(left + width // 2, top + across).lightness() for across in range(-2, 3)}
            is_bordered = min(edges) == 0 and max(edges) == 255
            has_edge = (row, column) in marked or (row - 1, column) in marked
            assert is_bordered == has_edge, (row, column)
