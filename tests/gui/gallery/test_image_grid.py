"""Test gui/gallery/image_grid.py and row_view.py: arithmetic that agrees with itself, and painting only what shows."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from gui.gallery.image_grid import ImageGrid
from gui.gallery.image_model import ImageModel, RowUpdate
from gui.gallery.image_state import ImageState
from gui.theme import DARK, LIGHT, Theme, palette_of


class _CountingGrid(ImageGrid):
    """A grid that counts what it paints."""

    painted = 0

    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        self.painted += 1
        super().paint_row(painter, cell, row, selected=selected, focused=focused)


class _CountingModel(ImageModel):
    """A model that counts how often it is looked into."""

    looked_up = 0

    def path_at(self, row: int) -> str:
        self.looked_up += 1
        return super().path_at(row)


def _paths(count: int) -> list[str]:
    return [f"/p/IMG_{number}.jpg" for number in range(count)]


@pytest.fixture
def model() -> ImageModel:
    return ImageModel()


@pytest.fixture
def grid(qtbot: QtBot, model: ImageModel) -> _CountingGrid:
    grid = _CountingGrid(model)
    qtbot.addWidget(grid)
    grid.resize(800, 600)
    with qtbot.waitExposed(grid):
        grid.show()
    return grid


def test_places_and_rows_agree(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(500))
    assert grid.columns() > 2
    for value in (0, 137, grid.verticalScrollBar().maximum()):
        grid.verticalScrollBar().setValue(value)
        first, last = grid.visible_rows()
        for row in range(first, last + 1):
            rect = grid.visualRect(model.index(row))
            assert grid.indexAt(rect.center()).row() == row
            assert rect.intersects(grid.viewport().rect())
        assert first == 0 or not grid.visualRect(model.index(first - 1)).intersects(grid.viewport().rect())
    assert last == 499, "the end of the scroll bar shows the last row"
    assert not grid.indexAt(QPoint(5, 5_000)).isValid()


def test_a_hundred_thousand_rows_paint_only_what_shows(qtbot: QtBot) -> None:
    model = _CountingModel()
    grid = _CountingGrid(model)
    qtbot.addWidget(grid)
    grid.resize(1280, 800)
    model.append_paths(_paths(100_000))
    model.looked_up = 0
    with qtbot.waitExposed(grid):
        grid.show()
    grid.repaint()
    grid.painted = model.looked_up = 0
    grid.viewport().repaint()
    first, last = grid.visible_rows()
    assert grid.painted == last - first + 1 < 60
    assert model.looked_up <= 3 * grid.painted
    grid.painted = 0
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    grid.resize(900, 800)
    grid.selectAll()
    model.append_paths([f"/q/{number}.jpg" for number in range(1_000)])
    QApplication.processEvents()
    assert grid.painted < 400


def test_changes_out_of_sight_paint_nothing(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(10_000))
    QApplication.processEvents()
    grid.painted = 0
    model.apply([RowUpdate(row, ImageState.SUGGESTED, "tabby", 0.5) for row in range(5_000, 6_000)])
    QApplication.processEvents()
    assert grid.painted == 0
    model.apply([RowUpdate(1, ImageState.SUGGESTED, "tabby", 0.5)])
    QApplication.processEvents()
    assert grid.painted == 1


def test_resizing_keeps_the_first_row_in_place(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(10_000))
    grid.verticalScrollBar().setValue(grid.cell_height() * 300)
    first = grid.visible_rows()[0]
    grid.resize(500, 600)
    QApplication.processEvents()
    assert grid.visible_rows()[0] <= first < grid.visible_rows()[0] + grid.columns()


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_keyboard_walks_the_grid(grid: _CountingGrid, model: ImageModel, direction: Qt.LayoutDirection) -> None:
    grid.setLayoutDirection(direction)
    model.append_paths(_paths(100))
    columns = grid.columns()
    forward = Qt.Key.Key_Right if direction == Qt.LayoutDirection.LeftToRight else Qt.Key.Key_Left
    told = QSignalSpy(grid.current_changed)
    grid.set_current_row(0)
    for key, row in [
        (forward, 1),
        (Qt.Key.Key_Down, 1 + columns),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_Up, 1),
        (Qt.Key.Key_End, 99),
        (Qt.Key.Key_Down, 99),
        (Qt.Key.Key_Home, 0),
    ]:
        QTest.keyClick(grid, key)
        assert grid.current_row() == row
        assert grid.viewport().rect().contains(grid.visualRect(grid.currentIndex()).center())
    assert told.count() == 6, "told once for each change and never without one"
    QTest.keyClick(grid, Qt.Key.Key_PageDown)
    assert grid.current_row() % columns == 0
    assert grid.current_row() >= columns


def test_the_focus_comes_in_at_what_is_on_screen(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(1_000))
    grid.verticalScrollBar().setValue(10 * grid.cell_height())
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current_row() == 10 * grid.columns()


def test_letters_do_not_search(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(["/p/a.jpg", "/p/b.jpg", "/p/c.jpg"])
    grid.set_current_row(0)
    QTest.keyClick(grid, Qt.Key.Key_C)
    assert grid.current_row() == 0


def test_clicks_select_ranges(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(100))

    def click(row: int, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        centre = grid.visualRect(model.index(row)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, modifier, centre)

    click(1)
    assert grid.selected_rows() == [1]
    click(6, Qt.KeyboardModifier.ShiftModifier)
    assert grid.selected_rows() == [1, 2, 3, 4, 5, 6]
    click(3, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected_rows() == [1, 2, 4, 5, 6]
    click(8, Qt.KeyboardModifier.ControlModifier)
    assert grid.selected_rows() == [1, 2, 4, 5, 6, 8]
    QTest.keyClick(grid, Qt.Key.Key_Right, Qt.KeyboardModifier.ShiftModifier)
    assert 9 in grid.selected_rows()
    grid.selectAll()
    assert grid.selectionModel().selection().count() == 1
    assert len(grid.selected_rows()) == 100


def test_double_click_and_enter_activate(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(10))
    centre = grid.visualRect(model.index(2)).center()
    QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre)
    with qtbot.waitSignal(grid.image_activated) as activated:
        QTest.mouseDClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, centre)
    assert activated.args == [2]
    with qtbot.waitSignal(grid.image_activated) as activated:
        QTest.keyClick(grid, Qt.Key.Key_Return)
    assert activated.args == [2]


def test_rows_on_screen_are_told(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    with qtbot.waitSignal(grid.visible_rows_changed) as told:
        model.append_paths(_paths(1_000))
    assert told.args == list(grid.visible_rows())
    with qtbot.waitSignal(grid.visible_rows_changed) as told:
        grid.verticalScrollBar().setValue(5 * grid.cell_height())
    assert told.args[0] == 5 * grid.columns()
    model.clear()
    QApplication.processEvents()
    assert grid.visible_rows() == (-1, -1)


def test_removing_the_current_row_moves_on(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(10))
    grid.set_current_row(4)
    model.remove_rows([4])
    assert grid.current_row() >= 0
    model.remove_rows(range(9))
    assert grid.current_row() == -1


def test_screen_readers_find_a_list_of_items(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(100_000))
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 100_000
    assert interface.child(77).text(QAccessible.Text.Name) == "IMG_77.jpg, queued, 78 of 100,000"
    assert grid.accessibleName()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_painted(grid: _CountingGrid, model: ImageModel, theme: Theme) -> None:
    grid.setPalette(palette_of(theme))
    model.append_paths(_paths(20))
    red = QImage(QSize(160, 128), QImage.Format.Format_RGB32)
    red.fill(QColor("#ff0000"))
    for row in range(20):
        model.set_thumbnail(row, red)
    model.apply([RowUpdate(1, ImageState.FAILED, "It is damaged.")])
    grid.set_current_row(2)
    grid.setFocus()
    shot = grid.grab().toImage()
    colors = [shot.pixelColor(_picture_centre(grid, model, row)) for row in range(3)]
    assert colors[0] == QColor("#ff0000")
    assert colors[1] != QColor("#ff0000"), "a failed image shows its failure, not its picture"
    selected = grid.visualRect(model.index(2))
    assert shot.pixelColor(selected.center().x(), selected.bottom() - 13) == QColor(theme.selection)
    # No accent within 8 px of a picture: only neutral greys there.
    column = selected.center().x()
    edge = next(y for y in range(selected.top(), selected.bottom()) if shot.pixelColor(column, y) == QColor("#ff0000"))
    assert all(shot.pixelColor(column, edge - distance).hsvSaturation() < 16 for distance in range(1, 9))


def _picture_centre(grid: ImageGrid, model: ImageModel, row: int) -> QPoint:
    rect = grid.visualRect(model.index(row))
    return QPoint(rect.center().x(), rect.top() + 60)


def test_tiles_can_be_made_larger(grid: _CountingGrid, model: ImageModel) -> None:
    model.append_paths(_paths(1_000))
    before = grid.columns()
    grid.set_thumbnail_width(240)
    assert grid.columns() < before
    grid.scrollTo(model.index(500), QAbstractItemView.ScrollHint.PositionAtCenter)
    assert grid.visible_rows()[0] <= 500 <= grid.visible_rows()[1]


def test_a_shared_selection_model_moves_both(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    other = ImageGrid(model)
    qtbot.addWidget(other)
    other.setSelectionModel(grid.selectionModel())
    model.append_paths(_paths(10))
    told = QSignalSpy(other.current_changed)
    grid.selectionModel().setCurrentIndex(model.index(3), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert (other.current_row(), told.count()) == (3, 1)


def test_scattered_removal_keeps_the_current_image_or_goes_to_the_next(grid: _CountingGrid, model: ImageModel) -> None:
    other = ImageGrid(model)
    other.setSelectionModel(grid.selectionModel())
    model.append_paths(_paths(1_000))
    grid.set_current_row(501)
    told: list[int] = []
    grid.current_changed.connect(told.append)
    model.remove_rows(range(0, 1_000, 10))
    assert model.path_at(grid.current_row()) == "/p/IMG_501.jpg"
    assert told[-1:] == [grid.current_row()]
    assert grid.selected_rows() == [grid.current_row()]
    model.remove_rows([row for row in range(len(model)) if row % 2 == grid.current_row() % 2])
    assert model.path_at(grid.current_row()) == "/p/IMG_502.jpg"
    grid.set_current_row(len(model) - 1)
    model.remove_rows(range(len(model) - 1, -1, -2))
    assert grid.current_row() == len(model) - 1
    other.deleteLater()
