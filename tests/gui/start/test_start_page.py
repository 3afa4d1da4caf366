"""Test gui/start/start_page.py: what can be done first is there before any model is."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui.labels import ElidedLabel
from gui.message_strip import MessageStrip
from gui.messages import describe
from gui.start.start_page import StartPage
from gui.user_message import MessageAction
from inference.errors import ImageProblem, ImageReadError


def _page(qtbot: QtBot) -> StartPage:
    page = StartPage()
    qtbot.addWidget(page)
    page.resize(900, 600)
    with qtbot.waitExposed(page):
        page.show()
    return page


def _texts(page: StartPage) -> list[str]:
    return [label.text() for label in page.findChildren(QLabel)]


def _model(page: StartPage) -> str:
    return page.findChildren(ElidedLabel)[0].text()


def _button(page: StartPage, text: str) -> QAbstractButton:
    return next(button for button in page.findChildren(QAbstractButton) if button.text() == text)


def test_it_speaks_before_a_model_is_there_and_changes_in_place(qtbot: QtBot) -> None:
    page = _page(qtbot)
    assert "Nothing is uploaded." in _texts(page)
    assert _model(page) == "Model: loading..."
    page.set_formats(["JPEG", "PNG", "HEIC"])
    page.set_model_text("ResNeXt-50, 1,000 classes")
    assert "JPEG, PNG and HEIC" in _texts(page)
    assert _model(page) == "Model: ResNeXt-50, 1,000 classes"


def test_buttons_are_told(qtbot: QtBot) -> None:
    page = _page(qtbot)
    spies = [
        QSignalSpy(signal)
        for signal in (page.open_images_requested, page.open_folder_requested, page.model_change_requested)
    ]
    for text in ("Open images...", "Open folder...", "Change..."):
        QTest.mouseClick(_button(page, text), Qt.MouseButton.LeftButton)
    assert [spy.count() for spy in spies] == [1, 1, 1]


def test_the_first_button_has_the_focus_and_enter_opens(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.activateWindow()
    page.setFocus()
    assert page.focusWidget() is _button(page, "Open images...")
    told = QSignalSpy(page.open_images_requested)
    QTest.keyClick(page.focusWidget(), Qt.Key.Key_Space)
    assert told.count() == 1


def test_a_failed_opening_stays_here_above_the_buttons(qtbot: QtBot) -> None:
    page = _page(qtbot)
    first = describe(ImageReadError("/p/a.jpg", ImageProblem.EMPTY))
    second = describe(ImageReadError("/p/<b>.jpg", ImageProblem.TRUNCATED))
    page.show_message(first)
    page.show_message(second)
    qtbot.waitUntil(lambda: len(page.findChildren(MessageStrip)) == 1)
    strip = page.findChildren(MessageStrip)[0]
    assert strip.message is second
    qtbot.waitUntil(lambda: strip.height() > 20)
    button = _button(page, "Open images...")
    assert strip.mapTo(page, strip.rect().bottomLeft()).y() <= button.mapTo(page, button.rect().topLeft()).y()
    told = QSignalSpy(page.action_chosen)
    QTest.mouseClick(_button(page, "Remove"), Qt.MouseButton.LeftButton)
    assert told.at(0) == [second, MessageAction.REMOVE]
    page.clear_message()
    qtbot.waitUntil(lambda: not page.findChildren(MessageStrip))


def test_it_fits_the_smallest_window_with_large_letters(qtbot: QtBot) -> None:
    page = _page(qtbot)
    font = page.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    page.setFont(font)
    page.set_formats(["JPEG", "PNG", "WebP", "TIFF", "GIF", "BMP", "AVIF", "JPEG 2000", "HEIC"])
    page.adjustSize()
    assert page.minimumSizeHint().width() <= 900


def test_labels_are_plain_and_controls_have_names(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.show_message(describe(ImageReadError("/p/<img>.jpg", ImageProblem.EMPTY)))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in page.findChildren(QLabel) if label.text())
    focusable = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert focusable
    for widget in focusable:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or text, widget
