"""Adopt a stranger's `.onnx`, open it and run it a few times, in a process of its own that may die."""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from inference.errors import InferenceError, ModelContractError, ModelLoadError
from inference.models.answering import answer
from inference.models.progress import OnProgress, Progress
from inference.models.request import ModelRequest, add_request_arguments, request_from

if TYPE_CHECKING:
    from inference.arrays import InputBatch, Logits
    from inference.engine.network import Network

_MEMORY_BYTES = 4 * 1024**3
_STEPS = 2

_TOLERANCE = 1e-3
"""How far a picture's logits may be from those it gets alone, relative to 1 + the largest |logit|."""


def main(argv: list[str] | None = None) -> int:
    """Make the model that the arguments describe, or only try the source; 0, or 1 after an error line."""
    parser = argparse.ArgumentParser(prog="python -m inference.commands.adopting", description=__doc__)
    parser.add_argument("--source", type=Path, required=True)
    parser.add_argument("--target", type=Path, help="the file to write; without it the source is tried as it is")
    add_request_arguments(parser)
    arguments = parser.parse_args(argv)

    def work(on_progress: OnProgress) -> dict[str, Any]:
        _limit_memory(arguments.source)
        if arguments.target is None:
            return _try_out(arguments.source)
        return _adopt(arguments.source, arguments.target, request_from(arguments), on_progress)

    return answer(work)


def _adopt(source: Path, target: Path, request: ModelRequest, on_progress: OnProgress) -> dict[str, Any]:
    # These take time to import; bad usage should be told at once.
    from inference.models.adopt.adoption import adopt_file  # noqa: PLC0415

    on_progress(Progress("Reading the model", 0, _STEPS))
    try:
        contract = adopt_file(source, target, request)
        on_progress(Progress("Trying the model", 1, _STEPS))
        _run(target, str(source))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return {"name": contract.name}


def _try_out(source: Path) -> dict[str, Any]:
    """Refuse what must never reach a runtime, then run it."""
    from inference.models.adopt.checks import read_graph  # noqa: PLC0415 - see `_adopt`

    read_graph(source)
    _run(source, str(source))
    return {}


def _run(model: Path, name: str) -> None:
    """Open the model (named `name` in messages), which checks one picture, and see that it takes several at once.

    Raises:
        ModelLoadError: if it does not, or an answer depends on the other pictures.
        CardinalError: if it cannot be opened or run.
    """
    import numpy as np  # noqa: PLC0415 - see `_adopt`

    from inference.engine.network import Network  # noqa: PLC0415 - see `_adopt`

    try:
        network = Network.open(model, device="cpu")
    # The person knows the file that was given, not the one that is being made.
    except ModelLoadError as error:
        raise ModelLoadError(name, error.reason) from error
    except ModelContractError as error:
        raise ModelContractError(name, error.problems) from error
    try:
        side = network.contract.preprocessing.crop
        pictures = np.random.default_rng(seed=1).integers(0, 256, (2, side, side, 3), np.uint8)
        alone = np.concatenate([network.run(picture[None]).logits for picture in pictures])
        together = _run_two(network, pictures, name)
    finally:
        network.close()
    # Not `difference > ...`: that is False for NaN.
    if together.shape != alone.shape or not np.abs(together - alone).max() <= _TOLERANCE * (1 + np.abs(alone).max()):
        raise ModelLoadError(name, "its answer for an image depends on the other images that it is given with it.")


def _run_two(network: Network, pictures: InputBatch, name: str) -> Logits:
    try:
        return network.run(pictures).logits
    except InferenceError as error:
        if error.out_of_memory:
            raise
        reason = error.reason.rstrip(".")
        raise ModelLoadError(
            name, f"it takes one image at a time only; export it with a free batch size ({reason})."
        ) from error


def _limit_memory(source: Path) -> None:
    """Let this process have 4 GiB and some copies of the file, where the system can hold it to that."""
    if sys.platform != "linux":
        return
    resource = importlib.import_module("resource")
    limit = _MEMORY_BYTES + 4 * (source.stat().st_size if source.is_file() else 0)
    resource.setrlimit(resource.RLIMIT_DATA, (limit, limit))


if __name__ == "__main__":
    sys.exit(main())
