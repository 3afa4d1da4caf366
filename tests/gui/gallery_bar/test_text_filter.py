"""Typing filters when it rests; Escape and Enter do what is expected of them."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.gallery_bar.text_filter import DELAY_MS, TextFilter


@pytest.fixture
def field(qtbot: QtBot) -> Iterator[TextFilter]:
    """A field in a window whose Escape goes one level out."""
    window = QWidget()
    qtbot.addWidget(window)
    text = TextFilter()
    QVBoxLayout(window).addWidget(text)
    out = QAction(window)
    out.setShortcuts([QKeySequence("Esc"), QKeySequence("Return")])
    out.setObjectName("out")
    window.addAction(out)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    text.setFocus()
    qtbot.waitUntil(text.hasFocus)
    yield text
    window.close()


def test_one_filter_for_a_word(field: TextFilter, qtbot: QtBot) -> None:
    told = QSignalSpy(field.text_wanted)
    QTest.keyClicks(field, "IMG", delay=5)
    assert told.count() == 0
    qtbot.waitUntil(lambda: told.count() == 1, timeout=20 * DELAY_MS)
    assert told.at(0) == ["IMG"]
    qtbot.wait(2 * DELAY_MS)
    assert told.count() == 1


def test_escape_empties_then_leaves(field: TextFilter) -> None:
    told, left = QSignalSpy(field.text_wanted), QSignalSpy(field.left)
    out = field.window().findChild(QAction, "out")
    assert isinstance(out, QAction)
    went_out = QSignalSpy(out.triggered)
    field.set_text("IMG")
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (field.text(), told.at(0), left.count()) == ("", [""], 0)
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert (told.count(), left.count(), went_out.count()) == (1, 1, 0)


def test_enter_filters_at_once_and_leaves(field: TextFilter) -> None:
    told, left = QSignalSpy(field.text_wanted), QSignalSpy(field.left)
    QTest.keyClicks(field, "jay")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert (told.count(), told.at(0), left.count()) == (1, ["jay"], 1)


def test_the_owners_text_is_shown_and_not_told_back(field: TextFilter, qtbot: QtBot) -> None:
    told = QSignalSpy(field.text_wanted)
    field.set_text("IMG")
    assert field.text() == "IMG"
    field.set_text("")
    qtbot.wait(2 * DELAY_MS)
    assert (field.text(), told.count()) == ("", 0)


def test_what_is_being_typed_is_not_taken_away(field: TextFilter, qtbot: QtBot) -> None:
    told = QSignalSpy(field.text_wanted)
    QTest.keyClicks(field, "ma")
    field.set_text("")
    assert field.text() == "ma"
    qtbot.waitUntil(lambda: told.count() == 1, timeout=20 * DELAY_MS)
    assert told.at(0) == ["ma"]


def test_the_clear_button_filters_too(field: TextFilter, qtbot: QtBot) -> None:
    told = QSignalSpy(field.text_wanted)
    field.set_text("IMG")
    field.clear()
    qtbot.waitUntil(lambda: told.count() == 1, timeout=20 * DELAY_MS)
    assert told.at(0) == [""]


def test_typing_and_taking_back_tells_nothing(field: TextFilter, qtbot: QtBot) -> None:
    told = QSignalSpy(field.text_wanted)
    QTest.keyClicks(field, "m")
    QTest.keyClick(field, Qt.Key.Key_Backspace)
    qtbot.wait(2 * DELAY_MS)
    assert told.count() == 0
