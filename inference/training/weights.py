"""Read weights from strangers' files without running their code, and tell which network they belong to."""

import json
import re
import struct
import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import safetensors
import safetensors.torch
import torch
from torch import Tensor

from inference.errors import ModelLoadError
from inference.training.architecture import EXPANSION, RESNEXT26_8X8D_TINY, ResNeXt, ResNeXtConfig, StemConfig

MAX_BYTES = 4 * 1024**3
MAX_HEADER_BYTES = 8 * 1024**2
MAX_TENSORS = 20_000
_PICKLE_OVERHEAD = 1.1
"""torch stores tensors as they are; contents much larger than the file are a bomb."""

_WRAPPERS = ("state_dict", "model_state_dict", "model", "model_ema", "net", "network")
_PREFIXES = ("module.", "model.", "_orig_mod.")
_OLD_FORMAT = bytes.fromhex("80028a0a6cfc9c46f9206aa85019")
"""How files begin that torch.save wrote before 1.6, torchvision's oldest weights among them: a pickled magic number."""

_OLDEST_TORCH = (2, 10)
"""Earlier versions' safe unpickler had holes (CVE-2025-32434, CVE-2026-24747)."""


def load_weights(path: Path) -> dict[str, Tensor]:
    """Read the named tensors in a `.safetensors`, `.pth` or `.pt` file; no code in it is run.

    Raises:
        ModelLoadError: with the reason why the file is refused.
    """
    try:
        size_bytes = path.stat().st_size
        with path.open("rb") as file:
            start = file.read(16)
    except OSError as error:
        raise ModelLoadError(str(path), f"{error.strerror or error}.") from error
    if size_bytes > MAX_BYTES:
        raise ModelLoadError(str(path), "it is larger than 4 GiB.")
    if path.suffix.lower() == ".safetensors":
        tensors = _read_safetensors(path, size_bytes)
    else:
        tensors = _unwrap(_read_pickle(path, start, size_bytes), path)
    _refuse_bad_numbers(tensors, path)
    return tensors


def infer_config(weights: Mapping[str, Tensor], path: str) -> ResNeXtConfig:
    """The numbers of the ResNeXt (or bottleneck ResNet) that `weights` belong to.

    Strides leave no trace in weights. A 7x7 stem means torchvision's strides, a 3x3 stem the built-in network's.

    Raises:
        ModelLoadError: if they belong to another kind of network.
    """
    blocks = [re.fullmatch(r"layer(\d+)\.(\d+)\.conv3\.weight", name) for name in weights]
    found = sorted((int(match[1]), int(match[2])) for match in blocks if match)
    try:
        stages = max(stage for stage, _ in found)
        depths = tuple(sum(1 for stage, _ in found if stage == number) for number in range(1, stages + 1))
        stem_shape = weights["conv1.weight"].shape
        width, path_width = weights["layer1.0.conv2.weight"].shape[:2]
        channels_out = weights["layer1.0.conv3.weight"].shape[0]
        classes = weights["fc.weight"].shape[0]
        cardinality = width // path_width
    except (KeyError, ValueError, IndexError, ZeroDivisionError) as error:
        raise ModelLoadError(
            path, "its weights are not those of a ResNeXt. Export the network to ONNX first."
        ) from error
    as_built_in = stem_shape[2] == RESNEXT26_8X8D_TINY.stem.kernel
    return ResNeXtConfig(
        depths,
        cardinality=cardinality,
        bottleneck_width=path_width,
        classes=classes,
        base_width=channels_out // EXPANSION,
        stem=StemConfig(stem_shape[2], 2, stem_shape[0], max_pool=not as_built_in),
        stage_strides=(RESNEXT26_8X8D_TINY if as_built_in else ResNeXtConfig((), 1, 1)).stage_strides[: len(depths)],
    )


def build_network(config: ResNeXtConfig, weights: Mapping[str, Tensor], path: str) -> ResNeXt:
    """The network `config` with `weights`, in evaluation mode.

    Raises:
        ModelLoadError: if names or shapes differ; training-only counters (`num_batches_tracked`) may be missing.
    """
    if len(config.stage_strides) != len(config.depths) or not all(config.depths):
        raise ModelLoadError(path, "its weights are not those of a known network.")
    with torch.device("meta"):
        network = ResNeXt(config)
    wanted = network.state_dict()
    given = {name: tensor for name, tensor in weights.items() if not name.endswith("num_batches_tracked")}
    missing = [name for name in wanted if name not in given and not name.endswith("num_batches_tracked")]
    unknown = [name for name in given if name not in wanted]
    wrong = [name for name in given if name in wanted and given[name].shape != wanted[name].shape]
    for kind, names in (("lack", missing), ("have an unknown", unknown), ("have another shape of", wrong)):
        if names:
            raise ModelLoadError(path, f"its weights {kind} {names[0]!r} ({len(names)} such names).")
    network.to_empty(device="cpu")
    counters = {name: torch.zeros((), dtype=torch.int64) for name in wanted if name.endswith("num_batches_tracked")}
    network.load_state_dict({**counters, **{name: tensor.float() for name, tensor in given.items()}})
    return network.eval()


