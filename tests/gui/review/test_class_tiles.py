"""The tiles fill their place, and keys and pointer leave images out."""

from collections.abc import Iterator

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QAccessible, QFont, QFontMetrics, QImage
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.review.class_tile_painter import picture_side
from gui.review.class_tiles import ClassTiles, cell_for, scrolled_cell
from gui.review.class_tiles_model import ClassTilesModel, TileRole
from gui.theme import DARK, LIGHT, palette_of
from tests.gui.review.helpers import HOSTILE, double_click, picture

FATAL = QAbstractItemModelTester.FailureReportingMode.Fatal


class Images:
    """Twenty images; the last has neither picture nor score."""

    def __init__(self) -> None:
        self.names = {key: f"IMG_{key}.jpg" for key in range(100, 120)}
        self.picture = picture()

    def thumbnail(self, key: int) -> QImage | None:
        return None if key == 119 else self.picture

    def score(self, key: int) -> float | None:
        return None if key == 119 else 0.99 - (key - 100) * 0.01

    def name(self, key: int) -> str:
        return self.names[key]


@pytest.fixture
def model(qapp: QApplication) -> Iterator[ClassTilesModel]:
    """A page of twenty images, watched by Qt's own test of models."""
    del qapp
    tiles = ClassTilesModel(Images())
    QAbstractItemModelTester(tiles, FATAL, tiles)
    tiles.show_keys(range(100, 120))
    yield tiles
    tiles.deleteLater()


@pytest.fixture
def view(qtbot: QtBot, model: ClassTilesModel) -> Iterator[ClassTiles]:
    """The tiles, in about the place that a window of 1280 x 800 has for them."""
    tiles = ClassTiles(model)
    qtbot.addWidget(tiles)
    tiles.resize(1250, 640)
    tiles.show()
    qtbot.waitExposed(tiles)
    tiles.setFocus()
    qtbot.waitUntil(tiles.hasFocus)
    yield tiles
    tiles.close()


def middle_of(view: ClassTiles, row: int) -> QPoint:
    """A point in the middle of a tile."""
    return view.visualRect(view.model().index(row, 0)).center()


def test_twenty_tiles_stand_five_by_four(view: ClassTiles) -> None:
    places = [view.visualRect(view.model().index(row, 0)) for row in range(20)]
    assert len({place.left() for place in places}) == 5
    assert len({place.top() for place in places}) == 4
    assert all(view.viewport().rect().contains(place) for place in places)
    assert not view.verticalScrollBar().isVisible()


@pytest.mark.parametrize("size", [QSize(880, 420), QSize(500, 900), QSize(400, 300), QSize(1900, 1000)])
def test_tiles_lie_side_by_side_in_any_window_and_can_be_reached(view: ClassTiles, size: QSize) -> None:
    view.resize(size)
    QApplication.processEvents()
    places = [view.visualRect(view.model().index(row, 0)) for row in range(20)]
    assert not any(one.intersects(other) for one in places for other in places if one is not other)
    assert all(place.left() >= 0 and place.right() <= view.viewport().width() for place in places)
    assert places[-1].bottom() <= view.viewport().height() + view.verticalScrollBar().maximum()
    assert min(picture_side(place.size(), view.fontMetrics()) for place in places) >= 80


@given(st.integers(1, 4_000), st.integers(1, 3_000), st.integers(1, 20))
def test_cells_that_are_told_fit(width: int, height: int, count: int) -> None:
    metrics = QFontMetrics(QFont())
    cell = cell_for(QSize(width, height), metrics, count)
    if not cell.isEmpty():
        columns = width // cell.width()
        assert columns * (height // cell.height()) >= count
        assert picture_side(cell, metrics) >= 84
    assert 0 < scrolled_cell(max(width, 120), metrics).width() <= max(width, 120)


def test_space_and_arrows_leave_out_and_take_in(view: ClassTiles, model: ClassTilesModel) -> None:
    for key in (Qt.Key.Key_Right, Qt.Key.Key_Down):
        QTest.keyClick(view, key)
    assert view.currentIndex().row() == 6
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert model.left_out == [106]
    assert len(model.accepted) == 19
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert model.left_out == []
    QTest.keyClick(view, Qt.Key.Key_End)
    QTest.keyClick(view, Qt.Key.Key_Space)
    assert model.left_out == [119]


def test_a_click_leaves_out_and_a_press_that_moves_away_does_not(view: ClassTiles, model: ClassTilesModel) -> None:
    left = Qt.MouseButton.LeftButton
    QTest.mouseClick(view.viewport(), left, pos=middle_of(view, 3))
    assert model.left_out == [103]
    QTest.mousePress(view.viewport(), left, pos=middle_of(view, 5))
    QTest.mouseRelease(view.viewport(), left, pos=middle_of(view, 6))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.RightButton, pos=middle_of(view, 7))
    assert model.left_out == [103]


