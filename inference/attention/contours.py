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
_EDGES = {
    1: ((_LEFT, _TOP),),
    2: ((_TOP, _RIGHT),),
    3: ((_LEFT, _RIGHT),),
    4: ((_RIGHT, _BOTTOM),),
    5: ((_LEFT, _TOP), (_RIGHT, _BOTTOM)),
    6: ((_TOP, _BOTTOM),),
    7: ((_LEFT, _BOTTOM),),
    8: ((_BOTTOM, _LEFT),),
    9: ((_TOP, _BOTTOM),),
    10: ((_TOP, _RIGHT), (_BOTTOM, _LEFT)),
    11: ((_RIGHT, _BOTTOM),),
    12: ((_RIGHT, _LEFT),),
    13: ((_TOP, _RIGHT),),
    14: ((_LEFT, _TOP),),
}
"""By which corners of a square lie above the level (1 top left, 2 top right, 4 bottom right, 8 bottom left): the pairs
of sides that the line crosses (Lorensen and Cline 1987 in two dimensions, "marching squares")."""


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
    pieces = []
    for kind, pairs in _EDGES.items():
        rows, columns = np.nonzero(kinds == kind)
        if rows.size:
            pieces += [
                np.concatenate([_crossing(grid, level, rows, columns, side) for side in pair], axis=1) for pair in pairs
            ]
    # Corner (0, 0) of the padded grid is the centre of a pixel outside: minus a half, in pixels.
    points = (np.concatenate(pieces) - 0.5) / np.array([width, height, width, height])
    segments: Segments = np.clip(points, 0.0, 1.0).astype(np.float32)
    return segments


def _crossing(
    grid: NDArray[np.float64], level: float, rows: NDArray[np.intp], columns: NDArray[np.intp], side: int
) -> NDArray[np.float64]:
    """(n, 2) x and y where the line crosses one side of squares, by linear interpolation between two corners."""
    down, right = int(side == _BOTTOM), int(side == _RIGHT)
    first = grid[rows + down, columns + right]
    if side in {_TOP, _BOTTOM}:
        second = grid[rows + down, columns + 1]
        return np.stack([columns + (level - first) / (second - first), (rows + down).astype(np.float64)], axis=1)
    second = grid[rows + 1, columns + right]
    return np.stack([(columns + right).astype(np.float64), rows + (level - first) / (second - first)], axis=1)
