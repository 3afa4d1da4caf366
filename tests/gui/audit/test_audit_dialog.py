"""The audit's window keeps the rules of windows: names, targets, both themes, keys; it says what it is told."""

from __future__ import annotations

from collections.abc import Sequence

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QCheckBox, QLabel, QProgressBar, QPushButton, QToolButton, QWidget
from pytestqt.qtbot import QtBot

from gui.attention.curve_chart import CurveChart
from gui.audit.audit_dialog import AuditDialog
from gui.audit.audit_work import ClassLine
from gui.theme import DARK, LIGHT, TARGET_PX, Theme, palette_of
from tests.gui.dialog_rules import HOSTILE, assert_keeps_the_rules

_LINES = (ClassLine(3, HOSTILE, 12, 0.9, None, "top"), ClassLine(7, "bird", 4, 0.1, None, "centre"))

_DIRECT = Qt.FindChildOption.FindDirectChildrenOnly


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
    # With a title and a bar of the desktop it fits on 720 pixels.
    assert dialog.minimumSizeHint().height() <= 640
    assert not dialog.methods.isVisible()
    QTest.keyClick(heading, Qt.Key.Key_Space)
    assert dialog.methods.isVisible()
    assert not dialog.classes.isVisible()
    assert_keeps_the_rules(dialog)
    assert dialog.size() == size
    assert dialog.minimumSizeHint().height() <= 600
    # That table is not of the comparison, which has one of its own to save.
    assert not _button(dialog, "Export table...").isVisible()
    QTest.mouseClick(heading, Qt.MouseButton.LeftButton)
    assert dialog.classes.isVisible()
    assert _button(dialog, "Export table...").isVisible()
    assert not dialog.methods.isVisible()
    dialog.show_methods(True)
    assert dialog.methods.isVisible()
    assert dialog.size() == size


def test_tab_goes_through_the_comparison_from_top_to_bottom(dialog: AuditDialog, qtbot: QtBot) -> None:
    dialog.methods.allow("")
    dialog.methods.show_rows([["Evidence", "50.0 %", "20.0 %", "0.100", "0.200", "51"]])
    dialog.show_methods(True)
    heading = next(one for one in dialog.findChildren(QToolButton) if one.text() == "Compare the methods")
    dialog.activateWindow()
    heading.setFocus()
    qtbot.waitUntil(heading.hasFocus)
    tops: list[int] = []
    for _ in range(7):
        focused = QApplication.focusWidget()
        assert focused is not None
        tops.append(focused.mapTo(dialog, QPoint(0, 0)).y())
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert tops == sorted(tops)
    last = QApplication.focusWidget()
    assert isinstance(last, QPushButton)
    assert last.text() == "Save as CSV..."


@pytest.mark.parametrize("width", [200, 640, 980])
def test_on_a_low_screen_the_comparison_scrolls_and_nothing_covers_anything(
    dialog: AuditDialog, qtbot: QtBot, width: int
) -> None:
    panel = dialog.methods
    dialog.say("2 images count, as a model with a very long name sees them. " * 2)
    panel.say("2 of 2 images compared. " * 6)
    panel.show_rows([["Evidence", "50.0 %", "20.0 %", "0.100", "0.200", "51"]] * 9)
    panel.show_curves("Evidence, mean curves. " * 5, [(0.0, 1.0), (1.0, 0.0)], [(0.0, 0.0), (1.0, 1.0)])
    panel.say_written("The table was copied.")
    panel.set_busy(busy=True)
    dialog.show_methods(True)
    dialog.resize(width, 200)
    qtbot.wait(50)
    assert dialog.height() <= 560
    close = _button(dialog, "Close")
    assert dialog.rect().contains(close.geometry())
    for label in panel.findChildren(QLabel):
        if label.isVisible():
            assert label.height() >= label.heightForWidth(label.width()), label.text()
    shown = [one for one in dialog.findChildren(QWidget, options=_DIRECT) if one.isVisible()]
    assert len(shown) >= 5
    _assert_apart(shown)
    _assert_apart([one for one in panel.findChildren(QWidget, options=_DIRECT) if one.isVisible()])
    chart = panel.findChildren(CurveChart)[0]
    assert chart.height() >= chart.sizeHint().height()


def _assert_apart(parts: Sequence[QWidget]) -> None:
    for number, part in enumerate(parts):
        for other in parts[number + 1 :]:
            assert not part.geometry().intersects(other.geometry()), (part, other)
