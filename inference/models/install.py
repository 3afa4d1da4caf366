"""Install a model: made in a child process, tried there, then put in its place in one step."""

import contextlib
import logging
import os
import re
import time
from pathlib import Path

from inference.cancel import CancelToken
from inference.errors import DownloadError, ModelContractError, ModelLoadError, OutputWriteError
from inference.models.catalog import BrokenModel, ModelFile, list_models, read_model
from inference.models.checksum import checksum_file, sha256_of, write_checksum
from inference.models.child import ChildTask, run_child
from inference.models.download import download
from inference.models.official import OFFICIAL, OfficialWeights, hash_prefix, url_of
from inference.models.progress import OnProgress
from inference.models.request import ModelRequest
from inference.models.strangers import TRIAL_MODULE, TRIAL_TIMEOUT_S
from inference.profile import Profile

_LOG = logging.getLogger(__name__)

CONVERT_TIMEOUT_S = 1800.0
WEIGHT_SUFFIXES = frozenset({".pth", ".pt", ".safetensors"})

_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,79}")
_WINDOWS_DEVICE = re.compile(r"(con|prn|aux|nul|com[0-9]|lpt[0-9])(\..*)?", re.IGNORECASE)
"""Names that mean a device on Windows, whatever their suffix."""

_OFFICIAL_NAME = re.compile(rf"({'|'.join({row.network: None for row in OFFICIAL})})(-v[0-9]+)?", re.IGNORECASE)
_LEFTOVER_S = 86_400.0


