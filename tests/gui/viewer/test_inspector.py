"""What is asked for in the inspector is seen, no farther than it takes; what is clicked stays under the pointer."""

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


def _settled(inspector: Inspector, qtbot: QtBot) -> None:
    """Until the layout has given every part its place."""
    qtbot.waitUntil(lambda: not inspector._settling.isActive())
    qtbot.wait(120)


def test_a_part_that_is_shown_below_the_window_comes_into_it(inspector: Inspector, qtbot: QtBot) -> None:
    _, last = (inspector.add_section(name, _content(120)) for name in ("First", "Last"))
    qtbot.wait(120)
    bar = inspector.verticalScrollBar()
    assert _span(inspector, last)[0] + 120 > inspector.viewport().height()
    inspector.reveal(last)
    qtbot.waitUntil(lambda: bar.value() > 0)
    top, bottom = _span(inspector, last)
    assert 0 <= top < bottom <= inspector.viewport().height()
    assert bottom - top > 120
    # What is seen already moves nothing.
    before = bar.value()
    inspector.reveal(last)
    qtbot.wait(120)
    assert bar.value() == before


def test_a_heading_that_is_clicked_stays_under_the_pointer(inspector: Inspector, qtbot: QtBot) -> None:
    first, last = (inspector.add_section(name, _content(200)) for name in ("First", "Last"))
    bar = inspector.verticalScrollBar()
    _settled(inspector, qtbot)
    bar.setValue(_span(inspector, first)[0] - inspector.viewport().height() // 2)
    for section in (first, last):
        for is_open in (True, False):
            before = _span(inspector, section)[0]
            assert 0 < before < inspector.viewport().height() - section.least_height
            _click(section)
            _settled(inspector, qtbot)
            assert section.is_open == is_open
            assert _span(inspector, section)[0] == before


def test_nothing_moves_aside_where_what_opens_makes_the_column_higher_than_the_window(
    inspector: Inspector, qtbot: QtBot
) -> None:
    section = inspector.add_section("First", _content(200))
    inspector.resize(320, 420 + inspector.verticalScrollBar().maximum() + 100)
    bar = inspector.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() == 0)
    width = inspector.viewport().width()
    _click(section)
    qtbot.waitUntil(lambda: bar.maximum() > 0)
    assert inspector.viewport().width() == width


def test_what_closes_at_the_very_end_moves_nothing_and_leaves_no_room_that_nobody_sees(
    inspector: Inspector, qtbot: QtBot
) -> None:
    first, last = (inspector.add_section(name, _content(200), is_open=True) for name in ("First", "Last"))
    bar = inspector.verticalScrollBar()
    _settled(inspector, qtbot)
    whole = bar.maximum()
    bar.setValue(whole)
    for section in (last, first):
        before = _span(inspector, section)[0]
        _click(section)
        _settled(inspector, qtbot)
        assert _span(inspector, section)[0] == before
    assert bar.value() == bar.maximum() == whole
    closed = whole - first.content_height - last.content_height
    bar.setValue(closed + 30)
    qtbot.waitUntil(lambda: bar.maximum() == closed + 30)
    bar.setValue(0)
    qtbot.waitUntil(lambda: bar.maximum() == closed)
    _click(first)
    qtbot.waitUntil(lambda: bar.maximum() == closed + first.content_height)


def test_two_turns_of_the_wheel_before_the_next_layout_move_as_far_as_they_say(
    inspector: Inspector, qtbot: QtBot
) -> None:
    first, last = (inspector.add_section(name, _content(200), is_open=True) for name in ("First", "Last"))
    bar = inspector.verticalScrollBar()
    _settled(inspector, qtbot)
    closed = bar.maximum() - first.content_height - last.content_height
    bar.setValue(bar.maximum())
    for section in (last, first):
        _click(section)
        _settled(inspector, qtbot)
    for value in (closed + 90, closed + 30):
        bar.setValue(value)
    _settled(inspector, qtbot)
    assert (bar.value(), bar.maximum()) == (closed + 30, closed + 30)


def test_of_a_heading_at_the_lower_edge_the_first_line_below_it_comes_into_view(
    inspector: Inspector, qtbot: QtBot
) -> None:
    inspector.add_section("First", _content(200), is_open=True)
    section = inspector.add_section("Last", _content(200))
    _settled(inspector, qtbot)
    bar = inspector.verticalScrollBar()
    bar.setValue(_span(inspector, section)[1] - inspector.viewport().height())
    before = bar.value()
    _click(section)
    qtbot.waitUntil(lambda: bar.value() > before)
    _settled(inspector, qtbot)
    top = _span(inspector, section)[0]
    assert 0 < inspector.viewport().height() - (top + section.least_height) < 20


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
