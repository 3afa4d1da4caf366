"""Fill a session while a command classifies: give known pictures their answers from it, and keep the new ones in it."""

from __future__ import annotations

import os
import queue
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from inference.classify.classifier import RunsNetwork
from inference.classify.events import Answered
from inference.classify.work_queue import Job
from inference.commands.session_images import absolute
from inference.errors import ImageReadError, NoSessionError
from inference.results import Classification, Failure, Outcome
from inference.sessions.records import FoundFile, KeptAnswer, SessionModel
from inference.sessions.suffix import SUFFIX

if TYPE_CHECKING:
    from inference.sessions.session import Session

KEPT_CLASSES = 5
"""So many classes of a picture stand in a session, and so a row has at most these."""

_FIRST_CHUNK = 16
_CHUNK = 256
_MOST_KNOWN_WAITING = 1_000


@dataclass(frozen=True, slots=True)
class _Row:
    """A path of the input, with its answer where the session has one."""

    number: int
    path: str
    key: int | None
    known: Outcome | None


def require_session_name(path: str) -> None:
    """Refuse a name that no session has, before there is anything to wait for.

    Raises:
        NoSessionError: it must have another name.
    """
    if not path.endswith(SUFFIX):
        raise NoSessionError(path, SUFFIX)


def create_or_open(path: str, sources: Sequence[str]) -> Session:
    """Open a session, which is made if there is none; the folders among `sources` are noted as its own.

    Raises:
        SessionError: it must have another name, another program writes it, it is damaged, or of a newer version.
    """
    from inference.sessions.session import Session  # noqa: PLC0415 - SQLite, where it is asked for

    require_session_name(path)
    session = Session.open(Path(path)) if os.path.lexists(path) else Session.create(Path(path))
    try:
        for source in sources:
            if os.path.isdir(source):  # noqa: PTH112 - paths stay str as given
                session.add_source(absolute(source))
    except BaseException:
        session.close()
        raise
    return session


class SessionRows:
    """A source of jobs for the pipeline: the pictures of which the session does not know what the model says.

    The others are in `take_known`. `take` runs on the pipeline's feeding thread, the rest where the rows are written.

    Attributes:
        known: how many pictures were answered from the session.
    """

    def __init__(self, session: Session, paths: Iterator[str], network: RunsNetwork, *, top_count: int) -> None:
        contract = network.contract
        session.set_model(SessionModel(network.model_hash, contract.name, contract.title))
        self.known = 0
        self._session = session
        self._paths = enumerate(paths)
        self._top_count = top_count
        self._chunk = _FIRST_CHUNK
        self._has_begun = False
        self._is_read = False
        self._rows: deque[_Row] = deque()
        self._known: queue.Queue[Answered] = queue.Queue(_MOST_KNOWN_WAITING)
        self._keys: dict[int, int] = {}

    def take(self, timeout_s: float) -> Job | None:
        while self._rows or self._read_chunk():
            row = self._rows[0]
            if row.known is not None:
                try:
                    # Whoever writes the rows may be busy: memory must not grow meanwhile.
                    self._known.put(Answered(row.number, row.known), timeout=timeout_s)
                except queue.Full:
                    return None
                self._rows.popleft()
                continue
            self._rows.popleft()
            if row.key is not None:
                self._keys[row.number] = row.key
            return Job(row.number, row.path)
        return None

    def is_exhausted(self) -> bool:
        return self._is_read and not self._rows

    def put_back(self, jobs: Iterable[Job]) -> None:
        """Nobody asks again; what was not answered is classified by the next run."""

    def take_known(self) -> Iterator[Answered]:
        """The pictures that were met since the last call and whose answers the session has."""
        while True:
            try:
                answered = self._known.get_nowait()
            except queue.Empty:
                return
            self.known += 1
            yield self._shortened(answered)

    def keep(self, answers: Sequence[Answered]) -> tuple[Answered, ...]:
        """Write answers into the session; returns them as rows have them.

        Raises:
            SessionError: they could not be written.
        """
        kept = [
            KeptAnswer(key, one.outcome, one.embedding)
            for one in answers
            if (key := self._keys.pop(one.key, None)) is not None
        ]
        if kept:
            self._session.keep_answers(kept)
        return tuple(self._shortened(one) for one in answers)

    def finish(self) -> None:
        """All answers are kept: let labels follow files that were renumbered under names that the session knows.

        Raises:
            SessionSaveError: that could not be written down.
        """
        self._session.finish_scan()

    def _shortened(self, answered: Answered) -> Answered:
        """With as many classes as rows have; the session keeps `KEPT_CLASSES`."""
        outcome = answered.outcome
        if not isinstance(outcome, Classification):
            return answered
        return replace(answered, outcome=replace(outcome, predictions=outcome.predictions[: self._top_count]))

    def _read_chunk(self) -> bool:
        """Look up the next paths in the session, adding those that are new; whether there were any."""
        chunk = list(islice(self._paths, self._chunk))
        self._chunk = _CHUNK
        if not chunk:
            self._is_read = True
            return False
        names = {path: absolute(path) for _, path in chunk}
        # A name that leads to nothing is told in its row, and is no new image of the session.
        found = {name: file for name in names.values() if (file := _look_at(name)) is not None}
        self._session.register(list(found.values()), continues_scan=self._has_begun)
        self._has_begun = True
        keys = self._session.keys_of_paths(list(names.values()))
        # The session leaves out what may be otherwise by now.
        failures = self._session.failures_of([keys[name] for name in found if name in keys])
        for number, path in chunk:
            key = keys.get(names[path])
            known = self._known_outcome(key, path, failures) if key is not None and names[path] in found else None
            self._rows.append(_Row(number, path, key, known))
        return True

    def _known_outcome(self, key: int, path: str, failures: dict[int, ImageReadError]) -> Outcome | None:
        failure = failures.get(key)
        if failure is not None:
            return Failure(path, ImageReadError(path, failure.problem, failure.detail))
        known = self._session.classification_of(key)
        return None if known is None else replace(known, path=path)


def _look_at(path: str) -> FoundFile | None:
    """A file as a scan finds it, or None where there is nothing."""
    try:
        status = os.stat(path)  # noqa: PTH116 - paths stay str as given
    except FileNotFoundError:
        return None
    except (OSError, ValueError):
        return FoundFile(path)
    return FoundFile(path, status.st_size, status.st_mtime_ns)
