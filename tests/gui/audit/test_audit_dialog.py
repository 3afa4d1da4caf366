"""The audit's window keeps the rules of windows: names, targets, both themes, keys; it says what it is told."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.audit.audit_dialog import AuditDialog
from gui.audit.audit_work import ClassLine
from gui.theme import DARK, LIGHT, TARGET_PX, Theme, palette_of
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_LINES = (ClassLine(3, HOSTILE, 12, 0.9, None, "top"), ClassLine(7, "bird", 4, 0.1, None, "centre"))


class NoPictures:
    """Images without small pictures."""

    def thumbnail(self, key: int) -> QImage | None:
        del key
        return None

    def score(self, key: int) -> float | None:
        del key
        return None

    def name(self, key: int) -> str:
        return f"{key}.jpg"


@pytest.fixture
def dialog(qtbot: QtBot) -> AuditDialog:
    """With two classes, on screen."""
    widget = AuditDialog(NoPictures())
    qtbot.addWidget(widget)
    widget.classes.set_lines(_LINES, 0.44, has_box=False)
    widget.outliers.show_outliers([(1, 0.5), (2, 0.25)])
    widget.set_busy(busy=False)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


def _button(dialog: AuditDialog, text: str) -> QPushButton:
    buttons = [one for one in dialog.findChildren(QPushButton) if one.text() == text]
    # The comparison has a Stop of its own, which says what it stops.
    return next(one for one in buttons if not one.accessibleName())


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_it_keeps_the_rules_of_windows(dialog: AuditDialog, theme: Theme) -> None:
    dialog.setPalette(palette_of(theme))
    dialog.say("2 images count.")
    dialog.say_of_class("A sentence about the class.", "Below the map: nothing.")
    assert_keeps_the_rules(dialog)
    assert dialog.words() == "2 images count.\nA sentence about the class.\nBelow the map: nothing."
    assert not dialog.isModal()


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("Audit again", "again_requested"),
        ("Export table...", "export_requested"),
        ("Box around the middle", "middle_requested"),
        ("No box", "clear_requested"),
        ("Show these images", "images_requested"),
    ],
)
def test_each_button_asks_for_what_it_says(dialog: AuditDialog, text: str, signal: str) -> None:
    spy = QSignalSpy(getattr(dialog, signal))
    button = _button(dialog, text)
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert spy.count() == 2


def test_while_an_audit_goes_on_it_can_be_stopped_and_not_begun(dialog: AuditDialog) -> None:
    bars = {bar.accessibleName(): bar for bar in dialog.findChildren(QProgressBar)}
    stop, progress = _button(dialog, "Stop"), bars["Progress of the audit"]
    assert not stop.isVisible()
    assert not progress.isVisible()
    dialog.set_busy(busy=True)
    dialog.set_progress(30, 200)
    assert (progress.value(), progress.maximum()) == (30, 200)
    assert not _button(dialog, "Audit again").isEnabled()
    spy = QSignalSpy(dialog.stop_requested)
    QTest.mouseClick(stop, Qt.MouseButton.LeftButton)
    assert spy.count() == 1
    dialog.set_progress(0, 0)
    assert progress.maximum() == 1


def test_without_anything_found_there_is_nothing_to_press(dialog: AuditDialog) -> None:
    dialog.set_available(available=False)
    for text in ("Export table...", "Box around the middle", "No box", "Show these images"):
        assert not _button(dialog, text).isEnabled()
    assert _button(dialog, "Audit again").isEnabled()
    assert _button(dialog, "Close").isEnabled()


def test_tab_goes_through_it_from_the_classes_to_the_buttons(dialog: AuditDialog, qtbot: QtBot) -> None:
    dialog.activateWindow()
    dialog.classes.setFocus()
    qtbot.waitUntil(dialog.classes.hasFocus)
    seen: list[QWidget] = []
    for _ in range(16):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in seen:
            break
        seen.append(focused)
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    reached = set(seen)
    assert {dialog.classes, dialog.mean, dialog.tiles, _button(dialog, "Show these images")} <= reached
    assert {_button(dialog, "Audit again"), _button(dialog, "Close")} <= reached
    assert seen.index(dialog.classes) < seen.index(dialog.mean) < seen.index(dialog.tiles)


def test_enter_in_the_list_shows_the_images_and_presses_no_button(dialog: AuditDialog) -> None:
    images, again = QSignalSpy(dialog.images_requested), QSignalSpy(dialog.again_requested)
    QTest.keyClick(dialog.classes, Qt.Key.Key_Return)
    assert images.count() == 1
    assert again.count() == 0
    assert dialog.isVisible()
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


def test_the_map_can_be_taken_off_the_picture(dialog: AuditDialog, qtbot: QtBot) -> None:
    overlay = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    overlay.fill(0xFFFF0000)
    dialog.mean.set_map(overlay)
    before = dialog.mean.grab().toImage()
    box = next(one for one in dialog.findChildren(QCheckBox) if one.text() == "Map")
    QTest.keyClick(box, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: dialog.mean.grab().toImage() != before)


def test_the_comparison_of_methods_stands_in_place_of_the_classes(dialog: AuditDialog) -> None:
    heading = next(one for one in dialog.findChildren(QToolButton) if one.text() == "Compare the methods")
    assert heading.height() >= TARGET_PX
    size = dialog.size()
    assert not dialog.methods.isVisible()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert dialog.methods.isVisible()
    assert not dialog.classes.isVisible()
    assert_keeps_the_rules(dialog)
    assert dialog.size() == size
    assert dialog.minimumSizeHint().height() <= 600
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert dialog.classes.isVisible()
    assert not dialog.methods.isVisible()
    dialog.show_methods(True)
    assert dialog.methods.isVisible()
    assert dialog.size() == size
