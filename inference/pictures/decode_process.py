"""Start the process of a decode worker, and end it, however it is or the system is."""

from __future__ import annotations

import contextlib
import ctypes
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from multiprocessing import process as processes
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from multiprocessing.sharedctypes import RawValue

from inference.pictures.decode_slab import Slab
from inference.pictures.decode_worker import READY, Counter, WorkerSettings, serve

_START_TIMEOUT_S = 60.0
_KILL_TIMEOUT_S = 2.0

_START_LOCK = threading.Lock()
"""One worker starts at a time: starting one hides `__main__` for a moment."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A running worker process, this end of its pipe, how many tasks it has begun, and where it leaves pixels."""

    process: BaseProcess
    connection: Connection
    begun: Counter
    slab: Slab | None

    @classmethod
    def start(cls, context: BaseContext, settings: WorkerSettings) -> Worker:
        """Start one; `expect_ready` before the first task.

        Raises:
            Exception: whatever a system says that lacks processes, open files, memory or a temporary folder.
        """
        _hold_back_interrupts()
        ours, theirs = context.Pipe()
        slab = None
        try:
            begun: Counter = RawValue(ctypes.c_longlong, 0)
            slab = Slab.create()
            with _START_LOCK, _hidden_main():
                process: BaseProcess = context.Process(  # type: ignore[attr-defined]  # BaseContext lacks it
                    target=serve, args=(theirs, begun, slab, settings), name="decode-worker", daemon=True
                )
                process.start()
        except BaseException:
            ours.close()
            if slab is not None:
                slab.close()
            raise
        finally:
            theirs.close()
        return cls(process, ours, begun, slab)

    def expect_ready(self) -> None:
        """Wait for its first word.

        Raises:
            OSError: it does not come.
            EOFError: the worker is gone.
        """
        if not self.connection.poll(_START_TIMEOUT_S) or self.connection.recv() != READY:
            raise OSError("the decoder process does not answer")

    def kill(self) -> None:
        """End it, and let the program end without it: multiprocessing would wait at the end, without a limit."""
        self.process.kill()
        # Where the fork server hangs, or the process in the system, its end may never be told.
        vars(processes)["_children"].discard(self.process)

    def bury(self) -> None:
        """Kill it, and free what it held here. By its own thread only."""
        self.kill()
        self.connection.close()
        if self.slab is not None:
            self.slab.close()
        # A process that waits for a vanished network drive outlives even this; it is left to the system.
        self.process.join(_KILL_TIMEOUT_S)
        if self.process.exitcode is not None:
            self.process.close()


def _hold_back_interrupts() -> None:
    """Ctrl-C is for the program: a process that is only just starting would print what it was doing."""
    if not hasattr(signal, "pthread_sigmask"):
        return
    # First the tracker, since starting it lets interrupts through again.
    with contextlib.suppress(OSError):
        resource_tracker.ensure_running()
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})


@contextlib.contextmanager
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
