"""Decisions reach the disk in their order; what cannot be written waits, holds nobody else back, and is not lost."""

from __future__ import annotations

import threading
from collections.abc import Iterator

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui import decision_writer
from gui.decision_writer import DecisionWriter
from gui.tasks import Lane, TaskRunner
from inference.errors import SessionError, SessionSaveError
from inference.sessions.marks import NO_NAME, UNMARKED, Marks, make_mark
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind
from tests.gui.fake_session import FakeHolder, FakeSession, as_holder, as_session

CORRECTED = make_mark(ImageState.CORRECTED)


class Bench:
    """A writer with its runner, a session and what was told."""

    def __init__(self, qtbot: QtBot, runner: TaskRunner) -> None:
        self.qtbot = qtbot
        self.session = FakeSession()
        self.holder = FakeHolder(self.session)
        self.writer = DecisionWriter(runner, as_holder(self.holder))
        self.saved = QSignalSpy(self.writer.saved)
        self.errors: list[SessionError] = []
        self.counts: list[int] = []
        self.writer.failed.connect(self.errors.append)
        self.writer.unsaved_changed.connect(self.counts.append)

    def label(self, *subjects: str) -> None:
        """Steps about one image each."""
        for subject in subjects:
            self.writer.carry_out(step(subject))

    def until_written(self) -> None:
        self.qtbot.waitUntil(lambda: self.writer.unsaved == 0 and self.counts[-1:] == [0])


def step(subject: str, name: int = NO_NAME, key: int = 1) -> Step:
    """A label for one image."""
    return Step(StepKind.LABEL, subject, Marks.same([key], UNMARKED), Marks.same([key], CORRECTED, name), 0.0)


@pytest.fixture
def runner() -> Iterator[TaskRunner]:
    made = TaskRunner()
    yield made
    made.shutdown()


@pytest.fixture
def bench(qtbot: QtBot, runner: TaskRunner, monkeypatch: pytest.MonkeyPatch) -> Bench:
    """A writer that tries again soon."""
    monkeypatch.setattr(decision_writer, "RETRY_MS", 20)
    return Bench(qtbot, runner)


def test_the_order_is_kept_and_the_gui_thread_does_not_write(bench: Bench) -> None:
    bench.label("a", "b")
    bench.writer.take_back(step("b"))
    bench.writer.repeat(step("b"))
    bench.label("c")
    bench.until_written()
    assert bench.session.done == ["a", "b", "undo", "redo", "c"]
    assert all(name.startswith(Lane.STORE.value) for name in bench.session.threads)
    assert bench.saved.count() >= 1
    assert not bench.errors


def test_a_step_of_many_images_waits_for_the_repaint_and_keeps_its_place(bench: Bench) -> None:
    keys = range(1, decision_writer.MANY_IMAGES + 1)
    many = Step(StepKind.LABEL, "many", Marks.same(keys, UNMARKED), Marks.same(keys, CORRECTED), 0.0)
    bench.writer.carry_out(many)
    assert not bench.session.done
    bench.until_written()
    assert bench.session.done == ["many"]
    bench.writer.carry_out(many)
    bench.label("a")
    bench.until_written()
    assert bench.session.done == ["many", "many", "a"]


def test_what_fails_is_tried_again_in_its_order(bench: Bench) -> None:
    bench.session.failures = 3
    bench.label("a", "b")
    bench.writer.take_back(step("b"))
    bench.until_written()
    assert bench.session.done == ["a", "b", "undo"]
    assert 1 <= len(bench.errors) <= 3
    assert all(isinstance(error, SessionSaveError) for error in bench.errors)
    assert bench.saved.count() == 1


def test_a_decision_while_another_waits_is_written_behind_it(qtbot: QtBot, runner: TaskRunner) -> None:
    """With the usual ten seconds between attempts: a new decision is an attempt of its own."""
    bench = Bench(qtbot, runner)
    bench.session.failures = 1
    bench.label("a")
    qtbot.waitUntil(lambda: len(bench.errors) == 1)
    assert bench.session.done == []
    bench.label("b")
    bench.until_written()
    assert bench.session.done == ["a", "b"]


