"""Check a map against the network: hide what it calls strongest, run once, and see whether the answer falls.

The deletion badge is one point of the deletion curve of Petsiuk et al. (2018), section 4.2, all of which
`inference.attention.curves` draws.
"""

from __future__ import annotations

from dataclasses import dataclass

from inference.arrays import EvidenceMap
from inference.attention.confirming import HiddenRun, run_hidden
from inference.attention.masking import Filling, strongest_cells
from inference.attention.runs import CopyRunner, SeenPicture

HIDDEN_SHARE = 0.2
"""The strongest fifth of the cells is hidden."""


@dataclass(frozen=True, slots=True)
class DeletionBadge:
    """What hiding the strongest cells did to a class.

    Attributes:
        subject: the class.
        before: its probability for the whole picture, 0...1.
        after: its probability without the cells.
        done: the run itself.
    """

    subject: int
    before: float
    after: float
    done: HiddenRun

    @property
    def is_borne_out(self) -> bool:
        """Whether the class lost by it, as the map says."""
        return self.after < self.before


def deletion_badge(
    runner: CopyRunner,
    seen: SeenPicture,
    contributions: EvidenceMap,
    subject: int,
    *,
    share: float = HIDDEN_SHARE,
    filling: Filling = Filling.BLUR,
) -> DeletionBadge:
    """Hide the cells that a map calls strongest and run once. Runs on: the thread that owns the network.

    Args:
        runner: runs the changed picture.
        seen: the picture and what the network said of it.
        contributions: (h, w), the map of any method.
        subject: its class.
        share: of all cells, 0...1.
        filling: what is put there.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        InferenceError: the network cannot run, or gives no valid numbers.
    """
    done = run_hidden(runner, seen, strongest_cells(contributions, share), filling)
    before, after = done.probabilities(subject)
    return DeletionBadge(subject, before, after, done)
