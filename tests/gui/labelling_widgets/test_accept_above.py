"""The dialog that accepts many suggestions says beforehand what that would do."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QComboBox, QDoubleSpinBox, QLabel, QPushButton, QSlider
from pytestqt.qtbot import QtBot

from gui.labelling_widgets.accept_above import ALL_CLASSES, AcceptAboveDialog
from gui.labelling_widgets.score_histogram import ScoreHistogram
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_NAMES = {4: "jay", 7: HOSTILE}
_SCORES = [0.95, 0.9, 0.8, 0.79, 0.5, 0.1]
_CODES = [4, 7, 4, 4, 7, 4]


@pytest.fixture
def dialog(qtbot: QtBot) -> AcceptAboveDialog:
    """The dialog with six suggestions, on screen."""
    widget = AcceptAboveDialog()
    qtbot.addWidget(widget)
    widget.set_suggestions(_SCORES, _CODES, _NAMES.__getitem__)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _accept_button(dialog: AcceptAboveDialog) -> QPushButton:
    return next(button for button in dialog.findChildren(QPushButton) if button.text().startswith("Accept"))


def _texts(dialog: AcceptAboveDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_it_counts_at_the_usual_threshold(dialog: AcceptAboveDialog) -> None:
    assert "At 80 %: 3 suggestions would be accepted, 3 left to review." in _texts(dialog)
    assert _accept_button(dialog).text() == "Accept 3"
    assert_keeps_the_rules(dialog)


def test_slider_number_and_picture_say_the_same(dialog: AcceptAboveDialog) -> None:
    slider, spin = dialog.findChildren(QSlider)[0], dialog.findChildren(QDoubleSpinBox)[0]
    spin.setValue(50)
    assert (slider.value(), dialog.accepted_count) == (500, 5)
    slider.setValue(905)
    assert (spin.value(), dialog.accepted_count) == (90.5, 1)
    assert "At 90.5 %: 1 suggestion would be accepted, 5 left to review." in _texts(dialog)
    picture = dialog.findChildren(ScoreHistogram)[0]
    told = QSignalSpy(picture.threshold_pointed)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(picture.width() // 2, 20))
    assert told.count() == 1
    assert dialog.threshold == pytest.approx(0.5, abs=0.01)
    assert picture.accessibleDescription() in _texts(dialog)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(0, 20))
    assert dialog.threshold == 0.0


def test_one_class_only(dialog: AcceptAboveDialog) -> None:
    box = dialog.findChildren(QComboBox)[0]
    assert [box.itemText(row) for row in range(box.count())] == [
        "All classes",
        "jay (4)",
        "<b>&\\n\\u202e\\xff.jpg (2)",
    ]
    assert dialog.class_code == ALL_CLASSES
    box.setCurrentIndex(2)
    assert (dialog.class_code, dialog.accepted_count) == (7, 1)
    told = QSignalSpy(dialog.threshold_chosen)
    QTest.mouseClick(_accept_button(dialog), Qt.MouseButton.LeftButton)
    assert told.at(0) == [0.8, 7]
    assert dialog.isHidden()


def test_doubt_is_told_as_a_condition_and_measured_accuracy_only_if_given(dialog: AcceptAboveDialog) -> None:
    dialog.set_threshold(0.1)
    assert "If the scores are right, about 2 of them are wrong." in _texts(dialog)
    dialog.set_threshold(0.5)
    assert "If the scores are right, about 1 of them is wrong." in _texts(dialog)
    dialog.set_threshold(0.95)
    assert "If the scores are right, nearly all of them are right." in _texts(dialog)
    doubt = next(label for label in dialog.findChildren(QLabel) if "scores are right" in label.text())
    assert doubt.toolTip() == "This score is not calibrated."
    count = len(_texts(dialog))
    dialog.set_accuracy_text("Measured: 94 %.")
    assert len(_texts(dialog)) == count + 1
    dialog.set_accuracy_text("")
    assert len(_texts(dialog)) == count


def test_nothing_to_accept(dialog: AcceptAboveDialog) -> None:
    dialog.set_threshold(0.99)
    assert not _accept_button(dialog).isEnabled()
    assert "No suggestion has such a score." in _texts(dialog)
    dialog.set_suggestions([], [], _NAMES.__getitem__)
    assert not _accept_button(dialog).isEnabled()


def test_cancel_chooses_nothing(dialog: AcceptAboveDialog) -> None:
    told = QSignalSpy(dialog.threshold_chosen)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert dialog.isHidden()
    assert told.count() == 0


def test_new_suggestions_keep_the_class_and_the_threshold(dialog: AcceptAboveDialog) -> None:
    box = dialog.findChildren(QComboBox)[0]
    box.setCurrentIndex(1)
    dialog.set_threshold(0.6)
    dialog.set_suggestions([0.7, 0.61], [4, 7], _NAMES.__getitem__)
    assert (dialog.class_code, dialog.threshold, dialog.accepted_count) == (4, 0.6, 1)
    dialog.set_suggestions([0.7], [7], _NAMES.__getitem__)
    assert dialog.class_code == ALL_CLASSES


def test_the_picture_is_painted_accepted_and_left(dialog: AcceptAboveDialog) -> None:
    picture = dialog.findChildren(ScoreHistogram)[0]
    before = picture.grab().toImage()
    dialog.set_threshold(0.0)
    assert picture.grab().toImage() != before
    picture.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, pos=QPoint(1, 20))
    assert dialog.threshold == 1.0
    assert not picture.grab().isNull()