def _read_safetensors(path: Path, size_bytes: int) -> dict[str, Tensor]:
    with path.open("rb") as file:
        length_bytes = file.read(8)
        if len(length_bytes) < 8:  # noqa: PLR2004 - the header's length
            raise ModelLoadError(str(path), "it is damaged or incomplete.")
        (header_bytes,) = struct.unpack("<Q", length_bytes)
        if header_bytes > min(MAX_HEADER_BYTES, size_bytes - 8):
            raise ModelLoadError(str(path), "it is damaged or incomplete (its header has an impossible length).")
        header = file.read(header_bytes)
    try:
        entries = json.loads(header)
    except (ValueError, RecursionError) as error:
        raise ModelLoadError(str(path), "it is damaged (its header is not JSON).") from error
    if not isinstance(entries, dict) or len(entries) > MAX_TENSORS:
        raise ModelLoadError(str(path), f"its header does not list at most {MAX_TENSORS:,} tensors.")
    try:
        tensors: dict[str, Tensor] = safetensors.torch.load_file(path)
    except (safetensors.SafetensorError, OSError, ValueError, KeyError) as error:
        raise ModelLoadError(str(path), f"it is damaged ({error}).") from error
    return tensors


def _read_pickle(path: Path, start: bytes, size_bytes: int) -> object:
    if tuple(int(part) for part in torch.__version__.split(".")[:2]) < _OLDEST_TORCH:
        raise ModelLoadError(str(path), "PyTorch 2.10 or later is needed to read such files safely.")
    if start.startswith(b"PK"):
        _check_zip(path, size_bytes)
    elif not start.startswith(_OLD_FORMAT):
        raise ModelLoadError(str(path), "it is not a file of weights that PyTorch wrote.")
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    # torch raises UnpicklingError, RuntimeError, EOFError, KeyError and others, depending on what is wrong.
    except Exception as error:
        raise ModelLoadError(
            str(path),
            "it holds more than weights, or is damaged. Only weights are read, since anything else could run code. "
            "Save them with torch.save(network.state_dict(), ...) or as .safetensors.",
        ) from error


def _check_zip(path: Path, size_bytes: int) -> None:
    try:
        with zipfile.ZipFile(path) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        raise ModelLoadError(str(path), "it is damaged or incomplete.") from error
    if len(entries) > MAX_TENSORS:
        raise ModelLoadError(str(path), f"it holds more than {MAX_TENSORS:,} parts.")
    if sum(entry.file_size for entry in entries) > _PICKLE_OVERHEAD * size_bytes + 4096:
        raise ModelLoadError(str(path), "it would unpack to far more than its own size.")
    names = [Path(entry.filename).name for entry in entries]
    if any("/code/" in f"/{entry.filename}" for entry in entries) or "constants.pkl" in names:
        raise ModelLoadError(
            str(path),
            "it is a TorchScript program. Programs are not run; save the weights (state_dict) or ONNX instead.",
        )
    if "data.pkl" not in names:
        raise ModelLoadError(str(path), "it is a zip file, but not one that PyTorch wrote.")


def _unwrap(value: object, path: Path) -> dict[str, Tensor]:
    """The state dictionary in a checkpoint, under plain names."""
    for _ in range(3):
        inner = (
            next((value[key] for key in _WRAPPERS if isinstance(value.get(key), dict)), None)
            if isinstance(value, dict)
            else None
        )
        if inner is None:
            break
        value = inner
    if not isinstance(value, dict) or not any(isinstance(tensor, Tensor) for tensor in value.values()):
        raise ModelLoadError(str(path), "it holds no weights by name (no state_dict).")
    if len(value) > MAX_TENSORS or not all(isinstance(name, str) for name in value):
        raise ModelLoadError(str(path), "its weights have no usable names.")
    tensors: dict[str, Any] = {name: tensor for name, tensor in value.items() if isinstance(tensor, Tensor)}
    if len(tensors) != len(value):
        raise ModelLoadError(str(path), "it holds things that are no weights among its weights.")
    for prefix in _PREFIXES:
        if all(name.startswith(prefix) for name in tensors):
            tensors = {name.removeprefix(prefix): tensor for name, tensor in tensors.items()}
    return tensors


def _refuse_bad_numbers(tensors: Mapping[str, Tensor], path: Path) -> None:
    for name, tensor in tensors.items():
        stored_bytes = tensor.untyped_storage().nbytes()
        if tensor.is_sparse or tensor.numel() * tensor.element_size() > stored_bytes:
            raise ModelLoadError(str(path), f"the weight {name!r} claims more numbers than the file has.")
        if tensor.is_floating_point() and not bool(torch.isfinite(tensor).all()):
            raise ModelLoadError(str(path), f"the weight {name!r} has values that are not finite numbers.")
