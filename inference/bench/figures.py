"""Turn repeated measurements into figures: medians, ratios of runs side by side, percentiles, the limit."""

from __future__ import annotations

import math
import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Spread:
    """Several measurements of one thing.

    Attributes:
        median: of them.
        lowest: of them.
        highest: of them.
        runs: how many they are.
    """

    median: float
    lowest: float
    highest: float
    runs: int


def spread(values: Sequence[float]) -> Spread:
    """Of at least one value."""
    return Spread(statistics.median(values), min(values), max(values), len(values))


def median_ratio(these: Sequence[float], those: Sequence[float]) -> float:
    """How many times those these are: the median over rounds, so that a slow moment of the machine meets both."""
    return statistics.median(this / that for this, that in zip(these, those, strict=True))


def percentile(values: Sequence[float], share: float) -> float:
    """The smallest of the values that at least `share` (0...1) of them do not exceed."""
    return sorted(values)[max(0, math.ceil(share * len(values)) - 1)]


class LimitRule(StrEnum):
    """How the limits of decoding and of the network make one."""

    SHARED_CORES = "shared-cores"
    """Both need the same cores: 1 / (1/network + 1/decode) pictures a second."""
    SLOWER_OF_BOTH = "slower-of-both"
    """The network has a device of its own, so the slower of them decides."""


def combined_limit(network: float, decode: float, rule: LimitRule) -> float:
    """Pictures a second of a perfect pipeline (DESIGN.md 11), from what each part does alone on the whole machine."""
    if rule is LimitRule.SLOWER_OF_BOTH:
        return min(network, decode)
    return 1 / (1 / network + 1 / decode)
