"""The photo is scaled once for each size, and cut where it cannot be seen."""

from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QImage, QPainter
from pytestqt.qtbot import QtBot

from gui.viewer.photo_layer import PhotoLayer, visible_part
from gui.viewer.placement import Placement, ViewArea, fitted
from tests.gui.viewer.pictures import quartered_image

VIEW = ViewArea(200, 150)


def painted_key(layer: PhotoLayer, placement: Placement, view: ViewArea) -> int:
    """Paint, and tell which rendering was used."""
    target = QImage(200, 150, QImage.Format.Format_RGB32)
    painter = QPainter(target)
    layer.paint(painter, placement, view)
    painter.end()
    return layer._rendered.cacheKey()


def test_a_rendering_is_used_again_until_something_changes(qtbot: QtBot) -> None:
    del qtbot
    layer = PhotoLayer()
    layer.set_image(quartered_image(1000, 750))
    whole = fitted(1000, 750, VIEW)
    zoomed = whole.zoomed(0.9, 50, 50, VIEW)
    first = painted_key(layer, whole, VIEW)
    assert painted_key(layer, whole, VIEW) == first
    second = painted_key(layer, zoomed, VIEW)
    assert second != first
    assert painted_key(layer, zoomed, VIEW) == second
    assert painted_key(layer, zoomed.moved(-5, 0, VIEW), VIEW) != second
    third = painted_key(layer, whole, VIEW)
    layer.set_image(quartered_image(1000, 750))
    assert painted_key(layer, whole, VIEW) != third


@given(
    width=st.integers(1, 500),
    height=st.integers(1, 500),
    left=st.floats(-3000, 300),
    top=st.floats(-3000, 300),
    step=st.floats(0.05, 400),
)
def test_the_cut_shows_the_same_and_stays_small(width: int, height: int, left: float, top: float, step: float) -> None:
    size, clip = QSize(width, height), QRectF(0, 0, 200, 150)
    target = QRectF(left, top, width * step, height * step)
    part, source = visible_part(size, target, clip)
    seen = target.intersected(clip)
    if seen.isEmpty():
        assert part.isEmpty()
        return
    # Everything that can be seen is still there, at the same place and scale.
    assert part.adjusted(-1e-6, -1e-6, 1e-6, 1e-6).contains(seen)
    assert abs(part.left() - (left + source.left() * step)) < 1e-6
    assert abs(part.width() - source.width() * step) < 1e-6
    assert QRectF(0, 0, width, height).contains(source)
    assert part.width() <= clip.width() + 4 * step + 1e-6
    assert part.height() <= clip.height() + 4 * step + 1e-6
