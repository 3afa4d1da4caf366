"""Keep a model's file in float16: made in a child process when it is first asked for, found again later."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import OutputWriteError
from inference.models.child import ChildTask, run_child

_LOG = logging.getLogger(__name__)

MAKING_MODULE = "inference.commands.making_half"
MAKING_TIMEOUT_S = 120.0

VERSION = 1
"""Of what is written: another number makes all files anew."""

MOST_KEPT = 4
"""Models whose float16 files are kept; each takes half as much room as the model itself."""

_LEFTOVER_S = 86_400.0


class NoHalfError(Exception):
    """A model of which no copy in float16 can be made; the text is a phrase that says why."""


def half_path(model_hash: str, cache: Path) -> Path:
    """Where the file of a model lies, or will lie."""
    return cache / "half" / f"{model_hash}-{VERSION}.onnx"


def require_half_file(model: Path, model_hash: str, cache: Path, *, cancel: CancelToken | None = None) -> Path:
    """The float16 file of a model; made now, in a second or a few, where it is not there yet.

    Args:
        model: the model's file.
        model_hash: SHA-256 of it.
        cache: the profile's, which holds what was made.
        cancel: ends the making.

    Raises:
        NoHalfError: its numbers do not fit into float16, or there is nothing that would gain.
        ModelLoadError: the model cannot be read.
        OutputWriteError: the cache cannot be written into.
        ChildTaskError: making it takes too long or too much memory.
        Cancelled: if `cancel` was used.
    """
    path = half_path(model_hash, cache)
    if path.is_file():
        with contextlib.suppress(OSError):
            os.utime(path)
        return path
    _make(model, path, cancel)
    _forget_others(path)
    return path


def forget_half_file(model_hash: str, cache: Path) -> None:
    """Delete a model's file, which may be damaged; it is made again when it is asked for."""
    with contextlib.suppress(OSError):
        half_path(model_hash, cache).unlink(missing_ok=True)


def _make(model: Path, path: Path, cancel: CancelToken | None) -> None:
    """Let a child write a file beside it, which then gets its name; two who do so do not meet."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    task = ChildTask(
        f"Preparing {model.stem} for the graphics card",
        MAKING_MODULE,
        (f"--source={model.absolute()}", f"--target={part.absolute()}"),
        MAKING_TIMEOUT_S,
    )
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        refused = run_child(task, cancel=cancel)["refused"]
        if refused is not None:
            raise NoHalfError(str(refused))
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        part.replace(path)
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _forget_others(path: Path) -> None:
    """Delete what was not used for longest, other versions' files, and what was left behind half made."""
    try:
        ages = {other: other.stat().st_mtime for other in path.parent.iterdir() if other != path}
    except OSError as error:
        _LOG.info("old float16 files could not be looked at: %s", error)
        return
    kept = [other for other in ages if not other.name.startswith(".") and other.name.endswith(f"-{VERSION}.onnx")]
    oldest = sorted(kept, key=lambda other: ages[other])[: max(0, len(kept) - (MOST_KEPT - 1))]
    for other, changed in ages.items():
        left_over = other.name.startswith(".") and time.time() - changed > _LEFTOVER_S
        if other in oldest or left_over or not (other.name.startswith(".") or other in kept):
            with contextlib.suppress(OSError):
                other.unlink()
