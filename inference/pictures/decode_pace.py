"""Say how many tasks a decode worker takes together, so that a message to it is worth its while."""

from __future__ import annotations

HANDFUL_S = 0.02
"""What is taken together takes about so long: then messages cost little, and what is urgent hardly waits for it."""

MOST_TOGETHER = 16
_NEW_SHARE = 0.3
"""How much of what is expected comes from the last handful; pictures of one folder differ."""


class Pace:
    """How long tasks of the kind at hand take, as one lane sees it.

    Attributes:
        handful: how many of them fit `HANDFUL_S`; 1 while nothing is known. To be read from any thread.
    """

    def __init__(self) -> None:
        self.handful = 1
        self._kind: tuple[object, object] | None = None
        self._task_s = 0.0

    def fitting(self, function: object, argument: object) -> int:
        """How many tasks of this kind should be taken together now."""
        if not self._is(function, argument):
            return 1
        return self.handful

    def note(self, function: object, argument: object, seconds: float, tasks: int) -> None:
        """Learn from a handful: how long `tasks` tasks of this kind took, the messages included."""
        task_s = seconds / tasks
        if self._is(function, argument):
            self._task_s += _NEW_SHARE * (task_s - self._task_s)
        else:
            self._kind, self._task_s = (function, argument), task_s
        self.handful = max(1, min(MOST_TOGETHER, int(HANDFUL_S / max(self._task_s, 1e-6))))

    def _is(self, function: object, argument: object) -> bool:
        return self._kind is not None and self._kind[0] is function and self._kind[1] is argument
