"""Read from the session what was known before: answers of a model, of one image, and the maps for tiles."""

from __future__ import annotations

import importlib
from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot
from PySide6.QtGui import QImage

from gui.gallery.image_table import ImageTable
from gui.session_holder import SessionHolder, SessionLoaded
from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken
from inference.sessions.records import ImageRows, SessionModel

if TYPE_CHECKING:
    from inference.results import Classification
    from inference.sessions.session import Session


class Recalling(QObject):
    """Asks the session in a thread of its own; what comes for a session that was left meanwhile is dropped.

    Signals:
        answers_matched(): every image in the table shows what the open model said of it, or is queued.
        answer_recalled(key: int, classification: Classification | None): what is known of one image.
        maps_recalled(scale: float, maps: list[tuple[int, QImage]]): small maps for tiles on a scale, in logits, by key;
            a null image where there is none.
    """

    answers_matched = Signal()
    answer_recalled = Signal(int, object)
    maps_recalled = Signal(float, object)

    def __init__(self, runner: TaskRunner, holder: SessionHolder, table: ImageTable) -> None:
        super().__init__()
        self._runner = runner
        self._holder = holder
        self._table = table
        self._matching: Task | None = None
        # Whose answers the table shows, and of which session.
        self._shown: tuple[Session, SessionModel | None] | None = None

    def take_loaded(self, loaded: SessionLoaded) -> None:
        """A session's images are in the table, with the answers of the model that the session had then."""
        self._shown = (loaded.session, loaded.model)

    def match_answers(self) -> None:
        """Show what the open model said earlier, where the session was loaded with another model's answers."""
        session = self._holder.session
        if session is None:
            return
        if self._matching is not None:
            self._matching.cancel()
            self._matching = None
        wanted = (session, self._holder.wanted_model(session))
        if self._shown == wanted:
            self.answers_matched.emit()
            return
        holder, self._shown = self._holder, None

        def work(tell: object, cancel: CancelToken) -> object:
            holder.match_model(session)
            for rows in session.answers():
                cancel.raise_if_set()
                tell(rows)  # type: ignore[operator]  # a callable, as every work gets it
            return wanted

        self._matching = self._run(work, Lane.STORE)
        self._matching.progressed.connect(self._on_rows)
        self._matching.succeeded.connect(self._on_matched)
        self._runner.start(self._matching)

    def recall(self, key: int) -> None:
        """Look up what is known of one image; `answer_recalled` follows."""
        session = self._holder.session
        if session is None:
            self.answer_recalled.emit(key, None)
            return

        holder = self._holder

        def work(_tell: object, _cancel: CancelToken) -> tuple[Session, int, Classification | None]:
            # A model that was just opened waits for `match_answers`: another model's classes are not its own.
            was_matched = holder.has_answers_of_open_model(session)
            classification = session.classification_of(key)
            is_known = was_matched and holder.has_answers_of_open_model(session)
            return session, key, classification if is_known else None

        task = self._run(work, Lane.READING)
        task.succeeded.connect(self._on_recalled)
        self._runner.start(task)

    def recall_maps(self, keys: Sequence[int], scale: float) -> None:
        """Make the maps of tiles; `maps_recalled` follows."""
        session = self._holder.session
        if session is None:
            return

        def work(_tell: object, _cancel: CancelToken) -> tuple[Session, float, list[tuple[int, QImage]]]:
            made: list[tuple[int, QImage]] = importlib.import_module("gui.tile_maps").tile_maps(session, keys, scale)
            have = {key for key, _ in made}
            return session, scale, made + [(key, QImage()) for key in keys if key not in have]

        task = self._run(work, Lane.READING)
        task.succeeded.connect(self._on_maps)
        self._runner.start(task)

    def _run(self, work: object, lane: Lane) -> Task:
        return self._runner.create(work, lane)  # type: ignore[arg-type]  # each work has its own result

    @Slot(object)
    def _on_rows(self, rows: ImageRows) -> None:
        self._table.replace_answers(rows)

    @Slot(object)
    def _on_matched(self, shown: tuple[Session, SessionModel | None]) -> None:
        self._matching, self._shown = None, shown
        self.answers_matched.emit()

    @Slot(object)
    def _on_recalled(self, found: tuple[Session, int, Classification | None]) -> None:
        session, key, classification = found
        if session is self._holder.session:
            self.answer_recalled.emit(key, classification)

    @Slot(object)
    def _on_maps(self, found: tuple[Session, float, list[tuple[int, QImage]]]) -> None:
        session, scale, maps = found
        if session is self._holder.session:
            self.maps_recalled.emit(scale, maps)
