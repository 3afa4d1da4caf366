"""The page: panels in the rows in which pictures are largest, words on one level, keys, names for screen readers."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QAction, QPalette
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from gui.compare.class_strip import ClassStrip
from gui.compare.compare_page import ComparePage
from gui.theme import DARK, TARGET_PX, palette_of
from gui.viewer.map_mode import MapMode
from tests.gui.shown import show_active
from tests.gui.viewer.pictures import plain_image


@pytest.fixture
def page(qtbot: QtBot) -> ComparePage:
    """Four pictures of one class."""
    made = ComparePage()
    qtbot.addWidget(made)
    made.resize(1200, 700)
    made.begin("4 pictures", 4, has_strip=True, has_models=True)
    made.strip.set_searchable(["tabby", "tiger", "lynx & co"])
    made.offer_classes([(0, "tabby"), (2, "lynx & co")], 0)
    for place, panel in enumerate(made.panels):
        panel.set_title(f"{place}.png")
        panel.view.show_picture(plain_image(300, 200), original_size=QSize(300, 200), is_full=True)
    show_active(qtbot, made)
    return made


def test_it_has_the_themes_colors_from_the_start(qtbot: QtBot) -> None:
    before = QApplication.palette()
    QApplication.setPalette(palette_of(DARK))
    try:
        page = ComparePage()
        qtbot.addWidget(page)
        assert page.legend.palette().color(QPalette.ColorRole.Window).name() == DARK.surround
    finally:
        QApplication.setPalette(before)


def chips(strip: ClassStrip) -> list[QPushButton]:
    return [button for button in strip.findChildren(QPushButton) if button.isVisible()]


def test_a_narrow_window_takes_two_rows(page: ComparePage, qtbot: QtBot) -> None:
    assert page.columns == 4
    page.resize(700, 1000)
    qtbot.waitUntil(lambda: page.columns == 2)
    top, bottom = page.panels[0], page.panels[2]
    qtbot.waitUntil(lambda: top.x() == bottom.x() and top.geometry().bottom() < bottom.y())
    page.set_shape(0.3)
    assert page.columns == 4


def test_words_of_different_lengths_leave_the_pictures_one_size(page: ComparePage, qtbot: QtBot) -> None:
    page.panels[1].say(score="tabby: 3 %", first="Its first suggestion: " + "word " * 30, remark="Against.")
    page.level()
    qtbot.waitUntil(lambda: {panel.view.height() for panel in page.panels} == {page.panels[1].view.height()})
    qtbot.waitUntil(lambda: page.panels[0].view.height() < 500)
    before = page.panels[0].view.height()
    page.panels[1].say(score="tabby: 3 %")
    page.level()
    qtbot.wait(20)
    assert page.panels[0].view.height() == before, "pictures do not change their size under the pointer"
    assert page.panels[1].lines() == ("tabby: 3 %",)
    assert page.panels[1].view.accessibleDescription() == "tabby: 3 %"


def test_pointing_at_a_class_shows_it_and_a_click_keeps_it(page: ComparePage) -> None:
    hovered, chosen = QSignalSpy(page.strip.class_hovered), QSignalSpy(page.strip.class_chosen)
    first, second = chips(page.strip)
    assert second.text() == "lynx && co"
    assert first.isChecked()
    QTest.mouseMove(second)
    QApplication.processEvents()
    assert hovered.at(hovered.count() - 1) == [2]
    QTest.mouseClick(second, Qt.MouseButton.LeftButton)
    assert chosen.at(0) == [2]


def test_keys_point_at_classes_too(page: ComparePage) -> None:
    hovered = QSignalSpy(page.strip.class_hovered)
    first, _second = chips(page.strip)
    first.setFocus(Qt.FocusReason.TabFocusReason)
    assert hovered.at(hovered.count() - 1) == [0]
    QTest.keyClick(first, Qt.Key.Key_Right)
    assert hovered.at(hovered.count() - 1) == [2]
    page.strip.search.setFocus()
    assert hovered.at(hovered.count() - 1) == [-1]


def test_keys_of_the_page(page: ComparePage) -> None:
    back = QSignalSpy(page.back_requested)
    view = page.panels[0].view
    page.first_focus.setFocus()
    assert QApplication.focusWidget() is view
    zoom = view.zoom
    QTest.keyClicks(view, "+")
    assert page.panels[3].view.zoom > zoom
    QTest.keyClick(view, Qt.Key.Key_Z)
    assert page.panels[3].view.is_fitted
    chip = chips(page.strip)[0]
    chip.setFocus()
    QTest.keyClicks(chip, "+")
    assert not view.is_fitted
    QTest.keyClicks(chip, "-")
    QTest.keyClick(chip, Qt.Key.Key_0)
    assert view.is_fitted
    QTest.keyClick(chip, Qt.Key.Key_Escape)
    assert back.count() == 1
    page.strip.search.setFocus()
    QTest.keyClicks(page.strip.search, "ti")
    QTest.keyClick(page.strip.search, Qt.Key.Key_Escape)
    assert back.count() == 1, "it clears the text first"
    QTest.keyClick(page.strip.search, Qt.Key.Key_Escape)
    assert back.count() == 2


def test_everything_can_be_hit_and_has_a_name(page: ComparePage) -> None:
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.parent() is not None:
            name = widget.accessibleName() or getattr(widget, "text", str)()
            assert name, widget
            assert widget.height() >= TARGET_PX, widget
    assert page.panels[2].view.accessibleName() == "Picture 2.png"


def test_tab_goes_through_the_page_in_the_order_of_reading(page: ComparePage) -> None:
    chips(page.strip)[0].setFocus()
    seen: list[QWidget] = []
    while (focus := QApplication.focusWidget()) is not None and focus not in seen:
        seen.append(focus)
        QTest.keyClick(focus, Qt.Key.Key_Tab)
    views = [panel.view for panel in page.panels]
    assert [widget for widget in seen if widget in views] == views
    assert seen.index(page.strip.search) < seen.index(views[0])


def test_a_class_for_each_panel_and_no_strip(page: ComparePage) -> None:
    chosen = QSignalSpy(page.class_chosen)
    page.begin("a.png: classes", 3, has_strip=False, has_models=True)
    assert page.strip.isHidden()
    assert len(page.panels) == 3
    for panel in page.panels:
        panel.set_classes(["tabby", "tiger", "lynx"])
        assert panel.search.isVisible()
    search = page.panels[1].search
    search.setFocus()
    QTest.keyClicks(search, "lyn")
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert chosen.at(0) == [1, 2]


def test_models_and_ways_of_drawing_are_told(page: ComparePage) -> None:
    models, modes = QSignalSpy(page.model_chosen), QSignalSpy(page.mode_chosen)
    page.offer_models([("big", "Big <b>&</b>"), ("small", "Small")], "small")
    texts = [action.text() for action in page.findChildren(QAction) if action.isCheckable()]
    assert "Big <b>&&</b>" in texts
    checked = [action.data() for action in page.findChildren(QAction) if action.isChecked()]
    assert checked == ["small"]
    next(action for action in page.findChildren(QAction) if action.data() == "big").trigger()
    assert models.at(0) == ["big"]
    page.set_mode(MapMode.HEAT)
    assert modes.count() == 0


def test_the_theme_reaches_panels_that_were_made_before(page: ComparePage) -> None:
    page.setPalette(palette_of(DARK))
    view = page.panels[0].view
    assert view.grab().toImage().pixelColor(2, 2).name() == DARK.surround
