"""Keep a model's file in float16: made in a child process when it is first asked for, found again later."""

from __future__ import annotations

import contextlib
import logging
import os
import time
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import ModelLoadError, OutputWriteError
from inference.models.checksum import checksum_file, require_unchanged, sha256_of, write_checksum
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
    """The float16 file of a model; made now, in a second or a few, where it is not there yet, or was changed since.

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
    if _is_whole(path):
        with contextlib.suppress(OSError):
            os.utime(path)
        return path
    _make(model, path, cancel)
    _forget_others(path)
    return path


def forget_half_file(model_hash: str, cache: Path) -> None:
    """Delete a model's file, which may be damaged; it is made again when it is asked for."""
    path = half_path(model_hash, cache)
    for file in (checksum_file(path), path):
        with contextlib.suppress(OSError):
            file.unlink(missing_ok=True)


def _is_whole(path: Path) -> bool:
    """Whether the file is there as it was made: a number that a disk has changed would go unnoticed otherwise."""
    try:
        if not checksum_file(path).is_file():
            return False
        require_unchanged(path, sha256_of(path))
    except (OSError, ModelLoadError):
        return False
    return True


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
        digest = sha256_of(part)
        part.replace(path)
        write_checksum(path, digest)
    except OSError as error:
        raise OutputWriteError(str(path), f"{error.strerror or error}.") from error
    finally:
        with contextlib.suppress(OSError):
            part.unlink(missing_ok=True)


def _forget_others(path: Path) -> None:
    """Delete what was not used for longest, other versions' files, and what was left behind half made."""
    try:
        mine = {path, checksum_file(path)}
        ages = {other: other.stat().st_mtime for other in path.parent.iterdir() if other not in mine}
    except OSError as error:
        _LOG.info("old float16 files could not be looked at: %s", error)
        return
    kept = [other for other in ages if not other.name.startswith(".") and other.name.endswith(f"-{VERSION}.onnx")]
    newest = sorted(kept, key=lambda other: ages[other], reverse=True)[: MOST_KEPT - 1]
    stays = {*newest, *map(checksum_file, newest)}
    for other, changed in ages.items():
        is_begun = other.name.startswith(".") and time.time() - changed <= _LEFTOVER_S
        if other not in stays and not is_begun:
            with contextlib.suppress(OSError):
                other.unlink()
