"""Events of the engine room reach the GUI thread in their order, one in each turn of its event loop."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import cast

import pytest
from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui import engine_room
from gui.engine_events import ThumbnailsLoaded
from gui.engine_link import EngineLink
from gui.session_holder import SessionHolder
from gui.tasks import TaskRunner
from inference.profile import Profile


class _Room:
    """An engine room that only tells what it is told to."""

    def __init__(self, tell: Callable[[object], None]) -> None:
        self.tell = tell

    def close(self) -> None:
        """Nothing runs."""

    def tell_from_a_thread(self, *events: object) -> None:
        """All of them have been told when this returns; the GUI thread has not run meanwhile."""
        thread = threading.Thread(target=lambda: [self.tell(event) for event in events])
        thread.start()
        thread.join()


class _Screen(QObject):
    """Has something to paint after each event."""

    def __init__(self, link: EngineLink) -> None:
        super().__init__()
        self.seen: list[object] = []
        link.event_arrived.connect(self._take)

    def _take(self, event: object) -> None:
        self.seen.append(event)
        QApplication.postEvent(self, QEvent(QEvent.Type.UpdateRequest))

    def event(self, event: QEvent) -> bool:
        if event.type() is QEvent.Type.UpdateRequest:
            self.seen.append("painted")
        return super().event(event)


@pytest.fixture
def started(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[EngineLink, _Room]]:
    monkeypatch.setattr(engine_room.EngineRoom, "start", lambda _profile, _holder, tell: _Room(tell))
    runner = TaskRunner()
    link = EngineLink(runner, Profile.below(tmp_path), cast("SessionHolder", None))
    with qtbot.waitSignal(link.started):
        link.start()
    yield link, cast("_Room", link.room)
    link.close()
    runner.shutdown()


def test_what_an_event_changes_is_painted_before_the_next_one(qtbot: QtBot, started: tuple[EngineLink, _Room]) -> None:
    link, room = started
    screen = _Screen(link)
    room.tell_from_a_thread(1, 2, 3)
    qtbot.waitUntil(lambda: len(screen.seen) == 6)
    assert screen.seen == [1, "painted", 2, "painted", 3, "painted"]
    room.tell_from_a_thread(4)
    qtbot.waitUntil(lambda: len(screen.seen) == 8)
    assert screen.seen[-2:] == [4, "painted"]


def test_thumbnails_that_come_one_by_one_are_passed_on_together_in_their_place(
    qtbot: QtBot, started: tuple[EngineLink, _Room]
) -> None:
    link, room = started
    screen = _Screen(link)
    thumbnails = [ThumbnailsLoaded(((key, None),)) for key in range(20)]
    room.tell_from_a_thread("before", *thumbnails, "after")
    qtbot.waitUntil(lambda: "after" in screen.seen)
    told = [one for one in screen.seen if one != "painted"]
    assert told == [
        "before",
        ThumbnailsLoaded(tuple((key, None) for key in range(16))),
        ThumbnailsLoaded(tuple((key, None) for key in range(16, 20))),
        "after",
    ]


def test_events_on_their_way_find_nobody_after_closing(qtbot: QtBot, started: tuple[EngineLink, _Room]) -> None:
    link, room = started
    screen = _Screen(link)
    link.event_arrived.connect(lambda event: link.close() if event == 2 else None)
    room.tell_from_a_thread(1, 2, 3, 4)
    qtbot.waitUntil(lambda: 2 in screen.seen)
    qtbot.wait(50)
    assert screen.seen == [1, "painted", 2, "painted"]


def test_whoever_leaves_a_session_hears_all_that_was_told_of_it(
    qtbot: QtBot, started: tuple[EngineLink, _Room]
) -> None:
    link, room = started
    screen = _Screen(link)
    room.tell_from_a_thread(1, 2)
    qtbot.waitUntil(lambda: 1 in screen.seen)
    room.tell_from_a_thread(3)
    link.pass_all_on()
    assert [one for one in screen.seen if one != "painted"] == [1, 2, 3]
    qtbot.wait(50)
    assert [one for one in screen.seen if one != "painted"] == [1, 2, 3], "once"
