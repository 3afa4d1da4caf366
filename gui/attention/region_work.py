"""Ask what a box of the picture on screen says by itself, from its cells: no run of the network.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

from gui.attention.examined import Examined
from inference.attention.region import Box, ask_region, cell_weights
from inference.classify.postprocess import softmax, top_predictions

SHOWN = 5


@dataclass(frozen=True, slots=True)
class RegionRow:
    """One class: its name, its probability in the region and in the whole picture (0...1)."""

    name: str
    here: float
    whole: float


@dataclass(frozen=True, slots=True)
class RegionSaid:
    """What a box says by itself.

    Attributes:
        cells: how many cells it covers, in parts of a cell.
        rows: its best classes.
    """

    cells: float
    rows: tuple[RegionRow, ...]


def ask(examined: Examined, left: float, top: float, right: float, bottom: float) -> RegionSaid | None:
    """What a box of upright original pixels says; None where the network saw nothing of it."""
    features = examined.inspection.features
    if features is None:
        return None
    weights = cell_weights(Box(left, top, right, bottom), examined.classification.crop, features.shape[1:])
    answer = ask_region(features, examined.head, weights)
    if answer is None:
        return None
    whole = softmax(examined.inspection.logits)
    best = top_predictions(answer.logits, examined.contract.labels, SHOWN)
    rows = tuple(RegionRow(one.label, one.probability, float(whole[one.index])) for one in best)
    return RegionSaid(float(answer.cells.sum()), rows)
