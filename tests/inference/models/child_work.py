"""Be a child process in every way that a child can end: `python -m tests.inference.models.child_work WAY`."""

import os
import sys
import tempfile
import threading
from pathlib import Path
from typing import Any

from inference.errors import CardinalError, ModelContractError
from inference.models.answering import answer
from inference.models.progress import OnProgress, Progress


class PrivateError(CardinalError):
    """An error that only the child knows."""

    def __str__(self) -> str:
        return "something private."


def work(on_progress: OnProgress) -> dict[str, Any]:
    """Do as the command line says."""
    way = sys.argv[1]
    if way == "litter":
        tempfile.mkdtemp()
        on_progress(Progress(tempfile.gettempdir(), 0, 1))
        threading.Event().wait()
    on_progress(Progress("Working", 1, 2))
    if way == "noise":
        sys.stdout.write("a library talks\n")
        os.write(1, b'{"result": "not the answer"}\n50 %\r')
    if way == "error":
        raise ModelContractError("m.onnx", ("First.", "Second."))
    if way == "private":
        raise PrivateError
    if way == "crash":
        os.abort()
    if way == "exit":
        os._exit(3)
    if way == "bug":
        raise ZeroDivisionError
    if way == "hang":
        threading.Event().wait()
    return {"priority": os.nice(0) if sys.platform != "win32" else 10, "folder": str(Path.cwd())}


if __name__ == "__main__":
    sys.exit(answer(work))
