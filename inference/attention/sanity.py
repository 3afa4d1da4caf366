"""Check that a map depends on what the network learned: randomise the last layer and see whether the map changes.

Adebayo et al. (2018), "Sanity Checks for Saliency Maps", section 3 (model parameter randomisation test): a method whose
maps stay alike when weights are replaced by random ones shows the picture, not the model. Likeness is Spearman's rank
correlation, of the signed maps and of their absolute values, as in the paper's section 3.1. The last layer is
randomised here, exactly and without a run; the same comparison serves maps of a network with randomised stages.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from inference.arrays import EvidenceMap
from inference.attention.closed_forms import closed_form
from inference.attention.evidence import SAME_SHARE
from inference.attention.making import InspectedPicture, class_weight
from inference.attention.methods import Method
from inference.engine.network import Head

DRAWS = 20
"""One random head may agree by accident; the mean over so many does not."""

ALIKE = 0.5
"""A mean rank correlation from here on says that the map hardly depends on what was randomised."""

_SEED = 2018


@dataclass(frozen=True, slots=True)
class SanityCheck:
    """How alike a map is to maps made with random weights.

    Attributes:
        signed: mean rank correlation of the maps as they are, -1...1; near 0 for a map that depends on the weights.
        absolute: the same of their absolute values. This one stays above 0 for any method that multiplies with the
            features, since strong cells stay strong with either sign.
        draws: how many random maps there were.
        is_flat: the map is the same everywhere, as a rectified one is where nothing speaks for the class; then there
            are no ranks to compare, and nothing was checked.
    """

    signed: float
    absolute: float
    draws: int
    is_flat: bool = False

    @property
    def passed(self) -> bool:
        """Whether the map changed; not where there was nothing to compare."""
        return self.draws > 0 and not self.is_flat and abs(self.signed) < ALIKE


def randomise_head(head: Head, seed: int) -> Head:
    """A head of random weights and biases with the mean and the standard deviation of the model's own."""
    random = np.random.default_rng([_SEED, seed])
    weight = random.normal(head.weight.mean(), head.weight.std(), head.weight.shape)
    bias = random.normal(head.bias.mean(), head.bias.std(), head.bias.shape)
    return Head(weight.astype(np.float32), bias.astype(np.float32))


def check_head(
    method: Method,
    picture: InspectedPicture,
    head: Head,
    subject: int,
    *,
    rival: int | None = None,
    draws: int = DRAWS,
) -> SanityCheck:
    """Compare a closed-form map of a class with maps made with random heads.

    Args:
        method: how the map is made.
        picture: what was inspected.
        head: that the map is made with: the model's own, or `relative_head` of it.
        subject: the class.
        rival: the class that it is compared with, where it is.
        draws: how many random heads.

    Raises:
        ValueError: the method needs runs of the network.
    """

    def made_with(used: Head) -> EvidenceMap:
        return closed_form(method, picture.features, class_weight(used, subject, rival))

    return compare_maps(made_with(head), (made_with(randomise_head(head, seed)) for seed in range(draws)))


def compare_maps(own: EvidenceMap, others: Iterable[EvidenceMap]) -> SanityCheck:
    """How alike a map is to some others of the same grid; 0 where there are none."""
    rows = [(rank_correlation(own, other), rank_correlation(np.abs(own), np.abs(other))) for other in others]
    signed, absolute = np.mean(rows, axis=0).tolist() if rows else (0.0, 0.0)
    return SanityCheck(signed, absolute, len(rows), is_the_same_everywhere(own))


def is_the_same_everywhere(made: EvidenceMap) -> bool:
    """Whether a map has no ranks: one value in all cells, up to rounding, or values that are no numbers."""
    low, high = float(made.min()), float(made.max())
    return not high - low > SAME_SHARE * max(abs(low), abs(high))


def rank_correlation(first: EvidenceMap, second: EvidenceMap) -> float:
    """Spearman's rank correlation of two maps, ties by mean rank; 0 where one of them is constant."""
    ranks = np.stack([_mean_ranks(first.ravel()), _mean_ranks(second.ravel())])
    ranks -= ranks.mean(axis=1, keepdims=True)
    lengths = np.sqrt((ranks**2).sum(axis=1))
    return float(ranks[0] @ ranks[1] / (lengths[0] * lengths[1])) if lengths.all() else 0.0


def _mean_ranks(values: NDArray[np.floating]) -> NDArray[np.float64]:
    """The rank of each value from 0; equal values share the mean of theirs."""
    _, places, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    ranks: NDArray[np.float64] = (last - (counts + 1) / 2)[places]
    return ranks
