"""Have an int8 copy of a model made and compared in a child process, and install it where it may be kept."""

from __future__ import annotations

import contextlib
import logging
import shutil
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TypeAlias

from inference.cancel import CancelToken
from inference.errors import ChildTaskError, ModelContractError, ModelLoadError, OutputWriteError
from inference.files import replacing
from inference.models.catalog import BrokenModel, ModelFile, list_models, read_model
from inference.models.checksum import checksum_file, sha256_of, write_checksum
from inference.models.child import ChildTask, run_child
from inference.models.install import name_for
from inference.models.metadata import read_metadata
from inference.models.progress import OnProgress
from inference.models.quantize.facts import Quantization, read_quantization
from inference.profile import Profile

QUANTIZING_MODULE = "inference.commands.quantizing"
"""The child that makes an int8 copy and compares it."""

COPY_NAME = "int8.onnx"
"""The finished copy in the child's folder."""

_LOG = logging.getLogger(__name__)
_CHUNK_BYTES = 1024**2
_WORK_PREFIX = "quantizing-"
_LEFTOVER_S = 86_400.0


@dataclass(frozen=True, slots=True)
class QuantizeOrder:
    """What a person asks for.

    Attributes:
        name: of the new model.
        pictures: the folder whose pictures calibrate it and are compared.
        count: pictures that calibrate it, at most; at least 1.
        layers: convolutions in int8, from the last one, at least 1; None lets the comparison find out how many.
        replace: an added model of that name may be replaced.
        force: keep it also where it did not pass.
    """

    name: str
    pictures: str
    count: int
    layers: int | None = None
    replace: bool = False
    force: bool = False


@dataclass(frozen=True, slots=True)
class Compared:
    """A copy that was made and compared, and is not installed yet.

    Attributes:
        facts: how the copy was made, with its comparison.
        unreadable: pictures that could not be read.
        repeated: pictures that were left out since they are the same as others.
        is_kept: it passed, or is to be kept all the same.
    """

    facts: Quantization
    unreadable: int
    repeated: int
    is_kept: bool


OnCompared: TypeAlias = Callable[[Compared], None]
"""Called on the working thread before anything is installed; what it raises keeps the copy from being installed."""


@dataclass(frozen=True, slots=True)
class Quantized:
    """What came of it.

    Attributes:
        compared: how the copy was made and compared.
        model: the installed copy; None where it did not pass and was not kept.
    """

    compared: Compared
    model: ModelFile | None


def quantize_model(
    model: ModelFile,
    order: QuantizeOrder,
    profile: Profile,
    *,
    on_progress: OnProgress | None = None,
    on_compared: OnCompared | None = None,
    cancel: CancelToken | None = None,
) -> Quantized:
    """Make an int8 copy of `model`, compare both, and install the copy if it passed or `order.force` is set.

    Args:
        model: the original.
        order: what a person asks for.
        profile: where the copy is installed.
        on_progress: told how far the work is.
        on_compared: told what came of the comparison, and whether the copy is kept, before it is installed.
        cancel: stops the work; not heard any more once the copy is being installed.

    Raises:
        ModelContractError: if the name is taken or cannot be one.
        ChildTaskError: if the model has nothing to quantize, too few pictures can be read, or the child died.
        CardinalError: if the model cannot be run, or the copy cannot be written.
        Cancelled: if `cancel` was used; nothing is installed.
    """
    _require_name(order, profile)
    with _work_folder(profile) as folder:
        task = ChildTask(
            f"Quantizing {model.name}",
            QUANTIZING_MODULE,
            (
                f"--source={model.path.absolute()}",
                f"--folder={folder}",
                f"--name={order.name}",
                f"--pictures={Path(order.pictures).absolute()}",
                f"--count={order.count}",
                *(() if order.layers is None else (f"--layers={order.layers}",)),
            ),
        )
        answer = run_child(task, on_progress=on_progress, cancel=cancel)
        copy = folder / COPY_NAME
        facts = read_quantization(read_metadata(copy))
        if facts is None:
            raise ChildTaskError(task.title, "the copy does not say how it was made.")
        compared = Compared(facts, int(answer["unreadable"]), int(answer["repeated"]), facts.passed or order.force)
        if on_compared is not None:
            on_compared(compared)
        return Quantized(compared, _install(copy, order.name, profile) if compared.is_kept else None)


def is_installed(facts: Quantization, name: str, profile: Profile) -> bool:
    """Whether the copy of which these facts are known is installed under this name."""
    try:
        return read_quantization(read_metadata(_place(name, profile))) == facts
    except ModelLoadError:
        return False


def _require_name(order: QuantizeOrder, profile: Profile) -> None:
    if name_for(Path(f"{order.name}.onnx")) != order.name:
        reason = "A name has only letters, digits and . _ + -, and is neither an official network's nor a device's."
        raise ModelContractError(order.name, (reason,))
    catalog = list_models(profile)
    rows: tuple[ModelFile | BrokenModel, ...] = (*catalog.models, *catalog.broken)
    for known in rows:
        if known.name.lower() != order.name.lower():
            continue
        if known.built_in:
            raise ModelContractError(order.name, ("The built-in model has this name; choose another one (`--name`).",))
        if not order.replace:
            reason = (
                "There is a model of this name. Choose another one (`--name`), or replace that model (`--replace`)."
            )
            raise ModelContractError(order.name, (reason,))


@contextlib.contextmanager
def _work_folder(profile: Profile) -> Iterator[Path]:
    """A folder for the child's files, which are gone afterwards, however the child ended."""
    try:
        profile.cache.mkdir(parents=True, exist_ok=True)
        # Of a program that was killed.
        for leftover in profile.cache.glob(f"{_WORK_PREFIX}*"):
            if _is_forgotten(leftover):
                shutil.rmtree(leftover, ignore_errors=True)
        folder = tempfile.TemporaryDirectory(prefix=_WORK_PREFIX, dir=profile.cache, ignore_cleanup_errors=True)
    except OSError as error:
        raise OutputWriteError(str(profile.cache), f"{error.strerror or error}.") from error
    with folder as name:
        yield Path(name).absolute()


def _is_forgotten(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _LEFTOVER_S
    except OSError:
        # Another program deleted it meanwhile.
        return False


def _install(copy: Path, name: str, profile: Profile) -> ModelFile:
    target = _place(name, profile)
    try:
        profile.models.mkdir(parents=True, exist_ok=True)
        digest = sha256_of(copy)
        # At no moment is a checksum beside a model that is not its own; without one the model is tried again.
        checksum_file(target).unlink(missing_ok=True)
        with copy.open("rb") as source, replacing(target) as file:
            while chunk := source.read(_CHUNK_BYTES):
                file.write(chunk)
    except OSError as error:
        raise OutputWriteError(str(target), f"{error.strerror or error}.") from error
    try:
        write_checksum(target, digest)
    except OutputWriteError as error:
        _LOG.info("%s has no checksum: %s", target, error)
    return read_model(target)


def _place(name: str, profile: Profile) -> Path:
    return profile.models / f"{name}.onnx"
