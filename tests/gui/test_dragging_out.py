"""Images leave the window as copies, with their exact names; a press that becomes no drag is a press."""

from __future__ import annotations

import os

import pytest
from PySide6.QtCore import QMimeData, QPoint, Qt
from PySide6.QtGui import QDrag
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui import dragging_out
from gui.dragging_out import DraggingOut, payload
from gui.dropping import local_paths
from gui.gallery.image_grid import ImageGrid
from gui.gallery.image_model import ImageModel
from gui.library.facet_list import ROWS_MIME
from gui.user_message import UserMessage
from tests.gui.gallery.images import append, model_of

LEFT = Qt.MouseButton.LeftButton
HOSTILE = os.fsdecode(b"/p/a b%20\n#?\xff\xc3\xa4.jpg")


class Bench:
    """A grid of twelve images whose drags end at once."""

    def __init__(self, qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drags: list[tuple[Qt.DropAction, list[str]]] = []
        self.messages: list[UserMessage] = []

        def run(drag: QDrag, action: Qt.DropAction) -> Qt.DropAction:
            self.drags.append((action, local_paths(bytes(drag.mimeData().data("text/uri-list").data()))))
            assert not drag.pixmap().isNull()
            return action

        monkeypatch.setattr(QDrag, "exec", run)
        self.images = model_of(12)
        self.grid = ImageGrid(self.images)
        qtbot.addWidget(self.grid)
        self.grid.resize(800, 600)
        self.dragging = DraggingOut(self.grid)
        self.dragging.message_raised.connect(self.messages.append)
        with qtbot.waitExposed(self.grid):
            self.grid.show()

    def point(self, row: int) -> QPoint:
        return self.grid.visualRect(self.images.index(row)).center()

    def press(self, row: int) -> None:
        QTest.mousePress(self.grid.viewport(), LEFT, pos=self.point(row))

    def move(self, row: int) -> None:
        QTest.mouseMove(self.grid.viewport(), self.point(row))

    def release(self, row: int) -> None:
        QTest.mouseRelease(self.grid.viewport(), LEFT, pos=self.point(row))


@pytest.fixture
def bench(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> Bench:
    return Bench(qtbot, monkeypatch)


def test_an_image_that_was_not_selected_is_dragged_alone(bench: Bench) -> None:
    bench.press(2)
    bench.move(5)
    bench.release(5)
    assert bench.drags == [(Qt.DropAction.CopyAction, ["/p/IMG_000002.jpg"])]
    assert bench.grid.selected_rows() == [2]


def test_all_selected_images_come_along_and_stay_selected(bench: Bench) -> None:
    bench.grid.selectAll()
    bench.press(3)
    assert len(bench.grid.selected_rows()) == 12, "the press waits"
    bench.move(9)
    assert len(bench.drags[0][1]) == 12
    assert len(bench.grid.selected_rows()) == 12


def test_without_a_drag_it_is_a_click(bench: Bench) -> None:
    bench.grid.selectAll()
    bench.press(3)
    bench.release(3)
    assert bench.drags == []
    assert bench.grid.selected_rows() == [3]
    assert bench.grid.current_row() == 3


def test_keys_with_the_click_are_the_view_s(bench: Bench) -> None:
    bench.grid.set_current_row(0)
    QTest.mouseClick(bench.grid.viewport(), LEFT, Qt.KeyboardModifier.ShiftModifier, bench.point(2))
    assert bench.grid.selected_rows() == [0, 1, 2]
    QTest.mouseClick(bench.grid.viewport(), LEFT, Qt.KeyboardModifier.ControlModifier, bench.point(1))
    assert bench.grid.selected_rows() == [0, 2]


def test_many_images_are_cut_and_that_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dragging_out, "MOST_FILES", 5)
    bench.grid.selectAll()
    bench.press(0)
    bench.move(7)
    assert len(bench.drags[0][1]) == 5
    assert [message.id for message in bench.messages] == ["E-206"]
    assert "first 5 of 12" in bench.messages[0].text


def test_names_survive_byte_for_byte() -> None:
    images = ImageModel()
    append(images.table, [HOSTILE, "/p/ok.jpg"])
    mime: QMimeData = payload(images, [0, 1])
    assert local_paths(bytes(mime.data("text/uri-list").data())) == [HOSTILE, "/p/ok.jpg"]
    assert mime.text().endswith("/p/ok.jpg")
    assert mime.hasFormat(ROWS_MIME)
