"""The map's controls tell what a person does, and only that."""

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QRadioButton, QSlider
from pytestqt.qtbot import QtBot

from gui.viewer.map_mode import MapMode, MapRemark
from gui.viewer.map_panel import MapPanel
from tests.gui.viewer.pictures import turn_wheel


@pytest.fixture
def panel(qtbot: QtBot) -> MapPanel:
    """The panel on screen."""
    widget = MapPanel()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def slider_of(panel: MapPanel) -> QSlider:
    """The strength slider."""
    slider = panel.findChild(QSlider)
    assert isinstance(slider, QSlider)
    return slider


def button(panel: MapPanel, text: str) -> QRadioButton:
    """The radio button with this text."""
    return next(found for found in panel.findChildren(QRadioButton) if found.text() == text)


def test_modes_are_told(panel: MapPanel) -> None:
    told: list[MapMode] = []
    panel.mode_changed.connect(told.append)
    assert panel.mode is MapMode.EVIDENCE
    button(panel, "Heat").click()
    button(panel, "Off").click()
    assert told == [MapMode.HEAT, MapMode.OFF]
    assert all(isinstance(mode, MapMode) for mode in told)
    assert not slider_of(panel).isEnabled()
    panel.set_mode(MapMode.EVIDENCE)
    assert panel.mode is MapMode.EVIDENCE
    assert slider_of(panel).isEnabled()
    assert len(told) == 2


def test_strength_by_wheel_keys_and_double_click(panel: MapPanel) -> None:
    told: list[float] = []
    panel.strength_changed.connect(told.append)
    slider = slider_of(panel)
    assert panel.strength == 0.6
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert told == [0.65]
    turn_wheel(slider, QPointF(slider.rect().center()), 120)
    assert told[-1] > 0.65
    QTest.mouseDClick(slider, Qt.MouseButton.LeftButton, pos=QPoint(3, slider.height() // 2))
    assert told[-1] == 0.6
    panel.step_strength(-2)
    assert told[-1] == pytest.approx(0.5)
    count = len(told)
    panel.set_strength(0.25)
    assert panel.strength == 0.25
    assert len(told) == count


def test_words(panel: MapPanel) -> None:
    assert panel.words() == ""
    panel.set_remark(MapRemark.FLAT)
    assert panel.words() == "The evidence is spread evenly; no area stands out."
    panel.set_notice("The map of this model is approximate: it has hidden layers after pooling.")
    panel.set_remark(MapRemark.AGAINST)
    assert panel.words().startswith("The evidence is against this class. The map of this model")
    panel.set_remark(MapRemark.NONE)
    panel.set_notice("")
    assert panel.words() == ""


@pytest.mark.parametrize("remark", list(MapRemark))
def test_every_remark_has_its_own_words(panel: MapPanel, remark: MapRemark) -> None:
    panel.set_remark(remark)
    assert bool(panel.words()) is (remark is not MapRemark.NONE)
    others = []
    for other in MapRemark:
        panel.set_remark(other)
        others.append(panel.words())
    assert len(set(others)) == len(MapRemark)


def test_the_outline_goes_with_colours_only(panel: MapPanel) -> None:
    told: list[bool] = []
    panel.outline_changed.connect(told.append)
    panel.toggle_outline()
    assert panel.has_outline
    for mode in (MapMode.OUTLINE, MapMode.OFF):
        panel.set_mode(mode)
        panel.toggle_outline()
    assert panel.has_outline
    panel.set_mode(MapMode.HEAT)
    panel.toggle_outline()
    assert told == [True, False]
    panel.set_available(False)
    panel.toggle_outline()
    assert told == [True, False]


def test_a_model_without_maps(panel: MapPanel) -> None:
    panel.set_available(False)
    assert not any(found.isEnabled() for found in panel.findChildren(QRadioButton))
    assert not slider_of(panel).isEnabled()
    panel.set_available(True)
    assert slider_of(panel).isEnabled()
