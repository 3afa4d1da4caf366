"""A picture's place holds what a person chose: the whole of it, or one zoom around one point, at any size."""

from __future__ import annotations

import math

import pytest
from PySide6.QtCore import QPointF
from pytestqt.qtbot import QtBot

from gui.viewer.placement import fitted
from gui.viewer.zoomed_widget import ZoomedWidget


class _Empty(ZoomedWidget):
    """Draws nothing; has a picture of 1000 x 500."""

    def __init__(self) -> None:
        super().__init__()
        self.resize(400, 300)
        self._set_placement(fitted(1000, 500, self._view()), is_fitted=True)
        self.told: list[float] = []
        self.zoom_changed.connect(self.told.append)


@pytest.fixture
def widget(qtbot: QtBot) -> _Empty:
    made = _Empty()
    qtbot.addWidget(made)
    made.show()
    return made


def test_without_a_picture_nothing_is_zoomed(qtbot: QtBot) -> None:
    bare = ZoomedWidget()
    qtbot.addWidget(bare)
    for act in (bare.zoom_in, bare.zoom_to_actual, bare.zoom_to_fit, bare.toggle_zoom, lambda: bare.pan(9, 9)):
        act()
    assert (bare.zoom, bare.placement) == (0.0, None)


def test_the_point_under_the_hand_stays_there(widget: _Empty) -> None:
    assert widget.placement is not None
    at = QPointF(220, 160)
    before = widget._placement.to_picture(at.x(), at.y()) if widget._placement is not None else (0.0, 0.0)
    widget.zoom_at(3.0, at)
    assert widget._placement is not None
    assert widget._placement.to_picture(at.x(), at.y()) == pytest.approx(before)
    assert widget.zoom == pytest.approx(3.0)
    assert widget.told == [pytest.approx(3.0)]
    assert not widget.is_fitted


@pytest.mark.parametrize(("wanted", "is_fitted"), [(1e-6, True), (1e6, False)])
def test_no_zoom_leaves_its_bounds(widget: _Empty, wanted: float, is_fitted: bool) -> None:
    whole = widget.zoom
    widget.zoom_at(wanted, QPointF(10, 10))
    assert widget.zoom == pytest.approx(whole if is_fitted else 32.0)
    assert widget.is_fitted is is_fitted
    widget.zoom_at(math.nan, QPointF(10, 10))
    assert widget.zoom == pytest.approx(whole if is_fitted else 32.0)


def test_a_fitted_picture_follows_its_window_and_a_zoomed_one_keeps_its_zoom(widget: _Empty) -> None:
    whole = widget.zoom
    widget.resize(800, 600)
    assert widget.zoom > 1.5 * whole
    widget.toggle_zoom()
    assert widget.zoom == pytest.approx(1.0)
    widget.resize(300, 300)
    assert widget.zoom == pytest.approx(1.0)
    widget.toggle_zoom()
    assert widget.is_fitted
