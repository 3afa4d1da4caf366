"""Account for a logit cell by cell: evidence maps, their ledger, and what they say in words.

For a network that ends in average pooling and one linear layer,
`logit_c = bias_c + mean over cells (W_c . A(cell))`, so the contribution of a cell to a class's logit is
`W_c . A(cell) / (h w)`: the class activation map of Zhou et al. (2016), eq. 2, with its exact scale and sign kept.
Grad-CAM of the logit at that layer (Selvaraju et al. 2017, eq. 1 and 2) is the same map rectified and rescaled.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

import numpy as np

from inference.arrays import EvidenceMap, EvidenceMaps, Features, HeadWeight

FLAT_RANGE_LOGITS = 0.5
"""Below this range of `W_c . A(cell)` over the cells no area stands out (UX.md 3.2)."""

SAME_SHARE = 1e-6
"""Cells that differ by less than this share of the largest are one value, computed in different orders."""

SCALE_PERCENTILE = 99.5
"""The fixed scale is this percentile of |contribution| of the top class over some pictures (DESIGN.md 4)."""


@dataclass(frozen=True, slots=True)
class Ledger:
    """How a logit comes about; `supporting + opposing + bias == logit` up to rounding.

    Attributes:
        supporting: sum of the positive cells, in logits, >= 0.
        opposing: sum of the negative cells, in logits, <= 0.
        bias: the class's bias, in logits.
        logit: the total.
    """

    supporting: float
    opposing: float
    bias: float
    logit: float

    def error(self, logit: float) -> float:
        """How far the total is from the network's own logit, relative to 1 + the sum of |parts|; NaN stays NaN.

        Compare it with `inference.engine.self_check.TOLERANCES` of the device's precision.
        """
        parts = 1 + abs(self.supporting) + abs(self.opposing) + abs(self.bias)
        return abs(self.logit - logit) / parts


class Finding(StrEnum):
    """What can be said of a map as a whole; there is always something, so no map is ever just blank."""

    NO_NUMBERS = "no-numbers"
    """A cell is NaN or infinite."""
    NOTHING = "nothing"
    """Every cell is exactly 0: none speaks for the class, none against it."""
    SAME = "same"
    """Every cell has one value: the features do not differ from place to place."""
    AGAINST = "against"
    """No cell speaks for the class."""
    FLAT = "flat"
    """The evidence is spread so evenly that no area stands out."""
    PLACE = "place"
    """Some area stands out; `place_in_words` names it."""


def evidence_map(features: Features, weight: HeadWeight) -> EvidenceMap:
    """What each cell adds to one class's logit.

    Args:
        features: (K, h, w) float32.
        weight: (K,) float32, the class's row of the head; a difference of two rows gives a duel's map.

    Returns:
        (h, w) float32 in logits.
    """
    cells = features.shape[1] * features.shape[2]
    return (np.tensordot(weight, features, axes=1) / np.float32(cells)).astype(np.float32)


def evidence_maps(features: Features, weight: HeadWeight) -> EvidenceMaps:
    """What each cell adds to each class's logit: (C, h, w) float32 from (K, h, w) features and a (C, K) head."""
    channels, height, width = features.shape
    maps = (weight @ features.reshape(channels, -1)) / np.float32(height * width)
    return maps.reshape(-1, height, width).astype(np.float32)


def ledger(contributions: EvidenceMap, bias: float) -> Ledger:
    """Add up a map (h, w) of contributions in logits and the class's bias, in float64; of a NaN cell, all is NaN."""
    cells = contributions.astype(np.float64)
    supporting = float(np.maximum(cells, 0.0).sum())
    opposing = float(np.minimum(cells, 0.0).sum())
    return Ledger(supporting, opposing, bias, supporting + opposing + bias)


def find(contributions: EvidenceMap) -> Finding:
    """What a map (h, w) of contributions in logits says as a whole."""
    if not is_valid(contributions):
        return Finding.NO_NUMBERS
    low, high = float(contributions.min()), float(contributions.max())
    if low == high == 0:
        return Finding.NOTHING
    if contributions.size > 1 and high - low <= SAME_SHARE * max(abs(low), abs(high)):
        return Finding.SAME
    if high <= 0:
        return Finding.AGAINST
    return Finding.FLAT if is_flat(contributions) else Finding.PLACE


def is_valid(contributions: EvidenceMap) -> bool:
    """Whether every cell is a finite number."""
    return bool(np.isfinite(contributions).all())


def is_flat(contributions: EvidenceMap) -> bool:
    """Whether the evidence is spread so evenly that no area stands out."""
    spread = float(contributions.max() - contributions.min()) * contributions.size
    return spread < FLAT_RANGE_LOGITS


def fixed_scale(maps: Iterable[EvidenceMap]) -> float:
    """The s of the symmetric scale -s...+s, in logits, from the top-class maps of some pictures.

    Returns:
        The 99.5th percentile of |contribution|, or 1.0 where there is nothing to measure.
    """
    values = [np.abs(contributions).ravel() for contributions in maps if is_valid(contributions)]
    if not values:
        return 1.0
    scale = float(np.percentile(np.concatenate(values), SCALE_PERCENTILE))
    return scale if scale > 0 else 1.0


_ROWS = ("top", "middle", "bottom")
_COLUMNS = ("left", "centre", "right")


def place_in_words(contributions: EvidenceMap) -> str:
    """Where the strongest support lies, as one of 3 x 3 zones ("top left" ... "centre"), for screen readers.

    An empty string when no cell supports the class.
    """
    if not is_valid(contributions) or float(contributions.max()) <= 0:
        return ""
    row, column = np.unravel_index(int(contributions.argmax()), contributions.shape)
    vertical = _ROWS[min(2, int(row) * 3 // contributions.shape[0])]
    horizontal = _COLUMNS[min(2, int(column) * 3 // contributions.shape[1])]
    if vertical == "middle":
        return "centre" if horizontal == "centre" else f"centre {horizontal}"
    return vertical if horizontal == "centre" else f"{vertical} {horizontal}"
