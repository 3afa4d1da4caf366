"""A page of one class is agreed with as a whole, except what was left out."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QFont, QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.review.class_page import ClassPage
from gui.review.key_button import KeyButton
from gui.review.review_queue import QueuePage
from tests.gui.review.helpers import HOSTILE, click, too_small, unnamed
from tests.gui.review.test_class_tiles import Images

CONTROL = Qt.KeyboardModifier.ControlModifier
PAGE = QueuePage(suggestion=3, keys=tuple(range(100, 120)), number=2, count=7, total=133)


@pytest.fixture
def page(qtbot: QtBot) -> Iterator[ClassPage]:
    """A page of twenty images in a window of 1280 x 760."""
    page = ClassPage(Images())
    qtbot.addWidget(page)
    page.show_page("tabby", PAGE)
    page.resize(1280, 760)
    page.show()
    qtbot.waitExposed(page)
    page.setFocus()
    qtbot.waitUntil(page.tiles.hasFocus)
    yield page
    page.close()


def button(page: ClassPage, words: str) -> KeyButton:
    """The button that begins with these words."""
    return next(found for found in page.findChildren(KeyButton) if found.words.startswith(words))


def test_the_heading_says_class_and_place(page: ClassPage) -> None:
    assert page.heading == "tabby  page 2 of 7 (20 of 133)"
    assert button(page, "Accept").words == "Accept 20 as tabby"


def test_control_and_enter_accept_all_but_what_was_left_out(page: ClassPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.tiles, Qt.Key.Key_Space)
    assert page.left_out_keys == [100]
    assert button(page, "Accept").words == "Accept 19 as tabby"
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        with qtbot.waitSignal(page.page_accepted) as told:
            QTest.keyClick(page.tiles, key, CONTROL)
        assert told.args == [list(range(101, 120)), [100]]
    with qtbot.waitSignal(page.page_accepted):
        click(button(page, "Accept"))


def test_held_keys_accept_one_page_only(page: ClassPage, qtbot: QtBot) -> None:
    for key, modifiers in ((Qt.Key.Key_Return, CONTROL), (Qt.Key.Key_I, CONTROL), (Qt.Key.Key_Space, None)):
        held = QKeyEvent(
            QEvent.Type.KeyPress,
            key,
            modifiers or Qt.KeyboardModifier.NoModifier,
            "",
            True,
        )
        with qtbot.assertNotEmitted(page.page_accepted):
            QApplication.sendEvent(page.tiles, held)
    assert page.left_out_keys == []


def test_with_everything_left_out_there_is_nothing_to_accept(page: ClassPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.tiles, Qt.Key.Key_I, CONTROL)
    assert page.left_out_keys == list(PAGE.keys)
    assert not button(page, "Accept").isEnabled()
    with qtbot.assertNotEmitted(page.page_accepted):
        QTest.keyClick(page.tiles, Qt.Key.Key_Return, CONTROL)
    QTest.keyClick(page.tiles, Qt.Key.Key_A, CONTROL)
    assert page.left_out_keys == []
    assert button(page, "Accept").isEnabled()


@pytest.mark.parametrize(
    ("key", "words", "signal"),
    [
        (Qt.Key.Key_PageUp, "Previous", "previous_requested"),
        (Qt.Key.Key_PageDown, "Next", "next_requested"),
        (Qt.Key.Key_Escape, "Done", "done"),
    ],
)
def test_keys_and_buttons_go_to_other_pages_and_out(
    page: ClassPage, qtbot: QtBot, key: Qt.Key, words: str, signal: str
) -> None:
    with qtbot.waitSignal(getattr(page, signal)):
        QTest.keyClick(page.tiles, key)
    with qtbot.waitSignal(getattr(page, signal)):
        click(button(page, words))


def test_there_is_no_way_before_the_first_page(page: ClassPage, qtbot: QtBot) -> None:
    page.set_pages_beside(has_previous=False, has_next=True)
    with qtbot.assertNotEmitted(page.previous_requested):
        QTest.keyClick(page.tiles, Qt.Key.Key_PageUp)
    with qtbot.waitSignal(page.next_requested):
        QTest.keyClick(page.tiles, Qt.Key.Key_PageDown)


def test_enter_opens_the_image_large(page: ClassPage, qtbot: QtBot) -> None:
    QTest.keyClick(page.tiles, Qt.Key.Key_Right)
    with qtbot.waitSignal(page.image_activated) as told, qtbot.assertNotEmitted(page.page_accepted):
        QTest.keyClick(page.tiles, Qt.Key.Key_Return)
    assert told.args == [101]


def test_a_page_seen_again_is_as_it_was_left(page: ClassPage) -> None:
    QTest.keyClick(page.tiles, Qt.Key.Key_Space)
    page.show_page("lynx", QueuePage(4, (118, 119), 1, 1, 2))
    assert page.heading == "lynx  page 1 of 1 (2 of 2)"
    assert page.left_out_keys == []
    page.show_page("tabby", PAGE)
    assert page.left_out_keys == [100]
    page.forget_left_out()
    assert page.left_out_keys == []


def test_missing_pictures_are_asked_for(page: ClassPage, qtbot: QtBot) -> None:
    with qtbot.waitSignal(page.thumbnails_wanted) as told:
        page.show_page("tabby", PAGE)
    assert told.args == [[119]]
    page.refresh([119])


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_it_is_named_easy_to_hit_and_fits_the_smallest_window(page: ClassPage, qtbot: QtBot, scale: float) -> None:
    font = QFont(page.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    page.setFont(font)
    page.resize(900, 520)
    qtbot.waitUntil(lambda: page.width() == 900)
    assert page.height() == 520
    assert unnamed(page) == []
    assert too_small(page) == []
    for found in page.findChildren(KeyButton):
        assert page.rect().contains(found.mapTo(page, QPoint()))
        assert page.rect().contains(found.mapTo(page, found.rect().bottomRight()))


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_class_names_are_shown_as_they_are(page: ClassPage, name: str) -> None:
    page.show_page(name, PAGE)
    assert "\n" not in page.heading
    assert "\u202e" not in button(page, "Accept").accessibleName()
    assert not page.grab().isNull()
