"""Count how many suggestions have at least a score, quickly enough for every step of a slider."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

BINS = 100


@dataclass(frozen=True, slots=True, eq=False)
class ScoreCounts:
    """Scores of suggestions that nobody has reviewed, sorted once.

    Attributes:
        scores: (N,) float64, softmax 0...1, ascending.
        bins: how many scores lie in each hundredth; the last holds 1 too.
    """

    scores: NDArray[np.float64]
    bins: tuple[int, ...]
    _wrong: NDArray[np.float64]

    @classmethod
    def of(cls, scores: Sequence[float] | NDArray[np.floating]) -> ScoreCounts:
        """Sort and sum; scores that are no number from 0 to 1 are no suggestion's and are left out."""
        import numpy as np  # noqa: PLC0415 - not at the start

        given = np.asarray(scores, dtype=np.float64)
        ascending = np.sort(given[(given >= 0.0) & (given <= 1.0)])
        edges = np.searchsorted(ascending, np.arange(BINS) / BINS)
        bins = np.diff(edges, append=len(ascending))
        doubts = np.concatenate(([0.0], np.cumsum(1.0 - ascending[::-1])))
        return cls(ascending, tuple(bins.tolist()), doubts)

    def __len__(self) -> int:
        return len(self.scores)

    def at_or_above(self, threshold: float) -> int:
        """How many would be accepted at a threshold 0...1."""
        return len(self.scores) - int(self.scores.searchsorted(threshold))

    def expected_wrong(self, threshold: float) -> float:
        """How many of those are wrong if the scores are probabilities: the sum of what each lacks to 1."""
        return float(self._wrong[self.at_or_above(threshold)])
