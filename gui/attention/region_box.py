"""Compute what becomes of a box that is moved or pulled at one of its eight handles."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QPointF, QRectF, Qt

from gui.theme import TARGET_PX

_LEAST_REACH = 4.0


@dataclass(frozen=True, slots=True)
class Grip:
    """What of a box follows the pointer.

    Attributes:
        left: its left edge does.
        top: its top edge does.
        right: its right edge does.
        bottom: its bottom edge does.
        cursor: what the pointer looks like over it.
    """

    left: bool
    top: bool
    right: bool
    bottom: bool
    cursor: Qt.CursorShape


WHOLE = Grip(left=True, top=True, right=True, bottom=True, cursor=Qt.CursorShape.SizeAllCursor)
"""The box is moved."""

FAR_CORNER = Grip(left=False, top=False, right=True, bottom=True, cursor=Qt.CursorShape.SizeFDiagCursor)
"""The corner that keys pull."""

_PLACES = {
    (0.0, 0.0): Qt.CursorShape.SizeFDiagCursor,
    (0.5, 0.0): Qt.CursorShape.SizeVerCursor,
    (1.0, 0.0): Qt.CursorShape.SizeBDiagCursor,
    (0.0, 0.5): Qt.CursorShape.SizeHorCursor,
    (1.0, 0.5): Qt.CursorShape.SizeHorCursor,
    (0.0, 1.0): Qt.CursorShape.SizeBDiagCursor,
    (0.5, 1.0): Qt.CursorShape.SizeVerCursor,
    (1.0, 1.0): Qt.CursorShape.SizeFDiagCursor,
}
"""The handles, in shares of the box."""


def handles_of(box: QRectF) -> tuple[QPointF, ...]:
    """The middles of the eight handles."""
    return tuple(_point(box, place) for place in _PLACES)


def grip_at(box: QRectF, at: QPointF) -> Grip | None:
    """What a press takes hold of: a handle near enough, else the box where it lies inside, else nothing.

    Args:
        box: as it is shown, in logical pixels.
        at: the pointer, in the same.
    """
    is_inside = box.contains(at)
    # Inside a small box there must be room left to move it.
    within = max(_LEAST_REACH, min(box.width(), box.height()) / 4)
    reach = min(TARGET_PX / 2, within) if is_inside else TARGET_PX / 2
    nearest = min(_PLACES, key=lambda place: _distance(_point(box, place), at))
    if _distance(_point(box, nearest), at) <= reach:
        across, down = nearest
        return Grip(
            left=across == 0.0, top=down == 0.0, right=across == 1.0, bottom=down == 1.0, cursor=_PLACES[nearest]
        )
    return WHOLE if is_inside else None


def pulled(box: QRectF, grip: Grip, by: QPointF, bounds: QRectF, least: float) -> QRectF:
    """The box after the pointer went so far; an edge that is pulled over its opposite one becomes that one.

    Args:
        box: as it was when the pointer took hold of it.
        grip: what of it follows.
        by: how far the pointer went.
        bounds: what the box may not leave.
        least: no side is shorter than this.

    Returns:
        A box within the bounds.
    """
    if grip == WHOLE:
        right, bottom = bounds.right() - box.width(), bounds.bottom() - box.height()
        left = min(max(box.left() + by.x(), bounds.left()), right)
        top = min(max(box.top() + by.y(), bounds.top()), bottom)
        return QRectF(left, top, box.width(), box.height())
    left, right = _side(box.left(), box.right(), by.x() * grip.left, by.x() * grip.right)
    top, bottom = _side(box.top(), box.bottom(), by.y() * grip.top, by.y() * grip.bottom)
    left, right = _held(left, right, bounds.left(), bounds.right(), least)
    top, bottom = _held(top, bottom, bounds.top(), bounds.bottom(), least)
    return QRectF(QPointF(left, top), QPointF(right, bottom))


def _point(box: QRectF, place: tuple[float, float]) -> QPointF:
    return QPointF(box.left() + place[0] * box.width(), box.top() + place[1] * box.height())


def _distance(one: QPointF, other: QPointF) -> float:
    """Of two handles and pointers as squares: a handle is as far away as its nearer side."""
    return max(abs(one.x() - other.x()), abs(one.y() - other.y()))


def _side(low: float, high: float, by_low: float, by_high: float) -> tuple[float, float]:
    ends = (low + by_low, high + by_high)
    return min(ends), max(ends)


def _held(low: float, high: float, least_low: float, most_high: float, least: float) -> tuple[float, float]:
    """Within the bounds, and `least` long where these have room for it."""
    low, high = max(low, least_low), min(high, most_high)
    if high - low < least:
        high = min(max(high, low + least), most_high)
        low = max(least_low, high - least)
    return low, high
