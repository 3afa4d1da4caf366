"""Hold the one session that is open, for the threads that read and write it: scans, the network's answers, decisions.

Knows no Qt. Imported early, so `inference.sessions.session` is imported only when a session is opened.
"""

from __future__ import annotations

import logging
import os
import re
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from inference.cancel import CancelToken
from inference.errors import CardinalError, SessionError, SessionSaveError
from inference.profile import Profile
from inference.sessions.records import KeptAnswer, SessionModel
from inference.sessions.steps import Step

if TYPE_CHECKING:
    from inference.classify.events import Answered
    from inference.sessions.session import Session
    from inference.sessions.thumbnails import ThumbnailStore

logger = logging.getLogger(__name__)

_UNTITLED = "pictures"
_FIRST_LOOK_S = 0.05
"""So long the window has for the first rows alone."""

_CLOSE_S = 10.0
_NUMBER = re.compile(r" \d+$")


@dataclass(frozen=True, slots=True)
class SessionShown:
    """A session is open; its images follow as `ImageRows`, then `SessionLoaded`.

    Attributes:
        session: it, open.
        is_new: it was made just now.
        fallback: it could not be made in its place and lies in a temporary folder for this reason, or None.
    """

    session: Session
    is_new: bool = False
    fallback: SessionSaveError | None = None


@dataclass(frozen=True, slots=True)
class SessionLoaded:
    """Every image of the session has been told.

    Attributes:
        session: it.
        steps: what can be taken back or was taken back, oldest first.
        in_force: how many of them are in force.
        image_count: how many images it has.
        labelled_count: how many of them have a label.
        model: whose answers were told with the images, or None where there are none.
    """

    session: Session
    steps: tuple[Step, ...]
    in_force: int
    image_count: int = 0
    labelled_count: int = 0
    model: SessionModel | None = None


