"""Know of all lanes of a decode pool whether workers can be started, and since when none can."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from inference.errors import InferenceError

GIVE_UP_S = 5.0
"""When no lane has had a worker, or been able to start one, for so long, pictures fail for want of one."""


class DecodersError(InferenceError):
    """No picture can reach the network, because the system lets no decoder run; no picture is to blame.

    Attributes:
        reason: why, a phrase without a full stop.
    """

    kind = "decoders"

    def __str__(self) -> str:
        return f"Pictures cannot be decoded: {self.reason}."


class Starts:
    """What came of starting workers, for all lanes together. Thread-safe.

    Args:
        clock: gives seconds.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._lock = threading.Lock()
        self._alive = 0
        self._failing_since: float | None = None
        self._why = ""

    def came(self) -> None:
        """A worker is ready."""
        with self._lock:
            self._alive += 1
            self._failing_since = None

    def went(self) -> None:
        """A worker that was ready is gone."""
        with self._lock:
            self._alive -= 1

    def failed(self, error: Exception) -> None:
        """A worker could not be started."""
        with self._lock:
            self._why = _words(error)
            if self._alive == 0 and self._failing_since is None:
                self._failing_since = self._clock()

    def verdict(self) -> DecodersError | None:
        """A new error for what waits in vain; None while there is a worker, or hope for one."""
        with self._lock:
            since = self._failing_since
            if self._alive > 0 or since is None or self._clock() - since < GIVE_UP_S:
                return None
            return DecodersError(f"no process that reads pictures can be started ({self._why})")


def _words(error: Exception) -> str:
    if isinstance(error, EOFError):
        return "it ended at once"
    told = (isinstance(error, OSError) and error.strerror) or str(error) or type(error).__name__
    return told.rstrip(".")
