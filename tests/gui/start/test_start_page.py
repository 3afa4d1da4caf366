"""Test gui/start/start_page.py: what can be done first is there before any model is."""

from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QWidget
from pytestqt.qtbot import QtBot

from gui.labels import ElidedLabel
from gui.message_strip import MessageStrip
from gui.messages import describe
from gui.start.session_lines import SessionOnStart
from gui.start.start_page import StartPage
from gui.user_message import MessageAction
from inference.errors import ImageProblem, ImageReadError
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules


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


def test_the_model_is_told_whole_in_the_smallest_window(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.set_model_text("ResNeXt-26 8x8d, Tiny-ImageNet (built in), 200 classes, runs on this computer (CPU)")
    label = page.findChildren(ElidedLabel)[0]
    qtbot.waitUntil(lambda: label.width() >= label.sizeHint().width())


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


_SESSIONS = (
    SessionOnStart("/s/1.cardinal", "holiday-2026", 12_480, 3_112, 0.0),
    SessionOnStart("/s/2.cardinal", HOSTILE, 640, 1, 0.0),
    SessionOnStart("/s/3.cardinal", "macro & more", 88, 0, 0.0),
)


def _shown_buttons(page: StartPage) -> list[str]:
    return [button.text() for button in page.findChildren(QAbstractButton) if button.isVisible()]


def test_without_sessions_there_is_nothing_to_continue(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.set_sessions(())
    assert _shown_buttons(page) == ["Open images...", "Open folder...", "Change..."]
    assert not [text for text in _texts(page) if text in {"Continue:", "Recent:"}]


def test_the_newest_session_can_be_continued_and_others_are_near(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.set_sessions(_SESSIONS)
    qtbot.waitUntil(lambda: "macro && more (88)" in _shown_buttons(page))
    shown = [label.text() for label in page.findChildren(ElidedLabel)]
    assert shown[:2] == ["holiday-2026", "12,480 images, 3,112 labelled, 1 January 1970"]
    assert_keeps_the_rules(page)
    told, everything = QSignalSpy(page.session_chosen), QSignalSpy(page.all_sessions_requested)
    QTest.mouseClick(_button(page, "Continue"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(_button(page, "<b>&&\\n\\u202e\\xff.jpg (640)"), Qt.MouseButton.LeftButton)
    QTest.mouseClick(_button(page, "All..."), Qt.MouseButton.LeftButton)
    assert [told.at(0), told.at(1), everything.count()] == [["/s/1.cardinal"], ["/s/2.cardinal"], 1]
    assert page.focusProxy() is _button(page, "Open images..."), "opening stays the first thing"


def test_tab_leads_from_opening_to_continuing(qtbot: QtBot) -> None:
    page = _page(qtbot)
    for sessions in ((), _SESSIONS, _SESSIONS[:2]):
        page.set_sessions(sessions)
        stops: list[str] = []
        widget: QWidget | None = _button(page, "Open images...")
        while widget is not None and len(stops) < len(sessions) + 3:
            stops += [widget.text()] if isinstance(widget, QAbstractButton) else []
            widget = widget.nextInFocusChain()
        few = ["Continue", "<b>&&\\n\\u202e\\xff.jpg (640)", "macro && more (88)"][: len(sessions)]
        assert (
            stops == ["Open images...", "Open folder...", *few, *(["All..."] if few else []), "Change..."][: len(stops)]
        )


def test_other_sessions_take_the_place_of_those_before(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.set_sessions(_SESSIONS)
    page.set_sessions(_SESSIONS[2:])
    qtbot.waitUntil(lambda: len(page.findChildren(ElidedLabel)) == 3)
    assert page.findChildren(ElidedLabel)[0].text() == "macro & more"
    page.set_sessions(())
    qtbot.waitUntil(lambda: len(page.findChildren(ElidedLabel)) == 1)


def test_what_does_not_fit_whole_is_not_shown(qtbot: QtBot) -> None:
    page = _page(qtbot)
    font = page.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    page.setFont(font)
    many = [SessionOnStart(f"/s/{number}", f"session {number} " * 5, 100_000, 99_999, 1.0) for number in range(12)]
    page.set_sessions(many)
    qtbot.waitUntil(lambda: any("(100,000)" in text or "…" in text for text in _shown_buttons(page)))
    assert page.minimumSizeHint().width() <= 900
    assert not [text for text in _shown_buttons(page) if "session 5" in text]
    right = _button(page, "All...").mapTo(page, _button(page, "All...").rect().topLeft()).x()
    for button in page.findChildren(QAbstractButton):
        if button.isVisible() and button.property("session_path") and button.text() != "Continue":
            assert button.mapTo(page, button.rect().topRight()).x() < right


def test_labels_are_plain_and_controls_have_names(qtbot: QtBot) -> None:
    page = _page(qtbot)
    page.show_message(describe(ImageReadError("/p/<img>.jpg", ImageProblem.EMPTY)))
    assert all(label.textFormat() == Qt.TextFormat.PlainText for label in page.findChildren(QLabel) if label.text())
    focusable = [w for w in page.findChildren(QWidget) if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert focusable
    for widget in focusable:
        text = widget.text() if isinstance(widget, QAbstractButton) else ""
        assert widget.accessibleName() or text, widget


def test_a_damaged_session_says_so_and_offers_repair(qtbot: QtBot) -> None:
    page = _page(qtbot)
    damaged = SessionOnStart("/s/hurt.cardinal", "hurt", 0, 0, 0.0, is_damaged=True)
    page.set_sessions([damaged, damaged])
    assert any(label.text().startswith("the file is damaged") for label in page.findChildren(ElidedLabel))
    told = QSignalSpy(page.session_chosen)
    QTest.mouseClick(_button(page, "Repair..."), Qt.MouseButton.LeftButton)
    assert told.count() == 1
    assert _button(page, "hurt (damaged)")