def test_a_decision_during_a_write_waits_for_it(bench: Bench) -> None:
    bench.session.gate.clear()
    bench.label("a")
    bench.label("b", "c")
    assert bench.writer.unsaved == 3
    bench.session.gate.set()
    bench.until_written()
    assert bench.session.done == ["a", "b", "c"]


def test_without_a_session_nothing_waits(bench: Bench) -> None:
    bench.holder.session = None
    bench.label("a")
    bench.writer.take_back(step("a"))
    assert bench.writer.unsaved == 0
    assert bench.counts == []


def test_it_says_whether_decisions_can_be_kept(bench: Bench) -> None:
    assert bench.writer.can_write
    bench.session.is_read_only = True
    assert not bench.writer.can_write
    bench.holder.session = None
    assert not bench.writer.can_write


def test_an_order_belongs_to_the_session_that_was_open(bench: Bench) -> None:
    first, second = bench.session, FakeSession("mammals")
    first.gate.clear()
    bench.label("a")
    bench.holder.session = second
    bench.label("b")
    first.gate.set()
    bench.until_written()
    assert (first.done, second.done) == (["a"], ["b"])


def test_a_session_that_cannot_be_written_holds_no_other_back(bench: Bench) -> None:
    first, second = bench.session, FakeSession("mammals")
    first.failures = 1_000_000
    bench.label("a", "b")
    bench.holder.session = second
    bench.label("c", "d")
    bench.qtbot.waitUntil(lambda: second.done == ["c", "d"])
    assert bench.writer.unsaved == 2
    first.failures = 0
    bench.until_written()
    assert first.done == ["a", "b"]


def test_flush_writes_here_and_now(bench: Bench) -> None:
    bench.session.failures = 1
    bench.label("a", "b")
    bench.qtbot.waitUntil(lambda: len(bench.errors) == 1)
    bench.session.threads.clear()
    bench.writer.flush()
    assert bench.writer.unsaved == 0
    assert bench.session.done == ["a", "b"]
    bench.until_written()
    assert bench.saved.count() == 1


def test_flush_says_what_it_cannot_write_and_keeps_it(bench: Bench) -> None:
    bench.session.failures = 1_000_000
    bench.label("a", "b")
    with pytest.raises(SessionSaveError):
        bench.writer.flush()
    assert bench.writer.unsaved == 2
    bench.session.failures = 0
    bench.writer.flush()
    assert bench.session.done == ["a", "b"]


def test_flush_may_come_from_another_thread_while_a_retry_waits(qtbot: QtBot, runner: TaskRunner) -> None:
    """Leaving a session writes what waits from the store lane; a timer of the GUI thread must not be touched there."""
    bench = Bench(qtbot, runner)
    bench.session.failures = 1
    bench.label("a")
    qtbot.waitUntil(lambda: len(bench.errors) == 1)
    thread = threading.Thread(target=bench.writer.flush, name="store-other")
    thread.start()
    thread.join()
    assert bench.session.done == ["a"]
    bench.until_written()
    assert bench.saved.count() == 1


def test_a_copy_gets_what_waits_in_its_own_codes(bench: Bench) -> None:
    bench.session.failures = 1_000_000
    jay = bench.session.vocabulary.code("jay")
    magpie = bench.session.vocabulary.code("magpie")
    second = step("magpie", magpie, key=2)
    bench.writer.carry_out(step("jay", jay, key=1))
    bench.writer.carry_out(second)
    bench.writer.take_back(second)
    bench.writer.repeat(second)
    copy = FakeSession("copy", ("crow", "magpie", "rook"))
    bench.writer.write_into(as_session(copy))
    assert copy.done == ["jay", "magpie", "undo", "redo"]
    assert copy.marks == {1: (CORRECTED, "jay"), 2: (CORRECTED, "magpie")}
    assert bench.writer.unsaved == 0
    bench.until_written()
    assert bench.session.done == []
    assert bench.saved.count() == 1


