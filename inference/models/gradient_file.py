"""Keep a model's second file, which computes gradients: made in a child process on first use, found again later."""

from __future__ import annotations

import contextlib
import logging
import os
import shutil
import time
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import CardinalError, OutputWriteError
from inference.models.checksum import sha256_of
from inference.models.child import ChildTask, run_child
from inference.models.gradient_facts import GRAPH_FILE, SUMS_FILE, VERSION, WEIGHTS_FILE
from inference.models.metadata import read_metadata
from inference.models.progress import OnProgress, Progress
from inference.models.quantize.facts import QUANTIZATION_KEY
from inference.profile import Profile

_LOG = logging.getLogger(__name__)

MAKING_MODULE = "inference.commands.making_gradients"
MAKING_TIMEOUT_S = 120.0

MOST_KEPT = 4
"""Models whose gradient files are kept; each takes about as much room as the model itself."""

_LEFTOVER_S = 86_400.0
_OF_INT8 = "it is an int8 copy, and rounded numbers have no gradients; ask the model that it was made from"


class NoGradientsError(CardinalError):
    """A model whose gradients cannot be computed, so that it has maps of its last stage only.

    Attributes:
        model: its name.
        reason: why, a phrase without a full stop.
    """

    kind = "no-gradients"

    def __init__(self, model: str, reason: str) -> None:
        super().__init__(model, reason)
        self.model = model
        self.reason = reason

    def __str__(self) -> str:
        return f"{self.model} has maps of its last stage only: {self.reason}."


def gradient_folder(model_hash: str, profile: Profile) -> Path:
    """Where the files of a model lie, or will lie."""
    return profile.cache / "gradients" / f"{model_hash}-{VERSION}"


def has_gradient_file(model_hash: str, profile: Profile) -> bool:
    """Whether a model's files are there already; whether they are damaged is only found out when they are wanted."""
    return _is_whole(gradient_folder(model_hash, profile))


def require_gradient_file(
    model: Path,
    model_hash: str,
    profile: Profile,
    *,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> Path:
    """The graph file of a model; made now, in a second or a few, where it is not there yet or damaged.

    Its weights are compared with their checksum: damaged ones would give another map without a word.

    Args:
        model: the model's file.
        model_hash: SHA-256 of it.
        profile: whose cache holds what was made.
        on_progress: told that it is being made.
        cancel: ends that.

    Raises:
        NoGradientsError: it is no network whose gradients can be written.
        ModelLoadError: the model cannot be read.
        OutputWriteError: the cache cannot be written into.
        ChildTaskError: making it takes too long or too much memory.
        Cancelled: if `cancel` was used.
    """
    folder = gradient_folder(model_hash, profile)
    if not _is_sound(folder):
        if QUANTIZATION_KEY in read_metadata(model):
            raise NoGradientsError(model.stem, _OF_INT8)
        if on_progress is not None:
            on_progress(Progress("Preparing gradients", 0, 1))
        _make(model, folder, on_progress, cancel)
        _forget_others(folder)
    else:
        with contextlib.suppress(OSError):
            os.utime(folder)
    return folder / GRAPH_FILE


def forget_gradient_file(model_hash: str, profile: Profile) -> None:
    """Delete a model's files, which turned out to be damaged; they are made again when they are asked for."""
    shutil.rmtree(gradient_folder(model_hash, profile), ignore_errors=True)


def _is_whole(folder: Path) -> bool:
    return all((folder / name).is_file() for name in (GRAPH_FILE, WEIGHTS_FILE, SUMS_FILE))


def _is_sound(folder: Path) -> bool:
    """Whether the files are there and hold what was written."""
    try:
        return _is_whole(folder) and (folder / SUMS_FILE).read_bytes() == _sums(folder)
    except OSError as error:
        _LOG.info("gradients cannot be read: %s", error)
        return False


def _sums(folder: Path) -> bytes:
    return "".join(f"{sha256_of(folder / name)}  {name}\n" for name in (GRAPH_FILE, WEIGHTS_FILE)).encode()


def _make(model: Path, folder: Path, on_progress: OnProgress | None, cancel: CancelToken | None) -> None:
    """Let a child write into a folder of its own, which then gets its name; two who do so do not meet."""
    part = folder.with_name(f".{folder.name}.{os.getpid()}.{time.monotonic_ns()}.part")
    task = ChildTask(
        f"Preparing gradients of {model.stem}",
        MAKING_MODULE,
        (f"--source={model.absolute()}", f"--folder={part}"),
        MAKING_TIMEOUT_S,
    )
    try:
        part.mkdir(parents=True)
        refused = run_child(task, on_progress=on_progress, cancel=cancel)["refused"]
        if refused is not None:
            raise NoGradientsError(model.stem, str(refused))
        (part / SUMS_FILE).write_bytes(_sums(part))
        for name in (WEIGHTS_FILE, GRAPH_FILE, SUMS_FILE):
            with (part / name).open("rb+") as file:
                os.fsync(file.fileno())
        if not _is_sound(folder):
            shutil.rmtree(folder, ignore_errors=True)
            with contextlib.suppress(FileExistsError):
                part.rename(folder)
    except OSError as error:
        # Somebody else may have put theirs there in the same moment.
        if not _is_sound(folder):
            raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error
    finally:
        shutil.rmtree(part, ignore_errors=True)


def _forget_others(folder: Path) -> None:
    """Delete what was not used for longest, other versions' files, and what was left behind half made."""
    try:
        ages = {path: path.stat().st_mtime for path in folder.parent.iterdir() if path != folder}
    except OSError as error:
        _LOG.info("old gradient files could not be looked at: %s", error)
        return
    kept = [path for path in ages if not path.name.startswith(".") and path.name.endswith(f"-{VERSION}")]
    oldest = sorted(kept, key=lambda path: ages[path])[: max(0, len(kept) - (MOST_KEPT - 1))]
    for path, changed in ages.items():
        left_over = path.name.startswith(".") and time.time() - changed > _LEFTOVER_S
        if path in oldest or left_over or not (path.name.startswith(".") or path in kept):
            shutil.rmtree(path, ignore_errors=True)
