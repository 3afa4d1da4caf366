"""A section opens and closes by pointer and keyboard, and tells so; by program it tells nothing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QLabel, QToolButton
from pytestqt.qtbot import QtBot

from gui.viewer.section import Section


def test_a_section_opens_and_closes(qtbot: QtBot) -> None:
    content = QLabel("inside")
    section = Section("Details", content, is_open=False)
    qtbot.addWidget(section)
    section.show()
    told: list[bool] = []
    section.opened_changed.connect(told.append)
    [heading] = section.findChildren(QToolButton)
    assert content.isHidden()
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert section.is_open
    assert content.isVisible()
    assert heading.accessibleDescription() == "open"
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert content.isHidden()
    section.set_open(True)
    assert content.isVisible()
    assert told == [True, False]
