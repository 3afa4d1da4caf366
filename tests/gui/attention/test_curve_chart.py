"""The chart draws both curves, and nothing where there are none."""

from __future__ import annotations

from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.attention.curve_chart import CurveChart


def _drawn(chart: CurveChart) -> QImage:
    return chart.grab().toImage()


def test_curves_are_drawn_and_taken_away(qtbot: QtBot) -> None:
    chart = CurveChart()
    qtbot.addWidget(chart)
    chart.resize(chart.sizeHint())
    empty = _drawn(chart)
    chart.show_curves([(0.0, 1.0), (1.0, 0.0)], [(0.0, 0.0), (0.5, 0.9), (1.0, 1.0)])
    both = _drawn(chart)
    assert both != empty
    chart.show_curves([(0.0, 1.0), (1.0, 0.0)], [])
    assert _drawn(chart) not in (both, empty)
    chart.show_curves([], [])
    assert _drawn(chart) == empty
