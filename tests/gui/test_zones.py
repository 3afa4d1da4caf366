"""Test gui/zones.py: F6 leads through the parts of the window that are on screen, Shift+F6 back."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QShortcut
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.actions import create_actions
from gui.gallery.image_model import ImageModel
from gui.keyboard_sheet import KeyboardSheet
from gui.main_window import MainWindow, View
from gui.message_list import MessageListButton
from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.zones import Zones
from tests.gui.gallery.images import append, paths
from tests.gui.shown import show_active

_SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    images = ImageModel()
    made = MainWindow(images)
    qtbot.addWidget(made)
    append(images.table, paths(30))
    made.job_bar.hide()  # no job
    made.resize(1280, 800)
    show_active(qtbot, made)
    Zones(made)
    return made


def _parts(window: MainWindow) -> dict[str, tuple[QWidget, ...]]:
    page = window.page
    return {
        "start": (window.start_page,),
        "bar": (window.gallery.bar, window.review_header),
        "library": (window.library_dock,),
        "images": (window.grid, page.picture, window.class_page, window.compare),
        "beside": (page.inspector, window.review_panel),
        "status": (window.statusBar(), window.job_bar),
    }


def _where(window: MainWindow) -> str:
    """The part that has the focus."""
    focused = QApplication.focusWidget()
    assert focused is not None
    found = [
        name
        for name, parts in _parts(window).items()
        if any(part is focused or part.isAncestorOf(focused) for part in parts)
    ]
    return found[0] if found else repr(focused)


def _press(times: int, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    for _ in range(times):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_F6, modifiers)


@pytest.mark.parametrize(
    ("view", "parts"),
    [
        (View.START, ["start", "status"]),
        (View.GALLERY, ["images", "status", "bar", "library"]),
        (View.VIEWER, ["images", "beside", "status", "library"]),
        (View.REVIEW, ["images", "beside", "status", "bar"]),
        (View.CLASSES, ["images", "status"]),
        (View.COMPARE, ["images", "status"]),
    ],
)
def test_it_leads_around_the_window_and_back(window: MainWindow, view: View, parts: list[str]) -> None:
    window.show_view(view)
    if view is View.START:
        # What the window opens with has it already.
        window.start_page.setFocus()
    seen = [_where(window)]
    for _ in parts:
        _press(1)
        seen.append(_where(window))
    assert window.testAttribute(Qt.WidgetAttribute.WA_KeyboardFocusChange), "or no ring shows where it is"
    assert seen == [*parts, parts[0]]
    for part in [*reversed(parts[1:]), parts[0]]:
        _press(1, _SHIFT)
        assert _where(window) == part


def test_a_part_that_is_hidden_is_passed_over(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    window.library_dock.hide()
    window.statusBar().hide()
    _press(1)
    assert _where(window) == "bar"
    _press(1)
    assert _where(window) == "images"


def test_a_job_that_runs_is_part_of_the_status_line(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    window.job_bar.show()
    _press(1)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert window.job_bar.isAncestorOf(focused)
    _press(1)
    assert _where(window) == "bar"


def test_it_begins_where_the_focus_is_also_in_a_line_edit(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    [edit] = [one for one in window.library_dock.findChildren(QLineEdit) if one.isVisible()]
    edit.setFocus()
    _press(1)
    assert _where(window) == "images"


def test_where_it_leads_into_a_column_that_scrolls_the_place_is_seen(window: MainWindow, qtbot: QtBot) -> None:
    window.show_view(View.VIEWER)
    inspector = window.page.inspector
    tall = QLabel()
    tall.setMinimumHeight(2_000)
    inspector.add_section("Tall", tall, is_open=True)
    bar = inspector.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1_000)
    bar.setValue(bar.maximum())
    _press(1)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert inspector.isAncestorOf(focused)
    assert inspector.viewport().rect().contains(focused.mapTo(inspector.viewport(), focused.rect().center()))


@pytest.mark.parametrize("place", [Place.TOAST, Place.BANNER])
def test_from_a_message_it_leads_on_as_from_the_images(window: MainWindow, place: Place) -> None:
    window.show_view(View.GALLERY)
    window.messages.show_message(UserMessage("T-01", place, Level.INFO, "Said.", actions=(MessageAction.UNDO,)))
    [undo] = [one for one in window.findChildren(QPushButton) if one.property("message_action") and one.isVisible()]
    undo.setFocus()
    _press(1)
    assert _where(window) == "status"


def test_while_a_list_is_open_nothing_moves_under_it(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    button = window.findChild(MessageListButton)
    zones = window.findChild(Zones)
    assert button is not None
    assert zones is not None
    window.messages.show_message(UserMessage("T-01", Place.TOAST, Level.INFO, "Said."))
    before = QApplication.focusWidget()
    button.open_list()
    opened = QApplication.activePopupWidget()
    assert opened is not None
    _press(1)
    zones.go_on()
    assert QApplication.activePopupWidget() is opened
    opened.close()
    assert QApplication.focusWidget() is before


def test_from_the_list_of_keys_no_key_leads_away(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    sheet = KeyboardSheet(window)
    sheet.show_actions(create_actions(window, gallery=window.grid, viewer=window.page, class_page=window.class_page))
    focused = QApplication.focusWidget()
    assert focused is not None
    assert sheet is focused or sheet.isAncestorOf(focused)
    _press(1)
    assert QApplication.focusWidget() is focused


def test_a_key_that_is_held_down_leads_on_once(window: MainWindow) -> None:
    keys = [one for one in window.findChildren(QShortcut) if "F6" in one.key().toString()]
    assert len(keys) == 2
    assert not any(one.autoRepeat() for one in keys)


def test_from_what_lies_over_the_window_no_key_leads_away(window: MainWindow) -> None:
    window.show_view(View.GALLERY)
    palette = window.palette_of_labels
    palette.open_palette(1, {})
    focused = QApplication.focusWidget()
    assert focused is not None
    assert palette.isAncestorOf(focused)
    _press(1)
    assert QApplication.focusWidget() is focused
