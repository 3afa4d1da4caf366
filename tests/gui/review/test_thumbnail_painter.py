"""Small pictures keep their shape, are never enlarged, and are made once for their place."""

import pytest
from PySide6.QtCore import QRect
from PySide6.QtGui import QColor, QImage, QPainter, QPalette
from PySide6.QtWidgets import QApplication

from gui.review.thumbnail_painter import ThumbnailPainter, state_color
from gui.theme import DARK, LIGHT, contrast, palette_of
from inference.sessions.states import ImageState
from tests.gui.review.helpers import picture

AREA = QRect(10, 10, 100, 60)


def painted(thumbnails: ThumbnailPainter, image: QImage | None) -> QImage:
    """What is painted into the area, on magenta."""
    ground = picture("#ff00ff", 120, 80)
    painter = QPainter(ground)
    thumbnails.paint_picture(painter, AREA, image)
    painter.end()
    return ground


def covered(ground: QImage) -> QRect:
    """The rectangle that is not magenta any more."""
    rect = QRect()
    for y in range(ground.height()):
        for x in range(ground.width()):
            if ground.pixelColor(x, y) != QColor("#ff00ff"):
                rect = rect.united(QRect(x, y, 1, 1))
    return rect


@pytest.mark.parametrize(
    ("width", "height", "shown"),
    [(320, 160, (100, 50)), (160, 320, (30, 60)), (40, 20, (40, 20)), (5000, 1, (100, 1))],
)
def test_the_whole_picture_is_shown(qapp: QApplication, width: int, height: int, shown: tuple[int, int]) -> None:
    del qapp
    rect = covered(painted(ThumbnailPainter(), picture("#3366aa", width, height)))
    assert (rect.width(), rect.height()) == shown
    assert AREA.contains(rect)


@pytest.mark.parametrize("missing", [None, QImage()])
def test_a_picture_that_is_not_here_is_a_plain_tile(qapp: QApplication, missing: QImage | None) -> None:
    del qapp
    thumbnails = ThumbnailPainter()
    thumbnails.prepare(palette_of(DARK), 2.0)
    ground = painted(thumbnails, missing)
    assert covered(ground) == AREA
    assert ground.pixelColor(50, 30) == QColor(DARK.tile)


@pytest.mark.parametrize("theme", [LIGHT, DARK])
@pytest.mark.parametrize("state", ImageState)
def test_shapes_stand_out_from_the_window(qapp: QApplication, theme: object, state: ImageState) -> None:
    del qapp
    used = LIGHT if theme is LIGHT else DARK
    assert contrast(state_color(state, used), used.window) >= 3
    thumbnails = ThumbnailPainter()
    thumbnails.prepare(palette_of(used), 1.0)
    ground = picture("#ff00ff", 40, 40)
    painter = QPainter(ground)
    thumbnails.paint_state(painter, QRect(10, 10, 12, 12), state, state_color(state, used))
    painter.end()
    assert not covered(ground).isEmpty()


def test_a_new_palette_is_taken_over(qapp: QApplication) -> None:
    del qapp
    thumbnails = ThumbnailPainter()
    thumbnails.prepare(QPalette(palette_of(LIGHT)), 1.0)
    assert thumbnails.theme is LIGHT
    thumbnails.prepare(palette_of(DARK), 1.0)
    assert thumbnails.theme is DARK
