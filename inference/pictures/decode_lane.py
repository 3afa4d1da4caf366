"""Keep one decode worker alive and fed, and say of each of its tasks what became of it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from concurrent.futures import Future
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

from inference.cancel import Cancelled
from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_message import receive_apart
from inference.pictures.decode_pace import Pace
from inference.pictures.decode_process import Worker
from inference.pictures.decode_starts import Starts
from inference.pictures.decode_worker import Answer, Handful, WorkerSettings
from inference.pictures.task_queue import TaskQueue, Waiting

_JOIN_TIMEOUT_S = 2.0

_PATIENCE_S = 0.1
"""When a worker is at one task of a handful for so long, others get the rest, which it no longer begins itself."""

_FIRST_PAUSE_S = 0.1
_LONGEST_PAUSE_S = 2.0
"""How long a lane waits before it tries again to start a worker: twice as long each time, up to this."""

_MOST_BARREN = 2
"""So many workers in a row that die with a handful of which nothing was begun: its first task is what kills them."""


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


class Lane:
    """One worker process after the other, and the thread that feeds them.

    Args:
        context: how processes are started.
        settings: of the workers.
        tasks: what is to be done, shared by the lanes.
        starts: whether workers can be started, likewise.
    """

    def __init__(self, context: BaseContext, settings: WorkerSettings, tasks: TaskQueue[Order], starts: Starts) -> None:
        self._context = context
        self._settings = settings
        self._tasks = tasks
        self._starts = starts
        self._pace = Pace()
        self._thread = threading.Thread(target=self._run, name="decode-lane", daemon=True)
        self._lock = threading.Lock()
        self._stopping = threading.Event()
        self._worker: Worker | None = None
        self._is_ready = False
        self._barren = 0

    @property
    def handful(self) -> int:
        """How many tasks its worker would take together now."""
        return self._pace.handful

    def start(self) -> None:
        """Begin.

        Raises:
            RuntimeError: the system allows no more threads.
        """
        self._thread.start()

    def stop(self) -> None:
        """Kill the worker and start no other. From any thread."""
        with self._lock:
            self._stopping.set()
            if self._worker is not None:
                self._worker.kill()

    def join(self) -> None:
        """Wait for its end, not for ever."""
        if self._thread.ident is not None:
            self._thread.join(_JOIN_TIMEOUT_S)

    def _run(self) -> None:
        # A lane without a worker takes nothing that another could do, but where none has one.
        while self._prepare():
            taken = self._tasks.take(self._fitting, Order.is_like)
            if not taken:
                break
            self._carry_out(taken)
        self._drop_worker()

    def _prepare(self) -> bool:
        """Have a worker ready, or know that there is none to be had; False once the lane is stopped."""
        pause_s = _FIRST_PAUSE_S
        while not self._stopping.is_set():
            if self._has_worker() or self._starts.verdict() is not None:
                return True
            self._stopping.wait(pause_s)
            pause_s = min(2 * pause_s, _LONGEST_PAUSE_S)
        return False

    def _has_worker(self) -> bool:
        """Whether a worker is ready, which is started where there is none."""
        try:
            self._ready_worker()
        except Cancelled:
            return False
        except Exception as error:  # noqa: BLE001 - whatever it is: without this thread, its share is never done
            self._drop_worker()
            self._starts.failed(error)
            return False
        return True

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
        """Have a worker do tasks that are alike.

        Args:
            taken: they; where one takes long, those after it go back to the queue and leave this list.

        Returns:
            Answers by the task's place; the other tasks are to be done again.

        Raises:
            Cancelled: the pool was closed.
            Exception: what pickle raises for a task that cannot be sent.
        """
        worker = self._worker if self._has_worker() else None
        if worker is None:
            return self._verdicts(len(taken))
        first, paths = taken[0].task, tuple(waiting.task.path for waiting in taken)
        before = worker.begun.value
        came = self._ask(worker, Handful(first.function, first.argument, paths), taken)
        if not isinstance(came, ImageProblem):
            self._barren = 0
            return dict(enumerate(came))
        self._drop_worker()
        if self._stopping.is_set():
            raise Cancelled
        begun = worker.begun.value - before
        self._barren = 0 if begun else self._barren + 1
        if 0 < self._barren < _MOST_BARREN:
            # It died while it had nothing to do: nobody's fault here.
            return {}
        self._barren = 0
        place = max(0, begun - 1)
        return {place: Answer(error=self._failure(paths[place], came))}

    def _verdicts(self, tasks: int) -> dict[int, Answer]:
        """What to answer where there is no worker: nothing while another lane has one, or there is hope."""
        verdicts = {place: self._starts.verdict() for place in range(tasks)}
        return {place: Answer(error=error) for place, error in verdicts.items() if error is not None}

    def _ask(self, worker: Worker, handful: Handful, taken: list[Waiting[Order]]) -> list[Answer] | ImageProblem:
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

    def _ready_worker(self) -> None:
        """Start a worker where there is none. One that is there may have died while it had nothing to do.

        Raises:
            Cancelled: the lane is stopped.
            Exception: it cannot be started.
        """
        if self._worker is not None:
            return
        if self._stopping.is_set():
            raise Cancelled
        worker = Worker.start(self._context, self._settings)
        with self._lock:
            self._worker = worker
            if self._stopping.is_set():
                worker.kill()
        worker.expect_ready()
        self._is_ready = True
        self._starts.came()

    def _drop_worker(self) -> None:
        with self._lock:
            worker, self._worker = self._worker, None
        if self._is_ready:
            self._is_ready = False
            self._starts.went()
        if worker is not None:
            worker.bury()
