"""Round the parts of a ledger for people so that what is written adds up to the sum that is written."""

from __future__ import annotations

import math

_HALF = 0.5


def ledger_numbers(terms: tuple[float, ...], decimals: int) -> tuple[float, ...]:
    """Round terms so that they add up to their rounded sum, each less than one last digit from its true value.

    Independent rounding would show "9.4 - 1.8 + 0.3 = 7.8", and a ledger that does not add up is not believed.

    Args:
        terms: finite numbers. The last one is the constant, which stands in several ledgers and is rounded by itself,
            so that it reads the same in all of them; the others take up the rest.
        decimals: digits behind the point.
    """
    unit = 10.0**-decimals
    floors = [math.floor(term / unit) for term in terms]
    missing = round(sum(terms) / unit) - sum(floors)
    *others, last = range(len(terms))
    by_remainder = sorted(others, key=lambda place: floors[place] - terms[place] / unit)
    goes_up = missing > len(others) or (missing > 0 and terms[last] / unit - floors[last] >= _HALF)
    for place in [*by_remainder[: missing - goes_up], *([last] if goes_up else [])]:
        floors[place] += 1
    return tuple(round(whole * unit, decimals) for whole in floors)
