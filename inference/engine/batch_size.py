"""Find out how many pictures a device should be given at once: from one picture's time, or by a short search."""

from __future__ import annotations

import time
from collections.abc import Callable

from inference.errors import InferenceError

BATCH_BUDGET_S = 0.2
"""A batch takes at most this long on any device, so that Stop is felt at once (DESIGN.md 6)."""

MOST_PICTURES = 256

MOST_ON_A_PROCESSOR = 8
"""More gain nothing on a processor (within 3 % of the best of 1 to 64, both engines, 72 and 224 pixels), and the first
answers of a folder come later: decision 0031."""

NEAR_BEST = 0.97
"""The smallest batch whose throughput reaches this share of the best is taken: less memory, and sooner answers."""

_RUNS = 3
_PATIENCE = 2
"""So many sizes in a row that are no faster end the search."""


def largest_within_budget(picture_s: float, most: int) -> int:
    """The largest batch size, a power of two up to `most`, that keeps to the budget where a picture takes so long."""
    fitting, size = BATCH_BUDGET_S / max(picture_s, 1e-6), 1
    while size * 2 <= min(fitting, most):
        size *= 2
    return size


def find_batch_size(
    run: Callable[[int], None], *, most: int = MOST_PICTURES, now: Callable[[], float] = time.perf_counter
) -> int:
    """The batch size to use, a power of two; 1 where nothing larger is within the limit.

    Args:
        run: runs a batch of so many pictures. Its first run of a size does not count: kernels are chosen then.
        most: pictures, at most.
        now: seconds.

    Raises:
        InferenceError: from `run`, but for memory that does not suffice for more than one picture.
    """
    rates: dict[int, float] = {}
    size, best, without_gain = 1, 0.0, 0
    while size <= most and without_gain < _PATIENCE:
        try:
            seconds = _seconds(run, size, now)
        except InferenceError as error:
            if not error.out_of_memory or size == 1:
                raise
            break
        if seconds > BATCH_BUDGET_S and size > 1:
            break
        rates[size] = size / seconds
        without_gain = 0 if rates[size] * NEAR_BEST > best else without_gain + 1
        best = max(best, rates[size])
        size *= 2
    return min(size for size, rate in rates.items() if rate >= best * NEAR_BEST)


def _seconds(run: Callable[[int], None], size: int, now: Callable[[], float]) -> float:
    """The fastest of a few runs."""
    run(size)
    found = []
    for _ in range(_RUNS):
        start = now()
        run(size)
        found.append(max(now() - start, 1e-9))
    return min(found)
