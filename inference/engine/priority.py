"""Let the threads that compute give way to the window."""

import os
import sys
import threading

from inference.engine import machine

_LOWER, _LOWEST = 10, 19


def yield_to_the_window() -> None:
    """Let the calling thread, and those that it starts from now on, take a core only where nobody else wants it.

    ONNX Runtime's threads are started by the thread that opens the model and inherit this. Only Linux counts priorities
    by thread; elsewhere nothing happens.
    """
    if sys.platform == "linux":
        thread = threading.get_native_id()
        # From where the program is: nobody may raise what was started with a lower one (`nice`). Doing it again changes
        # nothing.
        lower = min(_LOWEST, os.getpriority(os.PRIO_PROCESS, os.getpid()) + _LOWER)
        os.setpriority(os.PRIO_PROCESS, thread, max(lower, os.getpriority(os.PRIO_PROCESS, thread)))


def threads_beside_a_window() -> int:
    """How many threads compute: a core each; where threads have no priorities of their own, the window keeps one."""
    cores = machine.physical_cores()
    return cores if sys.platform == "linux" else max(1, cores - 1)