class SessionHolder:
    """The open session, if any. Every method may be called from any thread but the GUI's, unless it says otherwise."""

    def __init__(self, profile: Profile) -> None:
        self._profile = profile
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._closing: set[Path] = set()
        self._closed = threading.Condition(self._lock)
        self._thumbnails: ThumbnailStore | None = None
        self._has_no_thumbnails = False
        self._model: SessionModel | None = None

    @property
    def session(self) -> Session | None:
        """The open session. Any thread."""
        return self._session

    def set_model(self, model: SessionModel) -> None:
        """Say which model answers from now on. Called in the network's thread, before its first answer."""
        self._model = model

    def wanted_model(self, session: Session) -> SessionModel | None:
        """Whose answers its images should show: the open model's, where a session can keep them. Any thread."""
        return session.model if session.is_read_only or self._model is None else self._model

    def has_answers_of_open_model(self, session: Session) -> bool:
        """Whether what a session gives was said by the open model, or no model is open. Any thread."""
        model = self._model
        return model is None or session.model == model

    def match_model(self, session: Session) -> None:
        """Let a session give the open model's answers.

        Raises:
            SessionSaveError: it could not be written down.
        """
        model = self._model
        if model is not None and not session.is_read_only and session.model != model:
            session.set_model(model)

    def open(
        self, path: Path, tell: Callable[[object], None], cancel: CancelToken, *, read_only: bool = False
    ) -> Session:
        """Open a session file and tell its images: `SessionShown`, `ImageRows` ..., `SessionLoaded`.

        Raises:
            SessionError: it cannot be opened; nothing is open then.
        """
        from inference.sessions.session import Session  # noqa: PLC0415 - sqlite3 waits for the first session

        self.wait_closed(path, cancel)
        session = Session.open(path, read_only=read_only)
        try:
            self.match_model(session)
            self._take(session, cancel)
            self._tell_images(session, tell, cancel)
        except BaseException:
            self._let_go(session)
            raise
        return session

    def _tell_images(self, session: Session, tell: Callable[[object], None], cancel: CancelToken) -> None:
        model = session.model
        tell(SessionShown(session))
        for number, rows in enumerate(session.load()):
            cancel.raise_if_set()
            if number == 1:
                # All that is told is taken before anything is painted: the first rows would be seen with the last.
                time.sleep(_FIRST_LOOK_S)
            tell(rows)
        steps, in_force = session.journal()
        tell(SessionLoaded(session, steps, in_force, session.image_count(), session.labelled_count(), model))

    def require(
        self, paths: Sequence[str], tell: Callable[[object], None], cancel: CancelToken, *, new: bool = False
    ) -> Session:
        """The open session; if there is none, the one that knows the folder among `paths`, or a new one.

        Args:
            paths: what is being opened; a new session is named after the first of them.
            tell: takes the same as in `open`, if a session is opened.
            cancel: ends the telling.
            new: never continue an earlier session.

        Raises:
            SessionError: the folder's session cannot be continued (it is open in another window, or damaged), so that
                the person decides what becomes of it; or none could be made anywhere.
        """
        with self._lock:
            session = self._session
        if session is not None:
            return session
        is_folder = len(paths) == 1 and os.path.isdir(paths[0])  # noqa: PTH112 - text as given
        known = self._session_of(paths[0]) if is_folder and not new else None
        if known is not None:
            return self.open(known, tell, cancel)
        return self._create(_name_for(paths), tell, cancel)

    def _session_of(self, folder: str) -> Path | None:
        """The session that knows a folder; else a damaged one that has its name, which could be the one."""
        from inference.sessions.folder import (  # noqa: PLC0415 - as in `open`
            find_session_of,
            list_sessions,
            new_session_path,
            sessions_folder,
        )

        known = find_session_of(self._profile, folder)
        if known is not None:
            return known
        # The name that a session gets where no other is.
        name = new_session_path(Profile.below(sessions_folder(self._profile) / "none"), _name_for([folder])).stem
        damaged = (one for one in list_sessions(self._profile) if one.is_damaged)
        return next((one.path for one in damaged if _NUMBER.sub("", one.name) == name), None)

    def _create(self, name: str, tell: Callable[[object], None], cancel: CancelToken) -> Session:
        from inference.sessions.faults import translated  # noqa: PLC0415 - as in `open`
        from inference.sessions.folder import new_session_path  # noqa: PLC0415 - as in `open`
        from inference.sessions.session import Session  # noqa: PLC0415 - as in `open`

        cancel.raise_if_set()
        fallback: SessionSaveError | None = None
        try:
            path = new_session_path(self._profile, name)
            with translated(path):
                session = Session.create(path)
        except SessionSaveError as error:
            fallback = error
            folder = Path(tempfile.mkdtemp(prefix="cardinal-"))
            session = Session.create(new_session_path(Profile.below(folder), name))
        try:
            self.match_model(session)
            self._take(session, cancel)
        except BaseException:
            self._let_go(session)
            raise
        tell(SessionShown(session, is_new=True, fallback=fallback))
        tell(SessionLoaded(session, (), 0, model=session.model))
        return session

    def _take(self, session: Session, cancel: CancelToken) -> None:
        """Make it the open session, unless it was left before it was there: `cancel` is set before `detach`."""
        with self._lock:
            cancel.raise_if_set()
            before, self._session = self._session, session
        if before is not None:
            before.close()

    def _let_go(self, session: Session) -> None:
        """Close a session that could not be brought on screen, if nobody has detached it: they close it then."""
        with self._lock:
            is_detached = session.path in self._closing
            if self._session is session:
                self._session = None
        if not is_detached:
            session.close()

    def detach(self) -> Session | None:
        """Leave the session; whoever called this closes it with `close_left`. Any thread."""
        with self._lock:
            session, self._session = self._session, None
            if session is not None:
                self._closing.add(session.path)
        return session

    def wait_closed(self, path: Path, cancel: CancelToken) -> None:
        """Wait for a session that was left a moment ago, whose last decisions are still being written.

        Raises:
            Cancelled: nobody wants it any more; at the program's end nobody would close that session meanwhile.
        """
        real = Path(os.path.realpath(path))
        with cancel.on_cancel(self._wake_waiting), self._closed:
            self._closed.wait_for(lambda: cancel.is_set() or real not in self._closing, _CLOSE_S)
        cancel.raise_if_set()

    def _wake_waiting(self) -> None:
        with self._closed:
            self._closed.notify_all()

    def close_left(self, session: Session) -> None:
        """Close a session that was left, when its last decision has been written."""
        try:
            session.close()
        finally:
            with self._closed:
                self._closing.discard(session.path)
                self._closed.notify_all()

    def close_all(self) -> None:
        """Close the session and the store of thumbnails, as the person left them."""
        session = self.detach()
        if session is not None:
            self.close_left(session)
        with self._lock:
            store, self._thumbnails, self._has_no_thumbnails = self._thumbnails, None, True
        if store is not None:
            store.close()

    # What the network's thread needs.

    def keep(self, answered: Sequence[Answered]) -> frozenset[int]:
        """Write answers down before anybody is told of them, and the thumbnails that came with them.

        An answer that belongs to a session that was left meanwhile (its key has another path here) is passed over.

        Returns:
            The keys of the others.

        Raises:
            SessionSaveError: they could not be written.
        """
        session = self._session
        if session is None:
            return frozenset()
        try:
            ours = [one for one in answered if session.path_of(one.key) == one.outcome.path]
            if not session.is_read_only:
                self._keep(session, ours)
        except SessionError:
            if session is not self._session:
                # It was left and closed meanwhile.
                return frozenset()
            raise
        return frozenset(one.key for one in ours)

    def _keep(self, session: Session, ours: Sequence[Answered]) -> None:
        self.match_model(session)
        session.keep_answers([KeptAnswer(one.key, one.outcome, one.embedding) for one in ours])
        pairs = [
            (facts.content_hash, one.thumbnail)
            for one in ours
            if one.thumbnail is not None
            and (facts := getattr(one.outcome, "facts", None)) is not None
            and facts.content_hash
        ]
        store = self.thumbnails() if pairs else None
        if store is not None:
            store.put(pairs)

    def thumbnails(self) -> ThumbnailStore | None:
        """The thumbnails kept on disk, or None where there can be none."""
        with self._lock:
            if self._thumbnails is None and not self._has_no_thumbnails:
                from inference.sessions.thumbnails import ThumbnailStore  # noqa: PLC0415 - as in `open`

                try:
                    self._thumbnails = ThumbnailStore.open(self._profile)
                except (CardinalError, OSError) as error:
                    logger.info("thumbnails are not kept: %s", error)
                    self._has_no_thumbnails = True
            return self._thumbnails

    def kept_thumbnails(self, images: Sequence[tuple[int, str]]) -> Iterator[tuple[int, bytes | None]]:
        """The JPEG of each image (key, path) that is kept, None for the others."""
        session = self._session
        store = self.thumbnails() if session is not None else None
        if session is None or store is None:
            yield from ((key, None) for key, _ in images)
            return
        hashes = session.content_hashes_of([key for key, _ in images])
        kept = store.get([one for one in hashes.values() if one])
        for key, _ in images:
            yield key, kept.get(hashes.get(key, b""))


def _name_for(paths: Sequence[str]) -> str:
    """What a new session is called: the folder that was opened, or the one that holds the first picture."""
    if not paths:
        return _UNTITLED
    first = Path(paths[0]).absolute()
    folder = first if first.is_dir() else first.parent
    return folder.name or _UNTITLED
