"""Ask questions that need runs of the network, one of each kind at a time, the latest one counting."""

from __future__ import annotations

import itertools
from concurrent.futures import CancelledError
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal, Slot

from gui.attention.examination import ExaminationOrder, Work
from gui.engine_events import ExaminationEnded, ExaminationProgressed
from gui.engine_link import EngineLink
from inference.cancel import CancelToken

if TYPE_CHECKING:
    from inference.classify.preprocess import PreparedPicture, PrepareOrder
    from inference.results import PictureFacts


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: str
    key: int
    cancel: CancelToken
    is_long: bool


class Examiner(QObject):
    """Sends questions to the engine room, and its answers back to whoever asked.

    A question of a kind replaces the one of that kind that is still open, which then never answers. Lives on the GUI
    thread, where all its signals arrive.

    Signals:
        answered(kind: str, key: int, result: object): what the work returned.
        failed(kind: str, key: int, error: CardinalError): why there is no answer.
        progressed(kind: str, done: int, total: int): how many runs were made.
        open_changed(kind: str, is_open: bool): a question of this kind is open now, or no longer.
    """

    answered = Signal(str, int, object)
    failed = Signal(str, int, object)
    progressed = Signal(str, int, int)
    open_changed = Signal(str, bool)

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self._link = link
        self._tickets = itertools.count(1)
        self._open: dict[int, _Asked] = {}
        link.event_arrived.connect(self._on_event)

    def ask(
        self,
        kind: str,
        key: int,
        work: Work,
        *,
        path: str | None = None,
        view: PrepareOrder | None = None,
        is_long: bool = False,
        facts: PictureFacts | None = None,
    ) -> bool:
        """Send a question; `answered` or `failed` follows, unless it is cancelled or replaced.

        Args:
            kind: names the asker; one question of a kind is open at a time.
            key: of the image that is asked about; it comes back with the answer.
            work: finds the answer, in the thread that owns the network.
            path: a picture to be read for it in another way than usual.
            view: how it is read then.
            is_long: it makes many runs; other questions are answered in between.
            facts: of the file that was classified, where the answer would mean nothing for another one.

        Returns:
            False where no engine runs yet; then nothing was asked.
        """
        self.cancel(kind)
        room = self._link.room
        if room is None:
            return False
        ticket, cancel = next(self._tickets), CancelToken()
        self._open[ticket] = _Asked(kind, key, cancel, is_long)
        room.examine(ExaminationOrder(ticket, work, cancel, path, view, is_long, facts))
        self.open_changed.emit(kind, True)
        return True

    def read_now(self, path: str, view: PrepareOrder, longest_s: float) -> PreparedPicture:
        """Wait for a picture to be read, where no event can bring it any more: the window closes.

        Raises:
            CardinalError: it cannot be read.
            TimeoutError: it takes longer than `longest_s` seconds.
            CancelledError: nothing is read any more.
        """
        room = self._link.room
        if room is None:
            raise CancelledError
        return room.read(path, view).result(longest_s)

    def is_open(self, kind: str) -> bool:
        """Whether a question of this kind waits for its answer."""
        return any(asked.kind == kind for asked in self._open.values())

    def cancel(self, kind: str) -> None:
        """Give the open question of a kind up, if there is one."""
        for ticket, asked in list(self._open.items()):
            if asked.kind == kind:
                asked.cancel.cancel()
                del self._open[ticket]
                self.open_changed.emit(kind, False)

    @Slot()
    def cancel_all(self) -> None:
        """Give every open question up: another image is on screen, or another model is open."""
        for kind in {asked.kind for asked in self._open.values()}:
            self.cancel(kind)

    @Slot()
    def cancel_long(self) -> None:
        """Give up what makes many runs: another model is wanted, and would wait for them."""
        for kind in {asked.kind for asked in self._open.values() if asked.is_long}:
            self.cancel(kind)

    @Slot(object)
    def _on_event(self, event: object) -> None:
        if isinstance(event, ExaminationProgressed) and event.ticket in self._open:
            self.progressed.emit(self._open[event.ticket].kind, event.done, event.total)
        elif isinstance(event, ExaminationEnded) and event.ticket in self._open:
            asked = self._open.pop(event.ticket)
            if event.error is None:
                self.answered.emit(asked.kind, asked.key, event.result)
            else:
                self.failed.emit(asked.kind, asked.key, event.error)
            self.open_changed.emit(asked.kind, self.is_open(asked.kind))
