"""Stand in for an open session: it keeps decisions in memory and fails when it is told to."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

from gui.session_holder import SessionHolder
from inference.errors import SessionSaveError
from inference.sessions.marks import Marks
from inference.sessions.session import Session
from inference.sessions.steps import Step
from inference.sessions.vocabulary import Vocabulary


class FakeSession:
    """What `gui.decision_writer` and `gui.labelling` need of a session.

    Attributes:
        done: what was asked for and succeeded, in its order: a step's subject, "undo" or "redo".
        marks: by key: mark and text of the label.
        failures: so many writes fail from now on.
        threads: the names of the threads that wrote.
        gate: writes wait until it is set.
    """

    def __init__(self, name: str = "birds", texts: tuple[str, ...] = ()) -> None:
        self.path = Path(f"/sessions/{name}.cardinal")
        self.is_read_only = False
        self.read_only_reason = ""
        self.vocabulary = Vocabulary(texts)
        self.done: list[str] = []
        self.marks: dict[int, tuple[int, str]] = {}
        self.failures = 0
        self.threads: set[str] = set()
        self.gate = threading.Event()
        self.gate.set()
        self._steps: list[Step] = []
        self._in_force = 0

    def carry_out(self, step: Step) -> None:
        self._begin()
        del self._steps[self._in_force :]
        self._steps.append(step)
        self._in_force += 1
        self._put(step.after)
        self.done.append(step.subject)

    def take_back(self) -> Step | None:
        self._begin()
        if not self._in_force:
            return None
        self._in_force -= 1
        step = self._steps[self._in_force]
        self._put(step.before)
        self.done.append("undo")
        return step

    def repeat(self) -> Step | None:
        self._begin()
        if self._in_force == len(self._steps):
            return None
        step = self._steps[self._in_force]
        self._in_force += 1
        self._put(step.after)
        self.done.append("redo")
        return step

    def forget(self, count: int) -> None:
        """Let the journal lose its oldest steps."""
        del self._steps[:count]
        self._in_force = max(0, self._in_force - count)

    def _begin(self) -> None:
        self.gate.wait()
        self.threads.add(threading.current_thread().name)
        if self.failures:
            self.failures -= 1
            raise SessionSaveError(str(self.path), "No space is left.")

    def _put(self, marks: Marks) -> None:
        for key, mark, name in zip(marks.keys, marks.marks, marks.names, strict=True):
            self.marks[key] = (mark, self.vocabulary.text(name))


class FakeHolder:
    """Holds the session that a test puts there."""

    def __init__(self, session: FakeSession | None = None) -> None:
        self.session = session


def as_session(fake: FakeSession) -> Session:
    """The fake where a session is asked for."""
    return cast("Session", fake)


def as_holder(fake: FakeHolder) -> SessionHolder:
    """The fake where a holder is asked for."""
    return cast("SessionHolder", fake)
