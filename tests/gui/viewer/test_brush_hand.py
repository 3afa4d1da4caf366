"""The brush takes the left button and nothing else, and says where it is in original pixels at every zoom."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.viewer.brush_hand import BrushHand
from gui.viewer.brush_keys import BrushKeys
from gui.viewer.picture_view import PictureView
from tests.gui.viewer.pictures import grey_view, turn_wheel

LEFT, MIDDLE = Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton
MIDDLE_OF_VIEW = QPointF(250, 200)
PLAIN, CONTROL, SHIFT = (
    Qt.KeyboardModifier.NoModifier,
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
)


@pytest.fixture
def view(qtbot: QtBot) -> PictureView:
    widget = grey_view(qtbot)
    widget.show()
    qtbot.waitExposed(widget)
    return widget


@pytest.fixture
def hand(view: PictureView) -> BrushHand:
    made = BrushHand(view)
    made.take(taken=True)
    made.set_diameter(40.0)
    return made


def near(at: QPointF, x: float, y: float, tolerance: float) -> bool:
    return abs(at.x() - x) <= tolerance and abs(at.y() - y) <= tolerance


@pytest.mark.parametrize("zoom", [0.0, 1.0, 3.7])
def test_a_stroke_is_told_in_original_pixels(view: PictureView, hand: BrushHand, zoom: float) -> None:
    if zoom:
        view.zoom_at(zoom, QPointF(250, 200))
    placement = view.placement
    assert placement is not None
    began, continued, ended = (
        QSignalSpy(hand.stroke_began),
        QSignalSpy(hand.stroke_continued),
        QSignalSpy(hand.stroke_ended),
    )
    first, last = QPoint(220, 180), QPoint(260, 210)
    QTest.mousePress(view, LEFT, PLAIN, first)
    QTest.mouseMove(view, last)
    QTest.mouseRelease(view, LEFT, PLAIN, last)
    QTest.mouseMove(view, first)
    assert (began.count(), continued.count(), ended.count()) == (1, 1, 1)
    assert near(began.at(0)[0], *placement.to_picture(220, 180), 1e-6)
    assert near(continued.at(0)[0], *placement.to_picture(260, 210), 1e-6)
    assert view.placement == placement


def test_the_ring_is_as_wide_as_the_brush(view: PictureView, hand: BrushHand) -> None:
    placement = view.placement
    assert placement is not None
    without = view.grab().toImage()
    QTest.mouseMove(view, QPoint(250, 200))
    ringed = view.grab().toImage()
    changed = [x for x in range(500) if ringed.pixel(x, 200) != without.pixel(x, 200)]
    assert abs((max(changed) - min(changed)) - 40 * placement.scale) <= 6
    assert hand.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    hand.take(taken=False)
    assert view.grab().toImage() == without


def test_other_buttons_and_shift_stay_the_pictures(view: PictureView, hand: BrushHand) -> None:
    view.zoom_at(4.0, QPointF(250, 200))
    before, began, drawn = view.placement, QSignalSpy(hand.stroke_began), QSignalSpy(view.region_drawn)
    QTest.mousePress(view, MIDDLE, PLAIN, QPoint(250, 200))
    QTest.mouseMove(view, QPoint(270, 220))
    QTest.mouseRelease(view, MIDDLE, PLAIN, QPoint(270, 220))
    assert view.placement != before
    QTest.mousePress(view, LEFT, SHIFT, QPoint(200, 200))
    QTest.mouseMove(view, QPoint(270, 220))
    QTest.mouseRelease(view, LEFT, SHIFT, QPoint(270, 220))
    assert drawn.count() >= 1
    assert began.count() == 0


def test_the_wheel_steps_the_size_and_turns_no_page(view: PictureView, hand: BrushHand) -> None:
    stepped, pages, zoom = QSignalSpy(hand.size_stepped), QSignalSpy(view.next_requested), view.zoom
    turn_wheel(view, MIDDLE_OF_VIEW, 120)
    turn_wheel(view, MIDDLE_OF_VIEW, -60)
    turn_wheel(view, MIDDLE_OF_VIEW, -60)
    assert [stepped.at(number)[0] for number in range(stepped.count())] == [1, -1]
    assert pages.count() == 0
    turn_wheel(view, MIDDLE_OF_VIEW, 120, modifiers=CONTROL)
    assert view.zoom > zoom
    hand.take(taken=False)
    turn_wheel(view, MIDDLE_OF_VIEW, -120)
    assert pages.count() == 1


def test_putting_the_brush_away_ends_the_stroke(view: PictureView, hand: BrushHand) -> None:
    ended = QSignalSpy(hand.stroke_ended)
    QTest.mousePress(view, LEFT, PLAIN, QPoint(220, 180))
    hand.take(taken=False)
    assert ended.count() == 1
    QTest.mouseRelease(view, LEFT, PLAIN, QPoint(220, 180))
    assert ended.count() == 1


def test_keys_are_the_brushs_only_while_it_is_active_and_no_field_needs_them(qtbot: QtBot) -> None:
    page = QWidget()
    qtbot.addWidget(page)
    picture, field = QWidget(page), QLineEdit(page)
    picture.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
    column = QVBoxLayout(page)
    column.addWidget(picture)
    column.addWidget(field)
    done: list[str] = []
    keys = BrushKeys(page, picture, {"Ctrl+Z": lambda: done.append("undo"), "]": lambda: done.append("larger")})
    page.show()
    qtbot.waitExposed(page)
    QTest.keyClick(picture, Qt.Key.Key_Z, CONTROL)
    assert done == []
    keys.set_active(True)
    QTest.keyClick(picture, Qt.Key.Key_Z, CONTROL)
    QTest.keyClick(picture, Qt.Key.Key_BracketRight)
    assert done == ["undo", "larger"]
    field.setText("ab")
    QTest.keyClick(field, Qt.Key.Key_BracketRight)
    QTest.keyClick(field, Qt.Key.Key_Z, CONTROL)
    assert done == ["undo", "larger"]
