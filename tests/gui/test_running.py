"""Test gui/running.py: counts that follow what the run answers, whatever the list does, and a way on after Stop."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from gui.engine_link import EngineLink
from gui.gallery.image_state import ImageState
from gui.gallery.image_table import AnswerUpdate, ImageTable
from gui.job_bar import JobBar, JobState
from gui.labels import ElidedLabel
from gui.running import HIDDEN_AFTER_MS, TOLD_AFTER_S, Running
from gui.user_message import UserMessage
from inference.classify.events import RunEnd, RunEnded, RunStarted
from inference.sessions.marks import Marks, with_removed
from inference.sessions.records import ImageRows


class _Service:
    """What `Running` asks of the service."""

    def __init__(self) -> None:
        self.remaining = 0
        self.is_stopped = False

    def stop(self) -> None:
        self.is_stopped = True


class _Desk:
    """A bar over a table of images, with a service that answers when it is told to."""

    def __init__(self, qtbot: QtBot, count: int) -> None:
        self.now = 0.0
        self.table = ImageTable()
        self.table.append(ImageRows.queued([f"/{key}.jpg" for key in range(count)]))
        self.service = _Service()
        self.bar = JobBar()
        qtbot.addWidget(self.bar)
        link = cast("EngineLink", SimpleNamespace(room=SimpleNamespace(service=self.service)))
        self.running = Running(link, self.table, self.bar, clock=lambda: self.now)
        self.said: list[UserMessage] = []
        self.running.message_raised.connect(self.said.append)

    def begin(self, remaining: int) -> None:
        self.service.remaining = remaining
        self.service.is_stopped = False
        self.running.on_event(RunStarted())

    def answer(self, keys: range, answer: ImageState = ImageState.SUGGESTED, *, more: int) -> None:
        """Answer some images; so many more are then to be done."""
        self.service.remaining = more
        updates = [AnswerUpdate(key, answer) for key in keys]
        self.running.take_answers(updates)
        self.table.apply_answers(updates)

    def end(self, end: RunEnd) -> None:
        self.now += TOLD_AFTER_S
        self.running.on_event(RunEnded(end))

    def remove(self, keys: range, *, removed: bool) -> None:
        marks = self.table.marks_of(keys)
        changed = Marks(marks.keys, bytes(with_removed(mark, removed=removed) for mark in marks.marks), marks.names)
        self.table.apply_marks(changed)

    @property
    def counts(self) -> str:
        return self.bar.findChildren(ElidedLabel)[0].text()

    @property
    def offers(self) -> list[str]:
        return [button.text() for button in self.bar.findChildren(QPushButton) if not button.isHidden()]


def test_failed_pictures_that_are_tried_again_are_counted(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 20)
    desk.begin(20)
    desk.answer(range(2), more=18)
    desk.answer(range(2, 20), ImageState.FAILED, more=0)
    desk.end(RunEnd.FINISHED)
    # The folder is looked through again: the files are found in portions, while the run goes on already.
    desk.table.forget_answers(range(2, 4))
    desk.begin(2)
    desk.table.forget_answers(range(4, 20))
    desk.service.remaining = 18
    desk.answer(range(2, 12), more=8)
    assert desk.counts == "10 of 18"
    desk.answer(range(12, 20), more=0)
    desk.end(RunEnd.FINISHED)
    assert desk.counts == "18 of 18"
    assert desk.running.state is JobState.FINISHED
    assert desk.said[-1].text == "Classified 18 images in 2 seconds."


def test_what_fails_and_then_does_not_is_no_failure(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 3)
    desk.begin(3)
    desk.answer(range(3), ImageState.FAILED, more=0)
    desk.table.forget_answers(range(2))
    desk.service.remaining = 2
    desk.answer(range(2), more=0)
    desk.end(RunEnd.FINISHED)
    assert desk.running.state is JobState.FINISHED_WITH_FAILURES
    assert desk.counts == "5 of 5, 1 could not be read"
    assert desk.said[-1].text == "Classified 2 images in 2 seconds. 1 could not be read."


def test_images_that_leave_the_list_and_come_back_count_once(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 100)
    desk.begin(100)
    desk.answer(range(10), more=90)
    desk.remove(range(5, 40), removed=True)
    # 8 of them are on their way, and are queued again when they come back.
    desk.service.remaining = 60 + 8
    desk.remove(range(5, 40), removed=False)
    desk.service.remaining = 90 + 8
    desk.answer(range(10, 18), more=90)
    assert desk.counts == "18 of 100"
    desk.answer(range(10, 100), more=0)
    desk.end(RunEnd.FINISHED)
    assert desk.counts == "100 of 100"
    assert desk.said[-1].text == "Classified 100 images in 2 seconds."


def test_after_stop_the_bar_stays_and_offers_to_resume(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 10)
    wanted = QSignalSpy(desk.running.rest_wanted)
    desk.begin(10)
    desk.answer(range(4), more=6)
    desk.running.stop()
    desk.end(RunEnd.STOPPED)
    assert (desk.counts, desk.offers, desk.bar.isHidden()) == ("4 of 10", ["Resume"], False)
    assert not desk.running._hide_timer.isActive()
    next(button for button in desk.bar.findChildren(QPushButton) if button.text() == "Resume").click()
    assert wanted.count() == 1
    desk.begin(6)
    assert desk.offers == ["Pause", "Stop"]
    desk.answer(range(4, 10), more=0)
    desk.end(RunEnd.FINISHED)
    assert desk.offers == []
    assert desk.running._hide_timer.isActive()


def test_what_is_left_is_still_offered_after_a_run_without_it(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 10)
    desk.begin(10)
    desk.running.stop()
    desk.end(RunEnd.STOPPED)
    desk.table.append(ImageRows.queued(["/new.jpg"], 10))
    desk.begin(1)
    desk.answer(range(10, 11), more=0)
    desk.end(RunEnd.FINISHED)
    assert (desk.counts, desk.offers, desk.bar.isHidden()) == ("1 of 1", ["Resume"], False)


def test_the_offer_goes_with_what_it_is_about(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 10)
    desk.running._hide_timer.setInterval(0)
    desk.begin(10)
    desk.running.stop()
    desk.end(RunEnd.STOPPED)
    desk.table.clear()
    assert desk.offers == []
    qtbot.waitUntil(desk.bar.isHidden)


def test_a_run_that_ends_for_another_model_offers_nothing(qtbot: QtBot) -> None:
    desk = _Desk(qtbot, 10)
    desk.begin(10)
    desk.end(RunEnd.STOPPED)
    assert (desk.offers, desk.bar.isHidden()) == ([], True)
    assert desk.running._hide_timer.interval() == HIDDEN_AFTER_MS
