"""Ask what one region of the picture says by itself: its cells pooled alone, through the same linear layer.

The head is applied to the mean of the features over the region's cells in place of all cells. For the whole of what the
network saw this is the network's own answer. It is last-layer evidence: a cell also saw pixels around the region.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from inference.arrays import Features, Logits, Probabilities
from inference.attention.masking import CellMask
from inference.classify.postprocess import softmax
from inference.engine.network import Head
from inference.results import CropGeometry

CellWeights: TypeAlias = NDArray[np.float64]
"""(h, w) float64 in 0...1: how much of each cell a region covers."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle in upright original pixels (floats, right and bottom exclusive)."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def width(self) -> float:
        """In pixels."""
        return self.right - self.left

    @property
    def height(self) -> float:
        """In pixels."""
        return self.bottom - self.top

    @property
    def is_empty(self) -> bool:
        """Whether it holds nothing (or is no rectangle at all)."""
        return not (self.width > 0 and self.height > 0)

    def within(self, other: Box) -> Box:
        """The part of it that lies in another box; empty where they do not meet."""
        return Box(
            max(self.left, other.left),
            max(self.top, other.top),
            min(self.right, other.right),
            min(self.bottom, other.bottom),
        )


@dataclass(frozen=True, slots=True)
class RegionAnswer:
    """What a region says by itself.

    Attributes:
        logits: (C,) float32.
        probabilities: (C,) float32, their softmax.
        cells: (h, w) float64, how much of each cell was counted.
    """

    logits: Logits
    probabilities: Probabilities
    cells: CellWeights


def cell_weights(box: Box, crop: CropGeometry, grid: tuple[int, int]) -> CellWeights:
    """How much of each cell a box covers.

    Args:
        box: in upright original pixels.
        crop: what the network saw, in the same pixels; it may reach beyond the picture.
        grid: (h, w) of the map.

    Returns:
        (h, w) float64 in 0...1, the covered share of each cell's area; all 0 where the network did not see the box.
    """
    down = covered_shares(box.top, box.bottom, crop.top, crop.bottom, grid[0])
    across = covered_shares(box.left, box.right, crop.left, crop.right, grid[1])
    return np.outer(down, across)


def covered_shares(start: float, end: float, low: float, high: float, cells: int) -> NDArray[np.float64]:
    """(cells,) the share 0...1 of each of `cells` equal parts of low...high that start...end covers."""
    edges = np.linspace(low, high, cells + 1)
    overlap = np.minimum(end, edges[1:]) - np.maximum(start, edges[:-1])
    shares: NDArray[np.float64] = np.clip(overlap / ((high - low) / cells), 0.0, 1.0)
    return shares


def ask_region(features: Features, head: Head, weights: CellWeights) -> RegionAnswer | None:
    """The answer of some cells, pooled by their weights.

    Args:
        features: (K, h, w) float32.
        head: the model's linear layer.
        weights: (h, w), >= 0: `cell_weights` of a box, or a mask of cells.

    Returns:
        None where no cell has weight: the network did not see that region.

    Raises:
        ValueError: the weights are of another grid.
    """
    if weights.shape != features.shape[1:]:
        raise ValueError(f"weights {weights.shape} do not fit a map of {features.shape[1:]}")
    shares = weights.astype(np.float64)
    total = float(shares.sum())
    if not total > 0:
        return None
    pooled = features.reshape(len(features), -1).astype(np.float64) @ (shares.ravel() / total)
    logits = (head.weight.astype(np.float64) @ pooled + head.bias).astype(np.float32)
    return RegionAnswer(logits, softmax(logits), shares)


def box_of_cells(cells: CellMask, crop: CropGeometry, picture: tuple[int, int]) -> Box | None:
    """The smallest box around some cells, in upright original pixels, cut to the picture.

    Args:
        cells: (h, w) bool.
        crop: what the network saw.
        picture: (width, height) of the original.

    Returns:
        None where no cell is chosen.
    """
    rows, columns = np.flatnonzero(cells.any(axis=1)), np.flatnonzero(cells.any(axis=0))
    if not rows.size:
        return None
    tall, wide = (crop.bottom - crop.top) / cells.shape[0], (crop.right - crop.left) / cells.shape[1]
    around = Box(
        crop.left + float(columns[0]) * wide,
        crop.top + float(rows[0]) * tall,
        crop.left + float(columns[-1] + 1) * wide,
        crop.top + float(rows[-1] + 1) * tall,
    )
    return around.within(Box(0.0, 0.0, float(picture[0]), float(picture[1])))


def strong_cells(contributions: NDArray[np.floating], share: float) -> CellMask:
    """The cells with at least `share` (0...1) of the largest contribution; none where nothing supports the class."""
    largest = float(contributions.max())
    return contributions >= share * largest if largest > 0 else np.zeros(contributions.shape, np.bool_)


def cells_holding(contributions: NDArray[np.floating], share: float) -> CellMask:
    """The fewest cells that together hold `share` (0...1) of all positive contributions; none where there are none.

    Equal contributions go in reading order.
    """
    values = contributions.astype(np.float64).ravel()
    order = np.argsort(-values, kind="stable")
    sums = np.cumsum(np.maximum(values[order], 0.0))
    mask = np.zeros(values.size, np.bool_)
    if sums.size and sums[-1] > 0:
        # The last positive cell completes the sum exactly, whatever rounding does to its share.
        count = int(np.searchsorted(sums, share * sums[-1])) + 1
        mask[order[:count]] = True
    return mask.reshape(contributions.shape)
