"""Test gui/keyboard_sheet.py: it lists the keys as they are, and gives the focus back."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QLabel, QLineEdit, QMainWindow, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.action_table import ACTIONS, ActionId
from gui.actions import create_actions
from gui.keyboard_sheet import KeyboardSheet, sheet_entries


@pytest.fixture
def window(qtbot: QtBot) -> QMainWindow:
    window = QMainWindow()
    qtbot.addWidget(window)
    window.resize(1000, 700)
    centre = QWidget()
    column = QVBoxLayout(centre)
    for _ in range(3):
        column.addWidget(QLineEdit())
    window.setCentralWidget(centre)
    with qtbot.waitExposed(window):
        window.show()
    return window


def test_entries_come_from_the_live_actions(window: QMainWindow) -> None:
    actions = create_actions(window, gallery=QWidget(window), viewer=QWidget(window))
    before = {entry.text: entry.keys for entry in sheet_entries(actions)}
    assert before["Open images"] == ("Ctrl+O",)
    assert before["Gallery"] == ("Ctrl+1", "G")
    assert before["Plain image while held"] == ("O (hold)",)
    assert before["Choose suggestion 1 to 5"] == ("1 to 5",)
    assert before["Accept suggestion"] == ("P", "Return", "Enter")
    assert before["Type a label"] == ("T", "/")
    assert before["My label keys"] == ("A B J K L M Q V W Y",)
    assert before["Accept all on this page"] == ("Ctrl+Return",)
    assert "About Cardinal" not in before, "what has no key is not listed"
    actions[ActionId.OPEN_IMAGES].setShortcut(QKeySequence("Ctrl+J"))
    actions[ActionId.UNDO].setText("&Undo label 1 image as R&&B")
    after = {entry.text: entry.keys for entry in sheet_entries(actions)}
    assert after["Open images"] == ("Ctrl+J",)
    assert after["Undo label 1 image as R&B"] == ("Ctrl+Z",)


def test_every_key_of_the_table_is_listed(window: QMainWindow) -> None:
    actions = create_actions(window, gallery=QWidget(window), viewer=QWidget(window), class_page=QWidget(window))
    listed = {(entry.menu, key) for entry in sheet_entries(actions) for key in entry.keys}
    ranges = {
        ActionId.MAP_HOLD,
        ActionId.LABEL_NTH,
        ActionId.LABEL_CUSTOM,
        ActionId.REGION_MOVE,
        ActionId.REGION_SIZE,
    }
    for row in ACTIONS:
        if row.id not in ranges:
            assert {(row.menu, key.sequence) for key in row.keys} <= listed, row.id
    assert sum(row.id in ranges or bool(row.keys) for row in ACTIONS) == len(sheet_entries(actions))
    assert not [entry.text for entry in sheet_entries(actions) if {"\t", "&"} & set(entry.text)]


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_F1, Qt.Key.Key_Question])
def test_it_takes_the_focus_and_gives_it_back(window: QMainWindow, key: Qt.Key) -> None:
    actions = create_actions(window, gallery=QWidget(window), viewer=QWidget(window))
    sheet = KeyboardSheet(window)
    closed = QSignalSpy(sheet.closed)
    edit = window.findChildren(QLineEdit)[1]
    edit.setFocus()
    sheet.show_actions(actions)
    assert window.focusWidget() is sheet
    shown = {label.text() for label in sheet.findChildren(QLabel)}
    assert {"Keyboard shortcuts", "Open images", "Ctrl+O", "View"} <= shown
    QTest.keyClick(sheet, key)
    assert sheet.isHidden()
    assert window.focusWidget() is edit
    assert closed.count() == 1
    sheet.show_actions(actions)
    assert sheet.isVisible(), "it can be shown again"


def test_every_key_is_to_be_seen_in_a_narrow_window(window: QMainWindow) -> None:
    actions = create_actions(window, gallery=QWidget(window), viewer=QWidget(window))
    sheet = KeyboardSheet(window)
    scroll = sheet.findChildren(QScrollArea)[0]

    def sections() -> int:
        return len({label.mapTo(sheet, QPoint()).x() for label in sheet.findChildren(QLabel) if label.font().bold()})

    for width, columns in ((1600, 2), (900, 1), (1600, 2)):
        window.resize(width, 600)
        sheet.show_actions(actions)
        QApplication.processEvents()
        assert scroll.horizontalScrollBar().maximum() == 0, width
        assert sections() == columns, "headings (that of the sheet stands over the first) begin in so many places"
    window.resize(900, 600)
    QApplication.processEvents()
    assert sections() == 1, "also of a sheet that is on screen"


def test_a_click_beside_the_card_closes_it(window: QMainWindow) -> None:
    actions = create_actions(window, gallery=QWidget(window), viewer=QWidget(window))
    sheet = KeyboardSheet(window)
    sheet.show_actions(actions)
    assert sheet.size() == window.size()
    window.resize(900, 600)
    assert sheet.size() == window.size()
    QTest.mouseClick(sheet, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, QPoint(3, 3))
    assert sheet.isHidden()
