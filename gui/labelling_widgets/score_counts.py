"""Count how many suggestions have at least a score, quickly enough for every step of a slider."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import accumulate, pairwise

BINS = 100


@dataclass(frozen=True, slots=True)
class ScoreCounts:
    """Scores of suggestions that nobody has reviewed, sorted once.

    Attributes:
        scores: softmax 0...1, ascending.
        bins: how many scores lie in each hundredth; the last holds 1 too.
    """

    scores: tuple[float, ...]
    bins: tuple[int, ...]
    _wrong: tuple[float, ...]

    @classmethod
    def of(cls, scores: Iterable[float]) -> ScoreCounts:
        """Sort and sum; scores that are no number from 0 to 1 are no suggestion's and are left out."""
        ascending = sorted([score for score in scores if 0.0 <= score <= 1.0])
        edges = [bisect_left(ascending, place / BINS) for place in range(BINS)]
        bins = [end - start for start, end in pairwise([*edges, len(ascending)])]
        doubts = accumulate((1.0 - score for score in reversed(ascending)), initial=0.0)
        return cls(tuple(ascending), tuple(bins), tuple(doubts))

    def __len__(self) -> int:
        return len(self.scores)

    def at_or_above(self, threshold: float) -> int:
        """How many would be accepted at a threshold 0...1."""
        return len(self.scores) - bisect_left(self.scores, threshold)

    def expected_wrong(self, threshold: float) -> float:
        """How many of those are wrong if the scores are probabilities: the sum of what each lacks to 1."""
        return self._wrong[self.at_or_above(threshold)]
