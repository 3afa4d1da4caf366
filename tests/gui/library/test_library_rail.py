"""The rail opens the panel's sections in windows of their own."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import ImageFilter
from gui.library.library_panel import LibraryPanel
from gui.library.library_rail import RAIL_PX, LibraryRail
from gui.library.sections import Section
from gui.theme import TARGET_PX
from inference.sessions.states import ImageState

FRAME_PX = 4
"""The offscreen platform adds a frame to windows."""


@pytest.fixture
def rail(qtbot: QtBot) -> Iterator[LibraryRail]:
    """A rail beside a panel that is not shown."""
    panel = LibraryPanel()
    qtbot.addWidget(panel)
    panel.set_labels([(code, f"label {code}", 100 - code) for code in range(30)])
    icons = LibraryRail(panel)
    qtbot.addWidget(icons)
    icons.show()
    qtbot.waitExposed(icons)
    yield icons
    while popup := QApplication.activePopupWidget():
        popup.close()
    # The popups look at the panel's rows: they go first.
    icons.setParent(None)


def test_a_button_for_each_section(rail: LibraryRail) -> None:
    assert rail.width() == RAIL_PX
    assert [button.accessibleName() for button in rail.buttons.values()] == [
        "Sources",
        "State",
        "Labels",
        "Suggestions",
    ]
    for button in rail.buttons.values():
        assert min(button.width(), button.height()) >= TARGET_PX
        assert button.toolTip()
        assert button.focusPolicy() & Qt.FocusPolicy.TabFocus


def test_a_button_says_that_its_section_filters(rail: LibraryRail) -> None:
    plain = rail.buttons[Section.STATE].grab().toImage()
    panel = rail.popup_of(Section.STATE).panel
    panel.set_filter(ImageFilter(states=frozenset({ImageState.QUEUED, ImageState.FAILED})))
    assert rail.buttons[Section.STATE].accessibleName() == "State, 2 chosen"
    assert rail.buttons[Section.STATE].grab().toImage() != plain
    panel.set_filter(ImageFilter())
    assert rail.buttons[Section.STATE].accessibleName() == "State"


def test_a_click_opens_rows_that_filter(rail: LibraryRail, qtbot: QtBot) -> None:
    QTest.mouseClick(rail.buttons[Section.LABELS], Qt.MouseButton.LeftButton)
    popup = rail.popup_of(Section.LABELS)
    assert popup.isVisible()
    rows = popup.section.rows
    qtbot.waitUntil(rows.hasFocus)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, Qt.Key.Key_Return)
    assert popup.panel.filter == ImageFilter(labels=frozenset({1}))
    assert popup.isVisible(), "more rows may be wanted"
    QTest.keyClick(rows, Qt.Key.Key_Escape)
    assert not popup.isVisible()


def test_the_search_ends_with_the_popup(rail: LibraryRail) -> None:
    popup = rail.popup_of(Section.LABELS)
    popup.open_beside(rail.buttons[Section.LABELS])
    assert popup.search is not None
    QTest.keyClicks(popup.search, "label 2")
    assert popup.section.rows.model().rowCount() == 11
    popup.close()
    assert popup.section.rows.model().rowCount() == 30


def test_short_sections_have_no_search(rail: LibraryRail) -> None:
    assert rail.popup_of(Section.STATE).search is None


def test_a_popup_stays_on_the_screen_beside_its_button(rail: LibraryRail) -> None:
    button, popup = rail.buttons[Section.LABELS], rail.popup_of(Section.LABELS)
    screen = rail.screen().availableGeometry()
    rail.move(100, screen.bottom() - 60)
    popup.open_beside(button)
    assert screen.adjusted(0, 0, FRAME_PX, FRAME_PX).contains(popup.geometry())
    assert popup.geometry().left() >= button.mapToGlobal(button.rect().topRight()).x()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_a_popup_opens_to_the_side_that_has_room(rail: LibraryRail, direction: Qt.LayoutDirection) -> None:
    button, popup = rail.buttons[Section.LABELS], rail.popup_of(Section.LABELS)
    rail.setLayoutDirection(direction)
    rail.move(rail.screen().availableGeometry().right() - RAIL_PX - FRAME_PX, 100)
    popup.open_beside(button)
    assert popup.geometry().right() <= button.mapToGlobal(button.rect().topLeft()).x() + FRAME_PX
    popup.close()
    rail.move(0, 100)
    popup.open_beside(button)
    assert popup.geometry().left() >= button.mapToGlobal(button.rect().topRight()).x()
