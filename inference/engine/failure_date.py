"""Say how long a failure that may pass is believed, by the date that is remembered with it."""

from __future__ import annotations

import time

RETRY_AFTER_S = 86_400.0
"""So long a failure that may pass is believed: trying again at every start would cost its time each time."""

_LAST_DATE = 1e11


def is_lately(date: float | None) -> bool:
    """Whether something failed so short a time ago (`RETRY_AFTER_S`) that it need not be tried again.

    A date that is still to come, of a clock that was wrong, is none.

    Args:
        date: when it failed, in seconds since the epoch; None where it did not.
    """
    return date is not None and 0 <= time.time() - date < RETRY_AFTER_S


def parse_date(value: object) -> float | None:
    """A date from its stored form; None where that is none."""
    return float(value) if isinstance(value, int | float) and 0 <= value < _LAST_DATE else None
