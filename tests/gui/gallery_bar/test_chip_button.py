"""A chip goes by click, Space, Enter, Delete and Backspace."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtTest import QSignalSpy, QTest
from pytestqt.qtbot import QtBot

from gui.gallery_bar.chip_button import ChipButton
from gui.theme import TARGET_PX

KEYS = [Qt.Key.Key_Space, Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Delete, Qt.Key.Key_Backspace]


@pytest.fixture
def chip(qtbot: QtBot) -> ChipButton:
    """A chip on screen."""
    button = ChipButton()
    qtbot.addWidget(button)
    button.set_text("Label: magpie & co")
    button.show()
    return button


@pytest.mark.parametrize("key", KEYS)
def test_keys_remove(chip: ChipButton, key: Qt.Key) -> None:
    clicked = QSignalSpy(chip.clicked)
    QTest.keyClick(chip, key)
    assert clicked.count() == 1


def test_a_click_anywhere_removes(chip: ChipButton) -> None:
    clicked = QSignalSpy(chip.clicked)
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert clicked.count() == 1
    assert chip.height() >= TARGET_PX


def test_other_keys_do_nothing(chip: ChipButton) -> None:
    clicked = QSignalSpy(chip.clicked)
    QTest.keyClick(chip, Qt.Key.Key_M)
    assert clicked.count() == 0


def test_its_name_says_what_it_does(chip: ChipButton) -> None:
    interface = QAccessible.queryAccessibleInterface(chip)
    assert interface.role() == QAccessible.Role.Button
    assert interface.text(QAccessible.Text.Name) == "Remove filter Label: magpie & co"
    assert chip.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_it_grows_with_its_text_and_its_font_and_can_shrink(chip: ChipButton) -> None:
    width = chip.sizeHint().width()
    chip.set_text("Label: magpie & co and all their relatives")
    assert chip.sizeHint().width() > width > chip.minimumSizeHint().width() - 1
    small = chip.sizeHint()
    font = chip.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    chip.setFont(font)
    assert chip.sizeHint().height() > small.height()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_cross_stands_at_the_end(chip: ChipButton, direction: Qt.LayoutDirection) -> None:
    ink = {text: _inked_columns(chip, text, direction) for text in ("", "iii")}
    is_mirrored = direction == Qt.LayoutDirection.RightToLeft
    cross, both = ink[""], ink["iii"]
    assert cross < both
    assert all(x < 30 if is_mirrored else x > 170 for x in cross), "the end of the chip"
    assert all(x > 150 if is_mirrored else x < 50 for x in both - cross), "its beginning"


def _inked_columns(chip: ChipButton, text: str, direction: Qt.LayoutDirection) -> set[int]:
    """The columns between the rounded ends in which something is painted, in a chip 200 pixels wide."""
    chip.set_text(text)
    chip.setLayoutDirection(direction)
    chip.resize(200, chip.height())
    image = chip.grab().toImage()
    middle = image.height() // 2
    ground = image.pixelColor(100, middle)
    rows = range(middle - 5, middle + 6)
    return {x for x in range(9, 191) if any(image.pixelColor(x, y) != ground for y in rows)}
