"""Rows answer to pointer, keys and drops."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import QEvent, QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import (
    QAccessible,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QEnterEvent,
)
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.library.facet_list import ROWS_MIME, FacetList
from gui.library.facet_model import FacetEntry, FacetModel
from gui.library.sections import Section
from gui.theme import TARGET_PX

LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier
NONE = Qt.KeyboardModifier.NoModifier
COUNTS = [(4, "tabby", 88), (1, "magpie", 40), (2, "jay", 7)]


@pytest.fixture
def rows(qtbot: QtBot) -> Iterator[FacetList]:
    """Three labels on screen."""
    facets = FacetModel(is_ranked=True)
    facets.set_counts(COUNTS)
    labels = FacetList(Section.LABELS, facets)
    qtbot.addWidget(labels)
    labels.resize(240, 300)
    labels.show()
    labels.activateWindow()
    qtbot.waitExposed(labels)
    labels.setFocus()
    yield labels
    facets.deleteLater()


def middle(rows: FacetList, row: int) -> QPoint:
    """A point in the middle of a row."""
    return rows.visualRect(rows.model().index(row, 0)).center()


def drop(rows: FacetList, mime: QMimeData, where: QPointF) -> Qt.DropAction | None:
    """What comes of a drop: None where it was refused on entering."""
    target = rows.viewport()
    actions = Qt.DropAction.CopyAction | Qt.DropAction.MoveAction
    entering = QDragEnterEvent(where.toPoint(), actions, mime, LEFT, NONE)
    QApplication.sendEvent(target, entering)
    if not entering.isAccepted():
        return None
    moving = QDragMoveEvent(where.toPoint(), actions, mime, LEFT, NONE)
    QApplication.sendEvent(target, moving)
    event = QDropEvent(where, actions, mime, LEFT, NONE)
    QApplication.sendEvent(target, event)
    return event.dropAction() if event.isAccepted() else Qt.DropAction.IgnoreAction


def test_click_and_ctrl_click(rows: FacetList) -> None:
    chosen = QSignalSpy(rows.row_chosen)
    QTest.mouseClick(rows.viewport(), LEFT, NONE, middle(rows, 1))
    QTest.mouseClick(rows.viewport(), LEFT, CTRL, middle(rows, 2))
    QTest.mouseClick(rows.viewport(), LEFT, NONE, QPoint(20, 250))
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.RightButton, NONE, middle(rows, 0))
    assert [chosen.at(i) for i in range(chosen.count())] == [[Section.LABELS, 1, False], [Section.LABELS, 2, True]]


def test_a_press_that_leaves_the_row_is_no_click(rows: FacetList) -> None:
    chosen = QSignalSpy(rows.row_chosen)
    QTest.mousePress(rows.viewport(), LEFT, NONE, middle(rows, 0))
    QTest.mouseRelease(rows.viewport(), LEFT, NONE, middle(rows, 2))
    assert chosen.count() == 0


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_keys_do_what_clicks_do(rows: FacetList, key: Qt.Key) -> None:
    chosen = QSignalSpy(rows.row_chosen)
    QTest.keyClick(rows, Qt.Key.Key_Down)
    QTest.keyClick(rows, key)
    QTest.keyClick(rows, Qt.Key.Key_End)
    QTest.keyClick(rows, key, CTRL)
    assert [chosen.at(i) for i in range(chosen.count())] == [[Section.LABELS, 1, False], [Section.LABELS, 2, True]]


def test_the_focus_has_a_row_to_stand_on(rows: FacetList) -> None:
    assert rows.hasFocus()
    assert rows.currentIndex().row() == 0


def test_letters_are_left_to_others(rows: FacetList) -> None:
    before = rows.currentIndex().row()
    QTest.keyClick(rows, Qt.Key.Key_J)
    assert rows.currentIndex().row() == before
    renamed = QSignalSpy(rows.rename_requested)
    QTest.keyClick(rows, Qt.Key.Key_F2)
    assert renamed.at(0) == [4]


def test_the_menu_key_asks_for_the_focused_row(rows: FacetList) -> None:
    asked = QSignalSpy(rows.menu_requested)
    rows.setCurrentIndex(rows.model().index(1, 0))
    place = QPoint(1, 1)
    for reason in (QContextMenuEvent.Reason.Keyboard, QContextMenuEvent.Reason.Mouse):
        where = place if reason is QContextMenuEvent.Reason.Keyboard else middle(rows, 2)
        event = QContextMenuEvent(reason, where, rows.viewport().mapToGlobal(where))
        QApplication.sendEvent(rows.viewport(), event)
    keys = [asked.at(i)[:2] for i in range(asked.count())]
    assert keys == [[Section.LABELS, 1], [Section.LABELS, 2]]
    assert asked.at(0)[2] == rows.viewport().mapToGlobal(middle(rows, 1))


def test_nothing_moves_under_the_pointer_or_the_focus(rows: FacetList, qtbot: QtBot) -> None:
    facets = rows.model()
    assert isinstance(facets, FacetModel)
    rows.clearFocus()
    inside = QPointF(5, 5)
    QApplication.sendEvent(rows, QEnterEvent(inside, inside, inside))
    facets.set_counts([(4, "tabby", 88), (1, "magpie", 40), (2, "jay", 700)])
    assert facets.row_of(2) == 2
    QApplication.sendEvent(rows, QEvent(QEvent.Type.Leave))
    assert facets.row_of(2) == 0
    rows.setFocus()
    qtbot.waitUntil(rows.hasFocus)
    facets.set_counts([(4, "tabby", 800), (1, "magpie", 40), (2, "jay", 700)])
    assert facets.row_of(4) == 1
    rows.hide()
    assert facets.row_of(4) == 0


def test_own_images_dropped_on_a_label(rows: FacetList) -> None:
    told, files = QSignalSpy(rows.rows_dropped), QSignalSpy(rows.files_dropped)
    mime = QMimeData()
    mime.setData(ROWS_MIME, b"1 2 3")
    mime.setUrls([QUrl.fromLocalFile("/a/b.jpg")])
    assert drop(rows, mime, QPointF(middle(rows, 1))) is Qt.DropAction.CopyAction
    assert (told.at(0), files.count()) == ([1], 0)
    assert drop(rows, mime, QPointF(20, 250)) is Qt.DropAction.IgnoreAction
    assert told.count() == 1


def test_files_dropped_on_a_label_come_as_bytes(rows: FacetList) -> None:
    told = QSignalSpy(rows.files_dropped)
    mime = QMimeData()
    mime.setData("text/uri-list", b"file:///a/%FF%23.jpg\r\n")
    assert drop(rows, mime, QPointF(middle(rows, 0))) is Qt.DropAction.CopyAction
    code, uri_list = told.at(0)
    assert (code, bytes(uri_list)) == (4, b"file:///a/%FF%23.jpg\r\n")


@pytest.mark.parametrize("uri_list", [b"https://example.org/a.jpg\r\n", b"file:///a/model.onnx\r\n", b""])
def test_other_drops_are_the_windows(rows: FacetList, uri_list: bytes) -> None:
    mime = QMimeData()
    mime.setData("text/uri-list", uri_list)
    assert drop(rows, mime, QPointF(middle(rows, 0))) is None


def test_the_row_under_a_drag_is_marked_until_it_leaves(rows: FacetList) -> None:
    mime = QMimeData()
    mime.setData(ROWS_MIME, b"1")
    plain = rows.grab().toImage()
    where, actions = middle(rows, 1), Qt.DropAction.CopyAction
    entering = QDragEnterEvent(where, actions, mime, LEFT, NONE)
    QApplication.sendEvent(rows.viewport(), entering)
    moving = QDragMoveEvent(where, actions, mime, LEFT, NONE)
    QApplication.sendEvent(rows.viewport(), moving)
    assert rows.grab().toImage() != plain
    QApplication.sendEvent(rows.viewport(), QDragLeaveEvent())
    assert rows.grab().toImage() == plain


def test_only_labels_take_drops(qtbot: QtBot) -> None:
    facets = FacetModel()
    facets.set_entries([FacetEntry("/s", "s", 1)])
    sources = FacetList(Section.SOURCES, facets)
    qtbot.addWidget(sources)
    assert not sources.acceptDrops()


def test_sizes_follow_the_rows(rows: FacetList) -> None:
    facets = rows.model()
    assert isinstance(facets, FacetModel)
    height = rows.sizeHintForRow(0)
    assert height >= TARGET_PX
    assert rows.full_height == rows.maximumHeight() == 3 * height
    facets.set_counts([(code, f"label {code}", code) for code in range(1_000)])
    assert rows.full_height == 1_000 * height
    assert rows.minimumSizeHint().height() == 4 * height
    font = rows.font()
    font.setPointSizeF(font.pointSizeF() * 2)
    rows.setFont(font)
    assert rows.maximumHeight() == 1_000 * rows.sizeHintForRow(0) > 1_000 * height


def test_the_current_row_stays_through_a_search(rows: FacetList) -> None:
    facets = rows.model()
    assert isinstance(facets, FacetModel)
    rows.setCurrentIndex(facets.index(1))
    facets.set_search("magpie")
    assert rows.currentIndex().row() == 0
    facets.set_search("")
    assert rows.currentIndex().row() == 1


def test_screen_readers_find_a_list_with_names(rows: FacetList) -> None:
    interface = QAccessible.queryAccessibleInterface(rows)
    assert interface.role() == QAccessible.Role.List
    assert interface.text(QAccessible.Text.Name) == "Labels"
    assert [interface.child(row).text(QAccessible.Text.Name) for row in range(3)] == [
        "tabby, 88 images",
        "magpie, 40 images",
        "jay, 7 images",
    ]
