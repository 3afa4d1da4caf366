"""The header tells the queue and the pace, and hands on order and end."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.review.key_button import KeyButton
from gui.review.review_header import ReviewHeader
from gui.review.review_queue import QueueOrder
from tests.gui.review.helpers import click, too_small, unnamed


@pytest.fixture
def header(qtbot: QtBot) -> Iterator[ReviewHeader]:
    """A header on screen, as wide as the narrowest window."""
    header = ReviewHeader()
    qtbot.addWidget(header)
    header.show_queue(2114, QueueOrder.LEAST_CERTAIN)
    header.show_pace(86, 31)
    header.resize(900, header.sizeHint().height())
    header.show()
    qtbot.waitExposed(header)
    yield header
    header.close()


def test_it_says_all_of_it(header: ReviewHeader) -> None:
    assert header.text == "2,114 unlabelled, least certain first  reviewed 86  31 per min"
    header.show_pace(2, None)
    assert header.text == "2,114 unlabelled, least certain first  reviewed 2"


def test_done_is_a_click(header: ReviewHeader, qtbot: QtBot) -> None:
    done = header.findChild(KeyButton)
    assert isinstance(done, KeyButton)
    with qtbot.waitSignal(header.done_requested):
        click(done)


def test_the_menu_marks_the_order_and_hands_on_the_chosen_one(header: ReviewHeader, qtbot: QtBot) -> None:
    button = next(button for button in header.findChildren(QPushButton) if button.menu() is not None)
    entries = button.menu().actions()
    assert [entry.isChecked() for entry in entries] == [True, False, False, False]
    with qtbot.waitSignal(header.order_chosen) as told:
        entries[3].trigger()
    assert told.args == [QueueOrder.RANDOM_100]
    header.show_queue(100, QueueOrder.BY_CLASS)
    assert [entry.isChecked() for entry in entries] == [False, False, True, False]


def test_it_is_easy_to_hit_named_and_never_takes_the_focus_by_click(header: ReviewHeader) -> None:
    assert too_small(header) == []
    assert unnamed(header) == []
    assert all(button.focusPolicy() == Qt.FocusPolicy.TabFocus for button in header.findChildren(QPushButton))
    assert header.minimumSizeHint().width() <= 700
