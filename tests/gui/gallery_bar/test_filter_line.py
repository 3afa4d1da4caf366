"""Chips go one by one without the focus getting lost; counts and notices say what is."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLabel, QPushButton
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import ImageFilter
from gui.gallery_bar.chip_button import ChipButton
from gui.gallery_bar.filter_line import FilterLine
from gui.theme import TARGET_PX
from inference.sessions.states import ImageState

THREE = ImageFilter(states=frozenset({ImageState.QUEUED}), labels=frozenset({1}), text="IMG")


@pytest.fixture
def line(qtbot: QtBot) -> FilterLine:
    """A line that takes its own wishes."""
    chips = FilterLine()
    qtbot.addWidget(chips)
    chips.filter_wanted.connect(chips.set_filter)
    chips.resize(900, 40)
    chips.show()
    chips.activateWindow()
    qtbot.waitExposed(chips)
    return chips


def shown(line: FilterLine) -> list[ChipButton]:
    """The chips that can be seen, in order."""
    return sorted((chip for chip in line.findChildren(ChipButton) if chip.isVisible()), key=lambda chip: chip.x())


def button(line: FilterLine, text: str) -> QPushButton:
    """A button by its text."""
    return next(found for found in line.findChildren(QPushButton) if found.text() == text)


def words(line: FilterLine) -> list[str]:
    """What the visible labels say."""
    return [label.text() for label in line.findChildren(QLabel) if label.isVisible()]


def test_a_chip_takes_its_condition_away(line: FilterLine) -> None:
    line.set_filter(THREE)
    told = QSignalSpy(line.filter_wanted)
    QTest.mouseClick(shown(line)[1], Qt.MouseButton.LeftButton)
    assert told.at(0) == [ImageFilter(states=frozenset({ImageState.QUEUED}), text="IMG")]
    assert [chip.shown for chip in shown(line)] == ["State: queued", "Text: IMG"]


def test_the_focus_goes_to_the_next_chip_then_back_then_out(line: FilterLine, qtbot: QtBot) -> None:
    line.set_filter(THREE)
    emptied = QSignalSpy(line.emptied)
    shown(line)[1].setFocus()
    qtbot.waitUntil(shown(line)[1].hasFocus)
    QTest.keyClick(shown(line)[1], Qt.Key.Key_Delete)
    assert [chip.shown for chip in shown(line) if chip.hasFocus()] == ["Text: IMG"]
    QTest.keyClick(shown(line)[1], Qt.Key.Key_Delete)
    assert [chip.shown for chip in shown(line) if chip.hasFocus()] == ["State: queued"]
    assert emptied.count() == 0
    QTest.keyClick(shown(line)[0], Qt.Key.Key_Delete)
    assert (emptied.count(), shown(line)) == (1, [])


def test_clear_takes_all(line: FilterLine) -> None:
    assert not button(line, "Clear").isVisible()
    line.set_filter(THREE)
    told = QSignalSpy(line.filter_wanted)
    QTest.mouseClick(button(line, "Clear"), Qt.MouseButton.LeftButton)
    assert told.at(0) == [ImageFilter()]
    assert not button(line, "Clear").isVisible()


def test_counts(line: FilterLine) -> None:
    line.set_counts(2_114, 12_480)
    assert words(line) == ["12,480 images"]
    line.set_filter(THREE)
    assert words(line) == ["2,114 of 12,480"]


def test_stale_orders_can_be_sorted_and_nothing_moves(line: FilterLine) -> None:
    told = QSignalSpy(line.sort_now_requested)
    font = line.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    for _size in range(2):
        line.set_stale(False)
        line.set_filter(ImageFilter())
        height = line.minimumHeight()
        line.set_stale(True)
        line.set_filter(ImageFilter(text="IMG"))
        assert "The order is not up to date." in words(line)
        line.set_arriving(is_arriving=True)
        assert "Results are still arriving." in words(line)
        line.set_arriving(is_arriving=False)
        assert line.heightForWidth(2_000) == height >= TARGET_PX
        line.setFont(font)
    QTest.mouseClick(button(line, "Sort now"), Qt.MouseButton.LeftButton)
    assert told.count() == 1
    line.set_stale(False)
    assert not button(line, "Sort now").isVisible()


def test_what_undo_brought_back_is_a_chip_that_arranges_anew(line: FilterLine) -> None:
    told = QSignalSpy(line.sort_now_requested)
    assert not line.is_also_shown
    line.set_also_shown(is_shown=True)
    assert line.is_also_shown
    chip = next(chip for chip in line.findChildren(ChipButton) if chip.shown == "also showing undone")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert told.count() == 1
    left = QSignalSpy(line.emptied)
    chip.setFocus()
    line.set_also_shown(is_shown=False)
    assert left.count() == 1, "the focus is not lost with the chip"


def test_other_names_are_shown_at_once(line: FilterLine) -> None:
    line.set_filter(THREE)
    line.set_names(lambda code: f"name {code}")
    assert shown(line)[1].shown == "Label: name 1"
