"""Confirm with a real run: hide cells of the picture itself and see what the whole network then says."""

from __future__ import annotations

from dataclasses import dataclass

from inference.arrays import Logits
from inference.attention.masking import CellMask, Filling, fill, hide, pixels_of
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.postprocess import softmax


@dataclass(frozen=True, slots=True)
class HiddenRun:
    """One run on a picture with some cells hidden.

    Attributes:
        filling: what was put there.
        cells: (h, w) bool, what was hidden.
        before: (C,) float32 logits of the whole picture.
        after: (C,) float32 logits of the changed one.
    """

    filling: Filling
    cells: CellMask
    before: Logits
    after: Logits

    def gaps(self, subject: int, rival: int) -> tuple[float, float]:
        """How far the subject's logit is ahead of the rival's, before and after."""
        return (
            float(self.before[subject]) - float(self.before[rival]),
            float(self.after[subject]) - float(self.after[rival]),
        )

    def probabilities(self, subject: int) -> tuple[float, float]:
        """The subject's probability (0...1) before and after."""
        return float(softmax(self.before)[subject]), float(softmax(self.after)[subject])

    def turned(self, subject: int, rival: int) -> bool:
        """Whether the real run lets the rival lead where the subject led."""
        before, after = self.gaps(subject, rival)
        return before > 0 > after

    @property
    def first_after(self) -> int:
        """The class that the network now puts first; it may be neither of a duel's two."""
        return int(self.after.argmax())


def run_hidden(runner: CopyRunner, seen: SeenPicture, cells: CellMask, filling: Filling) -> HiddenRun:
    """Hide some cells and run once. Runs on: the thread that owns the network.

    The real answer can differ from what the feature map says: cells see beyond their borders, the filling is a picture,
    too, and hiding changes the features of what is left.

    Args:
        runner: runs the changed picture.
        seen: the picture and what the network said of it.
        cells: (h, w) bool, what to hide.
        filling: what to put there.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: it cannot be run, or gives no valid numbers.
    """
    filled = fill(seen.image, filling, runner.preprocessing)
    changed = hide(seen.image, pixels_of(cells, seen.size), filled)
    return HiddenRun(filling, cells, seen.logits, runner.run_one(changed))
