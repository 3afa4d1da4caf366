"""Paint what lies over the photo: the dimmed outside, the map, the frame of what the network saw, the cell grid."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from PySide6.QtCore import QLineF, QRectF, Qt
from PySide6.QtGui import QBrush, QColor, QImage, QPainter, QPen

from gui.viewer.photo_layer import visible_part
from gui.viewer.placement import Placement
from inference.results import CropGeometry

_NOWHERE = CropGeometry(0, 0, 0, 0)
_VEIL = QColor(0, 0, 0, 120)
"""Black in both themes: a light veil would brighten dark pictures, and that is not dimming."""

_OUTLINE_WHITE, _OUTLINE_BLACK = 2.0, 4.0
_SQUARE = 1e-6

_FRAME_LIGHT = QColor(255, 255, 255, 215)
_FRAME_DARK = QColor(0, 0, 0, 120)
_CELL_LIGHT = QColor(255, 255, 255, 70)
_CELL_DARK = QColor(0, 0, 0, 55)
_HATCH = QColor(255, 255, 255, 230)


@dataclass(frozen=True, slots=True)
class Scene:
    """What to paint over a photo, apart from where.

    Attributes:
        overlay: the map's colours, stretched over `overlay_box`; a null image for none.
        overlay_box: in original pixels.
        lines: pieces of outlines, in shares of `overlay_box`.
        marked: cells (row, column) that are pointed out.
        region: a box that a person drew, in original pixels; None for none.
        takes_light: the overlay is a veil that takes the photo's colours and light, and has no colours of its own.
        opacity: of the overlay, 0...1.
        crop: what the network saw, in original pixels; None where it saw everything or nothing is known.
        rows: of the map's cells; 0 where no grid is wanted.
        columns: of the map's cells.
    """

    overlay: QImage = field(default_factory=QImage)
    overlay_box: CropGeometry = _NOWHERE
    lines: tuple[QLineF, ...] = ()
    marked: frozenset[tuple[int, int]] = frozenset()
    region: QRectF | None = None
    takes_light: bool = False
    opacity: float = 0.6
    crop: CropGeometry | None = None
    rows: int = 0
    columns: int = 0

    @property
    def has_map(self) -> bool:
        """Whether there is a map to draw."""
        return not self.overlay.isNull() or bool(self.lines)


def box_in_view(box: CropGeometry, placement: Placement) -> QRectF:
    """The rectangle of the view that a box of original pixels covers."""
    left, top = placement.to_view(box.left, box.top)
    right, bottom = placement.to_view(box.right, box.bottom)
    return QRectF(left, top, right - left, bottom - top)


def paint_scene(
    painter: QPainter,
    scene: Scene,
    placement: Placement,
    clip: QRectF,
    *,
    with_cells: bool = False,
    line: float = 1.0,
) -> None:
    """Paint over a photo that has been drawn already.

    Args:
        painter: on the widget or image; its hints are changed.
        scene: what to paint.
        placement: where the photo lies.
        clip: the part of the plane that is seen.
        with_cells: whether the grid of true cells is drawn.
        line: width of lines, in the painter's units.
    """
    if scene.crop is not None:
        _paint_outside(painter, placement, box_in_view(scene.crop, placement))
    if scene.has_map:
        if not scene.takes_light and not scene.overlay.isNull():
            _paint_overlay(painter, scene, placement, clip)
        _paint_lines(painter, scene, placement, line)
        if with_cells and scene.rows > 0 and scene.columns > 0:
            _paint_cells(painter, scene, placement, clip, line)
    _paint_marked(painter, scene, placement, line)
    _paint_region(painter, scene, placement, line)
    if scene.crop is not None:
        _paint_frame(painter, box_in_view(scene.crop, placement), line)


def _paint_outside(painter: QPainter, placement: Placement, box: QRectF) -> None:
    left, top = placement.left, placement.top
    right, bottom = left + placement.shown_width, top + placement.shown_height
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    for side in (
        QRectF(left, top, right - left, box.top() - top),
        QRectF(left, box.bottom(), right - left, bottom - box.bottom()),
        QRectF(left, box.top(), box.left() - left, box.height()),
        QRectF(box.right(), box.top(), right - box.right(), box.height()),
    ):
        if side.width() > 0 and side.height() > 0:
            painter.fillRect(side, _VEIL)


def _paint_overlay(painter: QPainter, scene: Scene, placement: Placement, clip: QRectF) -> None:
    target, source = visible_part(scene.overlay.size(), box_in_view(scene.overlay_box, placement), clip)
    if target.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
    painter.setOpacity(scene.opacity)
    painter.drawImage(target, scene.overlay, source)
    painter.setOpacity(1.0)


def _paint_lines(painter: QPainter, scene: Scene, placement: Placement, line: float) -> None:
    """White over black, which can be read on any picture (UX.md 5.4)."""
    box = box_in_view(scene.overlay_box, placement)
    if not scene.lines or box.isEmpty():
        return
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    unit = painter.deviceTransform().m11()
    painter.save()
    # The painter stretches the pieces, much sooner than Python would; a cosmetic pen is not stretched with them.
    painter.translate(box.topLeft())
    painter.scale(box.width(), box.width())
    lines = _stretched(scene.lines, box.height() / box.width())
    for color, width in ((Qt.GlobalColor.black, _OUTLINE_BLACK), (Qt.GlobalColor.white, _OUTLINE_WHITE)):
        # Round ends, or one path of all pieces, look the same and take ten times as long.
        pen = QPen(color, width * line * unit, Qt.PenStyle.SolidLine, Qt.PenCapStyle.SquareCap)
        pen.setCosmetic(True)
        painter.setPen(pen)
        painter.drawLines(lines)
    painter.restore()


def _stretched(lines: Sequence[QLineF], tall: float) -> Sequence[QLineF]:
    """Pieces in shares of a box that is so many times as high as wide, all in shares of its width.

    Qt draws lines otherwise where it has to stretch them in one direction more than in the other.
    """
    if abs(tall - 1.0) < _SQUARE:
        return lines
    return [QLineF(piece.x1(), piece.y1() * tall, piece.x2(), piece.y2() * tall) for piece in lines]


def _paint_marked(painter: QPainter, scene: Scene, placement: Placement, line: float) -> None:
    """Cells that decide: hatched, so that the photo and the map's colours stay to be seen."""
    if not scene.marked or not scene.rows or not scene.columns:
        return
    box = box_in_view(scene.overlay_box, placement)
    width, height = box.width() / scene.columns, box.height() / scene.rows
    cells = [
        QRectF(box.left() + column * width, box.top() + row * height, width, height)
        for row, column in sorted(scene.marked)
    ]
    # Opaque borders on whole pixels: smooth or translucent ones took six times as long, which the pointer felt.
    painter.setRenderHint(QPainter.RenderHint.Antialiasing, on=False)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Qt.GlobalColor.black, 3 * line))
    painter.drawRects(cells)
    for cell in cells:
        painter.fillRect(cell, QBrush(_HATCH, Qt.BrushStyle.BDiagPattern))
    painter.setPen(QPen(Qt.GlobalColor.white, line))
    painter.drawRects(cells)


