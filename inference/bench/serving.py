"""Be a measuring process: open what is measured, then answer one pass after the other until nobody asks any more."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import AbstractContextManager
from typing import Protocol, TextIO

from inference.bench.orders import Answer, Pass, Setup, answer_to_json, refusal_to_json
from inference.errors import CardinalError

READY = "{}"
"""The first line of a process that is open."""


class NotMeasurableError(Exception):
    """Something cannot be measured on this computer or with this model; the text is a phrase that says why."""


class Measured(Protocol):
    """What a process has opened."""

    def run(self, wanted: Pass) -> Answer:
        """Do what is wanted.

        Raises:
            NotMeasurableError: that cannot be done here.
            CardinalError: it failed.
        """


def serve(open_measured: Callable[[Setup], AbstractContextManager[Measured]]) -> int:
    """Read a setup and passes from standard input and answer each on standard output; the exit code, 1 if refused."""
    # Libraries print as they please; only this function may write on standard output, so theirs becomes stderr.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as lines:
        os.dup2(2, 1)
        try:
            with open_measured(Setup.from_json(sys.stdin.readline())) as measured:
                _tell(lines, READY)
                _answer_all(measured, lines)
        except (NotMeasurableError, CardinalError) as error:
            _tell(lines, refusal_to_json(str(error)))
            return 1
        except BrokenPipeError:
            # Whoever asked is gone.
            return 1
    return 0


def _answer_all(measured: Measured, lines: TextIO) -> None:
    # Not `for line in sys.stdin`, which would wait for more than one.
    while line := sys.stdin.readline():
        try:
            words = answer_to_json(measured.run(Pass.from_json(line)))
        except (NotMeasurableError, CardinalError) as error:
            words = refusal_to_json(str(error))
        _tell(lines, words)


def _tell(lines: TextIO, words: str) -> None:
    lines.write(f"{words}\n")
    lines.flush()
