"""Run in a decode worker: take one task after the other, and do the person's computer no harm."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any, Protocol

from inference.errors import ImageProblem, ImageReadError
from inference.pictures.decode_message import send_apart
from inference.pictures.decode_slab import Slab

if sys.platform != "win32":
    import resource

READY = "ready"
"""The first message of a worker."""

_NICENESS = 10
_LAST_RESORT_S = 5
"""How long after its deadline a task may still run when nobody is left to end it."""

_GIVE_BACK_S = 0.05
"""A worker begins no other task of a handful that it has had for so long: others may be free, or something urgent."""


class Counter(Protocol):
    """A number in memory that two processes share."""

    value: int


@dataclass(frozen=True, slots=True)
class WorkerSettings:
    """How a worker runs.

    Attributes:
        deadline_s: how long one task may take; the parent watches it, the system's alarm is the second watch.
        memory_limit_bytes: address space that tasks may take on top of the empty worker's (Linux), or None.
    """

    deadline_s: float
    memory_limit_bytes: int | None


@dataclass(frozen=True, slots=True)
class Handful:
    """Calls to make, one after the other: `function(path, argument)` for each path."""

    function: Callable[[str, Any], Any]
    argument: Any
    paths: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: a result, or the error that was raised."""

    result: Any = None
    error: Exception | None = None

    @property
    def is_out_of_memory(self) -> bool:
        """Whether the worker's memory did not suffice; what is left of it is in pieces."""
        error = self.error
        is_told = isinstance(error, ImageReadError) and error.problem is ImageProblem.OUT_OF_MEMORY
        return is_told or isinstance(error, MemoryError)


def serve(connection: Connection, begun: Counter, slab: Slab | None, settings: WorkerSettings) -> None:
    """Answer handfuls until the other end of the connection is closed.

    The answer to a handful is a list of `Answer`s of its first tasks, one at least; the others were not begun.

    Runs on: the main thread of a worker process.

    Args:
        connection: to the program.
        begun: counts the tasks that were begun, in shared memory: whoever dies has said what it was at.
        slab: memory for the pixels of the answers, shared with the program, where there is some.
        settings: how to run.
    """
    _settle_in(settings)
    connection.send(READY)
    while True:
        try:
            handful: Handful = connection.recv()
        except (EOFError, OSError):
            return
        except Exception as error:  # noqa: BLE001 - a task whose function or argument cannot be imported here
            begun.value += 1
            _send(connection, slab, [Answer(error=error)])
            continue
        _set_alarm(settings.deadline_s + _LAST_RESORT_S)
        _send(connection, slab, _answer(handful, begun))
        _set_alarm(0)


def _answer(handful: Handful, begun: Counter) -> list[Answer]:
    answers: list[Answer] = []
    gives_back = time.monotonic() + _GIVE_BACK_S
    for path in handful.paths:
        if answers and (answers[-1].is_out_of_memory or time.monotonic() > gives_back):
            break
        begun.value += 1
        try:
            answers.append(Answer(handful.function(path, handful.argument)))
        except Exception as error:  # noqa: BLE001 - the task boundary: the error goes to whoever gave the task
            answers.append(Answer(error=error))
    return answers


def _send(connection: Connection, slab: Slab | None, answers: list[Answer]) -> None:
    try:
        send_apart(connection, answers, slab)
    except (OSError, EOFError):
        # Nobody listens any more; the next `recv` says so, too.
        return
    except (MemoryError, pickle.PicklingError, AttributeError, TypeError) as error:
        if len(answers) > 1:
            # Which of them it is does not matter: the others are asked for again.
            _send(connection, slab, answers[:1])
        elif isinstance(error, MemoryError):
            send_apart(connection, [Answer(error=error)])
        else:
            words = f"The answer of a decode task cannot be sent: {error}"
            send_apart(connection, [Answer(error=RuntimeError(words))])


def _settle_in(settings: WorkerSettings) -> None:
    # Ctrl-C and the terminal's closing are for the program, which then ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if sys.platform != "win32":
        signal.signal(signal.SIGHUP, signal.SIG_IGN)
    _silence_standard_streams()
    _lower_priority()
    threading.Thread(target=_leave_with_parent, daemon=True).start()
    _limit_memory(settings.memory_limit_bytes)


def _silence_standard_streams() -> None:
    """C libraries print what they think of a damaged file; the program has its own words for that."""
    nothing = os.open(os.devnull, os.O_RDWR)
    for descriptor in (1, 2):
        os.dup2(nothing, descriptor)
    os.close(nothing)


def _lower_priority() -> None:
    if sys.platform == "win32":
        import ctypes  # noqa: PLC0415 - of use on Windows only

        below_normal = 0x4000
        kernel = ctypes.windll.kernel32
        kernel.SetPriorityClass(kernel.GetCurrentProcess(), below_normal)
    else:
        os.nice(_NICENESS)


def _limit_memory(extra_bytes: int | None) -> None:
    """Make a picture that needs more fail with `MemoryError` instead of taking the computer's memory.

    Linux only: macOS does not honour the limit, and Windows has none of this kind.
    """
    if sys.platform == "win32":
        return
    # A crash leaves no file as large as the worker's memory.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if extra_bytes is None or sys.platform != "linux":
        return
    with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - not a file of the person's
        pages = int(file.read().split()[0])
    limit = pages * resource.getpagesize() + extra_bytes
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    if hard == resource.RLIM_INFINITY or limit < hard:
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _leave_with_parent() -> None:
    """End at once when the program is gone, whatever this worker is doing."""
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _set_alarm(seconds: float) -> None:
    """Have the system end this process in so many seconds (0: not), even while a C library holds the interpreter."""
    if sys.platform != "win32":
        signal.setitimer(signal.ITIMER_REAL, seconds)
