"""Widgets wrap onto lines, and the height follows the width."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.gallery_bar.flow_layout import FlowLayout


class Box(QWidget):
    """A widget that asks for a size, and can be made half as wide."""

    def __init__(self, width: int, height: int = 20) -> None:
        super().__init__()
        self._wanted = QSize(width, height)

    def sizeHint(self) -> QSize:
        return self._wanted

    def minimumSizeHint(self) -> QSize:
        return QSize(self._wanted.width() // 2, self._wanted.height())


def flow(qtbot: QtBot, widths: list[int], room: int) -> tuple[QWidget, list[Box]]:
    """Boxes in a layout of some width."""
    parent = QWidget()
    qtbot.addWidget(parent)
    layout = FlowLayout(parent, gap_px=10, line_gap_px=4)
    boxes = [Box(width) for width in widths]
    for box in boxes:
        layout.addWidget(box)
    parent.resize(room, 400)
    parent.show()
    return parent, boxes


def test_a_line_ends_where_the_next_would_not_fit(qtbot: QtBot) -> None:
    _parent, boxes = flow(qtbot, [100, 100, 100], 215)
    assert [box.geometry() for box in boxes] == [
        QRect(0, 0, 100, 20),
        QRect(110, 0, 100, 20),
        QRect(0, 24, 100, 20),
    ]


def test_a_hidden_widget_takes_no_room(qtbot: QtBot) -> None:
    parent, boxes = flow(qtbot, [100, 100, 100], 215)
    boxes[0].hide()
    qtbot.waitUntil(lambda: boxes[2].x() == 110)
    assert boxes[1].x() == 0
    assert parent.heightForWidth(215) == 20


def test_right_to_left(qtbot: QtBot) -> None:
    parent, boxes = flow(qtbot, [100, 50], 200)
    parent.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    qtbot.waitUntil(lambda: boxes[0].x() == 100)
    assert boxes[1].x() == 40


def test_what_is_too_wide_is_cut_to_the_room(qtbot: QtBot) -> None:
    _parent, boxes = flow(qtbot, [300], 200)
    assert boxes[0].width() == 200


def test_the_height_is_asked_of_it_by_an_outer_layout(qtbot: QtBot) -> None:
    window, inner, below = QWidget(), QWidget(), Box(50)
    qtbot.addWidget(window)
    layout = FlowLayout(inner, gap_px=0, line_gap_px=0)
    for _place in range(4):
        layout.addWidget(Box(100))
    column = QVBoxLayout(window)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(inner)
    column.addWidget(below)
    column.addStretch(1)
    window.resize(400, 300)
    window.show()
    assert below.y() == 20
    window.resize(200, 300)
    qtbot.waitUntil(lambda: below.y() == 40)


def test_a_widget_can_come_between(qtbot: QtBot) -> None:
    parent, boxes = flow(qtbot, [10, 10], 200)
    layout = parent.layout()
    assert isinstance(layout, FlowLayout)
    new = Box(10)
    layout.insert_widget(1, new)
    new.show()
    qtbot.waitUntil(lambda: boxes[1].x() == 40)
    assert new.x() == 20
    taken = layout.takeAt(1)
    assert taken is not None
    assert taken.widget() is new
    assert layout.takeAt(7) is None
    assert layout.itemAt(2) is None
    new.setParent(None)


class Counting(Box):
    """Counts how often it is asked for its size."""

    asked = 0

    def sizeHint(self) -> QSize:
        self.asked += 1
        return self._wanted

    def grow(self, width: int) -> None:
        """Ask for another size, as a label does that gets a longer text."""
        self._wanted = QSize(width, self._wanted.height())
        self.updateGeometry()


@pytest.mark.parametrize("is_shown", [True, False])
def test_what_was_asked_before_is_remembered_until_a_widget_changes(qtbot: QtBot, is_shown: bool) -> None:
    parent, boxes = QWidget(), [Counting(40), Counting(40)]
    qtbot.addWidget(parent)
    layout = FlowLayout(parent, gap_px=10, line_gap_px=4)
    for box in boxes:
        layout.addWidget(box)
    parent.resize(100, 100)
    if is_shown:
        parent.show()

    def facts() -> tuple[int, int, QSize, QSize]:
        return layout.heightForWidth(90), layout.heightForWidth(60), layout.sizeHint(), layout.minimumSize()

    assert facts() == (20, 44, QSize(90, 20), QSize(20, 20))
    asked = boxes[0].asked
    assert facts() == (20, 44, QSize(90, 20), QSize(20, 20))
    assert boxes[0].asked == asked
    boxes[1].grow(50)
    assert facts() == (44, 44, QSize(100, 20), QSize(25, 20))
    boxes[1].hide()
    assert facts() == (20, 20, QSize(40, 20), QSize(20, 20))
    boxes[1].grow(30)
    boxes[1].show()
    assert facts() == (20, 44, QSize(80, 20), QSize(20, 20))
    layout.setContentsMargins(1, 2, 3, 4)
    assert facts() == (26, 50, QSize(84, 26), QSize(24, 26))
    taken = layout.takeAt(1)
    assert taken is not None
    assert facts() == (26, 26, QSize(44, 26), QSize(24, 26))


@pytest.mark.usefixtures("qapp")
@given(widths=st.lists(st.integers(1, 90), max_size=12), room=st.integers(90, 300))
def test_nothing_overlaps_or_sticks_out(widths: list[int], room: int) -> None:
    parent = QWidget()
    layout = FlowLayout(parent, gap_px=5, line_gap_px=5)
    boxes = [Box(width) for width in widths]
    for box in boxes:
        layout.addWidget(box)
    height = layout.heightForWidth(room)
    layout.setGeometry(QRect(0, 0, room, height))
    area = QRect(0, 0, room, height)
    places = [box.geometry() for box in boxes]
    assert all(area.contains(place) for place in places)
    assert not any(one.intersects(other) for i, one in enumerate(places) for other in places[:i])
    assert all(a.y() < b.y() or a.right() < b.x() for a, b in pairwise(places)), "in order"