def test_a_copy_gets_nothing_of_another_session(bench: Bench) -> None:
    left = bench.session
    left.failures = 1_000_000
    bench.label("of another list")
    bench.holder.session = original = FakeSession("mammals")
    original.failures = 1_000_000
    bench.label("fox")
    copy = FakeSession("copy")
    bench.writer.write_into(as_session(copy))
    assert copy.done == ["fox"]
    assert bench.writer.unsaved == 1
    left.failures = 0
    bench.until_written()
    assert left.done == ["of another list"]


def test_a_copy_that_fails_takes_nothing_from_the_session(bench: Bench) -> None:
    bench.session.failures = 1_000_000
    bench.label("a", "b")
    copy = FakeSession("copy")
    copy.failures = 1
    with pytest.raises(SessionSaveError):
        bench.writer.write_into(as_session(copy))
    assert bench.writer.unsaved == 2
    bench.session.failures = 0
    bench.until_written()
    assert bench.session.done == ["a", "b"]


def test_it_says_for_which_session_something_waits(bench: Bench) -> None:
    other = FakeSession("mammals")
    bench.session.failures = 1_000_000
    bench.label("a")
    assert bench.writer.waits_for(as_session(bench.session))
    assert not bench.writer.waits_for(as_session(other))
    bench.session.failures = 0
    bench.writer.flush()
    assert not bench.writer.waits_for(as_session(bench.session))


@pytest.mark.parametrize("failures", [0, 2])
def test_a_journal_that_forgot_a_step_holds_what_is_on_screen_all_the_same(
    bench: Bench, caplog: pytest.LogCaptureFixture, failures: int
) -> None:
    """The session has no step left to take back or repeat: what the window shows is written as a new step."""
    first = step("a", bench.session.vocabulary.code("jay"), key=1)
    bench.writer.carry_out(first)
    bench.until_written()
    bench.session.forget(1)
    bench.session.failures = failures
    bench.writer.take_back(first)
    bench.until_written()
    assert bench.session.marks == {1: (UNMARKED, "")}
    bench.session.forget(1)
    bench.session.failures = failures
    bench.writer.repeat(first)
    bench.until_written()
    assert bench.session.marks == {1: (CORRECTED, "jay")}
    assert [record.levelname for record in caplog.records if "another step" in record.message] == ["ERROR"] * 2
    caplog.clear()


@pytest.mark.parametrize("failures", [0, 1, 2])
def test_a_journal_with_another_step_is_put_right(
    bench: Bench, caplog: pytest.LogCaptureFixture, failures: int
) -> None:
    """The session takes a step back that is not the window's: both steps' images get what is on screen."""
    code = bench.session.vocabulary.code
    older, newer = step("a", code("jay"), key=1), step("b", code("crow"), key=2)
    bench.writer.carry_out(older)
    bench.writer.carry_out(newer)
    bench.until_written()
    bench.session.take_back()
    bench.session.marks[2] = (CORRECTED, "crow")  # it lost the newer step, not what that had done
    bench.session.failures = failures
    bench.writer.take_back(newer)
    bench.until_written()
    assert bench.session.marks == {1: (CORRECTED, "jay"), 2: (UNMARKED, "")}
    bench.writer.repeat(newer)
    bench.until_written()
    assert bench.session.marks == {1: (CORRECTED, "jay"), 2: (CORRECTED, "crow")}
    assert caplog.records
    caplog.clear()


@given(st.lists(st.tuples(st.integers(0, 1), st.integers(0, 3)), max_size=20))
@settings(max_examples=40, deadline=None)
def test_nothing_is_lost_or_turned_round_whatever_fails(orders: list[tuple[int, int]]) -> None:
    """Decisions about two sessions, whose writes fail now and then; in the end each has all of its own in order."""
    runner = TaskRunner()
    sessions = [FakeSession("one"), FakeSession("two")]
    holder = FakeHolder()
    writer = DecisionWriter(runner, as_holder(holder))
    expected: list[list[str]] = [[], []]
    for number, (which, failures) in enumerate(orders):
        holder.session = sessions[which]
        sessions[which].failures += failures
        writer.carry_out(step(str(number)))
        expected[which].append(str(number))
    runner.shutdown()
    for session in sessions:
        session.failures = 0
    writer.flush()
    assert [session.done for session in sessions] == expected
    assert writer.unsaved == 0
