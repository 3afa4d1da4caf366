"""The outline of cells runs between them and all others, where they lie on the picture."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtGui import QPainterPath
from pytestqt.qtbot import QtBot

from gui.viewer.picture_view import PictureView
from gui.viewer.region_outline import outline_of
from inference.results import CropGeometry
from tests.gui.viewer.pictures import plain_image

CROP = CropGeometry(100, 50, 300, 250)


def _edges(path: QPainterPath) -> int:
    return path.elementCount() // 2


def test_edges_between_two_cells_are_left_out() -> None:
    assert _edges(outline_of([(0, 0)], CROP, (4, 4))) == 4
    assert _edges(outline_of([(0, 0), (0, 1)], CROP, (4, 4))) == 6
    ring = [(row, column) for row in range(3) for column in range(3) if (row, column) != (1, 1)]
    assert _edges(outline_of(ring, CROP, (4, 4))) == 12 + 4
    assert _edges(outline_of([], CROP, (4, 4))) == 0


def test_it_lies_on_the_pictures_pixels() -> None:
    box = outline_of([(1, 2)], CROP, (4, 4)).boundingRect()
    assert (box.left(), box.top(), box.right(), box.bottom()) == (200, 100, 250, 150)


def test_it_is_drawn_on_screen_and_into_a_saved_picture(qtbot: QtBot) -> None:
    view = PictureView()
    qtbot.addWidget(view)
    view.resize(500, 400)
    view.show_picture(plain_image(400, 300), original_size=QSize(400, 300))
    plain = view.snapshot(original_size=True)
    view.set_region_outline(outline_of([(1, 2)], CROP, (4, 4)))
    drawn = view.snapshot(original_size=True)
    changed = [(x, 125) for x in range(400) if drawn.pixelColor(x, 125) != plain.pixelColor(x, 125)]
    assert changed
    assert all(min(abs(x - 200), abs(x - 250)) <= 3 for x, _ in changed)
    assert view.snapshot() != plain
    view.set_region_outline(None)
    assert view.snapshot(original_size=True) == plain