def test_enter_and_a_double_click_open_and_change_nothing(
    view: ClassTiles, model: ClassTilesModel, qtbot: QtBot
) -> None:
    with qtbot.waitSignal(view.image_activated) as told:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert told.args == [100]
    left = Qt.MouseButton.LeftButton
    with qtbot.waitSignal(view.image_activated) as told:
        QTest.mouseClick(view.viewport(), left, pos=middle_of(view, 8))
        double_click(view.viewport(), middle_of(view, 8), left)
        QTest.mouseRelease(view.viewport(), left, pos=middle_of(view, 8))
    assert told.args == [108]
    assert model.left_out == []


def test_letters_and_digits_go_on_to_the_page(view: ClassTiles, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(view.image_activated):
        QTest.keyClicks(view, "i5x")
        QTest.keyClick(view, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert view.currentIndex().row() == 0


def test_what_was_left_out_stays_so_while_other_pages_are_seen(model: ClassTilesModel) -> None:
    model.toggle(2)
    model.toggle(77)
    model.show_keys([110, 111])
    assert model.left_out == []
    assert model.accepted == [110, 111]
    model.show_keys(range(100, 104))
    assert model.left_out == [102]
    model.invert()
    assert model.left_out == [100, 101, 103]
    model.forget([100])
    assert model.left_out == [101, 103]
    model.forget()
    assert model.accepted == [100, 101, 102, 103]


def test_only_tiles_of_the_page_are_repainted_for_new_pictures(model: ClassTilesModel, qtbot: QtBot) -> None:
    assert model.keys_without_thumbnail() == [119]
    with qtbot.waitSignal(model.dataChanged) as told:
        model.refresh([5, 119])
    assert told.args is not None
    assert told.args[0].row() == 19
    with qtbot.assertNotEmitted(model.dataChanged):
        model.refresh([5])


def test_screen_readers_hear_name_score_and_place_and_what_is_left_out(
    view: ClassTiles, model: ClassTilesModel
) -> None:
    model.toggle(1)
    spoken = [model.index(row).data(Qt.ItemDataRole.AccessibleTextRole) for row in (0, 1, 19)]
    assert spoken == ["IMG_100.jpg, 99 %, 1 of 20", "left out, IMG_101.jpg, 98 %, 2 of 20", "IMG_119.jpg, 20 of 20"]
    interface = QAccessible.queryAccessibleInterface(view)
    assert interface is not None
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 20
    assert view.accessibleName()


def test_left_out_focus_and_theme_are_seen(view: ClassTiles, model: ClassTilesModel) -> None:
    plain = view.grab().toImage()
    model.toggle(0)
    left_out = view.grab().toImage()
    assert left_out != plain
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert view.grab().toImage() != left_out
    images = []
    for theme in (LIGHT, DARK):
        view.setPalette(palette_of(theme))
        images.append(view.grab().toImage())
    assert images[0] != images[1]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_are_shown_as_they_are(qtbot: QtBot, name: str) -> None:
    images = Images()
    images.names[100] = name
    model = ClassTilesModel(images)
    view = ClassTiles(model)
    qtbot.addWidget(view)
    model.show_keys([100])
    for role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
        text = str(model.index(0).data(role))
        assert "\n" not in text
        assert "\u202e" not in text
    assert "<b>" not in str(model.index(0).data(Qt.ItemDataRole.ToolTipRole))
    assert model.index(0).data(TileRole.KEY) == 100
    assert not view.grab().isNull()
