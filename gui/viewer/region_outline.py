"""Trace and paint the outline of a region that is made of cells of a map."""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import Qt
from PySide6.QtGui import QPainter, QPainterPath, QPen, QTransform

from gui.viewer.placement import Placement
from inference.results import CropGeometry

_WHITE, _BLACK = 3.0, 1.0


def outline_of(cells: Iterable[tuple[int, int]], crop: CropGeometry, grid: tuple[int, int]) -> QPainterPath:
    """The edges between some cells and all others, in original pixels.

    Args:
        cells: (row, column) of each.
        crop: what the whole map covers, in original pixels.
        grid: rows and columns of the map.
    """
    chosen = frozenset(cells)
    wide, tall = (crop.right - crop.left) / grid[1], (crop.bottom - crop.top) / grid[0]
    path = QPainterPath()
    for row, column in sorted(chosen):
        left, top = crop.left + column * wide, crop.top + row * tall
        edges = (
            ((row - 1, column), (left, top), (left + wide, top)),
            ((row + 1, column), (left, top + tall), (left + wide, top + tall)),
            ((row, column - 1), (left, top), (left, top + tall)),
            ((row, column + 1), (left + wide, top), (left + wide, top + tall)),
        )
        for neighbour, start, end in edges:
            if neighbour not in chosen:
                path.moveTo(*start)
                path.lineTo(*end)
    return path


def paint_outline(painter: QPainter, outline: QPainterPath, placement: Placement, line: float) -> None:
    """White under dashed black, as a box is drawn, which can be seen on any picture.

    Args:
        painter: on the widget or image.
        outline: in original pixels.
        placement: where the photo lies.
        line: width of lines, in the painter's units.
    """
    scale = placement.scale
    shown = QTransform(scale, 0.0, 0.0, scale, placement.left, placement.top).map(outline)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.strokePath(shown, QPen(Qt.GlobalColor.white, _WHITE * line))
    painter.strokePath(shown, QPen(Qt.GlobalColor.black, _BLACK * line, Qt.PenStyle.DashLine))
