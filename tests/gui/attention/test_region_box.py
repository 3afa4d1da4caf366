"""A box follows the pointer by its handles, stays within its bounds, and can be turned inside out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QPointF, QRectF

from gui.attention.region_box import FAR_CORNER, WHOLE, Grip, grip_at, handles_of, pulled

BOX = QRectF(100, 60, 80, 50)
BOUNDS = QRectF(0, 0, 400, 300)
_EDGES = st.floats(0, 1)


@st.composite
def _boxes(draw: st.DrawFn) -> QRectF:
    left, right = sorted([draw(_EDGES) * 400, draw(_EDGES) * 400])
    top, bottom = sorted([draw(_EDGES) * 300, draw(_EDGES) * 300])
    return QRectF(QPointF(left, top), QPointF(right, bottom))


@st.composite
def _grips(draw: st.DrawFn) -> Grip:
    handle = draw(st.sampled_from([WHOLE, *range(8)]))
    found = handle if isinstance(handle, Grip) else grip_at(BOX, handles_of(BOX)[handle])
    assert found is not None
    return found


@given(_boxes(), _grips(), st.floats(-900, 900), st.floats(-900, 900))
def test_a_box_never_leaves_its_bounds(box: QRectF, grip: Grip, across: float, down: float) -> None:
    changed = pulled(box, grip, QPointF(across, down), BOUNDS, 5.0)
    assert changed.left() >= -1e-9
    assert changed.top() >= -1e-9
    assert changed.right() <= 400 + 1e-9
    assert changed.bottom() <= 300 + 1e-9
    if grip == WHOLE:
        assert changed.width() == pytest.approx(box.width())
        assert changed.height() == pytest.approx(box.height())
    else:
        assert changed.width() >= 5.0 - 1e-9
        assert changed.height() >= 5.0 - 1e-9


def test_each_handle_moves_its_edges_and_no_others() -> None:
    moved = set()
    for at in handles_of(BOX):
        grip = grip_at(BOX, at)
        assert grip is not None
        assert grip != WHOLE
        changed = pulled(BOX, grip, QPointF(7, 3), BOUNDS, 1.0)
        edges = (
            changed.left() != BOX.left(),
            changed.top() != BOX.top(),
            changed.right() != BOX.right(),
            changed.bottom() != BOX.bottom(),
        )
        assert edges == (grip.left, grip.top, grip.right, grip.bottom)
        moved.add(edges)
    assert len(moved) == 8


def test_an_edge_that_is_pulled_over_its_opposite_becomes_that_one() -> None:
    left = grip_at(BOX, QPointF(BOX.left(), BOX.center().y()))
    assert left is not None
    changed = pulled(BOX, left, QPointF(200, 0), BOUNDS, 1.0)
    assert (changed.left(), changed.right()) == (BOX.right(), BOX.left() + 200)
    assert (changed.top(), changed.bottom()) == (BOX.top(), BOX.bottom())


def test_a_press_finds_a_handle_the_inside_or_nothing() -> None:
    assert grip_at(BOX, BOX.center()) == WHOLE
    assert grip_at(BOX, QPointF(30, 30)) is None
    assert grip_at(BOX, BOX.topLeft() - QPointF(11, 11)) is not None
    assert grip_at(BOX, BOX.topLeft() - QPointF(13, 13)) is None
    assert grip_at(BOX, BOX.bottomRight() + QPointF(2, 2)) == FAR_CORNER


def test_a_small_box_can_still_be_moved() -> None:
    small = QRectF(50, 50, 20, 20)
    assert grip_at(small, small.center()) == WHOLE
    assert grip_at(small, small.topLeft() - QPointF(3, 3)) not in {None, WHOLE}
