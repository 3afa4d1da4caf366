"""Speak to whoever started a command: rows on standard output, sentences on standard error, an exit code."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterable, Iterator
from typing import TYPE_CHECKING, NoReturn, TextIO

from inference.errors import OutputWriteError
from inference.texts import visible

if TYPE_CHECKING:
    from tqdm import tqdm

EXIT_SOME_FAILED = 1
EXIT_NOTHING_DONE = 2
EXIT_INTERRUPTED = 130
"""The exit codes of DESIGN.md 8, besides 0."""


def put(text: str) -> None:
    """Write text to standard output, now, as it is: it ends its lines and has made strangers' words harmless.

    Raises:
        BrokenPipeError: nobody reads any more; the program ends quietly.
        OutputWriteError: the disk is full, for example, or standard output is closed.
    """
    try:
        sys.stdout.write(text)
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        abandon(sys.stdout)
        raise OutputWriteError("standard output", f"{error.strerror or error}.") from error


def put_line(line: str) -> None:
    """Write one line to standard output, now; strangers' words in it can do no harm.

    Raises:
        BrokenPipeError: nobody reads any more.
        OutputWriteError: it cannot be written.
    """
    put(f"{visible(line)}\n")


def put_beside(lines: Iterable[str]) -> None:
    """Write lines to standard output that go along with other work, which goes on when nobody reads any more.

    Raises:
        OutputWriteError: they cannot be written.
    """
    try:
        for line in lines:
            put_line(line)
    except BrokenPipeError:
        abandon(sys.stdout)


def say(sentence: str) -> None:
    """Write one line to standard error; strangers' words in it can do no harm. Where nobody reads, nothing happens."""
    try:
        sys.stderr.write(f"{visible(sentence)}\n")
        sys.stderr.flush()
    except OSError:
        abandon(sys.stderr)


def is_terminal(stream: TextIO | None) -> bool:
    """Whether a person sees what is written there now."""
    return stream is not None and stream.isatty()


def progress_bar(unit: str, total: int | None = None) -> tqdm[NoReturn]:
    """A bar on standard error where that is a terminal, and nothing elsewhere; to be closed."""
    # Everything that starts imports this file, and few ever count.
    from tqdm import tqdm  # noqa: PLC0415

    # Its watching thread is of no use here, and where the system allows no more threads it would complain.
    tqdm.monitor_interval = 0
    return tqdm(total=total, unit=unit, disable=not is_terminal(sys.stderr), leave=False)


@contextlib.contextmanager
def counting(unit: str, total: int | None = None) -> Iterator[Callable[[int], None]]:
    """Takes how much is done, and shows it on standard error where that is a terminal."""
    with progress_bar(unit, total) as bar:

        def show(done: int) -> None:
            bar.update(done - bar.n)

        yield show


def abandon(stream: TextIO) -> None:
    """Nothing can be written there any more; Python must not try to flush the rest when the program ends."""
    # A stream that a test or a caller put there has no number, and nothing that could fail at the end.
    with contextlib.suppress(OSError):
        number = stream.fileno()
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, number)
        os.close(nowhere)
