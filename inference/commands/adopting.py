"""Adopt a stranger's `.onnx`, open it and run it once, in a process of its own that may die."""

import argparse
import importlib
import sys
from pathlib import Path
from typing import Any

from inference.models.answering import answer
from inference.models.progress import OnProgress, Progress
from inference.models.request import ModelRequest, add_request_arguments, request_from

_MEMORY_BYTES = 4 * 1024**3
_STEPS = 2


def main(argv: list[str] | None = None) -> int:
    """Make the model that the arguments describe; 0, or 1 after an error line."""
    parser = argparse.ArgumentParser(prog="python -m inference.commands.adopting", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--target", type=Path, required=True)
    add_request_arguments(parser)
    arguments = parser.parse_args(argv)

    def work(on_progress: OnProgress) -> dict[str, Any]:
        return _adopt(arguments.source, arguments.target, request_from(arguments), on_progress)

    return answer(work)


def _adopt(source: Path, target: Path, request: ModelRequest, on_progress: OnProgress) -> dict[str, Any]:
    # These take time to import; bad usage should be told at once.
    from inference.engine.network import Network  # noqa: PLC0415
    from inference.models.adopt.adoption import adopt_file  # noqa: PLC0415

    _limit_memory(source)
    on_progress(Progress("Reading the model", 0, _STEPS))
    try:
        contract = adopt_file(source, target, request)
        on_progress(Progress("Trying the model", 1, _STEPS))
        # Opening checks the graph against the contract and runs one picture.
        Network.open(target, device="cpu").close()
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return {"name": contract.name}


def _limit_memory(source: Path) -> None:
    """Let this process have 4 GiB and some copies of the file, where the system can hold it to that."""
    if sys.platform != "linux":
        return
    resource = importlib.import_module("resource")
    limit = _MEMORY_BYTES + 4 * (source.stat().st_size if source.is_file() else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
