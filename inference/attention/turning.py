"""Find the fewest cells whose removal turns a duel, exactly, at the level of the feature map.

With a cell's contribution `m_i` (summing, with the bias gap `b`, to the gap `g > 0`) removing a set R of cells can be
read in two ways, and both are answered:

- *zeroed*: the removed cells are 0, the mean is still over all n cells: `g' = b + sum of m_i outside R`;
- *re-pooled*: the mean is over the cells that remain: `g' = b + n / (n - |R|) * sum of m_i outside R`.

Taking away the largest contributions first is exact for both. For a given |R| = k both readings are increasing in the
sum of what remains, and that sum is smallest when the k largest go; so if any set of k cells turns the duel, the k
largest do. The smallest k is then found by trying k = 1, 2, ...: no search over sets is needed. (For the re-pooled
reading the gap also falls with every further step, since taking away the largest of some numbers never raises their
mean; at least one cell must remain, as nothing is left to average otherwise.)
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from inference.attention.duel import Duel
from inference.attention.masking import CellMask


class Reading(StrEnum):
    """What becomes of the average when cells are removed."""

    ZEROED = "zeroed"
    """It is still taken over all cells."""
    REPOOLED = "re-pooled"
    """It is taken over the cells that remain."""


@dataclass(frozen=True, slots=True)
class TurningSet:
    """The fewest cells whose removal lets the other class lead.

    Attributes:
        reading: what "removed" means.
        cells: (h, w) bool, True where a cell is removed.
        gap_before: of the leading class, in logits, > 0.
        gap_after: < 0.
    """

    reading: Reading
    cells: CellMask
    gap_before: float
    gap_after: float

    @property
    def count(self) -> int:
        """How many cells are removed."""
        return int(self.cells.sum())


def turning_set(leading: Duel, reading: Reading) -> TurningSet | None:
    """The fewest cells without which the rival is ahead; equal contributions go in reading order.

    Args:
        leading: a duel whose subject leads (`Duel.turned_round` where it does not).
        reading: what "removed" means.

    Returns:
        None where no set of cells turns it: the biases alone decide, or all cells agree (re-pooled).

    Raises:
        ValueError: the subject does not lead.
    """
    if not leading.gap > 0:
        raise ValueError("only a lead can be turned")
    contributions = leading.contributions.astype(np.float64).ravel()
    order = np.argsort(-contributions, kind="stable")
    gaps = _gaps(contributions[order], leading.account.bias, reading)
    turned = np.flatnonzero(gaps < 0)
    if not turned.size:
        return None
    count = int(turned[0]) + 1
    cells = np.zeros(contributions.size, np.bool_)
    cells[order[:count]] = True
    mask = cells.reshape(leading.contributions.shape)
    return TurningSet(reading, mask, leading.gap, float(gaps[count - 1]))


def gap_without(duel: Duel, cells: CellMask, reading: Reading) -> float:
    """The gap in logits when some cells are removed, computed from the feature map alone.

    Raises:
        ValueError: no cell would remain to be averaged.
    """
    rest = duel.contributions.astype(np.float64)[~cells]
    if reading is Reading.ZEROED:
        return duel.account.bias + float(rest.sum())
    if not rest.size:
        raise ValueError("at least one cell must remain")
    return duel.account.bias + float(rest.mean()) * cells.size


def _gaps(ordered: NDArray[np.float64], bias: float, reading: Reading) -> NDArray[np.float64]:
    """The gap after each step; entry k - 1 is without the k first (largest) contributions.

    Sums run from the smallest contribution up, so that no large number has to cancel.
    """
    remaining = np.append(np.cumsum(ordered[::-1])[::-1][1:], 0.0)
    if reading is Reading.ZEROED:
        return bias + remaining
    left = np.arange(ordered.size - 1, 0, -1)
    gaps: NDArray[np.float64] = bias + remaining[:-1] * ordered.size / left
    return gaps
