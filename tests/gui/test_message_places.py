"""Banners take room, toasts come over the images without moving them, and everything can be read again."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QPushButton, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.message_list import MessageList, MessageListButton
from gui.message_places import MessagePlaces
from gui.message_strip import MessageStrip
from gui.user_message import Level, MessageAction, Place, UserMessage

TOAST = UserMessage("T-01", Place.TOAST, Level.INFO, "Labelled 2 images as jay.", actions=(MessageAction.UNDO,))
BANNER = UserMessage("E-401", Place.BANNER, Level.ERROR, "Labels cannot be saved.")


class Window(QWidget):
    """Messages above a widget that stands for the images."""

    def __init__(self) -> None:
        super().__init__()
        self.messages = MessagePlaces()
        self.images = QWidget()
        column = QVBoxLayout(self)
        column.addWidget(self.messages)
        column.addWidget(self.images, 1)
        self.messages.float_over(self.images)
        self.resize(900, 600)


@pytest.fixture
def window(qtbot: QtBot) -> Window:
    made = Window()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def strip(window: Window, message: UserMessage) -> MessageStrip:
    return next(one for one in window.findChildren(MessageStrip) if one.message is message)


def test_a_toast_moves_nothing_and_a_banner_takes_room(window: Window, qtbot: QtBot) -> None:
    before = window.images.geometry()
    window.messages.show_message(TOAST)
    toast = strip(window, TOAST)
    qtbot.waitUntil(toast.isVisible)
    QTest.qWait(20)
    assert window.images.geometry() == before
    top = toast.mapTo(window, toast.rect().topLeft())
    assert before.contains(top)
    assert before.contains(toast.mapTo(window, toast.rect().bottomRight()))
    assert top.y() > before.center().y(), "at the lower edge"
    window.messages.show_message(BANNER)
    qtbot.waitUntil(lambda: window.images.geometry().top() > before.top())
    assert window.messages.shown == (BANNER, TOAST)


def test_a_toast_follows_the_window_and_goes(window: Window, qtbot: QtBot) -> None:
    window.messages.show_message(TOAST)
    toast = strip(window, TOAST)
    qtbot.waitUntil(toast.isVisible)
    window.resize(500, 400)
    qtbot.waitUntil(lambda: toast.mapTo(window, toast.rect().bottomRight()).x() < 500)
    done = QSignalSpy(window.messages.action_chosen)
    undo = toast.findChild(QPushButton)
    assert isinstance(undo, QPushButton)
    QTest.mouseClick(undo, Qt.MouseButton.LeftButton)
    assert done.count() == 1
    assert window.messages.shown == ()
    assert not toast.isVisible()


def test_withdrawing_reaches_both_kinds(window: Window) -> None:
    for message in (TOAST, BANNER, replace(TOAST, id="T-02")):
        window.messages.show_message(message)
    window.messages.withdraw("E-401")
    window.messages.withdraw("T-02")
    window.messages.withdraw("T-01")
    assert window.messages.shown == ()
    assert [message.id for message in window.messages.history] == ["T-01", "E-401", "T-02"]


def test_the_list_has_what_passed_newest_first(window: Window, qtbot: QtBot) -> None:
    window.messages.show_message(TOAST)
    window.messages.remember(replace(BANNER, place=Place.STATUS, text="2 files were skipped."))
    button = MessageListButton(window.messages, window)
    assert button.accessibleName() == "Messages"
    button.show()
    button.click()
    found = window.findChild(MessageList)
    assert isinstance(found, MessageList)
    qtbot.waitUntil(found.isVisible)
    lines = [found.lines.item(row).text() for row in range(found.lines.count())]
    assert [line.split("  ")[1] for line in lines] == ["2 files were skipped.", "Labelled 2 images as jay."]
    QTest.keyClick(found.lines, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QGuiApplication.clipboard().text() == lines[0]
    QTest.keyClick(found.lines, Qt.Key.Key_Escape)
    assert not found.isVisible()


def test_what_a_continued_session_implies_is_only_put_on_record(window: Window) -> None:
    continued = UserMessage("T-16", Place.TOAST, Level.INFO, "Continuing session birds.")
    already = UserMessage("E-204", Place.TOAST, Level.INFO, "All 5 images are already here.")
    window.messages.show_message(already)
    assert window.messages.shown == (already,)
    window.messages.show_message(continued)
    window.messages.show_message(already)
    assert window.messages.shown == (continued,)
    assert window.messages.history == (already, continued, already)
