"""Count decisions, and tell how many a person makes per minute."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

WINDOW_S = 180.0
"""Decisions of so many last seconds tell the pace."""

_LEAST_SPAN_S = 10.0
_LEAST_COUNT = 5


class ReviewPace:
    """Decisions since the review began."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """The clock tells seconds that only grow."""
        self._clock = clock
        self._began = clock()
        self._decisions: deque[tuple[float, int]] = deque()
        self._reviewed = 0

    @property
    def reviewed(self) -> int:
        """Decisions that stand."""
        return self._reviewed

    def count(self, images: int = 1) -> None:
        """So many images were decided about just now."""
        self._forget_old()
        self._decisions.append((self._clock(), images))
        self._reviewed += images

    def take_back(self, images: int = 1) -> None:
        """So many decisions were taken back; the last ones, as far as the pace goes."""
        self._reviewed = max(0, self._reviewed - images)
        while images and self._decisions:
            at, made = self._decisions.pop()
            if made > images:
                self._decisions.append((at, made - images))
            images -= min(made, images)

    def per_minute(self) -> int | None:
        """Decisions per minute over the last minutes; None until there are enough to say."""
        self._forget_old()
        made = sum(images for _, images in self._decisions)
        span = min(WINDOW_S, self._clock() - self._began)
        if made < _LEAST_COUNT or span < _LEAST_SPAN_S:
            return None
        return round(made * 60 / span)

    def _forget_old(self) -> None:
        limit = self._clock() - WINDOW_S
        while self._decisions and self._decisions[0][0] < limit:
            self._decisions.popleft()
