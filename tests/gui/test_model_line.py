"""Test gui/model_line.py: it names what really runs."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from gui.model_line import ModelLine


def test_it_says_which_model_and_which_device(qtbot: QtBot) -> None:
    line = ModelLine()
    qtbot.addWidget(line)
    assert line.text() == "No model"
    line.show_run_time(5.0)
    assert line.text() == "No model"
    line.show_loading("ResNeXt-50 & <b>")
    assert line.text() == "Loading ResNeXt-50 && <b>..."
    line.show_ready("ResNeXt-50 32x4d", "cpu", "float32", ["CUDA: no driver <was> found."])
    assert line.text() == "ResNeXt-50 32x4d on CPU"
    assert "float32" in line.toolTip()
    assert "no driver &lt;was&gt; found" in line.toolTip()
    line.show_run_time(141.4)
    assert line.text() == "ResNeXt-50 32x4d on CPU, 141 ms"
    line.show_run_time(8.25)
    assert line.text() in {"ResNeXt-50 32x4d on CPU, 8.2 ms", "ResNeXt-50 32x4d on CPU, 8.3 ms"}
    assert line.accessibleName().startswith("Model: ResNeXt-50")


def test_a_click_asks_for_another_model(qtbot: QtBot) -> None:
    line = ModelLine()
    qtbot.addWidget(line)
    told = QSignalSpy(line.model_change_requested)
    QTest.mouseClick(line, Qt.MouseButton.LeftButton)
    assert told.count() == 1
    assert told.at(0) == []
