"""Look closer with the same network: a larger input has more cells, and may have another answer, which is said.

A pooled network takes inputs of any size, so twice the size gives four times the cells, each covering a quarter of the
picture's area. But it was trained at its own size; what it says at another is another answer, not a sharper one.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from inference.arrays import Logits
from inference.classify.postprocess import softmax
from inference.classify.preprocess import PrepareOrder
from inference.models.contract import MAX_SIDE_PX, Preprocessing
from inference.results import PictureFacts

FACTORS = (2, 3)
"""How much larger the input may be made."""


@dataclass(frozen=True, slots=True)
class ViewChange:
    """What another view of the same picture did to the answer.

    Attributes:
        first_before: the first class of the usual view.
        first_after: the first class of the other view.
        before: probability (0...1) of `first_before` in the usual view.
        after: its probability in the other view.
    """

    first_before: int
    first_after: int
    before: float
    after: float

    @property
    def stayed(self) -> bool:
        """Whether the decision is the same."""
        return self.first_before == self.first_after


def view_order(preprocessing: Preprocessing, *, factor: int = 1, whole: bool = False) -> PrepareOrder:
    """What to prepare for another view.

    Args:
        preprocessing: of the model.
        factor: how many times as large the input is.
        whole: the whole picture instead of the centre crop.

    Raises:
        ValueError: the input would be larger than any model's may be.
    """
    larger = replace(preprocessing, resize=preprocessing.resize * factor, crop=preprocessing.crop * factor)
    if max(larger.resize, larger.crop) > MAX_SIDE_PX:
        raise ValueError(f"an input of {larger.crop} pixels is too large")
    return PrepareOrder(larger, whole=whole)


def is_enlarged(facts: PictureFacts, order: PrepareOrder) -> bool:
    """Whether the picture has fewer pixels than the view, so that more cells show no more detail."""
    return min(facts.width, facts.height) < order.preprocessing.resize


def compare_views(usual: Logits, other: Logits) -> ViewChange:
    """What became of the decision, from the logits (C,) of both views."""
    first, now = int(usual.argmax()), int(other.argmax())
    return ViewChange(first, now, float(softmax(usual)[first]), float(softmax(other)[first]))


def scale_for(scale: float, usual_cells: int, cells: int) -> float:
    """The fixed scale for a map with another number of cells.

    A cell's contribution is its share of a mean over all cells, so with four times the cells each is a quarter; on the
    scale of the usual view a finer map would look pale without being any weaker.
    """
    return scale * usual_cells / cells


def view_fields(change: ViewChange | None, *, factor: int, whole: bool, enlarged: bool) -> dict[str, Any]:
    """For the manifest of a map: how the picture was looked at, and what that did to the decision.

    Args:
        change: what became of the usual view's answer; None in the usual view.
        factor: how many times as large as usual the input was.
        whole: the whole picture instead of the centre crop.
        enlarged: the picture has fewer pixels than the view.
    """
    decision = None
    if change is not None:
        decision = {
            "first_before": change.first_before,
            "first_after": change.first_after,
            "probability_before": change.before,
            "probability_after": change.after,
            "stayed": change.stayed,
        }
    return {"factor": factor, "whole": whole, "enlarged": enlarged, "decision": decision}
