"""Open a model on a card in the way of a variant."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path

import onnxruntime

from inference.cancel import CancelToken
from inference.engine import machine
from inference.engine.card.choice import choice_key
from inference.engine.card.handle import Steady, VariantHandle
from inference.engine.card.lane import CAPTURING
from inference.engine.card.provider_options import Provider, providers
from inference.engine.card.variant import Variant
from inference.engine.devices import Device
from inference.engine.faults import is_out_of_memory, plain_reason
from inference.engine.probe import PROVIDERS, find_refusal
from inference.engine.runtime import OnnxSession
from inference.errors import CardinalError, InferenceError
from inference.models.contract_reading import read_contract
from inference.models.half.half_file import NoHalfError, forget_half_file, require_half_file
from inference.models.metadata import read_metadata

FILE_FAULTS = frozenset({"InvalidProtobuf", "InvalidGraph", "NoModel", "NoSuchFile"})
"""ONNX Runtime's errors that are about the file; for another one it would be made anew in vain."""

MOST_KEPT = 4
"""Models for which TensorRT's work is kept."""

_PLACES = {Device.CUDA: "cuda", Device.TENSORRT: "cuda"}


@dataclass(frozen=True, slots=True)
class Model:
    """What is opened, and where.

    Attributes:
        path: the model file.
        model_hash: SHA-256 of it.
        device: that runs it.
        cache: the profile's, which holds the model's second file and what TensorRT builds.
        threads: that compute on the processor what the device does not know.
        side: of the network's input, in pixels.
    """

    path: Path
    model_hash: str
    device: Device
    cache: Path
    threads: int
    side: int

    @classmethod
    def of(cls, path: Path, model_hash: str, device: Device, cache: Path, threads: int | None = None) -> Model:
        """A model file, whose contract says how large its input is.

        Args:
            path: the model file.
            model_hash: SHA-256 of it.
            device: that runs it.
            cache: the profile's.
            threads: that compute on the processor; None takes its physical cores.

        Raises:
            ModelLoadError: it cannot be read.
            ModelContractError: it carries no usable contract.
        """
        side = read_contract(read_metadata(path), str(path)).preprocessing.crop
        return cls(path, model_hash, device, cache, threads or machine.physical_cores(), side)


def open_variant(model: Model, variant: Variant, batch: int, *, cancel: CancelToken | None = None) -> OnnxSession:
    """Open a model in the way of a variant, made for batches of `batch` pictures.

    Raises:
        InferenceError: it cannot be opened so; the reason is a phrase, `out_of_memory` says whether memory is why.
        Cancelled: if `cancel` was used while the model's second file was made.
    """
    refusal = find_refusal(model.device)
    if refusal is not None:
        raise InferenceError(refusal.reason)

    def open_in(way: Variant, count: int | None = None) -> onnxruntime.InferenceSession:
        wanted = providers(model.device, way, _prepared_folder(model, count))
        if way.half:
            return _open_half(model, wanted, cancel, count)
        return _open(model.path, wanted, model, count)

    handle = VariantHandle(
        open_in(replace(variant, graph=False)),
        variant,
        Steady(batch, model.side),
        place=_PLACES.get(model.device, "cpu"),
        open_fixed=lambda count: open_in(variant, count),
    )
    return OnnxSession(handle, model.device, variant.precision)


def close_variant(session: OnnxSession) -> None:
    """Give back the memory of a session that nobody runs any more."""
    session.handle.close()


def _engine_folder(model: Model) -> Path:
    """Where TensorRT keeps what it builds for a model; another card or version must not meet it."""
    return model.cache / "tensorrt" / sha256(choice_key(model.model_hash, model.device).encode()).hexdigest()[:32]


def _prepared_folder(model: Model, count: int | None) -> Path:
    """A folder for what TensorRT builds for one number of pictures, or for all; which do not tell in their names.

    Of those of other models the ones that were not used for longest are deleted.
    """
    folder = _engine_folder(model)
    if model.device is not Device.TENSORRT:
        return folder
    ours = folder / ("any" if count is None else str(count))
    try:
        ours.mkdir(parents=True, exist_ok=True)
        os.utime(folder)
        others = sorted(folder.parent.iterdir(), key=lambda other: other.stat().st_mtime, reverse=True)
    except OSError as error:
        raise InferenceError(f"{ours} cannot be used ({error.strerror or error})") from error
    for other in others[MOST_KEPT:]:
        shutil.rmtree(other, ignore_errors=True)
    return ours


def _open_half(
    model: Model, wanted: list[Provider], cancel: CancelToken | None, count: int | None
) -> onnxruntime.InferenceSession:
    """Open the model's file in float16; what a cache holds may be damaged, and can be made again."""
    try:
        file = require_half_file(model.path, model.model_hash, model.cache, cancel=cancel)
        try:
            return _open(file, wanted, model, count)
        except InferenceError as error:
            if type(error.__cause__).__name__ not in FILE_FAULTS:
                raise
            forget_half_file(model.model_hash, model.cache)
        file = require_half_file(model.path, model.model_hash, model.cache, cancel=cancel)
    except InferenceError:
        raise
    except (CardinalError, NoHalfError) as error:
        raise InferenceError(str(error)) from error
    return _open(file, wanted, model, count)


def _open(file: Path, wanted: list[Provider], model: Model, count: int | None) -> onnxruntime.InferenceSession:
    settings = onnxruntime.SessionOptions()
    if count is not None:
        for name, size in zip(("N", "H", "W"), (count, model.side, model.side), strict=True):
            settings.add_free_dimension_override_by_name(name, size)
    settings.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_ALL
    settings.intra_op_num_threads = model.threads
    settings.inter_op_num_threads = 1
    settings.add_session_config_entry("session.intra_op.allow_spinning", "0")
    try:
        # Without `enable_fallback=0` it prints, and tries other devices than the one that was asked for.
        with CAPTURING:
            handle = onnxruntime.InferenceSession(str(file), settings, providers=wanted, enable_fallback=0)
    except Exception as error:  # ONNX Runtime's errors have no common type
        reason = plain_reason(error)
        raise InferenceError(reason, out_of_memory=is_out_of_memory(str(error))) from error
    if handle.get_providers()[0] != PROVIDERS[model.device]:
        raise InferenceError("ONNX Runtime opened it on the processor instead")
    return handle
