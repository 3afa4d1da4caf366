"""Buttons flow onto as many lines as the width needs, whole and inside."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.review.button_flow import ButtonFlow
from gui.review.key_button import KeyButton

WORDS = ("magpie", "jay", "kestrel", "Appenzeller Sennenhund", "wren")


def flow_of(qtbot: QtBot, *, fills: bool = False) -> ButtonFlow:
    """Five buttons."""
    flow = ButtonFlow(fills=fills)
    qtbot.addWidget(flow)
    flow.set_buttons([KeyButton("ABJKL"[place], words) for place, words in enumerate(WORDS)])
    return flow


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(width=st.integers(60, 900), fills=st.booleans(), mirrored=st.booleans())
def test_no_button_overlaps_another_or_leaves_the_flow(qtbot: QtBot, width: int, fills: bool, mirrored: bool) -> None:
    flow = flow_of(qtbot, fills=fills)
    flow.setLayoutDirection(Qt.LayoutDirection.RightToLeft if mirrored else Qt.LayoutDirection.LeftToRight)
    flow.show()
    flow.resize(width, flow.heightForWidth(width))
    places = [button.geometry() for button in flow.buttons]
    assert all(flow.rect().contains(place) for place in places)
    assert not any(one.intersects(other) for one in places for other in places if one is not other)
    if fills and len({place.top() for place in places}) < len(places):
        assert max(place.right() for place in places) >= width - len(places) - 1


def test_one_line_where_there_is_room_and_more_where_not(qtbot: QtBot) -> None:
    flow = flow_of(qtbot)
    wide, narrow = flow.sizeHint().width(), flow.minimumSizeHint().width()
    assert flow.heightForWidth(wide) == flow.sizeHint().height()
    assert flow.heightForWidth(narrow) > 4 * flow.sizeHint().height()


def test_a_layout_gives_it_the_height_that_it_needs(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    flow = flow_of(qtbot)
    column = QVBoxLayout(window)
    column.addWidget(flow)
    column.addStretch(1)
    window.resize(240, 600)
    window.show()
    qtbot.waitExposed(window)
    assert flow.height() == flow.heightForWidth(flow.width()) > flow.sizeHint().height()
    before = flow.height()
    first = flow.buttons[0]
    assert isinstance(first, KeyButton)
    first.set_words("a label that is as long as the whole line, and longer than that")
    qtbot.waitUntil(lambda: first.width() == flow.width())
    assert flow.height() >= before


@pytest.mark.parametrize("count", [0, 1])
def test_few_buttons_need_no_care(qtbot: QtBot, count: int) -> None:
    flow = ButtonFlow()
    qtbot.addWidget(flow)
    flow.set_buttons([KeyButton("A", "magpie")] * count)
    assert (flow.heightForWidth(300) > 0) == bool(count)
    flow.set_buttons([])
    assert flow.buttons == ()
    assert flow.sizeHint().width() == 0
