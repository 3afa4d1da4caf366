"""Round the parts of a ledger for people so that what is written adds up to the sum that is written."""

from __future__ import annotations

import math


def ledger_numbers(terms: tuple[float, ...], decimals: int) -> tuple[float, ...]:
    """Round terms so that they add up to their rounded sum, each less than one last digit from its true value.

    Independent rounding would show "9.4 - 1.8 + 0.3 = 7.8", and a ledger that does not add up is not believed.

    Args:
        terms: finite numbers.
        decimals: digits behind the point.
    """
    unit = 10.0**-decimals
    floors = [math.floor(term / unit) for term in terms]
    missing = round(sum(terms) / unit) - sum(floors)
    by_remainder = sorted(range(len(terms)), key=lambda place: floors[place] - terms[place] / unit)
    for place in by_remainder[:missing]:
        floors[place] += 1
    return tuple(round(whole * unit, decimals) for whole in floors)
