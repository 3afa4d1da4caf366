"""Keep in order what waits for a thread that serves, and say what may come in between while it does something long."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from typing import TypeAlias

Work: TypeAlias = Callable[[], None]


class Pace(Enum):
    """What of that which waits may be done while something long goes on."""

    QUICK = auto()
    """May come in between."""
    LONG = auto()
    """Waits for its turn; others may pass it."""
    ORDERED = auto()
    """Waits for its turn, and what came after it waits for it: it changes what the others work with."""


@dataclass(frozen=True, slots=True)
class _Errand:
    work: Work
    pace: Pace


class Errands:
    """First come, first served. Every method may be called from any thread; once closed, nothing is handed out."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._waiting: deque[_Errand] = deque()
        self._is_closed = False

    @property
    def is_closed(self) -> bool:
        """Whether the thread is to end."""
        return self._is_closed

    @property
    def is_change_wanted(self) -> bool:
        """Whether an ordered one waits, or the end."""
        with self._changed:
            return self._is_closed or any(errand.pace is Pace.ORDERED for errand in self._waiting)

    def add(self, work: Work, pace: Pace) -> None:
        """Let this wait for its turn."""
        with self._changed:
            self._waiting.append(_Errand(work, pace))
            self._changed.notify()

    def close(self) -> None:
        """Hand out nothing more, and wake who waits."""
        with self._changed:
            self._is_closed = True
            self._changed.notify_all()

    def take(self) -> Work | None:
        """The first one; None where nothing waits."""
        with self._changed:
            return self._waiting.popleft().work if self._waiting and not self._is_closed else None

    def take_quick(self) -> Work | None:
        """The first one that may come in between now; None where there is none."""
        with self._changed:
            if self._is_closed:
                return None
            for place, errand in enumerate(self._waiting):
                if errand.pace is Pace.ORDERED:
                    return None
                if errand.pace is Pace.QUICK:
                    del self._waiting[place]
                    return errand.work
        return None

    def wait(self) -> None:
        """Until there is something to do, or the end."""
        with self._changed:
            while not self._waiting and not self._is_closed:
                self._changed.wait()