def install_official(
    weights: OfficialWeights,
    profile: Profile,
    *,
    file: Path | None = None,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> ModelFile:
    """Fetch official weights (or take them from `file`), convert, compare with PyTorch, install.

    Raises:
        DownloadError: if they cannot be fetched, or `file` is not them.
        ChildTaskError: if the conversion dies or its result differs from PyTorch's.
        CardinalError: if the weights are refused, or the model cannot be written.
        Cancelled: if `cancel` was used; nothing is installed, and what was fetched is kept.
    """
    fetched = file is None
    if file is None:
        file = download(url_of(weights), profile.downloads, on_progress=on_progress, cancel=cancel)
    else:
        _check_hash(file, weights)
    request = ModelRequest(weights.name, network=weights.network, version=weights.version)
    model = _convert(file, request, profile, on_progress, cancel)
    if fetched:
        # The model holds the same numbers; keeping both would take the space twice.
        file.unlink(missing_ok=True)
    return model


def install_file(
    source: Path,
    request: ModelRequest,
    profile: Profile,
    *,
    replace: bool = False,
    on_progress: OnProgress | None = None,
    cancel: CancelToken | None = None,
) -> ModelFile:
    """Install somebody's `.onnx`, or `.pth` or `.safetensors` weights of a ResNeXt, under `request.name`.

    Args:
        source: the file.
        request: what a person says about it.
        profile: where models are installed.
        replace: an added model of that name may be replaced.
        on_progress: told how far the work is.
        cancel: ends it.

    Raises:
        ModelLoadError: if the file is refused.
        ModelContractError: if the file and the request contradict each other, or the name is taken.
        CardinalError: if its child process dies or takes too long, or the model cannot be written.
        Cancelled: if `cancel` was used; nothing is installed.
    """
    if not source.is_file():
        raise ModelLoadError(str(source), "there is no such file.")
    _require_free_name(request.name, profile, replace=replace)
    if source.suffix.lower() in WEIGHT_SUFFIXES:
        return _convert(source, request, profile, on_progress, cancel)
    if source.suffix.lower() != ".onnx":
        known = ", ".join(sorted({".onnx", *WEIGHT_SUFFIXES}))
        raise ModelLoadError(str(source), f"only {known} files can be added.")
    target, part = _places(request.name, profile)
    task = ChildTask(
        f"Adding {request.name}",
        TRIAL_MODULE,
        (f"--source={source.absolute()}", f"--target={part}", *request.to_arguments()),
        TRIAL_TIMEOUT_S,
    )
    return _make(task, part, target, on_progress, cancel)


def remove_model(model: ModelFile | BrokenModel) -> None:
    """Delete an installed model's file.

    Raises:
        ModelContractError: if the program ships it.
        OutputWriteError: if it cannot be deleted.
    """
    if model.built_in:
        raise ModelContractError(model.name, ("It is built in and stays.",))
    try:
        model.path.unlink()
        checksum_file(model.path).unlink(missing_ok=True)
    except OSError as error:
        raise OutputWriteError(str(model.path), f"it cannot be deleted ({error.strerror or error}).") from error


def name_for(source: Path) -> str:
    """A name for the model in `source`, when nobody gave one: its file name, in plain characters."""
    plain = re.sub(r"[^A-Za-z0-9._+-]+", "-", source.stem).strip("-._+")
    name = plain[:70] or "model"
    # A name that nobody chose must not stand in the way: "resnext50_32x4d.onnx" is a likely file.
    is_kept = _OFFICIAL_NAME.fullmatch(name) or _WINDOWS_DEVICE.fullmatch(name)
    return f"{name}-added" if is_kept else name


def _convert(
    weights: Path,
    request: ModelRequest,
    profile: Profile,
    on_progress: OnProgress | None,
    cancel: CancelToken | None,
) -> ModelFile:
    target, part = _places(request.name, profile)
    task = ChildTask(
        f"Converting {request.name}",
        "inference.training",
        ("convert", f"--weights={weights.absolute()}", f"--target={part}", *request.to_arguments()),
        CONVERT_TIMEOUT_S,
    )
    return _make(task, part, target, on_progress, cancel)


def _make(
    task: ChildTask, part: Path, target: Path, on_progress: OnProgress | None, cancel: CancelToken | None
) -> ModelFile:
    """Let the child write `part`; if all is well, that becomes `target`."""
    try:
        run_child(task, on_progress=on_progress, cancel=cancel)
        read_model(part)
        with part.open("rb+") as file:
            os.fsync(file.fileno())
        digest = sha256_of(part)
        # At no moment is a checksum beside a model that is not its own; without one the model is tried again.
        checksum_file(target).unlink(missing_ok=True)
        part.replace(target)
    except OSError as error:
        raise OutputWriteError(str(target), f"{error.strerror or error}.") from error
    finally:
        part.unlink(missing_ok=True)
    try:
        write_checksum(target, digest)
    except OutputWriteError as error:
        _LOG.info("%s has no checksum: %s", target, error)
    return read_model(target)


def _require_free_name(name: str, profile: Profile, *, replace: bool) -> None:
    """Refuse a name under which another model would be found."""
    if _OFFICIAL_NAME.fullmatch(name):
        raise ModelContractError(name, ("The name is kept for torchvision's own weights; choose another one.",))
    added = {model.name.lower() for model in _models(profile) if not model.built_in}
    if name.lower() in added and not replace:
        reason = "A model of this name was added before. Choose another name, or replace that one (`--replace`)."
        raise ModelContractError(name, (reason,))


def _models(profile: Profile) -> tuple[ModelFile | BrokenModel, ...]:
    catalog = list_models(profile)
    return (*catalog.models, *catalog.broken)


def _places(name: str, profile: Profile) -> tuple[Path, Path]:
    """Where the model will be, and where it is made: in the same folder, hidden, so that it can be renamed."""
    if not _NAME.fullmatch(name):
        raise ModelContractError(name, ("A name has only letters, digits and . _ + - and at most 80 of them.",))
    if _WINDOWS_DEVICE.fullmatch(name):
        raise ModelContractError(name, ("Windows keeps this name for a device; choose another one.",))
    if any(model.name.lower() == name.lower() for model in _models(profile) if model.built_in):
        raise ModelContractError(name, ("The built-in model has this name; choose another one.",))
    folder = profile.models
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for path in folder.glob(".*.part.onnx"):
            if time.time() - path.stat().st_mtime > _LEFTOVER_S:
                path.unlink(missing_ok=True)
    except OSError as error:
        raise OutputWriteError(str(folder), f"{error.strerror or error}.") from error
    return folder / f"{name}.onnx", folder / f".{name}.{os.getpid()}.part.onnx"


def _check_hash(file: Path, weights: OfficialWeights) -> None:
    """Refuse a file that is neither the official one nor what its own name promises (a mirror's, torch hub's way).

    The finished model calls itself official only if its weights have the official checksum.
    """
    expected = {weights.hash_prefix}
    with contextlib.suppress(DownloadError):
        expected.add(hash_prefix(file.name))
    try:
        digest = sha256_of(file)
    except OSError as error:
        raise ModelLoadError(str(file), f"{error.strerror or error}.") from error
    if not any(digest.startswith(prefix) for prefix in expected):
        raise DownloadError(str(file), f"it is not {weights.file_name} (the checksum differs).")