def _paint_region(painter: QPainter, scene: Scene, placement: Placement, line: float) -> None:
    """A box in white and dashed black, which can be seen on any picture."""
    if scene.region is None:
        return
    left, top = placement.to_view(scene.region.left(), scene.region.top())
    right, bottom = placement.to_view(scene.region.right(), scene.region.bottom())
    box = QRectF(left, top, right - left, bottom - top)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.setPen(QPen(Qt.GlobalColor.white, 3 * line))
    painter.drawRect(box)
    painter.setPen(QPen(Qt.GlobalColor.black, line, Qt.PenStyle.DashLine))
    painter.drawRect(box)


def _paint_cells(painter: QPainter, scene: Scene, placement: Placement, clip: QRectF, line: float) -> None:
    box = box_in_view(scene.overlay_box, placement)
    seen = box.intersected(clip)
    if seen.isEmpty():
        return
    # A light line beside a dark one can be seen on any picture.
    for shift, color in ((0.0, _CELL_LIGHT), (line, _CELL_DARK)):
        for column in range(1, scene.columns):
            x = box.left() + box.width() * column / scene.columns + shift
            painter.fillRect(QRectF(x, seen.top(), line, seen.height()), color)
        for row in range(1, scene.rows):
            y = box.top() + box.height() * row / scene.rows + shift
            painter.fillRect(QRectF(seen.left(), y, seen.width(), line), color)


def _paint_frame(painter: QPainter, box: QRectF, line: float) -> None:
    for rect, color in ((box.adjusted(-line, -line, line, line), _FRAME_DARK), (box, _FRAME_LIGHT)):
        painter.fillRect(QRectF(rect.left(), rect.top(), rect.width(), line), color)
        painter.fillRect(QRectF(rect.left(), rect.bottom() - line, rect.width(), line), color)
        painter.fillRect(QRectF(rect.left(), rect.top() + line, line, rect.height() - 2 * line), color)
        painter.fillRect(QRectF(rect.right() - line, rect.top() + line, line, rect.height() - 2 * line), color)


def paint_focus_ring(painter: QPainter, rect: QRectF, color: QColor) -> None:
    """A ring of 2 pixels just inside `rect`."""
    width = 2.0
    for side in (
        QRectF(rect.left(), rect.top(), rect.width(), width),
        QRectF(rect.left(), rect.bottom() - width, rect.width(), width),
        QRectF(rect.left(), rect.top(), width, rect.height()),
        QRectF(rect.right() - width, rect.top(), width, rect.height()),
    ):
        painter.fillRect(side, color)
