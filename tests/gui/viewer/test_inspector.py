"""What a person opens in the inspector is seen: it scrolls there, and no farther than it takes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.viewer.inspector import Inspector
from gui.viewer.section import Section


@pytest.fixture
def inspector(qtbot: QtBot) -> Inspector:
    """In a window that is lower than what it holds."""
    made = Inspector()
    qtbot.addWidget(made)
    made.resize(320, 420)
    made.show()
    qtbot.waitExposed(made)
    return made


def _content(height: int) -> QLabel:
    label = QLabel("words")
    label.setMinimumHeight(height)
    return label


def _span(inspector: Inspector, section: Section) -> tuple[int, int]:
    """Where a part begins and ends, in the window."""
    top = section.mapTo(inspector.viewport(), QPoint(0, 0)).y()
    return top, top + section.height()


def _click(section: Section) -> None:
    heading = section.findChild(QToolButton)
    assert isinstance(heading, QToolButton)
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)


def test_a_part_that_opens_below_the_window_comes_into_it(inspector: Inspector, qtbot: QtBot) -> None:
    first, last = (inspector.add_section(name, _content(120)) for name in ("First", "Last"))
    qtbot.wait(120)
    bar = inspector.verticalScrollBar()
    assert _span(inspector, last)[0] + 120 > inspector.viewport().height()
    _click(last)
    qtbot.waitUntil(lambda: bar.value() > 0)
    top, bottom = _span(inspector, last)
    assert 0 <= top < bottom <= inspector.viewport().height()
    assert bottom - top > 120
    # What is seen already moves nothing.
    before = bar.value()
    inspector.reveal(last)
    qtbot.wait(120)
    assert bar.value() == before
    # Closing scrolls nowhere by itself.
    _click(first)
    qtbot.waitUntil(lambda: _span(inspector, first)[0] >= 0)
    _click(first)
    qtbot.wait(120)
    assert not first.is_open


def test_of_a_part_that_is_higher_than_the_window_the_heading_is_seen(inspector: Inspector, qtbot: QtBot) -> None:
    section = inspector.add_section("High", _content(900))
    inspector.reveal(section)
    qtbot.waitUntil(lambda: inspector.verticalScrollBar().value() > 0)
    assert section.is_open
    assert 0 <= _span(inspector, section)[0] < 20


def test_an_answer_that_was_asked_for_comes_into_view_unless_its_part_was_folded_away(
    inspector: Inspector, qtbot: QtBot
) -> None:
    content = _content(40)
    inspector.add_section("First", _content(120), is_open=True)
    last = inspector.add_section("Last", content)
    inspector.reveal(last)
    qtbot.wait(120)
    content.setFixedHeight(200)
    inspector.follow(last)
    qtbot.waitUntil(lambda: last.height() > 200 and _span(inspector, last)[1] <= inspector.viewport().height())
    assert _span(inspector, last)[0] >= 0
    qtbot.waitUntil(lambda: not inspector._settling.isActive())
    last.set_open(False)
    inspector.follow(last)
    assert not last.is_open
    assert not inspector._settling.isActive(), "it will not scroll"


def test_another_session_begins_at_the_top(inspector: Inspector, qtbot: QtBot) -> None:
    last = inspector.add_section("Last", _content(300))
    inspector.reveal(last)
    qtbot.waitUntil(lambda: inspector.verticalScrollBar().value() > 0)
    inspector.reveal(last)
    inspector.scroll_to_top()
    qtbot.wait(120)
    assert inspector.verticalScrollBar().value() == 0
