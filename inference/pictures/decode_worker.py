"""Run in a decode worker: take one task after the other, and do the person's computer no harm."""

from __future__ import annotations

import os
import pickle
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Any

if sys.platform != "win32":
    import resource

READY = "ready"
"""The first message of a worker."""

TAKEN = "taken"
"""What a worker says when it has a task and before it begins; a death before that is not the task's doing."""

_NICENESS = 10
_LAST_RESORT_S = 5
"""How long after its deadline a task may still run when nobody is left to end it."""


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
class Task:
    """One call to make: `function(path, argument)`."""

    function: Callable[[str, Any], Any]
    path: str
    argument: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of a task: a result, or the error that was raised."""

    result: Any = None
    error: Exception | None = None


def serve(connection: Connection, settings: WorkerSettings) -> None:
    """Answer tasks until the other end of the connection is closed.

    Runs on: the main thread of a worker process.
    """
    _settle_in(settings)
    connection.send(READY)
    while True:
        try:
            task = connection.recv()
        except (EOFError, OSError):
            return
        except Exception as error:  # noqa: BLE001 - a task whose function or argument cannot be imported here
            connection.send(TAKEN)
            _send(connection, Answer(error=error))
            continue
        connection.send(TAKEN)
        _set_alarm(settings.deadline_s + _LAST_RESORT_S)
        try:
            answer = Answer(task.function(task.path, task.argument))
        except Exception as error:  # noqa: BLE001 - the task boundary: the error goes to whoever gave the task
            answer = Answer(error=error)
        _send(connection, answer)
        _set_alarm(0)


def _send(connection: Connection, answer: Answer) -> None:
    try:
        connection.send(answer)
    except (OSError, EOFError):
        # Nobody listens any more; the next `recv` says so, too.
        return
    except MemoryError as error:
        connection.send(Answer(error=error))
    except (pickle.PicklingError, AttributeError, TypeError) as error:
        words = f"The answer of a decode task cannot be sent: {error}"
        connection.send(Answer(error=RuntimeError(words)))


def _settle_in(settings: WorkerSettings) -> None:
    # Ctrl-C is for the program, which then ends its workers.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
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
