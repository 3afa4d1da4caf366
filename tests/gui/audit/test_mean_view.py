"""A box is drawn, moved and taken away over the mean map, by pointer and by keys."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QImage
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from gui.audit.mean_view import MeanView

_GREY, _RED = 0xFF808080, 0xFFFF0000
_LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def view(qtbot: QtBot) -> MeanView:
    """A picture twice as wide as high in a square place."""
    widget = MeanView()
    qtbot.addWidget(widget)
    widget.resize(304, 304)
    picture = QImage(200, 100, QImage.Format.Format_RGB32)
    picture.fill(_GREY)
    widget.set_picture(picture)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def drawn(view: MeanView) -> list[tuple[list[float], bool]]:
    """The boxes that were told, with whether they were final."""
    told: list[tuple[list[float], bool]] = []

    def note(box: QRectF, is_final: bool) -> None:
        told.append(([round(part, 2) for part in (box.left(), box.top(), box.right(), box.bottom())], is_final))

    view.box_drawn.connect(note)
    return told


def _at(view: MeanView, across: float, down: float) -> QPoint:
    place = view.picture_place()
    return QPointF(place.left() + across * place.width(), place.top() + down * place.height()).toPoint()


def _drag(view: MeanView, *points: tuple[float, float]) -> None:
    first, last = _at(view, *points[0]), _at(view, *points[-1])
    QTest.mousePress(view, _LEFT, Qt.KeyboardModifier.NoModifier, first)
    for point in points[1:]:
        QTest.mouseMove(view, _at(view, *point))
    QTest.mouseRelease(view, _LEFT, Qt.KeyboardModifier.NoModifier, last)


def _colour(view: MeanView, across: float, down: float) -> QColor:
    image = view.grab().toImage()
    return image.pixelColor(_at(view, across, down) * image.devicePixelRatio())


def test_the_picture_lies_in_the_middle_with_its_proportions(view: MeanView) -> None:
    place = view.picture_place()
    assert place.width() == 2 * place.height() == 300
    assert place.center() == QPointF(152, 152)
    assert view.minimumSizeHint().width() <= view.sizeHint().width()


def test_a_drag_tells_boxes_and_the_last_one_is_final(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    _drag(view, (0.8, 0.9), (0.5, 0.5), (0.2, 0.1))
    assert [is_final for _, is_final in drawn][-1] is True
    assert not any(is_final for _, is_final in drawn[:-1])
    assert len(drawn) >= 2
    # From any corner to any other.
    assert drawn[-1][0] == pytest.approx([0.2, 0.1, 0.8, 0.9], abs=0.02)


def test_a_drag_that_comes_back_ends_with_a_final_box(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    _drag(view, (0.2, 0.2), (0.6, 0.6), (0.2, 0.2))
    assert len(drawn) >= 2
    assert drawn[-1][0] == pytest.approx([0.2, 0.2, 0.2, 0.2], abs=0.02)
    assert [is_final for _, is_final in drawn] == [False] * (len(drawn) - 1) + [True]
    drawn.clear()
    _drag(view, (0.5, 0.5), (0.505, 0.505))
    assert drawn == []


def test_a_box_stays_within_the_picture(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    _drag(view, (0.5, 0.5), (1.4, 2.5))
    assert drawn[-1] == ([0.5, 0.5, 1.0, 1.0], True)


def test_a_click_and_another_button_draw_nothing(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    _drag(view, (0.5, 0.5), (0.505, 0.505))
    QTest.mousePress(view, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, _at(view, 0.1, 0.1))
    QTest.mouseMove(view, _at(view, 0.9, 0.9))
    QTest.mouseRelease(view, Qt.MouseButton.RightButton, Qt.KeyboardModifier.NoModifier, _at(view, 0.9, 0.9))
    assert drawn == []


def test_arrows_move_the_box_and_with_shift_its_corner(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    QTest.keyClick(view, Qt.Key.Key_Right)
    assert drawn == []
    view.set_box(QRectF(0.25, 0.25, 0.5, 0.5))
    QTest.keyClick(view, Qt.Key.Key_Right)
    QTest.keyClick(view, Qt.Key.Key_Up)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    QTest.keyClick(view, Qt.Key.Key_Down, Qt.KeyboardModifier.ShiftModifier)
    # One step is 1/24; the view itself shows what it is told to show.
    assert [box for box, is_final in drawn if is_final] == [
        [0.29, 0.25, 0.79, 0.75],
        [0.25, 0.21, 0.75, 0.71],
        [0.25, 0.25, 0.71, 0.75],
        [0.25, 0.25, 0.75, 0.79],
    ]


def test_arrows_stop_at_the_edge_and_leave_a_box(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    view.set_box(QRectF(0.0, 0.0, 1 / 24, 1.0))
    QTest.keyClick(view, Qt.Key.Key_Left)
    QTest.keyClick(view, Qt.Key.Key_Down)
    QTest.keyClick(view, Qt.Key.Key_Left, Qt.KeyboardModifier.ShiftModifier)
    assert [box for box, _ in drawn] == [[0.0, 0.0, 0.04, 1.0]] * 3


def test_the_box_is_seen_and_taken_away(view: MeanView, drawn: list[tuple[list[float], bool]]) -> None:
    assert _colour(view, 0.25, 0.5) == QColor(_GREY)
    view.set_box(QRectF(0.25, 0.25, 0.5, 0.5))
    edge = [_colour(view, 0.25 + step / 300, 0.5).lightness() for step in range(-4, 5)]
    assert max(edge) > 240
    assert min(edge) < 30
    view.set_box(None)
    assert _colour(view, 0.25, 0.5) == QColor(_GREY)
    assert drawn == []


def test_the_map_lies_over_the_picture_and_can_be_hidden(view: MeanView) -> None:
    overlay = QImage(24, 24, QImage.Format.Format_ARGB32_Premultiplied)
    overlay.fill(_RED)
    view.set_map(overlay)
    assert _colour(view, 0.5, 0.5).red() > 200
    view.show_map(False)
    assert _colour(view, 0.5, 0.5) == QColor(_GREY)
    view.show_map(True)
    view.set_map(QImage())
    assert _colour(view, 0.5, 0.5) == QColor(_GREY)


def test_without_a_picture_the_map_lies_on_a_plain_square(view: MeanView) -> None:
    view.set_picture(QImage())
    place = view.picture_place()
    assert place.width() == place.height() == 300
    assert _colour(view, 0.1, 0.1) == _colour(view, 0.9, 0.9)


def test_keyboard_focus_is_seen(view: MeanView, qtbot: QtBot) -> None:
    view.activateWindow()
    view.clearFocus()
    before = view.grab().toImage()
    view.setFocus()
    qtbot.waitUntil(view.hasFocus)
    assert view.grab().toImage() != before
    assert view.accessibleName()
