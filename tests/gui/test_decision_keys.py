"""Label keys work on the images and nowhere else, once for each press."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import (
    QAbstractItemView,
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPushButton,
    QSlider,
    QWidget,
)
from pytestqt.qtbot import QtBot

from gui.action_table import ACTIONS
from gui.decision_keys import DecisionKeys
from gui.main_window import MainWindow, View
from gui.review.label_keys import LabelAction, LabelKey
from gui.viewer.class_search import ClassSearch
from tests.gui.gallery.images import model_of, suggested
from tests.gui.shown import show_active
from tests.gui.viewer.pictures import some_predictions

WRITTEN = "p12345tTsxu0ab./."
"""One of each kind of label key, some with Shift."""


@pytest.fixture
def window(qtbot: QtBot) -> MainWindow:
    """The window with ten images, all with a suggestion."""
    images = model_of(10)
    images.table.apply_answers([suggested(key) for key in range(10)])
    window = MainWindow(images)
    qtbot.addWidget(window)
    show_active(qtbot, window)
    window.page.inspector.class_search.set_classes(["tench", "goldfish"])
    window.page.show_predictions(some_predictions(), class_count=1000)
    window.library.set_labels([(1, "jay", 3), (2, "magpie", 4)])
    window.show_view(View.GALLERY)
    window.grid.set_current_row(0)
    return window


@pytest.fixture
def pressed(window: MainWindow) -> Iterator[list[LabelKey]]:
    """The label keys that were told, with the window connected as the program does it."""
    keys = DecisionKeys()
    keys.listen_to(window.grid, enter_opens=True)
    keys.listen_to(window.page.picture)
    keys.listen_to(window.filmstrip)
    told: list[LabelKey] = []
    keys.pressed.connect(told.append)
    yield told
    keys.deleteLater()


def _send(widget: QWidget, key: Qt.Key, text: str, *, repeat: bool = False) -> bool:
    event = QKeyEvent(QEvent.Type.KeyPress, key, Qt.KeyboardModifier.NoModifier, text, repeat)
    return QApplication.sendEvent(widget, event)


def test_each_label_key_is_told_once_wherever_images_have_the_focus(
    window: MainWindow, pressed: list[LabelKey]
) -> None:
    decisions = [key.sequence for row in ACTIONS for key in row.keys if row.decides and len(key.sequence) == 1]
    for view, widget in (
        (View.GALLERY, window.grid),
        (View.VIEWER, window.page.picture),
        (View.VIEWER, window.filmstrip),
        (View.REVIEW, window.page.picture),
    ):
        window.show_view(view)
        widget.setFocus()
        before = len(pressed)
        QTest.keyClicks(widget, "".join(decisions).lower())
        assert len(pressed) == before + len(decisions)
        assert {key.action for key in pressed[before:]} == set(LabelAction)
    assert len(decisions) == 23


def test_a_digit_names_the_suggestion_and_shift_is_told(window: MainWindow, pressed: list[LabelKey]) -> None:
    window.show_view(View.VIEWER)
    QTest.keyClick(window.filmstrip, Qt.Key.Key_3)
    QTest.keyClick(window.page.picture, Qt.Key.Key_5, Qt.KeyboardModifier.KeypadModifier)
    QTest.keyClick(window.page.picture, Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert pressed == [
        LabelKey(LabelAction.NTH, nth=3),
        LabelKey(LabelAction.NTH, nth=5),
        LabelKey(LabelAction.UNSURE, has_shift=True),
    ]


def test_enter_opens_in_the_gallery_and_accepts_elsewhere(window: MainWindow, pressed: list[LabelKey]) -> None:
    opened = QSignalSpy(window.grid.image_activated)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        QTest.keyClick(window.grid, key)
    assert not pressed
    assert opened.count() == 2
    QTest.keyClick(window.grid, Qt.Key.Key_P)
    assert pressed == [LabelKey(LabelAction.ACCEPT)]
    for view in (View.VIEWER, View.REVIEW):
        window.show_view(view)
        for place in (window.page.picture, window.filmstrip):
            for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
                before = len(pressed)
                QTest.keyClick(place, key)
                assert pressed[before:] == [LabelKey(LabelAction.ACCEPT)]


def test_a_held_key_labels_one_image(window: MainWindow, pressed: list[LabelKey]) -> None:
    for _ in range(3):
        _send(window.page.picture, Qt.Key.Key_X, "x", repeat=True)
        _send(window.page.picture, Qt.Key.Key_Return, "\r", repeat=True)
    assert not pressed
    _send(window.page.picture, Qt.Key.Key_X, "x")
    assert pressed == [LabelKey(LabelAction.REJECT)]


def test_nobody_else_sees_a_label_key_and_others_go_on(window: MainWindow, pressed: list[LabelKey]) -> None:
    seen: list[int] = []

    class Page(QWidget):
        def keyPressEvent(self, event: QKeyEvent) -> None:
            seen.append(event.key())

    page = Page(window)
    child = QWidget(page)
    keys = DecisionKeys(page)
    keys.listen_to(child)
    for key, text in ((Qt.Key.Key_P, "p"), (Qt.Key.Key_6, "6"), (Qt.Key.Key_Right, ""), (Qt.Key.Key_T, "t")):
        _send(child, key, text)
    assert seen == [Qt.Key.Key_6, Qt.Key.Key_Right]
    for modifier in (Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier):
        QTest.keyClick(window.grid, Qt.Key.Key_S, modifier)
    assert not pressed


def _fields(place: QWidget) -> list[QWidget]:
    """The controls of a place that take the keyboard, by kind."""
    kinds = (QLineEdit, QComboBox, QAbstractSpinBox, QAbstractItemView, QSlider, QPushButton)
    return [widget for kind in kinds for widget in place.findChildren(kind) if widget.focusPolicy()]


def test_no_label_key_fires_in_a_field_a_list_or_a_button(window: MainWindow, pressed: list[LabelKey]) -> None:
    window.palette_of_labels.set_names(["jay"], ["tench"])
    places = {
        "gallery bar": window.gallery.bar,
        "library": window.library,
        "palette": window.palette_of_labels,
        "inspector": window.page.inspector,
        "review panel": window.review_panel,
    }
    found = {name: _fields(place) for name, place in places.items()}
    assert {name for name, fields in found.items() if any(isinstance(one, QLineEdit) for one in fields)} >= {
        "gallery bar",
        "library",
        "palette",
        "inspector",
    }
    assert any(isinstance(one, QComboBox) for one in found["gallery bar"])
    assert any(isinstance(one, QAbstractSpinBox) for one in found["gallery bar"])
    assert any(isinstance(one, QAbstractItemView) for one in found["library"])
    assert any(isinstance(one, ClassSearch) for one in found["inspector"])
    for name, fields in found.items():
        for field in fields:
            QTest.keyClicks(field, WRITTEN)
            QTest.keyClick(field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
            assert not pressed, f"{field} of {name}"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_what_is_typed_stays_text(window: MainWindow, pressed: list[LabelKey]) -> None:
    window.palette_of_labels.open_palette(1, {})
    for place, view in (
        (window.gallery.bar, View.GALLERY),
        (window.library, View.GALLERY),
        (window.palette_of_labels, View.GALLERY),
        (window.page.inspector, View.VIEWER),
    ):
        window.show_view(view)
        edits = [one for one in place.findChildren(QLineEdit) if not isinstance(one.parent(), QAbstractSpinBox)]
        assert len(edits) == 1
        edits[0].clear()
        QTest.keyClicks(edits[0], WRITTEN)
        assert edits[0].text() == WRITTEN
    assert not pressed
