"""A task ends exactly once, on the GUI thread, whatever the work does."""

import threading
from collections.abc import Callable, Iterator

import pytest
from PySide6.QtCore import QCoreApplication, QObject, QThread, Slot
from pytestqt.qtbot import QtBot

from gui.tasks import Lane, Task, TaskRunner
from inference.cancel import CancelToken


class Witness(QObject):
    """Writes down what a task says, and that it says it on the GUI thread."""

    def __init__(self, task: Task) -> None:
        super().__init__()
        self.events: list[object] = []
        task.progressed.connect(self.on_progress)
        task.succeeded.connect(self.on_success)
        task.failed.connect(self.on_failure)
        task.cancelled.connect(self.on_cancel)
        task.finished.connect(self.on_finish)

    def _note(self, event: object) -> None:
        application = QCoreApplication.instance()
        assert application is not None
        assert QThread.currentThread() is application.thread()
        self.events.append(event)

    @Slot(object)
    def on_progress(self, progress: object) -> None:
        self._note(("progressed", progress))

    @Slot(object)
    def on_success(self, result: object) -> None:
        self._note(("succeeded", result))

    @Slot(object)
    def on_failure(self, error: object) -> None:
        self._note(("failed", type(error)))

    @Slot()
    def on_cancel(self) -> None:
        self._note("cancelled")

    @Slot()
    def on_finish(self) -> None:
        self._note("finished")


@pytest.fixture
def runner(qtbot: QtBot) -> Iterator[TaskRunner]:
    del qtbot
    runner = TaskRunner()
    yield runner
    runner.shutdown()


def _run(qtbot: QtBot, runner: TaskRunner, task: Task) -> list[object]:
    witness = Witness(task)
    with qtbot.waitSignal(task.finished, timeout=5000):
        runner.start(task)
    return witness.events


def test_progress_then_success_then_finished(qtbot: QtBot, runner: TaskRunner) -> None:
    def work(on_progress: Callable[[object], None], cancel: CancelToken) -> int:
        del cancel
        on_progress(1)
        on_progress(2)
        return 3

    events = _run(qtbot, runner, runner.create(work, Lane.FILES))
    assert events == [("progressed", 1), ("progressed", 2), ("succeeded", 3), "finished"]


def test_an_exception_ends_the_task_and_the_lane_lives_on(qtbot: QtBot, runner: TaskRunner) -> None:
    def fail(on_progress: Callable[[object], None], cancel: CancelToken) -> None:
        del on_progress, cancel
        raise ZeroDivisionError

    assert _run(qtbot, runner, runner.create(fail, Lane.FILES)) == [("failed", ZeroDivisionError), "finished"]
    assert _run(qtbot, runner, runner.create(lambda _p, _c: "ok", Lane.FILES)) == [("succeeded", "ok"), "finished"]


def test_cancelling_wins_over_a_result_that_arrives_late(qtbot: QtBot, runner: TaskRunner) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def work(on_progress: Callable[[object], None], cancel: CancelToken) -> str:
        del cancel
        begun.set()
        go_on.wait(10)
        on_progress("too late")
        return "a result all the same"

    task = runner.create(work, Lane.FILES)
    witness = Witness(task)
    with qtbot.waitSignal(task.finished, timeout=5000):
        runner.start(task)
        assert begun.wait(5)
        task.cancel()
        go_on.set()
    assert witness.events == ["cancelled", "finished"]
    assert _run(qtbot, runner, runner.create(lambda _p, _c: 1, Lane.FILES)) == [("succeeded", 1), "finished"]


def test_shutdown_waits_for_work_and_twice_is_harmless(runner: TaskRunner) -> None:
    begun, ended = threading.Event(), threading.Event()

    def work(on_progress: Callable[[object], None], cancel: CancelToken) -> None:
        del on_progress
        begun.set()
        cancel.wait(10)
        ended.set()

    runner.start(runner.create(work, Lane.MODELS))
    assert begun.wait(5)
    runner.shutdown()
    assert ended.is_set()
    runner.shutdown()
