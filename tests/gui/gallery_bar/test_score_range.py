"""Scores are chosen in whole percent; the ends stand for no limit and never cross."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QSpinBox
from pytestqt.qtbot import QtBot

from gui.gallery_bar.score_range import ScoreRange


@pytest.fixture
def scores(qtbot: QtBot) -> ScoreRange:
    """A range on screen."""
    both = ScoreRange()
    qtbot.addWidget(both)
    both.show()
    return both


def boxes(scores: ScoreRange) -> tuple[QSpinBox, QSpinBox]:
    """The lower and the upper box."""
    lower, upper = scores.findChildren(QSpinBox)
    return lower, upper


def told_after(scores: ScoreRange, qtbot: QtBot) -> list[object]:
    """What is told once, when the hands rest."""
    told = QSignalSpy(scores.range_wanted)
    qtbot.waitUntil(lambda: told.count() == 1, timeout=3_000)
    return told.at(0)


def test_a_typed_number_is_told(scores: ScoreRange, qtbot: QtBot) -> None:
    _lower, upper = boxes(scores)
    upper.setFocus()
    upper.selectAll()
    QTest.keyClicks(upper, "60")
    QTest.keyClick(upper, Qt.Key.Key_Return)
    assert told_after(scores, qtbot) == [None, 0.6]


def test_a_half_typed_number_moves_nothing(scores: ScoreRange) -> None:
    lower, upper = boxes(scores)
    scores.set_range(0.5, 0.9)
    upper.setFocus()
    upper.selectAll()
    QTest.keyClicks(upper, "8")
    assert lower.value() == 50


def test_steps_are_told_once(scores: ScoreRange, qtbot: QtBot) -> None:
    lower, _upper = boxes(scores)
    for _step in range(3):
        QTest.keyClick(lower, Qt.Key.Key_Up)
    assert told_after(scores, qtbot) == [0.15, None]


def test_the_ends_never_cross(scores: ScoreRange, qtbot: QtBot) -> None:
    lower, upper = boxes(scores)
    scores.set_range(0.2, 0.4)
    lower.setValue(70)
    assert upper.value() == 70
    assert told_after(scores, qtbot) == [0.7, 0.7]
    upper.setValue(0)
    assert lower.value() == 0
    assert told_after(scores, qtbot) == [None, 0.0]


def test_the_end_that_is_not_touched_keeps_its_exact_value(scores: ScoreRange, qtbot: QtBot) -> None:
    told = QSignalSpy(scores.range_wanted)
    scores.set_range(0.123, 1.0)
    lower, upper = boxes(scores)
    assert (lower.value(), upper.value(), told.count()) == (12, 100, 0)
    upper.setValue(80)
    assert told_after(scores, qtbot) == [0.123, 0.8]


def test_boxes_have_names(scores: ScoreRange) -> None:
    assert [box.accessibleName() for box in boxes(scores)] == ["Lowest score in percent", "Highest score in percent"]
