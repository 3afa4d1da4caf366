"""The bar shows the arrangement in force and tells which one is wanted."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QComboBox, QLabel, QLineEdit, QPushButton, QSlider, QSpinBox, QWidget
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.gallery_bar.chip_button import ChipButton
from gui.gallery_bar.gallery_bar import GalleryBar
from gui.gallery_bar.text_filter import TextFilter
from gui.theme import TARGET_PX
from inference.sessions.states import ImageState

WANTED = Arrangement(
    ImageFilter(states=frozenset({ImageState.SUGGESTED}), score_to=0.6, text="IMG"),
    SortKey.SCORE,
    descending=True,
    group=GroupKey.LABEL,
)


@pytest.fixture
def bar(qtbot: QtBot) -> GalleryBar:
    """A bar on screen."""
    made = GalleryBar()
    qtbot.addWidget(made)
    made.resize(1_000, 120)
    made.show()
    made.activateWindow()
    qtbot.waitExposed(made)
    return made


def text_of(bar: GalleryBar) -> TextFilter:
    """The text field."""
    field = bar.findChild(TextFilter)
    assert isinstance(field, TextFilter)
    return field


def combos(bar: GalleryBar) -> tuple[QComboBox, QComboBox]:
    """Order and groups."""
    order, groups = bar.findChildren(QComboBox)
    return order, groups


def test_the_owners_arrangement_is_shown_and_not_told_back(bar: GalleryBar) -> None:
    told = QSignalSpy(bar.arrangement_changed)
    bar.set_arrangement(WANTED)
    assert [combo.currentText() for combo in combos(bar)] == ["Score, highest first", "Label"]
    assert [box.value() for box in bar.findChildren(QSpinBox)] == [0, 60]
    assert text_of(bar).text() == "IMG"
    chips = [chip.shown for chip in bar.findChildren(ChipButton) if chip.isVisible()]
    assert chips == ["State: suggested", "Score \u2264 60 %", "Text: IMG"]
    assert told.count() == 0


def test_each_control_changes_only_its_part(bar: GalleryBar, qtbot: QtBot) -> None:
    bar.set_arrangement(WANTED)
    told = QSignalSpy(bar.arrangement_changed)
    order, groups = combos(bar)
    QTest.keyClick(order, Qt.Key.Key_Home)
    assert told.at(0) == [Arrangement(WANTED.filter, SortKey.ADDED, descending=False, group=GroupKey.LABEL)]
    QTest.keyClick(groups, Qt.Key.Key_Home)
    assert told.at(1) == [Arrangement(WANTED.filter)]
    bar.findChildren(QSpinBox)[1].setValue(100)
    qtbot.waitUntil(lambda: told.count() == 3, timeout=3_000)
    assert told.at(2) == [Arrangement(ImageFilter(states=WANTED.filter.states, text="IMG"))]
    text_of(bar).setFocus()
    text_of(bar).selectAll()
    QTest.keyClicks(text_of(bar), "jay")
    qtbot.waitUntil(lambda: told.count() == 4, timeout=3_000)
    assert told.at(3) == [Arrangement(ImageFilter(states=WANTED.filter.states, text="jay"))]
    assert bar.arrangement == told.at(3)[0]


def test_chips_and_clear(bar: GalleryBar) -> None:
    bar.set_arrangement(WANTED)
    told = QSignalSpy(bar.arrangement_changed)
    chip = next(chip for chip in bar.findChildren(ChipButton) if chip.shown == "Text: IMG")
    QTest.mouseClick(chip, Qt.MouseButton.LeftButton)
    assert told.at(0)[0].filter.text == ""
    assert text_of(bar).text() == ""
    clear = next(button for button in bar.findChildren(QPushButton) if button.text() == "Clear")
    QTest.mouseClick(clear, Qt.MouseButton.LeftButton)
    assert told.at(1) == [WANTED.with_filter(ImageFilter())]


def test_the_text_field_takes_and_gives_the_focus(bar: GalleryBar, qtbot: QtBot) -> None:
    bar.set_arrangement(WANTED)
    left = QSignalSpy(bar.left)
    bar.focus_text()
    qtbot.waitUntil(text_of(bar).hasFocus)
    assert text_of(bar).selectedText() == "IMG"
    QTest.keyClick(text_of(bar), Qt.Key.Key_Escape)
    QTest.keyClick(text_of(bar), Qt.Key.Key_Escape)
    assert left.count() == 1


def test_sizes_stale_and_counts_pass_through(bar: GalleryBar) -> None:
    slider = bar.findChild(QSlider)
    assert isinstance(slider, QSlider)
    sizes, sorts = QSignalSpy(bar.tile_size_changed), QSignalSpy(bar.sort_now_requested)
    bar.set_tile_size(176)
    assert (slider.value(), sizes.count()) == (176, 0)
    QTest.keyClick(slider, Qt.Key.Key_Right)
    assert sizes.at(0) == [184]
    bar.set_counts(1, 1)
    bar.set_stale(True)
    QTest.mouseClick(
        next(button for button in bar.findChildren(QPushButton) if button.text() == "Sort now"),
        Qt.MouseButton.LeftButton,
    )
    assert sorts.count() == 1
    assert "1 image" in [label.text() for label in bar.findChildren(QLabel)]


def test_everything_that_takes_the_focus_has_a_name_and_room(bar: GalleryBar) -> None:
    bar.set_arrangement(WANTED)
    bar.set_stale(True)
    reached = [
        widget
        for widget in bar.findChildren(QWidget)
        if widget.focusPolicy() & Qt.FocusPolicy.TabFocus
        and widget.isVisible()
        and not isinstance(widget.parent(), QSpinBox | QLineEdit)
    ]
    assert len(reached) == 11
    for widget in reached:
        assert widget.accessibleName() or getattr(widget, "text", str)(), widget
        assert widget.height() >= TARGET_PX, widget


@pytest.mark.parametrize("width", [560, 1_000])
def test_large_letters_wrap_and_nothing_sticks_out(bar: GalleryBar, qtbot: QtBot, width: int) -> None:
    bar.set_arrangement(WANTED)
    font = bar.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    bar.setFont(font)
    qtbot.wait(10)
    bar.resize(width, bar.heightForWidth(width))
    qtbot.wait(10)
    for widget in bar.findChildren(QWidget):
        if widget.isVisible():
            corner = widget.mapTo(bar, widget.rect().bottomRight())
            assert bar.rect().contains(corner), widget
