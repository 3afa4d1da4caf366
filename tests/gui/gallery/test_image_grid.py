"""Test gui/gallery/image_grid.py with row_view.py, row_places.py and what keeps, moves and selects their rows."""

import pytest
from PySide6.QtCore import QItemSelectionModel, QPoint, QRect, QSize, Qt
from PySide6.QtGui import QAccessible, QColor, QImage, QPainter
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from gui.gallery import selection_runs
from gui.gallery.arrangement import Arrangement, GroupKey, ImageFilter, SortKey
from gui.gallery.filmstrip import Filmstrip
from gui.gallery.image_grid import ImageGrid
from gui.gallery.image_model import ImageModel
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import ImageTable
from gui.gallery.selection_runs import select_runs
from gui.gallery.tile_painter import heading_height
from gui.theme import DARK, LIGHT, Theme, palette_of
from tests.gui.gallery.images import append, decide, failed, paths, remove, suggested


class _CountingGrid(ImageGrid):
    """A grid that counts what it paints."""

    painted = 0

    def paint_row(self, painter: QPainter, cell: QRect, row: int, *, selected: bool, focused: bool) -> None:
        self.painted += 1
        super().paint_row(painter, cell, row, selected=selected, focused=focused)


class _CountingTable(ImageTable):
    """A table that counts how often it is looked into."""

    looked_up = 0

    def path(self, place: int) -> str:
        self.looked_up += 1
        return super().path(place)


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
    append(model.table, paths(500))
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
    table = _CountingTable()
    model = ImageModel(table)
    grid = _CountingGrid(model)
    qtbot.addWidget(grid)
    grid.resize(1280, 800)
    append(model.table, paths(100_000))
    table.looked_up = 0
    with qtbot.waitExposed(grid):
        grid.show()
    grid.repaint()
    grid.painted = table.looked_up = 0
    grid.viewport().repaint()
    first, last = grid.visible_rows()
    assert grid.painted == last - first + 1 < 60
    assert table.looked_up <= 3 * grid.painted
    grid.painted = 0
    grid.verticalScrollBar().setValue(grid.verticalScrollBar().maximum() // 2)
    grid.resize(900, 800)
    grid.selectAll()
    append(model.table, [f"/q/{number}.jpg" for number in range(1_000)])
    QApplication.processEvents()
    assert grid.painted < 400


def test_changes_out_of_sight_paint_nothing(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(10_000))
    QApplication.processEvents()
    grid.painted = 0
    model.table.apply_answers([suggested(row) for row in range(5_000, 6_000)])
    QApplication.processEvents()
    assert grid.painted == 0
    model.table.apply_answers([suggested(1)])
    QApplication.processEvents()
    assert grid.painted == 1


def test_resizing_keeps_the_first_row_in_place(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(10_000))
    grid.verticalScrollBar().setValue(grid.cell_height() * 300)
    first = grid.visible_rows()[0]
    grid.resize(500, 600)
    QApplication.processEvents()
    assert grid.visible_rows()[0] <= first < grid.visible_rows()[0] + grid.columns()


def test_sizes_that_come_and_go_do_not_move_it(grid: _CountingGrid, model: ImageModel, qtbot: QtBot) -> None:
    append(model.table, paths(10_000))
    grid.resize(860, 600)
    grid.scroll_row_to(grid.columns() * 700, 0)
    first = grid.visible_rows()[0]
    for _ in range(3):
        grid.resize(1400, 600)
        grid.resize(860, 600)
        grid.hide()
        grid.resize(1400, 600)
        with qtbot.waitExposed(grid):
            grid.show()
        QApplication.processEvents()
        grid.resize(860, 600)
    assert grid.visible_rows()[0] == first


@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_the_keyboard_walks_the_grid(grid: _CountingGrid, model: ImageModel, direction: Qt.LayoutDirection) -> None:
    grid.setLayoutDirection(direction)
    append(model.table, paths(100))
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
    append(model.table, paths(1_000))
    grid.verticalScrollBar().setValue(10 * grid.cell_height())
    QTest.keyClick(grid, Qt.Key.Key_Down)
    assert grid.current_row() == 10 * grid.columns()


def test_letters_do_not_search(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, ["/p/a.jpg", "/p/b.jpg", "/p/c.jpg"])
    grid.set_current_row(0)
    QTest.keyClick(grid, Qt.Key.Key_C)
    assert grid.current_row() == 0


def test_clicks_select_ranges(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(100))

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
    append(model.table, paths(10))
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
        append(model.table, paths(1_000))
    assert told.args == list(grid.visible_rows())
    with qtbot.waitSignal(grid.visible_rows_changed) as told:
        grid.verticalScrollBar().setValue(5 * grid.cell_height())
    assert told.args[0] == 5 * grid.columns()
    model.table.clear()
    QApplication.processEvents()
    assert grid.visible_rows() == (-1, -1)


def test_other_images_in_the_same_rows_are_told_too(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(5_000))
    first, last = grid.visible_rows()
    told = QSignalSpy(grid.visible_rows_changed)
    model.set_arrangement(Arrangement(sort=SortKey.NAME, descending=True))
    assert grid.visible_rows() == (first, last)
    assert told.at(told.count() - 1) == [first, last]
    before = told.count()
    remove(model.table, [model.key_at(0)])
    assert told.count() > before
    assert told.at(told.count() - 1) == [first, last]


def test_the_focus_goes_to_the_next_image_when_the_current_one_leaves(
    grid: _CountingGrid, model: ImageModel, qtbot: QtBot
) -> None:
    strip = Filmstrip(model)
    qtbot.addWidget(strip)
    strip.setSelectionModel(grid.selectionModel())
    append(model.table, paths(10))
    grid.set_current_row(4)
    told: list[int] = []
    grid.current_changed.connect(told.append)
    remove(model.table, [4])
    assert (model.key_at(grid.current_row()), grid.selected_rows()) == (5, [4])
    remove(model.table, [9])
    assert model.key_at(grid.current_row()) == 5
    remove(model.table, [5, 6, 7, 8])
    assert (model.key_at(grid.current_row()), grid.selected_rows()) == (3, [3]), "none is behind: the one before"
    remove(model.table, range(10))
    assert (grid.current_row(), told[-1]) == (-1, -1)


def test_those_that_stay_selected_stay_so_when_others_leave(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(20))
    grid.set_current_row(3)
    assert select_runs(grid.selectionModel(), [(2, 4), (10, 11)])
    remove(model.table, [3, 4])
    assert [list(grid.selected_keys()), model.key_at(grid.current_row())] == [[2, 10, 11], 5]


def test_screen_readers_find_a_list_of_items(grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(100_000))
    interface = QAccessible.queryAccessibleInterface(grid)
    assert interface.role() == QAccessible.Role.List
    assert interface.childCount() == 100_000
    assert interface.child(77).text(QAccessible.Text.Name) == "IMG_000077.jpg, queued, 78 of 100,000"
    assert grid.accessibleName()


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
def test_what_is_painted(grid: _CountingGrid, model: ImageModel, theme: Theme) -> None:
    grid.setPalette(palette_of(theme))
    append(model.table, paths(20))
    red = QImage(QSize(160, 128), QImage.Format.Format_RGB32)
    red.fill(QColor("#ff0000"))
    for row in range(20):
        model.table.set_thumbnail(row, red)
    model.table.apply_answers([failed(1)])
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
    append(model.table, paths(1_000))
    before = grid.columns()
    grid.set_thumbnail_width(240)
    assert grid.columns() < before
    grid.scrollTo(model.index(500), QAbstractItemView.ScrollHint.PositionAtCenter)
    assert grid.visible_rows()[0] <= 500 <= grid.visible_rows()[1]


def test_a_shared_selection_model_moves_both(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    other = ImageGrid(model)
    qtbot.addWidget(other)
    other.setSelectionModel(grid.selectionModel())
    append(model.table, paths(10))
    told = QSignalSpy(other.current_changed)
    grid.selectionModel().setCurrentIndex(model.index(3), QItemSelectionModel.SelectionFlag.ClearAndSelect)
    assert (other.current_row(), told.count()) == (3, 1)


@pytest.fixture
def shared(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> _CountingGrid:
    """The grid with 5,000 suggestions, its selection shared with a filmstrip as in the window."""
    append(model.table, paths(5_000))
    model.table.apply_answers([suggested(key, f"class {key % 7}", (key * 37 % 1_000) / 1_000) for key in range(5_000)])
    strip = Filmstrip(model)
    qtbot.addWidget(strip)
    strip.setSelectionModel(grid.selectionModel())
    return grid


def test_a_new_arrangement_keeps_current_image_and_selection(shared: _CountingGrid, model: ImageModel) -> None:
    shared.set_current_row(501)
    assert select_runs(shared.selectionModel(), [(500, 502), (700, 700)])
    model.set_arrangement(Arrangement(sort=SortKey.SCORE, group=GroupKey.SUGGESTION))
    assert model.key_at(shared.current_row()) == 501
    assert sorted(shared.selected_keys()) == [500, 501, 502, 700]
    assert shared.viewport().rect().intersects(shared.visualRect(shared.currentIndex()))
    model.set_arrangement(Arrangement())
    assert list(shared.selected_keys()) == [500, 501, 502, 700]


def test_the_current_image_that_a_filter_hides_gives_way_to_the_next(shared: _CountingGrid, model: ImageModel) -> None:
    decide(model.table, [501, 502], ImageState.UNSURE)
    shared.set_current_row(501)
    told: list[int] = []
    shared.current_changed.connect(told.append)
    model.set_arrangement(Arrangement(ImageFilter(states=frozenset({ImageState.SUGGESTED}))))
    assert (model.key_at(shared.current_row()), told) == (503, [501])
    assert shared.selected_rows() == [501]
    model.set_arrangement(Arrangement(ImageFilter(states=frozenset({ImageState.REJECTED}))))
    assert (shared.current_row(), told[-1]) == (-1, -1)


def test_scattered_removal_keeps_the_current_image_or_goes_to_the_next(
    shared: _CountingGrid, model: ImageModel
) -> None:
    shared.set_current_row(501)
    remove(model.table, range(0, 5_000, 10))
    assert model.key_at(shared.current_row()) == 501
    assert shared.selected_rows() == [shared.current_row()]
    remove(model.table, range(1, 5_000, 2))
    assert model.key_at(shared.current_row()) == 502
    shared.set_current_row(len(model) - 1)
    remove(model.table, range(998, 5_000, 3))
    assert shared.current_row() == len(model) - 1


def test_what_is_on_screen_stays_there_when_rows_change(shared: _CountingGrid, model: ImageModel) -> None:
    shared.verticalScrollBar().setValue(40 * shared.cell_height() + 17)
    anchor = shared.anchor()
    assert anchor == (40 * shared.columns(), 17)
    remove(model.table, [key for key in range(0, 5_000, 9) if key != anchor[0]])
    assert shared.anchor() == (model.key_at(shared.visible_rows()[0]), 17)
    row = model.row_of(anchor[0])
    assert row is not None
    assert shared.visible_rows()[0] <= row < shared.visible_rows()[0] + shared.columns()
    shared.verticalScrollBar().setValue(0)
    assert shared.restore_anchor(anchor)
    assert shared.visible_rows()[0] == row // shared.columns() * shared.columns()
    assert not shared.restore_anchor((9, 0)), "this one was removed"
    model.table.clear()
    assert shared.anchor() is None


def test_the_selection_is_turned_round(shared: _CountingGrid, model: ImageModel) -> None:
    assert shared.invert_selection()
    assert len(shared.selected_keys()) == 5_000
    assert select_runs(shared.selectionModel(), [(10, 20), (4_990, 4_999)])
    assert shared.invert_selection()
    assert shared.selected_rows() == [*range(10), *range(21, 4_990)]
    shared.clearSelection()
    assert list(shared.selected_keys()) == []


def test_too_many_separate_runs_are_not_selected(
    shared: _CountingGrid, model: ImageModel, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(selection_runs, "MOST_RUNS", 2_499)
    shared.set_current_row(3)
    assert not select_runs(shared.selectionModel(), [(row, row) for row in range(0, 5_000, 2)])
    assert shared.selected_rows() == [3]
    shared.selectAll()
    decide(model.table, range(0, 5_000, 2), ImageState.UNSURE)
    model.set_arrangement(Arrangement(group=GroupKey.STATE))
    assert len(shared.selected_rows()) == 5_000, "all of them are one run again"


@pytest.fixture
def grouped(grid: _CountingGrid, model: ImageModel) -> _CountingGrid:
    """A grid of groups with 7, 1 and 30 images."""
    append(model.table, paths(38))
    names = ["lynx"] * 7 + ["jay"] + ["tabby"] * 30
    model.table.apply_answers([suggested(key, name) for key, name in enumerate(names)])
    model.set_arrangement(Arrangement(group=GroupKey.SUGGESTION))
    return grid


def test_headings_take_room_and_no_row(grouped: _CountingGrid, model: ImageModel) -> None:
    first = grouped.visualRect(model.index(0))
    assert first.top() == heading_height(grouped.fontMetrics())
    assert not grouped.indexAt(QPoint(10, 5)).isValid()
    assert grouped.indexAt(first.center()).row() == 0
    jay = model.groups()[2]
    assert (jay.title, grouped.cell_of(jay.first_row).left()) == ("jay", 0)
    interface = QAccessible.queryAccessibleInterface(grouped)
    assert interface.childCount() == 38
    grouped.verticalScrollBar().setValue(grouped.verticalScrollBar().maximum())
    grouped.scrollTo(model.index(1))
    assert grouped.verticalScrollBar().value() == 0, "the heading is seen with its first line"
    grouped.scrollTo(model.index(37))
    QTest.mouseClick(grouped.viewport(), Qt.MouseButton.LeftButton, pos=grouped.visualRect(model.index(37)).center())
    assert grouped.selected_rows() == [37]


def test_the_keyboard_passes_over_headings(grouped: _CountingGrid, model: ImageModel) -> None:
    columns = grouped.columns()
    last_line = 30 // columns * columns if 30 % columns else 30 - columns
    grouped.set_current_row(last_line)
    for key, row in [
        (Qt.Key.Key_Down, 30),
        (Qt.Key.Key_Up, last_line),
        (Qt.Key.Key_End, 37),
        (Qt.Key.Key_Up, 30 + (7 - 1) // columns * columns),
        (Qt.Key.Key_Right, 31 + (7 - 1) // columns * columns),
        (Qt.Key.Key_Home, 0),
        (Qt.Key.Key_Up, 0),
    ]:
        QTest.keyClick(grouped, key)
        assert grouped.current_row() == row
    QTest.keyClick(grouped, Qt.Key.Key_PageDown)
    assert grouped.current_row() % columns == 0
    assert grouped.current_row() > 0


def test_headings_are_painted(grouped: _CountingGrid) -> None:
    shot = grouped.viewport().grab().toImage()
    height = heading_height(grouped.fontMetrics())
    ground = grouped.palette().base().color()
    line = {shot.pixelColor(x, y).name() for x in range(12, 200) for y in range(height)}
    assert len(line) > 3, "letters"
    rule = shot.pixelColor(shot.width() - 40, height // 2 - 1)
    assert rule == QColor(LIGHT.border) != ground


def test_maps_are_asked_for_and_lie_over_the_pictures(qtbot: QtBot, grid: _CountingGrid, model: ImageModel) -> None:
    append(model.table, paths(3))
    for key in range(3):
        model.table.set_thumbnail(key, _plain("#0000ff"))
    model.table.apply_answers([suggested(0), failed(2)])
    with qtbot.waitSignal(grid.maps_wanted) as asked:
        grid.set_maps_shown(True)
        grid.grab()
    assert asked.args == [[0, 1]], "a failed image has none"
    heat = QImage(7, 7, QImage.Format.Format_ARGB32_Premultiplied)
    heat.fill(QColor("#00ff00"))
    grid.set_map(0, heat)
    grid.set_map(1, QImage())
    shot = grid.grab().toImage()
    assert shot.pixelColor(_picture_centre(grid, model, 0)) == QColor("#00ff00")
    assert shot.pixelColor(_picture_centre(grid, model, 1)) == QColor("#0000ff")
    grid.set_maps_shown(False)
    assert not grid.are_maps_shown
    assert grid.grab().toImage().pixelColor(_picture_centre(grid, model, 0)) == QColor("#0000ff")
    grid.forget_maps()
    with qtbot.waitSignal(grid.maps_wanted) as asked:
        grid.set_maps_shown(True)
        grid.grab()
    assert asked.args == [[0, 1]]
    grid.forget_map_requests([1])
    with qtbot.waitSignal(grid.maps_wanted) as asked:
        grid.grab()
    assert asked.args == [[1]]


def _plain(color: str) -> QImage:
    image = QImage(QSize(160, 128), QImage.Format.Format_RGB32)
    image.fill(QColor(color))
    return image
