"""Functions that tests hand to a decode pool: a worker process must be able to import them."""

import os
import signal
import sys
import time
from pathlib import Path

from inference.errors import ImageProblem, ImageReadError


def echo(path: str, argument: object) -> tuple[str, object]:
    """Answer with what was asked."""
    return path, argument


def process_id(path: str, argument: None) -> int:
    """The number of the process that answers."""
    return os.getpid()


def die(path: str, argument: bool) -> str:
    """End the worker without a word where `argument` says so."""
    if argument:
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    return path


def leave(path: str, argument: int) -> None:
    """End the worker as a library would that calls `exit`."""
    os._exit(argument)


def stall(path: str, argument: float) -> str:
    """Take so many seconds."""
    time.sleep(argument)
    return path


def touch_and_stall(path: str, argument: float) -> str:
    """Write the process's number to the file `path`, then take so many seconds."""
    Path(path).write_text(str(os.getpid()), encoding="ascii")
    time.sleep(argument)
    return path


def allocate(path: str, argument: int) -> int:
    """Take so many bytes."""
    return len(bytearray(argument))


def refuse(path: str, argument: None) -> None:
    """Raise one of our own errors."""
    raise ImageReadError(path, ImageProblem.DAMAGED, "(as ordered)")


def misbehave(path: str, argument: str) -> None:
    """Raise an error that is not ours."""
    raise ValueError(argument)


def unpicklable(path: str, argument: None) -> object:
    """Answer with something that cannot be sent."""
    return lambda: None


def imported(path: str, argument: tuple[str, ...]) -> tuple[str, ...]:
    """Which of these modules the worker has imported."""
    return tuple(name for name in argument if name in sys.modules)


def main_file(path: str, argument: None) -> str:
    """The file of the worker's `__main__` and of its stand-in, if it has any."""
    modules = (sys.modules.get(name) for name in ("__main__", "__mp_main__"))
    return " ".join(str(getattr(module, "__file__", "")) for module in modules).strip()


def state(path: str, argument: None) -> tuple[int, int, str]:
    """Niceness, threads as Linux counts them, and what becomes of Ctrl-C."""
    threads = len(list(Path("/proc/self/task").iterdir()))
    return os.nice(0), threads, str(signal.getsignal(signal.SIGINT))


def chatter(path: str, argument: str) -> None:
    """Print as C libraries do."""
    os.write(1, argument.encode())
    os.write(2, argument.encode())


def holds_back_interrupts(path: str, argument: object) -> bool:
    """Whether the process has held interrupts back since it began."""
    del path, argument
    return signal.SIGINT in signal.pthread_sigmask(signal.SIG_BLOCK, [])


def ignores_the_terminals_end(path: str, argument: object) -> bool:
    """Whether the closing of the terminal leaves the process alone."""
    del path, argument
    return signal.getsignal(signal.SIGHUP) is signal.SIG_IGN


def obey(path: str, argument: None) -> str:
    """Do what the path says: "die", "stall", "sleep", "hunger" or "unpicklable", else answer with it."""
    word = path.partition(" ")[0]
    if word == "die":
        os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    elif word in {"stall", "sleep"}:
        time.sleep(60.0 if word == "stall" else 1.0)
    elif word == "hunger":
        raise MemoryError
    elif word == "unpicklable":
        return lambda: None  # type: ignore[return-value]  # that is the point
    return f"{path} by {os.getpid()}"
