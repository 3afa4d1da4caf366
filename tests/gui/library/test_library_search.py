"""Escape empties the search before it means anything else."""

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.library.library_search import LibrarySearch


def test_escape_empties_then_belongs_to_the_window(qtbot: QtBot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    search = LibrarySearch()
    QVBoxLayout(window).addWidget(search)
    out = QAction(window)
    out.setShortcut("Esc")
    window.addAction(out)
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    search.setFocus()
    qtbot.waitUntil(search.hasFocus)
    left = QSignalSpy(out.triggered)
    QTest.keyClicks(search, "mag")
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert (search.text(), left.count()) == ("", 0)
    QTest.keyClick(search, Qt.Key.Key_Escape)
    assert left.count() == 1
    assert search.accessibleName()
