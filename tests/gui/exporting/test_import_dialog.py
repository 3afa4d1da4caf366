"""The import dialog shows what a file would bring, and takes nothing unasked."""

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractButton, QComboBox, QLabel, QTableView
from pytestqt.qtbot import QtBot

from gui.exporting.import_dialog import ImportDialog, summary
from gui.exporting.label_match import NO_COLUMN, ImportSettings, LabelMatch, MatchRow
from gui.message_strip import MessageStrip
from gui.messages import describe
from inference.errors import LabelFileError
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_PATH = f"/p/{HOSTILE}.csv"
_SETTINGS = ImportSettings(_PATH)
_MATCH = LabelMatch(
    _SETTINGS,
    columns=("file", HOSTILE, "class"),
    path_column=0,
    label_column=2,
    matched=1204,
    labelled=300,
    unmatched=12,
    contradictory=3,
    rows=(MatchRow("a/1.jpg", "jay", "/p/a/1.jpg"), MatchRow(HOSTILE, HOSTILE)),
    problems=("It was read as Latin-1.",),
)


@pytest.fixture
def dialog(qtbot: QtBot) -> ImportDialog:
    """The dialog for one file, on screen."""
    widget = ImportDialog()
    qtbot.addWidget(widget)
    widget.start(_PATH)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _button(dialog: ImportDialog, start: str) -> QAbstractButton:
    return next(button for button in dialog.findChildren(QAbstractButton) if button.text().startswith(start))


def _texts(dialog: ImportDialog) -> list[str]:
    return [label.text() for label in dialog.findChildren(QLabel) if label.isVisible()]


def test_the_match_is_asked_for_at_once(qtbot: QtBot) -> None:
    dialog = ImportDialog()
    qtbot.addWidget(dialog)
    told = QSignalSpy(dialog.match_wanted)
    dialog.start(_PATH)
    assert told.at(0) == [_SETTINGS]
    assert not _button(dialog, "Import").isEnabled()


def test_what_the_file_would_bring_is_shown(dialog: ImportDialog) -> None:
    dialog.show_match(_MATCH)
    shown = _texts(dialog)
    assert "1,204 images found, 12 rows without an image, 3 with contradictory labels, left out" in shown
    assert "It was read as Latin-1." in shown
    model = dialog.findChildren(QTableView)[0].model()
    rows = [[model.index(row, column).data() for column in range(3)] for row in range(2)]
    hostile = "<b>&\\n\\u202e\\xff.jpg"
    assert rows == [["a/1.jpg", "jay", "1.jpg"], [hostile, hostile, "no such image"]]
    assert_keeps_the_rules(dialog)


def test_labels_are_kept_unless_asked_otherwise(dialog: ImportDialog) -> None:
    dialog.show_match(_MATCH)
    assert _button(dialog, "Keep the labels of 300 images").isVisible()
    assert _button(dialog, "Import").text() == "Import 904 labels"
    told = QSignalSpy(dialog.import_requested)
    _button(dialog, "Replace their labels").click()
    assert _button(dialog, "Import").text() == "Import 1,204 labels"
    QTest.mouseClick(_button(dialog, "Import"), Qt.MouseButton.LeftButton)
    assert told.at(0) == [replace(_SETTINGS, replace=True)]
    assert dialog.isHidden()


def test_columns_can_be_chosen(dialog: ImportDialog) -> None:
    told = QSignalSpy(dialog.match_wanted)
    dialog.show_match(_MATCH)
    _path, label = dialog.findChildren(QComboBox)
    label.setFocus()
    QTest.keyClick(label, Qt.Key.Key_Up)
    wanted = replace(_SETTINGS, path_column=0, label_column=1)
    assert told.at(0) == [wanted]
    assert not _button(dialog, "Import").isEnabled()
    dialog.show_match(_MATCH)
    assert not _button(dialog, "Import").isEnabled(), "a match of other columns is late"
    dialog.show_match(replace(_MATCH, settings=wanted, label_column=1))
    assert _button(dialog, "Import").isEnabled()


def test_a_file_without_known_columns_asks_for_them(dialog: ImportDialog) -> None:
    unknown = replace(_MATCH, path_column=NO_COLUMN, label_column=NO_COLUMN, matched=0, labelled=0)
    dialog.show_match(unknown)
    strip = dialog.findChildren(MessageStrip)[0]
    assert strip.message.id == "E-413"
    path, label = dialog.findChildren(QComboBox)
    assert (path.currentText(), label.currentText()) == ("Choose...", "Choose...")
    assert [path.itemText(row) for row in range(path.count())][2] == "<b>&\\n\\u202e\\xff.jpg"
    assert not _button(dialog, "Import").isEnabled()
    told = QSignalSpy(dialog.match_wanted)
    for box in (path, label):
        assert told.count() == 0, "half an answer is no question"
        box.setFocus()
        QTest.keyClick(box, Qt.Key.Key_Down)
    chosen = replace(_SETTINGS, path_column=0, label_column=0)
    assert told.at(0) == [chosen]
    dialog.show_match(replace(_MATCH, settings=chosen))
    assert not [strip for strip in dialog.findChildren(MessageStrip) if strip.isVisible()]


def _rows(dialog: ImportDialog) -> list[list[str]]:
    model = dialog.findChildren(QTableView)[0].model()
    return [[model.index(row, column).data() for column in range(3)] for row in range(model.rowCount())]


def test_nothing_is_said_of_columns_that_nobody_chose(dialog: ImportDialog) -> None:
    rows = (MatchRow("a.jpg, jay, no", ""), MatchRow("b.jpg, jay, yes", ""))
    unknown = LabelMatch(_SETTINGS, ("file", "bird", "checked"), rows=rows)
    dialog.show_match(unknown)
    assert _rows(dialog) == [["a.jpg, jay, no", "", ""], ["b.jpg, jay, yes", "", ""]]
    assert not any("images found" in text for text in _texts(dialog))
    found = (replace(rows[0], image="/p/a.jpg"), rows[1])
    dialog.show_match(replace(unknown, path_column=0, rows=found))
    assert [row[2] for row in _rows(dialog)] == ["a.jpg", "no such image"]
    path, label = dialog.findChildren(QComboBox)
    assert (path.currentText(), label.currentText()) == ("file", "Choose...")
    assert label.hasFocus()
    strip = dialog.findChildren(MessageStrip)[-1]
    assert strip.message.text.endswith("has no column that looks like a label.")


def test_folders_have_no_columns_and_one_image_is_one(dialog: ImportDialog) -> None:
    match = LabelMatch(_SETTINGS, matched=1)
    dialog.show_match(match)
    assert not dialog.findChildren(QComboBox)[0].isVisible()
    assert not _button(dialog, "Keep").isVisible()
    assert summary(match) == "1 image found"
    assert _button(dialog, "Import").text() == "Import 1 label"


def test_a_file_that_cannot_be_read_says_so(dialog: ImportDialog) -> None:
    dialog.show_problem(describe(LabelFileError(_PATH, "It is larger than 64 MB.")))
    assert any("It is larger than 64 MB." in text for text in _texts(dialog))
    assert not _button(dialog, "Import").isEnabled()
    told = QSignalSpy(dialog.import_requested)
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert [dialog.isHidden(), told.count()] == [True, 0]
