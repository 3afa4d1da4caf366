"""Measure which of the processor's two engines, openvino and cpu, is faster for a model, and remember it."""

from __future__ import annotations

import json
import logging
import os
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path
from typing import Any

import numpy as np

from inference.cancel import CancelToken
from inference.engine import machine
from inference.engine.devices import Device, Refusal
from inference.engine.network import Network
from inference.errors import DeviceError, InferenceError, OutputWriteError
from inference.files import replacing
from inference.pictures.regular_file import NotRegularError, open_regular

logger = logging.getLogger(__name__)

_FILE_NAME = "engines.json"
_MOST_REMEMBERED = 200
_BATCH = 8
_WARM_UPS = 2
_RUNS = 5
_ENGINES = (Device.CPU, Device.OPENVINO)
_RUNTIMES = ("onnxruntime-gpu", "onnxruntime")
_OPENVINO = ("onnxruntime-ep-openvino", "openvino")


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The faster engine of the processor for one model, with the figures that say so.

    Attributes:
        device: openvino or cpu.
        cpu_ms: milliseconds for one picture, in a batch of 8.
        openvino_ms: likewise, or None where openvino cannot be used.
        reason: why openvino cannot be used, or empty.
        remedy: what would change that, or empty.
    """

    device: Device
    cpu_ms: float
    openvino_ms: float | None
    reason: str = ""
    remedy: str = ""

    @property
    def ms(self) -> float | None:
        """Milliseconds for one picture on the faster engine; None where nothing was measured."""
        return (self.openvino_ms if self.device is Device.OPENVINO else self.cpu_ms) or None

    def refusal(self) -> Refusal:
        """Why openvino is not used, where cpu is."""
        if self.openvino_ms is None:
            return Refusal(Device.OPENVINO, self.reason, self.remedy)
        return Refusal(
            Device.OPENVINO,
            f"it is slower here for this model ({self.openvino_ms:.1f} ms for a picture, cpu {self.cpu_ms:.1f} ms)",
            "Ask for openvino by name to use it all the same.",
        )


_UNWRITTEN: dict[tuple[Path, str], EngineChoice] = {}
"""What could not be written down, by folder and key; it counts until the program ends."""


class EngineChoices:
    """Remembers choices in one small file, for this processor, these versions and a model's hash.

    Attributes:
        folder: where the file is; made when something is remembered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def remembered(self, model_hash: str) -> EngineChoice | None:
        """The choice for a model on this computer as it is now; None where none is known or the file is damaged."""
        key = choice_key(model_hash)
        return _UNWRITTEN.get((self.folder, key)) or _parse(self._read().get(key))

    def remember(self, model_hash: str, choice: EngineChoice) -> None:
        """Keep a choice for the next openings; where the disk cannot be written, for those of this program."""
        rows = self._read()
        key = choice_key(model_hash)
        rows.pop(key, None)
        rows[key] = asdict(choice)
        newest = dict(list(rows.items())[-_MOST_REMEMBERED:])
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            with replacing(self.folder / _FILE_NAME) as file:
                file.write(json.dumps(newest, indent=1).encode())
            _UNWRITTEN.pop((self.folder, key), None)
        except (OSError, OutputWriteError) as error:
            logger.info("the faster engine could not be remembered: %s", error)
            _UNWRITTEN[self.folder, key] = choice

    def _read(self) -> dict[str, Any]:
        try:
            # A regular file: others might never end.
            with os.fdopen(open_regular(str(self.folder / _FILE_NAME)), encoding="utf-8") as file:
                rows = json.load(file)
        except (OSError, ValueError, RecursionError, NotRegularError):
            return {}
        return rows if isinstance(rows, dict) else {}


def choice_key(model_hash: str) -> str:
    """What a choice depends on: processor, versions of ONNX Runtime, of OpenVINO and of its plug-in, and the model."""
    runtime = next(filter(None, map(_version, _RUNTIMES)), "")
    openvino = " ".join(map(_version, _OPENVINO))
    return " | ".join((machine.processor_name(), f"onnxruntime {runtime}", f"openvino {openvino}", model_hash))


def measure_cpu_engines(
    path: str | Path, *, threads: int | None = None, cancel: CancelToken | None = None
) -> EngineChoice:
    """Run a model on both engines of the processor for a moment and compare. Loads the processor for a few seconds.

    Both are open at once and run by turns, so that whatever else the computer does slows both down.

    Args:
        path: the model file.
        threads: as in `Network.open`.
        cancel: ends the measurement early.

    Raises:
        Cancelled: if `cancel` was used.
        ModelLoadError: if the model cannot be opened.
        ModelContractError: if it contradicts its contract.
        InferenceError: if it cannot be run.
    """
    networks: list[Network] = []
    reason = remedy = ""
    try:
        for engine in _ENGINES:
            if cancel is not None:
                cancel.raise_if_set()
            try:
                networks.append(Network.open(path, device=engine, threads=threads))
            except DeviceError as error:
                if engine is Device.CPU:
                    raise
                reason, remedy = error.reason, error.remedy
        try:
            figures = _measure_ms(networks, cancel)
        except _EngineError as error:
            reason, remedy = error.reason.rstrip("."), "Use cpu."
            figures = _measure_ms(networks[:1], cancel)
    finally:
        for network in networks:
            network.close()
    cpu_ms, openvino_ms = figures[Device.CPU], figures.get(Device.OPENVINO)
    faster = Device.OPENVINO if openvino_ms is not None and openvino_ms < cpu_ms else Device.CPU
    return EngineChoice(faster, cpu_ms, openvino_ms, reason, remedy)


def _measure_ms(networks: Sequence[Network], cancel: CancelToken | None) -> dict[Device, float]:
    """Median milliseconds for one picture in a batch on each device, after runs that plan memory and choose kernels."""
    side = networks[0].contract.preprocessing.crop
    batch = np.random.default_rng(seed=0).integers(0, 256, size=(_BATCH, side, side, 3), dtype=np.uint8)
    seconds: dict[Device, list[float]] = {network.device: [] for network in networks}
    for _ in range(_WARM_UPS + _RUNS):
        for network in networks:
            start = time.perf_counter()
            try:
                network.run(batch, cancel=cancel)
            except InferenceError as error:
                if network.device is Device.CPU:
                    raise
                raise _EngineError(error.reason) from error
            seconds[network.device].append(time.perf_counter() - start)
    return {device: statistics.median(taken[_WARM_UPS:]) * 1000 / _BATCH for device, taken in seconds.items()}


class _EngineError(Exception):
    """The engine that need not work does not."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def _parse(row: object) -> EngineChoice | None:
    """A choice from its stored form, or None where that is not usable."""
    if not isinstance(row, dict):
        return None
    cpu_ms, openvino_ms = row.get("cpu_ms"), row.get("openvino_ms")
    if not isinstance(cpu_ms, int | float) or not isinstance(openvino_ms, int | float | None):
        return None
    if row.get("device") not in _ENGINES:
        return None
    device = Device(row["device"])
    if device is Device.OPENVINO and openvino_ms is None:
        return None
    return EngineChoice(device, cpu_ms, openvino_ms, str(row.get("reason", "")), str(row.get("remedy", "")))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
