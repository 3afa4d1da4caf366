"""Be a child process that answers in JSON lines: progress, then one result or one error, and nothing else on stdout."""

import json
import os
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any, TextIO

from inference.errors import CardinalError
from inference.models.progress import OnProgress, Progress

_LOW_PRIORITY = 10


def answer(work: Callable[[OnProgress], dict[str, Any]]) -> int:
    """Run `work` at low priority and report it on stdout; the exit code (0, or 1 after an error line)."""
    if sys.platform != "win32":
        os.nice(_LOW_PRIORITY)
    # Libraries print as they please; only this function may write on stdout, so theirs becomes stderr.
    with os.fdopen(os.dup(1), "w", encoding="ascii") as lines:
        os.dup2(2, 1)

        def on_progress(progress: Progress) -> None:
            _write(lines, {"progress": asdict(progress)})

        try:
            result = work(on_progress)
        except CardinalError as error:
            _write(lines, {"error": {"type": type(error).__name__, "arguments": error.args, "message": str(error)}})
            return 1
        except MemoryError:
            _write(lines, {"error": {"type": "MemoryError", "arguments": [], "message": "There is not enough memory."}})
            return 1
        _write(lines, {"result": result})
        return 0


def _write(lines: TextIO, value: dict[str, Any]) -> None:
    lines.write(json.dumps(value) + "\n")
    lines.flush()
