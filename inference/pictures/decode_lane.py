"""Keep one decode worker alive and fed, and say of each of its tasks what became of it."""

from __future__ import annotations

import ctypes
import signal
import sys
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue
from typing import Any

from inference.cancel import Cancelled
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_message import receive_apart
from inference.pictures.decode_pace import Pace
from inference.pictures.decode_slab import Slab
from inference.pictures.decode_worker import READY, Answer, Counter, Handful, WorkerSettings, serve
from inference.pictures.task_queue import TaskQueue, Waiting

_START_TIMEOUT_S = 60.0
_KILL_TIMEOUT_S = 2.0

_PATIENCE_S = 0.1
"""When a worker is at one task of a handful for so long, others get the rest, which it no longer begins itself."""

_START_LOCK = threading.Lock()
"""One worker starts at a time: starting one hides `__main__` for a moment."""


@dataclass(frozen=True, slots=True)
class Order:
    """A task, `function(path, argument)`, and the future that takes what comes of it."""

    future: Future[Any]
    function: Callable[[str, Any], Any]
    path: str
    argument: Any

    def is_like(self, other: Order) -> bool:
        """Whether both are the same task for two pictures."""
        return self.function is other.function and self.argument is other.argument

    def begin(self) -> bool:
        """Take it on; False where nobody wants it any more. One that was begun by a worker that died still is."""
        return self.future.running() or self.future.set_running_or_notify_cancel()

    def give_up(self) -> None:
        """End it without a result, because the pool is closed."""
        if self.future.cancel():
            self.future.set_running_or_notify_cancel()
        else:
            self.future.set_exception(Cancelled())


@dataclass(frozen=True, slots=True)
class _Worker:
    """A running worker process, this end of its pipe, how many tasks it has begun, and where it leaves pixels."""

    process: BaseProcess
    connection: Connection
    begun: Counter
    slab: Slab | None

    def kill(self) -> None:
        self.process.kill()

    def bury(self) -> None:
        """Kill it, and free what it held here. By its own thread only."""
        self.process.kill()
        self.connection.close()
        if self.slab is not None:
            self.slab.close()
        # A process that waits for a vanished network drive outlives even this; it is left to the system.
        self.process.join(_KILL_TIMEOUT_S)
        if self.process.exitcode is not None:
            self.process.close()


