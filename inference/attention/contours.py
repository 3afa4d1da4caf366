"""Trace the lines along which a map has one value, for maps that are drawn as outlines."""

from __future__ import annotations

from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap

Segments: TypeAlias = NDArray[np.float32]
"""(N, 4) float32: x1, y1, x2, y2 of straight pieces, in shares 0...1 of the map's width and height."""

_NO_SEGMENTS: Segments = np.empty((0, 4), np.float32)

_TOP, _RIGHT, _BOTTOM, _LEFT = range(4)
_ALL_ABOVE = 15
_SIDES = np.array(
    [
        (_TOP, _TOP),
        (_LEFT, _TOP),
        (_TOP, _RIGHT),
        (_LEFT, _RIGHT),
        (_RIGHT, _BOTTOM),
        (_LEFT, _TOP),
        (_TOP, _BOTTOM),
        (_LEFT, _BOTTOM),
        (_BOTTOM, _LEFT),
        (_TOP, _BOTTOM),
        (_TOP, _RIGHT),
        (_RIGHT, _BOTTOM),
        (_RIGHT, _LEFT),
        (_TOP, _RIGHT),
        (_LEFT, _TOP),
        (_TOP, _TOP),
    ]
)
"""By which corners of a square lie above the level (1 top left, 2 top right, 4 bottom right, 8 bottom left): the two
sides that the line crosses (Lorensen and Cline 1987 in two dimensions, "marching squares"). Where none lie above, or
all do, there is no line."""

_SADDLES = {5: (_RIGHT, _BOTTOM), 10: (_BOTTOM, _LEFT)}
"""Where opposite corners lie above the level there is a second line."""


def contour(values: EvidenceMap, level: float) -> Segments:
    """The line around everything above a level; at the border of the map it is closed along the border.

    Args:
        values: (H, W) float32 at the centres of H x W pixels, finite.
        level: in the unit of the values.

    Returns:
        Straight pieces in no order, each once; none where nothing lies above the level.
    """
    height, width = values.shape
    if not (values > level).any():
        return _NO_SEGMENTS
    # A frame below the level closes the line; half a pixel outside, it lies on the border after clipping.
    low = min(float(values.min()), level) - 1.0
    grid = np.pad(values.astype(np.float64), 1, constant_values=low)
    above = grid > level
    kinds = above[:-1, :-1] + 2 * above[:-1, 1:] + 4 * above[1:, 1:] + 8 * above[1:, :-1]
    # The line crosses few squares: only these are looked at again.
    crossed = np.flatnonzero((kinds > 0) & (kinds < _ALL_ABOVE))
    crossed = crossed[np.argsort(kinds.ravel()[crossed], kind="stable")]
    kind, number = kinds.ravel()[crossed], np.arange(crossed.size)
    sides = _crossings(grid, level, *np.divmod(crossed, kinds.shape[1]))
    pieces = [np.concatenate([sides[_SIDES[kind, 0], number], sides[_SIDES[kind, 1], number]], axis=1)]
    for saddle, (first, second) in _SADDLES.items():
        pieces.append(np.concatenate([sides[first, kind == saddle], sides[second, kind == saddle]], axis=1))
    # Corner (0, 0) of the padded grid is the centre of a pixel outside: minus a half, in pixels.
    points = (np.concatenate(pieces) - 0.5) / np.array([width, height, width, height])
    segments: Segments = np.clip(points, 0.0, 1.0).astype(np.float32)
    return segments


def _crossings(
    grid: NDArray[np.float64], level: float, rows: NDArray[np.intp], columns: NDArray[np.intp]
) -> NDArray[np.float64]:
    """(4, n, 2) x and y where the line crosses each side of squares, by linear interpolation between two corners.

    Of a side that it does not cross, no number that means anything.
    """
    top_left, top_right = grid[rows, columns], grid[rows, columns + 1]
    bottom_left, bottom_right = grid[rows + 1, columns], grid[rows + 1, columns + 1]
    points = np.empty((4, rows.size, 2))
    with np.errstate(divide="ignore", invalid="ignore"):
        points[_TOP, :, 0] = columns + (level - top_left) / (top_right - top_left)
        points[_RIGHT, :, 1] = rows + (level - top_right) / (bottom_right - top_right)
        points[_BOTTOM, :, 0] = columns + (level - bottom_left) / (bottom_right - bottom_left)
        points[_LEFT, :, 1] = rows + (level - top_left) / (bottom_left - top_left)
    points[_TOP, :, 1], points[_BOTTOM, :, 1] = rows, rows + 1
    points[_LEFT, :, 0], points[_RIGHT, :, 0] = columns, columns + 1
    return points
