"""Compute a duel of two classes for the panel: the gap, the cells that decide it, and the run that confirms it.

Imports numpy: it is imported at the first use, after the first paint.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gui.attention.examination import ExaminationBench
from gui.attention.examined import Examined
from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.duel import Duel, duel, runner_up
from inference.attention.masking import CellMask, Filling
from inference.attention.runs import CopyRunner, SeenPicture
from inference.attention.turning import Reading, TurningSet, turning_set

RIVALS = 10
"""So many of the other classes are offered, best first."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What decides a duel.

    Attributes:
        leading: asked from the side of the class that is ahead.
        turned: whether that is the rival.
        zeroed: the fewest cells whose removal turns it, where the average is still taken over all cells; or None.
        repooled: the same where the average is taken over the cells that remain.
    """

    leading: Duel
    turned: bool
    zeroed: TurningSet | None
    repooled: TurningSet | None

    @property
    def cells(self) -> CellMask | None:
        """The cells that are pointed out: of the first reading that has an answer."""
        chosen = self.zeroed or self.repooled
        return None if chosen is None else chosen.cells


def rivals_of(examined: Examined, subject: int, chosen: int | None) -> tuple[list[int], int]:
    """The best classes besides the subject, best first, and which of them is compared: the chosen one, or the best."""
    logits = examined.inspection.logits
    order = [int(index) for index in np.argsort(-logits, kind="stable")[: RIVALS + 1] if int(index) != subject]
    rival = chosen if chosen is not None and chosen != subject else runner_up(logits, subject)
    listed = order[:RIVALS]
    return (listed if rival in listed else [rival, *listed]), rival


def has_numbers(examined: Examined) -> bool:
    """Whether the model gave a feature map, and every value of it is a number."""
    features = examined.inspection.features
    return features is not None and bool(np.isfinite(features).all())


def decide(examined: Examined, subject: int, rival: int) -> Decision | None:
    """What decides between two classes; None where neither leads, or the map has no valid numbers."""
    features = examined.inspection.features
    if features is None or not has_numbers(examined):
        return None
    fight = duel(features, examined.head, subject, rival)
    if not fight.gap:
        return None
    leading = fight if fight.gap > 0 else fight.turned_round()
    return Decision(
        leading, fight.gap < 0, turning_set(leading, Reading.ZEROED), turning_set(leading, Reading.REPOOLED)
    )


def confirm(examined: Examined, cells: CellMask, bench: ExaminationBench) -> HiddenRun:
    """Hide cells of the picture itself and run once. Runs on: the thread that owns the network.

    Raises:
        Cancelled: nobody wants it any more.
        InferenceError: the network cannot run.
    """
    runner = CopyRunner(bench.classifier.network, cancel=bench.cancel)
    seen = SeenPicture(examined.inspection.image, examined.inspection.logits)
    return run_hidden(runner, seen, cells, Filling.BLUR)
