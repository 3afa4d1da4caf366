"""The wheel scrolls past whatever lies in a column that scrolls: it chooses nothing there."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QAbstractSlider, QAbstractSpinBox, QComboBox, QScrollBar, QWidget
from pytestqt.qtbot import QtBot

from gui.attention.check_panel import CheckPanel
from gui.attention.duel_panel import DuelPanel
from gui.attention.what_if_panel import WhatIfPanel
from gui.audit.methods_panel import MethodsPanel
from gui.still_controls import StillBox, StillNumber, StillSlider
from gui.viewer.method_row import MethodRow
from tests.gui.viewer.pictures import turn_wheel


def _turned(widget: QWidget) -> None:
    widget.setFocus()
    for delta in (120, -120):
        turn_wheel(widget, QPointF(widget.rect().center()), delta)


def test_a_box_of_choices_keeps_its_choice(qtbot: QtBot) -> None:
    box = StillBox()
    qtbot.addWidget(box)
    box.addItems(["first", "second", "third"])
    box.setCurrentIndex(1)
    seen: list[int] = []
    box.currentIndexChanged.connect(seen.append)
    _turned(box)
    assert seen == []


@pytest.mark.parametrize("kind", [StillNumber, StillSlider])
def test_a_number_keeps_its_value(qtbot: QtBot, kind: type[StillNumber | StillSlider]) -> None:
    control = kind()
    qtbot.addWidget(control)
    control.setValue(50)
    seen: list[int] = []
    control.valueChanged.connect(seen.append)
    _turned(control)
    assert seen == []


@pytest.mark.parametrize("kind", [CheckPanel, DuelPanel, MethodRow, MethodsPanel, WhatIfPanel])
def test_no_panel_has_another_kind(qtbot: QtBot, kind: type[QWidget]) -> None:
    panel = kind()
    qtbot.addWidget(panel)
    found = [
        child
        for wheeled in (QComboBox, QAbstractSlider, QAbstractSpinBox)
        for child in panel.findChildren(wheeled)
        if not isinstance(child, QScrollBar)
    ]
    assert found
    assert all(isinstance(child, StillBox | StillNumber | StillSlider) for child in found)
