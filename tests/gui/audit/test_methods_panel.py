"""The panel of the comparison keeps the rules of windows, offers what is cheap, and asks for the rest."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QCheckBox, QPushButton, QSpinBox, QTableView
from pytestqt.qtbot import QtBot

from gui.audit.methods_panel import USUAL_IMAGES, MethodsPanel
from inference.attention.methods import Method
from tests.gui.dialog_rules import assert_keeps_the_rules

_ROWS = [[name, "1", "2", "3", "4", "5"] for name in ("Evidence", "Grad-CAM", "Occlusion")]


@pytest.fixture
def panel(qtbot: QtBot) -> MethodsPanel:
    """On screen."""
    widget = MethodsPanel()
    qtbot.addWidget(widget)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _button(panel: MethodsPanel, text: str) -> QPushButton:
    return next(one for one in panel.findChildren(QPushButton) if one.text() == text)


def test_it_keeps_the_rules_of_windows(panel: MethodsPanel) -> None:
    panel.say("7 of 20 images compared.")
    panel.show_rows(_ROWS)
    panel.show_curves("Mean curves.", [(0.0, 1.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1.0)])
    panel.set_busy(busy=True)
    assert_keeps_the_rules(panel)
    assert "7 of 20 images compared.\nMean curves.\nAverage drop" in panel.words()


def test_what_runs_the_network_by_itself_is_off_until_it_is_wanted(panel: MethodsPanel) -> None:
    assert panel.images == USUAL_IMAGES
    assert panel.methods == tuple(method for method in Method if method not in {Method.SCORE_CAM, Method.OCCLUSION})
    panel.show_costs(128)
    score, occlusion = panel.findChildren(QCheckBox)
    assert score.text().startswith("Score-CAM: 128 more runs")
    QTest.keyClick(occlusion, Qt.Key.Key_Space)
    assert panel.methods[-1] is Method.OCCLUSION
    assert Method.SCORE_CAM not in panel.methods


def test_while_it_goes_on_its_choices_are_fixed(panel: MethodsPanel) -> None:
    panel.allow("No model is open yet.")
    assert not panel.asking.can_ask
    assert panel.words().startswith("No model is open yet.")
    panel.allow("")
    assert panel.asking.can_ask
    panel.set_busy(busy=True)
    panel.set_progress(3, 40)
    assert not panel.asking.can_ask
    assert panel.asking.can_stop
    choices = [*panel.findChildren(QCheckBox), panel.findChildren(QSpinBox)[0]]
    assert not any(one.isEnabled() for one in choices)
    panel.set_busy(busy=False)
    assert all(one.isEnabled() for one in choices)


def test_columns_of_numbers_do_not_touch(panel: MethodsPanel) -> None:
    panel.show_rows([["Evidence", "50.8 %", "22.2 %", "0.100", "0.200", "51"]])
    table = panel.findChildren(QTableView)[0]
    letters = table.fontMetrics()
    for column in range(1, 5):
        assert table.columnWidth(column) >= letters.horizontalAdvance("50.8 %") + 20


def test_a_table_that_grows_keeps_the_row_that_was_chosen(panel: MethodsPanel) -> None:
    copy, save = _button(panel, "Copy"), _button(panel, "Save as CSV...")
    assert not copy.isEnabled()
    chosen = QSignalSpy(panel.method_chosen)
    panel.show_rows(_ROWS)
    assert chosen.at(0) == [0]
    table = panel.findChildren(QTableView)[0]
    QTest.keyClick(table, Qt.Key.Key_Down)
    assert chosen.at(1) == [1]
    panel.show_rows(_ROWS)
    assert chosen.at(2) == [1]
    assert table.currentIndex().row() == 1
    copied, saved = QSignalSpy(panel.copy_requested), QSignalSpy(panel.save_requested)
    QTest.mouseClick(copy, Qt.MouseButton.LeftButton)
    QTest.keyClick(save, Qt.Key.Key_Space)
    assert (copied.count(), saved.count()) == (1, 1)
    panel.clear()
    assert not save.isEnabled()
    assert "Less is better" in panel.words()
