"""Keep one decode worker alive and fed, and say of each of its tasks what became of it."""

from __future__ import annotations

import signal
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

from inference.cancel import Cancelled
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_worker import READY, TAKEN, Answer, Task, WorkerSettings, serve
from inference.pictures.task_queue import TaskQueue

_START_TIMEOUT_S = 60.0
_KILL_TIMEOUT_S = 2.0

_START_LOCK = threading.Lock()
"""One worker starts at a time: starting one hides `__main__` for a moment."""


@dataclass(frozen=True, slots=True)
class Order:
    """A task and the future that takes what comes of it."""

    future: Future[Any]
    task: Task


@dataclass(frozen=True, slots=True)
class _Worker:
    """A running worker process and this end of its pipe."""

    process: BaseProcess
    connection: Connection

    def kill(self) -> None:
        self.process.kill()

    def bury(self) -> None:
        """Kill it, and free what it held here. By its own thread only."""
        self.process.kill()
        self.connection.close()
        # A process that waits for a vanished network drive outlives even this; it is left to the system.
        self.process.join(_KILL_TIMEOUT_S)
        if self.process.exitcode is not None:
            self.process.close()


class Lane:
    """One worker process after the other, and the thread that feeds them."""

    def __init__(self, context: BaseContext, settings: WorkerSettings, tasks: TaskQueue[Order | None]) -> None:
        self._context = context
        self._settings = settings
        self._tasks = tasks
        self._thread = threading.Thread(target=self._run, name="decode-lane", daemon=True)
        self._lock = threading.Lock()
        self._stopped = False
        self._worker: _Worker | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Kill the worker and start no other. From any thread."""
        with self._lock:
            self._stopped = True
            if self._worker is not None:
                self._worker.kill()

    def join(self) -> None:
        self._thread.join(_KILL_TIMEOUT_S)

    def _run(self) -> None:
        if hasattr(signal, "pthread_sigmask"):
            # Ctrl-C is for the program: a process that is only just starting would print what it was doing.
            # The tracker first, since starting it lets interrupts through again.
            resource_tracker.ensure_running()
            signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
        self._prepare()
        while (order := self._tasks.get()) is not None:
            if order.future.set_running_or_notify_cancel():
                self._carry_out(order)
        self._drop_worker()

    def _prepare(self) -> None:
        """Have a worker ready before the first task; if that fails, the first task tries again and tells."""
        try:
            self._ready_worker()
        except (OSError, EOFError, Cancelled):
            self._drop_worker()

    def _carry_out(self, order: Order) -> None:
        try:
            result = self._call(order.task)
        except BaseException as error:  # noqa: BLE001 - the task boundary: every error ends the future
            order.future.set_exception(error)
        else:
            order.future.set_result(result)

    def _call(self, task: Task) -> Any:  # noqa: ANN401 - whatever the function returns
        path, deadline_s = task.path, self._settings.deadline_s
        worker = self._hand_over(task)
        try:
            if not worker.connection.poll(deadline_s):
                self._drop_worker()
                raise ImageReadError(path, ImageProblem.TIMEOUT, f"The limit is {deadline_s:g} seconds.")
            answer: Answer = worker.connection.recv()
        except (OSError, EOFError) as error:
            self._drop_worker()
            if self._is_stopped():
                raise Cancelled from error
            raise ImageReadError(path, ImageProblem.CRASHED) from error
        return self._open_answer(answer, path)

    def _hand_over(self, task: Task) -> _Worker:
        """Give the task to a worker, to a second one if the first dies before it has it.

        Raises:
            Cancelled: the pool was closed.
            ImageReadError: two workers did not even begin.
            Exception: what pickle raises for a task that cannot be sent.
        """
        failure: Exception | None = None
        for _ in range(2):
            try:
                worker = self._ready_worker()
                worker.connection.send(task)
                _receive(worker.connection, TAKEN)
            except (OSError, EOFError) as error:
                self._drop_worker()
                failure = error
            else:
                return worker
        words = "The decoder process could not be started."
        raise ImageReadError(task.path, ImageProblem.CRASHED, words) from failure

    def _open_answer(self, answer: Answer, path: str) -> Any:  # noqa: ANN401 - whatever the function returned
        error = answer.error
        if error is None:
            return answer.result
        if isinstance(error, MemoryError):
            error = ImageReadError(path, ImageProblem.OUT_OF_MEMORY)
        if isinstance(error, ImageReadError) and error.problem is ImageProblem.OUT_OF_MEMORY:
            # What is left of its memory is in pieces; the next picture gets a fresh one.
            self._drop_worker()
        raise error

    def _ready_worker(self) -> _Worker:
        """The worker, started anew where there is none or it died while it had nothing to do."""
        worker = self._worker
        # An idle worker says nothing, so that something to read is the end of it.
        if worker is not None and (not worker.process.is_alive() or worker.connection.poll()):
            self._drop_worker()
            worker = None
        if worker is None:
            worker = self._start_worker()
            with self._lock:
                self._worker = worker
                if self._stopped:
                    worker.kill()
            _receive(worker.connection, READY)
        return worker

    def _start_worker(self) -> _Worker:
        if self._is_stopped():
            raise Cancelled
        ours, theirs = self._context.Pipe()
        try:
            with _START_LOCK, _hidden_main():
                process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]  # BaseContext lacks it
                    target=serve, args=(theirs, self._settings), name="decode-worker", daemon=True
                )
                process.start()
        except BaseException:
            ours.close()
            raise
        finally:
            theirs.close()
        return _Worker(process, ours)

    def _drop_worker(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.bury()

    def _is_stopped(self) -> bool:
        with self._lock:
            return self._stopped


def _receive(connection: Connection, word: str) -> None:
    """Wait for a word that a living worker says at once."""
    if not connection.poll(_START_TIMEOUT_S) or connection.recv() != word:
        raise OSError("The decoder process does not answer.")


@contextmanager
def _hidden_main() -> Iterator[None]:
    """Hide where `__main__` comes from: multiprocessing would run the program's main file again in each worker."""
    main = sys.modules["__main__"]
    kept = {name: getattr(main, name) for name in ("__file__", "__spec__") if hasattr(main, name)}
    try:
        main.__spec__ = None
        if "__file__" in kept:
            del main.__file__
        yield
    finally:
        for name, value in kept.items():
            setattr(main, name, value)