class Lane:
    """One worker process after the other, and the thread that feeds them."""

    def __init__(self, context: BaseContext, settings: WorkerSettings, tasks: TaskQueue[Order]) -> None:
        self._context = context
        self._settings = settings
        self._tasks = tasks
        self._pace = Pace()
        self._thread = threading.Thread(target=self._run, name="decode-lane", daemon=True)
        self._lock = threading.Lock()
        self._stopped = False
        self._worker: _Worker | None = None

    @property
    def handful(self) -> int:
        """How many tasks its worker would take together now."""
        return self._pace.handful

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
        while taken := self._tasks.take(self._fitting, Order.is_like):
            self._carry_out(taken)
        self._drop_worker()

    def _prepare(self) -> None:
        """Have a worker ready before the first task; if that fails, the first task tries again and tells."""
        try:
            self._ready_worker()
        except (OSError, EOFError, Cancelled):
            self._drop_worker()

    def _fitting(self, order: Order) -> int:
        return self._pace.fitting(order.function, order.argument)

    def _carry_out(self, taken: list[Waiting[Order]]) -> None:
        # The others can still be cancelled until they are answered: their reading may not have begun.
        if not taken[0].task.begin():
            self._put_back(taken[1:])
            return
        try:
            answers = self._call(taken)
        except Exception as error:  # noqa: BLE001 - the task boundary: every error ends the future
            answers = {0: Answer(error=error)}
        for place, waiting in enumerate(taken):
            if place in answers:
                self._settle(waiting.task, answers[place])
        self._put_back([waiting for place, waiting in enumerate(taken) if place not in answers])

    def _put_back(self, waiting: list[Waiting[Order]]) -> None:
        if not self._tasks.put_back(waiting):
            for _, _, order in waiting:
                order.give_up()

    def _settle(self, order: Order, answer: Answer) -> None:
        if answer.is_out_of_memory:
            # What is left of its memory is in pieces; the next picture gets a fresh one.
            self._drop_worker()
        if not order.begin():
            return
        if answer.error is None:
            order.future.set_result(answer.result)
        elif isinstance(answer.error, MemoryError):
            order.future.set_exception(ImageReadError(order.path, ImageProblem.OUT_OF_MEMORY))
        else:
            order.future.set_exception(answer.error)

    def _call(self, taken: list[Waiting[Order]]) -> dict[int, Answer]:
        """Have a worker do tasks that are alike; a second one if the first dies before it has begun.

        Args:
            taken: they; where one takes long, those after it go back to the queue and leave this list.

        Returns:
            Answers by the task's place, one at least; the other tasks are to be done again.

        Raises:
            Cancelled: the pool was closed.
            Exception: what pickle raises for a task that cannot be sent.
        """
        first, paths = taken[0].task, tuple(waiting.task.path for waiting in taken)
        handful = Handful(first.function, first.argument, paths)
        for _ in range(2):
            try:
                worker = self._ready_worker()
            except (OSError, EOFError):
                self._drop_worker()
                continue
            before = worker.begun.value
            came = self._ask(worker, handful, taken)
            if not isinstance(came, ImageProblem):
                return dict(enumerate(came))
            self._drop_worker()
            if self._is_stopped():
                raise Cancelled
            if worker.begun.value > before:
                place = worker.begun.value - before - 1
                return {place: Answer(error=self._failure(paths[place], came))}
        words = "The decoder process could not be started."
        return {0: Answer(error=ImageReadError(first.path, ImageProblem.CRASHED, words))}

    def _ask(self, worker: _Worker, handful: Handful, taken: list[Waiting[Order]]) -> list[Answer] | ImageProblem:
        """The worker's answers, or how it failed."""
        before, started = worker.begun.value, time.perf_counter()
        try:
            worker.connection.send(handful)
            is_answered = worker.connection.poll(_PATIENCE_S)
            if not is_answered and len(taken) > 1:
                begun = max(1, worker.begun.value - before)
                taken[begun:], others = [], taken[begun:]
                self._put_back(others)
            # One deadline for all: after a moment a worker begins no other task (`decode_worker`).
            if not is_answered and not worker.connection.poll(max(0.0, self._settings.deadline_s - _PATIENCE_S)):
                return ImageProblem.TIMEOUT
            answers: list[Answer] = receive_apart(worker.connection, worker.slab)
        except (OSError, EOFError):
            return ImageProblem.CRASHED
        except Exception:
            # Something of the answer may still be in the pipe.
            self._drop_worker()
            raise
        self._pace.note(handful.function, handful.argument, time.perf_counter() - started, len(answers))
        return answers

    def _failure(self, path: str, problem: ImageProblem) -> ImageReadError:
        if problem is ImageProblem.TIMEOUT:
            return ImageReadError(path, problem, f"The limit is {self._settings.deadline_s:g} seconds.")
        return ImageReadError(path, problem)

    def _ready_worker(self) -> _Worker:
        """The worker, started anew where there is none. It may have died while it had nothing to do."""
        worker = self._worker
        if worker is None:
            worker = self._start_worker()
            with self._lock:
                self._worker = worker
                if self._stopped:
                    worker.kill()
            _expect_ready(worker.connection)
        return worker

    def _start_worker(self) -> _Worker:
        if self._is_stopped():
            raise Cancelled
        ours, theirs = self._context.Pipe()
        begun: Counter = RawValue(ctypes.c_longlong, 0)
        slab = Slab.create()
        try:
            with _START_LOCK, _hidden_main():
                process: BaseProcess = self._context.Process(  # type: ignore[attr-defined]  # BaseContext lacks it
                    target=serve, args=(theirs, begun, slab, self._settings), name="decode-worker", daemon=True
                )
                process.start()
        except BaseException:
            ours.close()
            if slab is not None:
                slab.close()
            raise
        finally:
            theirs.close()
        return _Worker(process, ours, begun, slab)

    def _drop_worker(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if worker is not None:
            worker.bury()

    def _is_stopped(self) -> bool:
        with self._lock:
            return self._stopped


def _expect_ready(connection: Connection) -> None:
    """Wait for the first word of a worker.

    Raises:
        OSError: it does not come.
        EOFError: the worker is gone.
    """
    if not connection.poll(_START_TIMEOUT_S) or connection.recv() != READY:
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
