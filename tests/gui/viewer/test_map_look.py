"""Another look's map stands in place of the usual one, which goes on being drawn below."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.viewer.map_look import MapLook
from gui.viewer.picture_view import PictureView
from inference.results import CropGeometry
from tests.gui.viewer.pictures import grey_view, opaque_overlay
from tests.gui.viewer.test_picture_view import color_at, is_near, shown

USUAL, OTHER = CropGeometry(100, 50, 300, 250), CropGeometry(0, 0, 400, 300)
GREY, ORANGE, BLUE = QColor("#646464"), QColor("#e69f00"), QColor("#0072b2")


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    """A grey picture of 400 x 300 with an orange map over its middle."""
    widget = grey_view(qtbot)
    widget.set_overlay_opacity(1.0)
    widget.set_crop_frame(USUAL)
    widget.set_cells(2, 2)
    widget.show_overlay(opaque_overlay(), USUAL)
    return widget


def test_it_covers_its_own_part_and_leaves_with_all_that_it_brought(view: PictureView) -> None:
    usual = shown(view)
    view.show_look(MapLook(opaque_overlay("#0072b2"), OTHER, 3, 4))
    seen = shown(view)
    assert is_near(color_at(seen, view, 30, 130), BLUE)
    assert is_near(color_at(seen, view, 190, 130), BLUE)
    view.show_look(None)
    assert shown(view) == usual


def test_without_colours_only_the_frame_is_its_own(view: PictureView) -> None:
    view.show_look(MapLook(None, OTHER, 3, 4))
    seen = shown(view)
    assert is_near(color_at(seen, view, 30, 130), GREY)
    assert is_near(color_at(seen, view, 190, 130), GREY)


def test_its_true_cells_are_drawn_at_once_and_those_of_the_usual_map_only_when_zoomed(view: PictureView) -> None:
    def is_on_grid(x: float, y: float) -> bool:
        image = shown(view)
        colors = [color_at(image, view, x + step / view.zoom, y) for step in (-1, 0, 1)]
        return not all(is_near(color, colors[0], 2) for color in colors)

    assert not is_on_grid(200, 90)
    view.show_look(MapLook(opaque_overlay(), OTHER, 3, 4))
    assert is_on_grid(100, 50)
    assert not is_on_grid(150, 50)
    # So many cells would be nothing but lines.
    view.show_look(MapLook(opaque_overlay(), OTHER, 300, 400))
    assert not is_on_grid(150, 50)


def test_lines_and_saved_pictures_are_those_of_the_look(view: PictureView) -> None:
    usual = view.snapshot(original_size=True)
    view.show_look(MapLook(None, OTHER, 3, 4, (QLineF(0.0, 0.5, 1.0, 0.5),)))
    saved = view.snapshot(original_size=True)
    assert saved != usual
    assert saved.pixelColor(30, 150).lightness() > 250
    assert is_near(saved.pixelColor(30, 100), GREY)


def test_who_explains_the_map_hears_that_the_usual_one_was_drawn(view: PictureView) -> None:
    heard = QSignalSpy(view.usual_map_changed)
    view.show_overlay(opaque_overlay(), USUAL)
    assert heard.count() == 0
    view.show_look(MapLook(None, OTHER, 3, 4))
    view.show_overlay(opaque_overlay("#0072b2"), USUAL)
    view.remove_overlay()
    assert heard.count() == 2
    assert is_near(color_at(shown(view), view, 190, 130), GREY)
