"""Estimate how long a job still takes, from how it went lately."""

from __future__ import annotations

from collections import deque

from gui.words import counted, tr

LEAST_SECONDS = 5.0
LEAST_IMAGES = 20
"""Before both are reached a guess would jump about, so none is made."""
_WINDOW_S = 30.0
_FEW_S = 10
_TENS_S = 10
_MINUTES_FROM_S = 120
_HOURS_FROM_MIN = 90


class TimeLeft:
    """A clock that stands still while the job is paused. All times are seconds of one monotonic clock."""

    def __init__(self) -> None:
        self._active_s = 0.0
        self._running_since: float | None = None
        self._samples: deque[tuple[float, int]] = deque()
        self._first: tuple[float, int] | None = None

    def run(self, now_s: float) -> None:
        """The job starts or goes on."""
        if self._running_since is None:
            self._running_since = now_s

    def pause(self, now_s: float) -> None:
        """The job waits."""
        self._active_s = self._active(now_s)
        self._running_since = None

    def update(self, done: int, now_s: float) -> None:
        """So many images are done by now."""
        active = self._active(now_s)
        if self._first is None:
            self._first = (active, done)
        self._samples.append((active, done))
        while len(self._samples) > 2 and active - self._samples[1][0] >= _WINDOW_S:  # noqa: PLR2004  # a slope needs two
            self._samples.popleft()

    def rate(self) -> float | None:
        """Images a second over the last half minute of work, or None while it is too early to say."""
        if self._first is None or not self._samples:
            return None
        last_s, last_done = self._samples[-1]
        first_s, first_done = self._first
        if last_s - first_s < LEAST_SECONDS or last_done - first_done < LEAST_IMAGES:
            return None
        start_s, start_done = self._samples[0]
        return (last_done - start_done) / (last_s - start_s) if last_s > start_s else None

    def seconds(self, total: int) -> float | None:
        """Estimated seconds until `total` images are done, or None while it is too early to say."""
        rate = self.rate()
        if not rate:
            return None
        return max(0, total - self._samples[-1][1]) / rate

    def _active(self, now_s: float) -> float:
        return self._active_s + (0.0 if self._running_since is None else now_s - self._running_since)


def time_left_text(seconds: float) -> str:
    """The estimate in words: whole minutes above two, tens of seconds below."""
    if seconds < _FEW_S:
        return tr("a few seconds left")
    if seconds < _MINUTES_FROM_S:
        tens = round(seconds / _TENS_S) * _TENS_S
        return counted(tens, "about %n s left", "about %n s left")
    minutes = round(seconds / 60)
    if minutes < _HOURS_FROM_MIN:
        return counted(minutes, "about %n min left", "about %n min left")
    hours = round(minutes / 60)
    return counted(hours, "about %n h left", "about %n h left")
