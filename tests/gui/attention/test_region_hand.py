"""The box over the picture is moved and pulled by pointer and keys; everything else stays the picture's."""

from __future__ import annotations

from collections.abc import Iterable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QPaintEvent
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.attention.region_hand import RegionHand
from gui.viewer.picture_view import PictureView
from tests.gui.viewer.pictures import plain_image

BOX = QRectF(100, 80, 120, 90)
LEFT, PLAIN = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


class _Page(QWidget):
    """A page with a picture of 400 x 300, whose box follows the hand."""

    def __init__(self) -> None:
        super().__init__()
        self.picture = PictureView(self)
        QVBoxLayout(self).addWidget(self.picture)
        self.resize(560, 460)
        self.picture.show_picture(plain_image(400, 300), original_size=QSize(400, 300))
        self.hand = RegionHand(self, self.picture)
        self.box: QRectF | None = None
        self.hand.box_changed.connect(self.show_box)

    def show_box(self, box: QRectF) -> None:
        """Take a box."""
        self.box = QRectF(box)
        self.picture.set_region(self.box)
        self.hand.show_box(self.box, has_region=True)

    def at(self, x: float, y: float) -> QPoint:
        """Where an original point lies in the picture's widget."""
        placement = self.picture.placement
        assert placement is not None
        return QPoint(*map(round, placement.to_view(x, y)))


@pytest.fixture
def page(qtbot: QtBot) -> _Page:
    """A page that is shown, with a box."""
    made = _Page()
    qtbot.addWidget(made)
    made.show()
    qtbot.waitExposed(made)
    made.show_box(BOX)
    return made


def _drag(page: _Page, start: QPoint, by: QPoint, modifiers: Qt.KeyboardModifier = PLAIN) -> None:
    QTest.mousePress(page.picture, LEFT, modifiers, start)
    for share in (0.5, 1.0):
        QTest.mouseMove(page.picture, start + by * share)
    QTest.mouseRelease(page.picture, LEFT, modifiers, start + by)


def test_a_drag_inside_moves_it(page: _Page) -> None:
    _drag(page, page.at(160, 120), QPoint(40, -20))
    assert page.box is not None
    assert page.box.size() == BOX.size()
    placement = page.picture.placement
    assert placement is not None
    assert page.box.left() == pytest.approx(BOX.left() + 40 / placement.scale, abs=1e-6)
    assert page.box.top() == pytest.approx(BOX.top() - 20 / placement.scale, abs=1e-6)


def test_a_drag_at_a_corner_pulls_it(page: _Page) -> None:
    _drag(page, page.at(BOX.right(), BOX.bottom()), QPoint(30, 10))
    assert page.box is not None
    assert page.box.topLeft() == BOX.topLeft()
    assert page.box.width() > BOX.width()
    assert page.box.height() > BOX.height()


def test_a_drag_elsewhere_and_one_with_shift_are_the_pictures(page: _Page) -> None:
    drawn = QSignalSpy(page.picture.region_drawn)
    _drag(page, page.at(300, 250), QPoint(30, 10))
    assert page.box == BOX
    _drag(page, page.at(160, 120), QPoint(60, 40), SHIFT)
    assert page.box == BOX
    assert drawn.count() >= 1


def test_a_double_click_still_zooms(page: _Page) -> None:
    assert page.picture.is_fitted
    QTest.mouseDClick(page.picture, LEFT, PLAIN, page.at(160, 120))
    QTest.mouseRelease(page.picture, LEFT, PLAIN, page.at(160, 120))
    assert not page.picture.is_fitted


def test_the_pointer_says_what_it_would_take_hold_of(page: _Page) -> None:
    QTest.mouseMove(page.picture, page.at(20, 25))
    QTest.mouseMove(page.picture, page.at(160, 120))
    assert page.picture.cursor().shape() == Qt.CursorShape.SizeAllCursor
    QTest.mouseMove(page.picture, page.at(BOX.left(), BOX.center().y()))
    assert page.picture.cursor().shape() == Qt.CursorShape.SizeHorCursor
    QTest.mouseMove(page.picture, page.at(20, 20))
    assert page.picture.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_keys_move_pull_and_dismiss_it(page: _Page) -> None:
    gone = QSignalSpy(page.hand.box_dismissed)
    page.picture.setFocus()
    QTest.keyClick(page.picture, Qt.Key.Key_Right, CONTROL)
    assert page.box is not None
    assert page.box.left() > BOX.left()
    assert page.box.size() == BOX.size()
    before = QRectF(page.box)
    QTest.keyClick(page.picture, Qt.Key.Key_Up, CONTROL | SHIFT)
    assert page.box.height() < before.height()
    assert page.box.topLeft() == before.topLeft()
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    assert gone.count() == 1


def test_without_a_box_keys_and_pointer_are_the_pictures(page: _Page) -> None:
    gone, changed = QSignalSpy(page.hand.box_dismissed), QSignalSpy(page.hand.box_changed)
    page.hand.show_box(None, has_region=False)
    _drag(page, page.at(160, 120), QPoint(40, -20))
    QTest.keyClick(page.picture, Qt.Key.Key_Right, CONTROL)
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    assert (gone.count(), changed.count()) == (0, 0)
    # Cells of a map can be dismissed, but neither moved nor pulled.
    page.hand.show_box(None, has_region=True)
    QTest.keyClick(page.picture, Qt.Key.Key_Right, CONTROL)
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    assert (gone.count(), changed.count()) == (1, 0)


def test_the_handles_are_seen_and_follow_the_zoom(page: _Page) -> None:
    def handle_is_white(x: float, y: float) -> bool:
        image = page.picture.grab().toImage()
        ratio = image.devicePixelRatio()
        return image.pixelColor(page.at(x, y) * ratio).lightness() > 250

    assert handle_is_white(BOX.left(), BOX.top())
    assert not handle_is_white(20, 20)
    page.picture.zoom_at(2.0, page.at(160, 120).toPointF())
    assert handle_is_white(BOX.right(), BOX.bottom())


class _Painted(QObject):
    """Collects what is painted of a widget."""

    def __init__(self, widget: QWidget) -> None:
        super().__init__()
        self.areas: list[int] = []
        widget.installEventFilter(self)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QPaintEvent):
            rects: Iterable[QRect] = event.region()  # type: ignore[assignment]  # its stub lacks __iter__
            self.areas.append(sum(rect.width() * rect.height() for rect in rects))
        return False


def test_a_box_that_moves_has_the_picture_painted_once_and_only_at_its_rim(page: _Page, qtbot: QtBot) -> None:
    qtbot.wait(50)
    painted = _Painted(page.picture)
    page.show_box(BOX.translated(30, 20))
    qtbot.waitUntil(lambda: bool(painted.areas))
    qtbot.wait(50)
    assert len(painted.areas) == 1
    assert painted.areas[0] < page.picture.width() * page.picture.height() / 5
