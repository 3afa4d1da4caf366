"""Lay maps of differently cut pictures onto one grid over the whole picture, so that they can be averaged."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap
from inference.attention.region import Box, CellWeights, cell_weights
from inference.results import CropGeometry

_SIZES_KEPT = 2048
"""Pictures of a folder share few sizes, so what depends on the size alone is computed once for each."""

_WHOLE = CropGeometry(0.0, 0.0, 1.0, 1.0)


def onto_picture(
    contributions: EvidenceMap, crop: CropGeometry, picture: tuple[int, int], grid: tuple[int, int]
) -> NDArray[np.float64]:
    """A map on a grid over the whole picture, in shares of its width and height: where pictures can be compared.

    Each cell's value is spread evenly over its area, so sums stay what they are, as far as the crop lies in the
    picture; what the network did not see gets 0.

    Args:
        contributions: (h, w).
        crop: what the network saw, in original pixels.
        picture: (width, height) of the original.
        grid: (rows, columns) of the result.
    """
    down = _spread(crop.top, crop.bottom, contributions.shape[0], picture[1], grid[0])
    across = _spread(crop.left, crop.right, contributions.shape[1], picture[0], grid[1])
    laid: NDArray[np.float64] = down @ contributions.astype(np.float64) @ across.T
    return laid


def share_on_border(contributions: EvidenceMap, band: float) -> float:
    """The share 0...1 of the positive evidence in the outer `band` (0...0.5 of each side) of what the network saw.

    0 where nothing supports the class.
    """
    inner = _inner(band, (contributions.shape[0], contributions.shape[1]))
    return float((share_in_cells(contributions) * (1 - inner)).sum())


def share_outside(contributions: EvidenceMap, box: Box, crop: CropGeometry) -> float:
    """The share 0...1 of the positive evidence outside a box in original pixels; 0 where nothing supports the class."""
    grid = (contributions.shape[0], contributions.shape[1])
    return float((share_in_cells(contributions) * (1 - cell_weights(box, crop, grid))).sum())


def share_in_cells(contributions: EvidenceMap) -> NDArray[np.float64]:
    """(h, w) each cell's share of the positive evidence; all 0 where nothing supports the class."""
    positive = np.maximum(contributions.astype(np.float64), 0)
    total = float(positive.sum())
    return positive / total if total > 0 else positive


@lru_cache(maxsize=16)
def _inner(band: float, grid: tuple[int, int]) -> CellWeights:
    """How much of each cell lies inside the border."""
    return _kept(cell_weights(Box(band, band, 1 - band, 1 - band), _WHOLE, grid))


@lru_cache(maxsize=_SIZES_KEPT)
def _spread(low: float, high: float, cells: int, length: int, parts: int) -> NDArray[np.float64]:
    """(parts, cells) the share of each cell's extent that falls into each part of 0...length, along one side."""
    ends, edges = np.linspace(0, length, parts + 1)[:, None], np.linspace(low, high, cells + 1)
    overlap = np.minimum(ends[1:], edges[1:]) - np.maximum(ends[:-1], edges[:-1])
    return _kept(np.clip(overlap / ((high - low) / cells), 0.0, 1.0))


def _kept(shares: NDArray[np.float64]) -> NDArray[np.float64]:
    """An array that several callers get."""
    shares.setflags(write=False)
    return shares
