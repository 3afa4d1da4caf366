"""The list of sessions: open, rename, put away, begin anew."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QAbstractItemModelTester, QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QTableView
from pytestqt.qtbot import QtBot

from gui.start.session_lines import SessionOnStart
from gui.start.sessions_dialog import SessionsDialog
from gui.start.sessions_model import SessionsModel
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_NOW = 1_770_000_000.0
_SESSIONS = (
    SessionOnStart("/s/new.cardinal", "new", 640, 12, _NOW, ("/a", "/b")),
    SessionOnStart("/s/old.cardinal", HOSTILE, 100_000, 3_112, _NOW - 86_400, (f"/p/{HOSTILE}",)),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> SessionsDialog:
    """The dialog with two sessions, on screen."""
    widget = SessionsDialog()
    qtbot.addWidget(widget)
    widget.set_sessions(_SESSIONS, now_s=_NOW)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _click(dialog: SessionsDialog, text: str) -> None:
    button = next(
        button for button in dialog.findChildren(QAbstractButton) if button.text() == text and button.isVisible()
    )
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def _shown(dialog: SessionsDialog) -> list[list[str]]:
    model = dialog.findChildren(QTableView)[0].model()
    return [
        [str(model.index(row, column).data()).strip() for column in range(model.columnCount())]
        for row in range(model.rowCount())
    ]


def test_sessions_are_listed_newest_first(dialog: SessionsDialog) -> None:
    assert _shown(dialog) == [
        ["new", "640", "12", "today", "/a, /b"],
        ["<b>&\\n\\u202e\\xff.jpg", "100,000", "3,112", "yesterday", "/p/<b>&\\n\\u202e\\xff.jpg"],
    ]
    assert dialog.current_path == "/s/new.cardinal"
    assert_keeps_the_rules(dialog)


def test_they_sort_by_number_not_by_text(dialog: SessionsDialog) -> None:
    table = dialog.findChildren(QTableView)[0]
    table.sortByColumn(1, Qt.SortOrder.DescendingOrder)
    assert [row[1] for row in _shown(dialog)] == ["100,000", "640"]


def test_opening_by_button_and_double_click(dialog: SessionsDialog) -> None:
    told = QSignalSpy(dialog.session_chosen)
    _click(dialog, "Open")
    assert [told.at(0), dialog.isHidden()] == [["/s/new.cardinal"], True]
    dialog.show()
    table = dialog.findChildren(QTableView)[0]
    at = table.visualRect(table.model().index(1, 1)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    QTest.mouseRelease(table.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, at)
    assert told.at(1) == ["/s/old.cardinal"]


def test_renaming_is_asked_for_and_not_done_here(dialog: SessionsDialog, qtbot: QtBot) -> None:
    told = QSignalSpy(dialog.rename_requested)
    _click(dialog, "Rename")
    edit = dialog.findChildren(QLineEdit)[0]
    edit.setText(" birds ")
    QTest.keyClick(edit, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: told.count() == 1)
    assert told.at(0) == ["/s/new.cardinal", "birds"]
    assert _shown(dialog)[0][0] == "new", "the owner sets the new name"


@pytest.mark.parametrize("name", ["", "  ", "new"])
def test_no_name_and_the_same_name_are_no_renaming(dialog: SessionsDialog, name: str) -> None:
    told = QSignalSpy(dialog.rename_requested)
    model = dialog.findChildren(QTableView)[0].model()
    assert not model.setData(model.index(0, 0), name)
    assert told.count() == 0


def test_trash_is_confirmed_and_can_be_refused(dialog: SessionsDialog) -> None:
    told = QSignalSpy(dialog.trash_requested)
    _click(dialog, "Move to Trash...")
    question = [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]
    assert question == ["Move new to Trash? It can be restored from there."]
    assert dialog.focusWidget().text() == "Cancel"  # type: ignore[attr-defined]  # a button
    _click(dialog, "Cancel")
    assert told.count() == 0
    _click(dialog, "Move to Trash...")
    _click(dialog, "Move to Trash")
    assert told.at(0) == ["/s/new.cardinal"]
    dialog.set_sessions(_SESSIONS[1:], now_s=_NOW)
    assert dialog.current_path == "/s/old.cardinal"


def test_a_question_belongs_to_its_row(dialog: SessionsDialog) -> None:
    _click(dialog, "Move to Trash...")
    dialog.choose(1)
    assert not [label for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_beginning_anew_and_closing(dialog: SessionsDialog) -> None:
    told = QSignalSpy(dialog.new_requested)
    _click(dialog, "New")
    assert [told.count(), dialog.isHidden()] == [1, True]
    dialog.show()
    _click(dialog, "Close")
    assert dialog.isHidden()


def test_without_sessions_only_a_new_one_can_be_had(dialog: SessionsDialog) -> None:
    dialog.set_sessions((), now_s=_NOW)
    assert dialog.current_path == ""
    enabled = {button.text() for button in dialog.findChildren(QAbstractButton) if button.isEnabled() and button.text()}
    assert "New" in enabled
    assert not enabled & {"Open", "Rename", "Move to Trash..."}


def test_the_model_keeps_qt_s_rules(qtbot: QtBot) -> None:
    del qtbot
    model = SessionsModel()
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Fatal)
    model.set_sessions(_SESSIONS, _NOW)
    assert str(model.index(1, 0).data(Qt.ItemDataRole.ToolTipRole)) == "/s/old.cardinal"
    assert "&lt;b&gt;" in str(model.index(1, 4).data(Qt.ItemDataRole.ToolTipRole))
    model.set_sessions((), _NOW)
    del tester


def test_a_damaged_session_is_listed_as_such(dialog: SessionsDialog) -> None:
    damaged = SessionOnStart("/s/hurt.cardinal", "hurt", 0, 0, _NOW, ("/a",), is_damaged=True)
    dialog.set_sessions([damaged], now_s=_NOW)
    assert _shown(dialog) == [["hurt", "-", "damaged", "today", "/a"]]
