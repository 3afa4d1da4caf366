"""Check a map against the network: hide what it calls strongest, run once, and see whether the answer falls.

The deletion badge is one point of the deletion curve of Petsiuk et al. (2018), section 4.2, all of which
`inference.attention.curves` draws. Only cells that speak for the class are hidden: of the others the map does not say
that the class needs them, and the zeros of a rectified map have no order.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from inference.arrays import EvidenceMap, Logits
from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.masking import Filling, supporting_cells
from inference.attention.runs import CopyRunner, SeenPicture

SLIGHT = 0.1
"""A change of the class's log-odds, or of its lead in logits, below this is no support: hiding anything may do that."""

HIDDEN_SHARE = 0.2
"""The strongest fifth of the cells is hidden, or as many as speak for the class."""


@dataclass(frozen=True, slots=True)
class DeletionBadge:
    """What hiding the strongest cells did to a class.

    Attributes:
        subject: the class.
        before: its probability for the whole picture, 0...1.
        after: its probability without the cells.
        done: the run itself; nothing was hidden, and nothing run, where `has_support` is False.
        rival: the class that the map compares it with, or None.
    """

    subject: int
    before: float
    after: float
    done: HiddenRun
    rival: int | None = None

    @property
    def has_support(self) -> bool:
        """Whether any cell of the map speaks for the class; else there is nothing to hide, and nothing was checked."""
        return bool(self.done.cells.any())

    @property
    def gaps(self) -> tuple[float, float] | None:
        """How far the class's logit is ahead of the rival's, before and after; None without a rival."""
        return None if self.rival is None else self.done.gaps(self.subject, self.rival)

    @property
    def is_slight(self) -> bool:
        """Whether it hardly changed the class's odds, or its lead, in either direction."""
        before, after = self._standing
        return abs(before - after) < SLIGHT

    @property
    def is_borne_out(self) -> bool:
        """Whether the class lost clearly by it, as the map says; of a comparison, whether its lead did."""
        before, after = self._standing
        return self.has_support and after < before and not self.is_slight

    @property
    def _standing(self) -> tuple[float, float]:
        """The lead over the rival, or over all other classes, before and after, in logits."""
        if self.gaps is not None:
            return self.gaps
        return _log_odds(self.done.before, self.subject), _log_odds(self.done.after, self.subject)


def _log_odds(logits: Logits, subject: int) -> float:
    """Of a class against all others; from the logits, since a probability near 1 has no digits left."""
    others = np.delete(logits.astype(np.float64), subject)
    if not len(others):
        return 0.0
    most = float(others.max())
    return float(logits[subject]) - most - math.log(float(np.exp(others - most).sum()))


def deletion_badge(
    runner: CopyRunner,
    seen: SeenPicture,
    contributions: EvidenceMap,
    subject: int,
    *,
    rival: int | None = None,
    share: float = HIDDEN_SHARE,
    filling: Filling = Filling.BLUR,
) -> DeletionBadge:
    """Hide the cells that a map calls strongest and run once. Runs on: the thread that owns the network.

    Without a run where no cell speaks for the class, or the map has values that are no numbers.

    Args:
        runner: runs the changed picture.
        seen: the picture and what the network said of it.
        contributions: (h, w), the map of any method.
        subject: its class.
        rival: the class that the map compares it with, where it does.
        share: of all cells, 0...1; so many are hidden at most.
        filling: what is put there.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    cells = supporting_cells(contributions, share)
    if cells.any():
        done = run_hidden(runner, seen, cells, filling)
    else:
        done = HiddenRun(filling, cells, seen.logits, seen.logits)
    before, after = done.probabilities(subject)
    return DeletionBadge(subject, before, after, done, rival)
