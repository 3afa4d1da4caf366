"""Linked pictures show the same part of each, whatever their sizes; none of them turns pages or draws boxes."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtTest import QSignalSpy, QTest
from PySide6.QtWidgets import QHBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from gui.compare.linked_view import LinkedView, ViewLink
from tests.gui.viewer.pictures import plain_image, turn_wheel

SIZES = ((400, 300), (1200, 900), (300, 400))


class Row(QWidget):
    """Three linked pictures of different sizes, and one that has none."""

    def __init__(self) -> None:
        super().__init__()
        self.views = [LinkedView(self) for _ in range(4)]
        row = QHBoxLayout(self)
        for view in self.views:
            row.addWidget(view)
        self.link = ViewLink(self)
        self.link.set_views(self.views)
        self.resize(900, 300)
        for view, (width, height) in zip(self.views, SIZES, strict=False):
            view.show_picture(plain_image(width, height), original_size=QSize(width, height), is_full=True)

    def spots(self) -> list[tuple[float, float, float]]:
        found = [view.spot for view in self.views[:3]]
        return [(round(spot.zoom, 3), round(spot.x, 2), round(spot.y, 2)) for spot in found if spot is not None]


@pytest.fixture
def row(qtbot: QtBot) -> Row:
    made = Row()
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


def test_what_happens_to_one_happens_to_all(row: Row) -> None:
    assert row.spots() == [(1.0, 0.5, 0.5)] * 3
    for _ in range(6):
        row.views[1].zoom_in()
    assert len(set(row.spots())) == 1
    assert row.spots()[0][0] > 2
    # Of the third picture, which is not so wide, as much is moved as its edges allow.
    row.views[0].pan(-15, -25)
    first, second, _ = row.spots()
    assert first == second
    assert first[1:] > (0.5, 0.5)
    row.views[2].zoom_to_fit()
    assert all(view.is_fitted for view in row.views[:3])


def test_the_wheel_zooms_all_of_them_and_turns_no_pages(row: Row) -> None:
    view = row.views[0]
    pages = [QSignalSpy(signal) for signal in (view.next_requested, view.previous_requested)]
    turn_wheel(view, QPointF(view.rect().center()), 120)
    turn_wheel(view, QPointF(view.rect().center()), 120, modifiers=Qt.KeyboardModifier.ControlModifier)
    assert row.spots() == [(round(1.25**2, 3), 0.5, 0.5)] * 3
    assert [spy.count() for spy in pages] == [0, 0]


def test_shift_draws_no_box(row: Row) -> None:
    view = row.views[0]
    spy = QSignalSpy(view.region_drawn)
    QTest.mousePress(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(40, 40))
    QTest.mouseMove(view, QPoint(120, 120))
    QTest.mouseRelease(view, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier, QPoint(120, 120))
    assert spy.count() == 0


def test_views_that_are_no_longer_linked_stay(row: Row) -> None:
    row.link.set_views(row.views[:2])
    for _ in range(3):
        row.views[0].zoom_in()
    assert row.views[1].zoom > 0
    assert not row.views[1].is_fitted
    assert row.views[2].is_fitted


def test_a_wider_window_keeps_the_part_that_is_seen(row: Row, qtbot: QtBot) -> None:
    for _ in range(4):
        row.views[0].zoom_in()
    row.resize(1200, 400)
    qtbot.waitUntil(lambda: row.views[0].height() > 300)
    assert not any(view.is_fitted for view in row.views[:3])
    assert len({spot[1:] for spot in row.spots()}) == 1
