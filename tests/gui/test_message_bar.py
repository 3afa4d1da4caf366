"""Test gui/message_bar.py and message_strip.py: banners stay, the newest toast passes, nothing blocks."""

import pytest
from PySide6.QtCore import QCoreApplication, QEvent, QPointF, Qt
from PySide6.QtGui import QEnterEvent, QGuiApplication
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QPlainTextEdit, QWidget
from pytestqt.qtbot import QtBot

from gui.message_bar import MessageBar
from gui.message_strip import MessageStrip
from gui.user_message import Level, MessageAction, Place, UserMessage

_TOAST = UserMessage("T-05", Place.TOAST, Level.INFO, "Added 1 image.")
_OTHER = UserMessage("T-12", Place.TOAST, Level.INFO, "Copied.", actions=(MessageAction.SHOW_FAILED,))
_BANNER = UserMessage("E-312", Place.BANNER, Level.WARNING, "It cannot be used.", "the driver\nis old", subject="cuda")


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    """A window that is not shown: the pointer of the test machine must not come to lie over a message."""
    window = QWidget()
    qtbot.addWidget(window)
    return window


def _bar(window: QWidget, toast_ms: int = 60_000) -> MessageBar:
    bar = MessageBar(window, toast_ms=toast_ms)
    bar.resize(800, 200)
    return bar


def _strip(bar: MessageBar, message: UserMessage) -> MessageStrip:
    return next(strip for strip in bar.findChildren(MessageStrip) if strip.message is message)


def _button(strip: MessageStrip, text: str) -> QAbstractButton:
    return next(
        button for button in strip.findChildren(QAbstractButton) if text in {button.text(), button.accessibleName()}
    )


def test_a_toast_takes_the_place_of_the_one_before_and_passes(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window, toast_ms=100)
    bar.show_message(_TOAST)
    bar.show_message(_OTHER)
    assert bar.shown == (_OTHER,), "at once: what was said before may no longer be so"
    qtbot.waitUntil(lambda: bar.shown == ())
    assert bar.isHidden()
    assert bar.history == (_TOAST, _OTHER)


def test_a_toast_waits_under_the_pointer(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window, toast_ms=50)
    bar.show_message(_TOAST)
    point = QPointF(5, 5)
    strip = _strip(bar, _TOAST)
    QCoreApplication.sendEvent(strip, QEnterEvent(point, point, point))
    newest = UserMessage("T-14", Place.TOAST, Level.INFO, "Undone: reject 1 image.")
    bar.show_message(_OTHER)
    bar.show_message(newest)
    later = _bar(window, toast_ms=200)  # its toast goes later than the first one would have
    later.show_message(_OTHER)
    qtbot.waitUntil(lambda: later.shown == ())
    assert bar.shown == (_TOAST,), "it is still there while the pointer is"
    QCoreApplication.sendEvent(strip, QEvent(QEvent.Type.Leave))
    assert bar.shown == (newest,), "nothing that is older than it"
    qtbot.waitUntil(lambda: bar.shown == ())


def test_what_is_no_longer_so_goes_from_under_the_pointer_too(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window)
    bar.show_message(_TOAST)
    point = QPointF(5, 5)
    QCoreApplication.sendEvent(_strip(bar, _TOAST), QEnterEvent(point, point, point))
    bar.show_message(_OTHER)
    bar.withdraw(_TOAST.id)
    assert [message.id for message in bar.shown] == [_OTHER.id]
    bar.show_message(_BANNER)
    bar.show_message(_TOAST)
    assert [message.id for message in bar.shown] == [_BANNER.id, _TOAST.id]


def test_banners_stay_and_one_of_the_same_kind_replaces_the_last(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window, toast_ms=10)
    bar.show_message(_BANNER)
    newer = UserMessage("E-312", Place.BANNER, Level.WARNING, "Still not.", subject="cuda")
    bar.show_message(newer)
    bar.show_message(_TOAST)
    other = UserMessage("E-301", Place.BANNER, Level.ERROR, "No model is ready.")
    bar.show_message(other)
    qtbot.waitUntil(lambda: _TOAST not in bar.shown)
    assert [message.text for message in bar.shown] == ["Still not.", other.text]
    bar.withdraw("E-301")
    assert bar.shown == (newer,)
    bar.withdraw("E-312")
    assert bar.isHidden()


def test_of_one_id_only_those_of_a_subject_can_be_taken_back(window: QWidget) -> None:
    bar = _bar(window)
    first, second = (UserMessage("E-319", Place.BANNER, Level.ERROR, "It failed.", subject=one) for one in "ab")
    bar.show_message(first)
    bar.show_message(second)
    bar.withdraw("E-319", "a")
    assert bar.shown == (second,)


def test_verbs_and_dismissal_are_told(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window)
    actions, dismissals = QSignalSpy(bar.action_chosen), QSignalSpy(bar.message_dismissed)
    bar.show_message(_OTHER)
    QTest.mouseClick(_button(_strip(bar, _OTHER), "Show them"), Qt.MouseButton.LeftButton)
    assert actions.at(0) == [_OTHER, MessageAction.SHOW_FAILED]
    assert bar.shown == ()
    bar.show_message(_BANNER)
    QTest.mouseClick(_button(_strip(bar, _BANNER), "Dismiss this message"), Qt.MouseButton.LeftButton)
    assert dismissals.at(0) == [_BANNER]
    assert bar.isHidden()


def test_details_are_shown_on_request_and_copied(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window)
    bar.show_message(_BANNER)
    window.show()
    strip = _strip(bar, _BANNER)
    details = strip.findChildren(QPlainTextEdit)[0]
    assert not details.isVisible()
    QTest.mouseClick(_button(strip, "Details"), Qt.MouseButton.LeftButton)
    assert details.isVisible()
    assert details.toPlainText() == "the driver\nis old"
    QTest.mouseClick(_button(strip, "Copy"), Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == "E-312: It cannot be used.\nthe driver\nis old"


def test_hostile_text_is_plain_and_whole(qtbot: QtBot, window: QWidget) -> None:
    bar = _bar(window)
    bar.resize(260, 300)
    long = UserMessage("E-1", Place.BANNER, Level.ERROR, "<b>bold</b> " + "word " * 40)
    bar.show_message(long)
    window.show()
    label = next(label for label in bar.findChildren(QLabel) if label.text() == long.text)
    assert label.textFormat() == Qt.TextFormat.PlainText
    assert label.height() >= label.heightForWidth(label.width()), "all of its lines are on screen"
