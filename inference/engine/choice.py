"""Measure which of the processor's two engines, openvino and cpu, is faster for a model, and remember it."""

from __future__ import annotations

import math
import statistics
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from importlib import metadata
from pathlib import Path

import numpy as np

from inference.cancel import CancelToken
from inference.engine import machine
from inference.engine.batch_size import MOST_ON_A_PROCESSOR, largest_within_budget
from inference.engine.devices import Device, Refusal
from inference.engine.failure_date import is_lately, parse_date
from inference.engine.network import Network
from inference.engine.row_file import RowFile
from inference.errors import DeviceError, InferenceError, ModelContractError, ModelLoadError

_FILE_NAME = "engines.json"
_MOST_REMEMBERED = 200
_WARM_UPS = 2
_RUNS = 5
_LONG_ENOUGH_S = 5.0
"""Rounds that have taken so long tell enough."""

_ENGINES = (Device.CPU, Device.OPENVINO)
_RUNTIMES = ("onnxruntime-gpu", "onnxruntime")
_OPENVINO = ("onnxruntime-ep-openvino", "openvino")
_WHEN_AGAIN = "A day after it failed, openvino is tried again. Ask for it by name to try it now."


@dataclass(frozen=True, slots=True)
class EngineChoice:
    """The faster engine of the processor for one model, with the figures that say so.

    Attributes:
        device: openvino or cpu.
        cpu_ms: milliseconds for one picture, in batches as large as the program makes them for this model.
        openvino_ms: likewise, or None where openvino cannot be used.
        reason: why openvino cannot be used, or empty.
        remedy: what would change that, or empty.
        failed_at: when openvino failed although all it needs was found, in seconds since the epoch; None where it did
            not fail, or cannot be here at all.
    """

    device: Device
    cpu_ms: float
    openvino_ms: float | None
    reason: str = ""
    remedy: str = ""
    failed_at: float | None = None

    @property
    def ms(self) -> float | None:
        """Milliseconds for one picture on the faster engine; None where nothing was measured."""
        return (self.openvino_ms if self.device is Device.OPENVINO else self.cpu_ms) or None

    @property
    def failed_lately(self) -> bool:
        """Whether openvino failed so short a time ago that it need not be tried again; trying takes 1.5 s."""
        return is_lately(self.failed_at)

    def refusal(self) -> Refusal:
        """Why openvino is not used, where cpu is."""
        if self.openvino_ms is None:
            remedy = self.remedy if self.failed_at is None else f"{self.remedy} {_WHEN_AGAIN}".lstrip()
            return Refusal(Device.OPENVINO, self.reason, remedy)
        return Refusal(
            Device.OPENVINO,
            f"it is slower here for this model ({self.openvino_ms:.1f} ms for a picture, cpu {self.cpu_ms:.1f} ms)",
            "Ask for openvino by name to use it all the same.",
        )


class EngineChoices:
    """Remembers choices in one small file, for this processor, these versions and a model's hash.

    Where the disk cannot be written, a choice counts until the program ends.

    Attributes:
        folder: where the file is; made when something is remembered.
    """

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._rows = RowFile(folder / _FILE_NAME, _MOST_REMEMBERED)

    def remembered(self, model_hash: str) -> EngineChoice | None:
        """The choice for a model on this computer as it is now; None where none is known or the file is damaged.

        A failure of openvino is among them, however old: `EngineChoice.failed_lately` says whether it still counts.
        """
        return _parse(self._rows.get(choice_key(model_hash)))

    def remember(self, model_hash: str, choice: EngineChoice) -> None:
        """Keep a choice for the next openings."""
        self._rows.put(choice_key(model_hash), asdict(choice))


def choice_key(model_hash: str) -> str:
    """What a choice depends on: processor, versions of ONNX Runtime, of OpenVINO and of its plug-in, and the model.

    The processor's name is not enough: a virtual one may go on under the same name on another computer, or be given
    other numbers of cores, which the engines make different use of.
    """
    processor = f"{machine.processor_name()} x {machine.physical_cores()} ({machine.instruction_sets()})"
    runtime = next(filter(None, map(_version, _RUNTIMES)), "")
    openvino = " ".join(map(_version, _OPENVINO))
    return " | ".join((processor, f"onnxruntime {runtime}", f"openvino {openvino}", model_hash))


def measure_cpu_engines(
    path: str | Path, *, threads: int | None = None, cancel: CancelToken | None = None
) -> EngineChoice:
    """Run a model on both engines of the processor for a moment and compare. Loads the processor for a few seconds.

    Both are open at once and run by turns, so that whatever else the computer does slows both down. Whatever openvino
    does wrong with a model that cpu can run costs openvino only.

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
            except (DeviceError, ModelContractError, ModelLoadError) as error:
                if engine is Device.CPU:
                    raise
                reason, remedy = _why_not(error)
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
    failed_at = time.time() if openvino_ms is None and _is_openvino_found() else None
    return EngineChoice(faster, cpu_ms, openvino_ms, reason, remedy, failed_at)


def _is_openvino_found() -> bool:
    # ONNX Runtime takes 0.3 s to import, and the window's start imports this file.
    from inference.engine.probe import find_refusal  # noqa: PLC0415

    return find_refusal(Device.OPENVINO) is None


def _why_not(error: DeviceError | ModelContractError | ModelLoadError) -> tuple[str, str]:
    """Reason and remedy where openvino cannot open a model that cpu can."""
    if isinstance(error, DeviceError):
        return error.reason, error.remedy
    if isinstance(error, ModelContractError):
        return f"the model fails its check there ({error.problems[0].rstrip('.')})", "Use cpu."
    return error.reason.rstrip("."), "Use cpu."


def _measure_ms(networks: Sequence[Network], cancel: CancelToken | None) -> dict[Device, float]:
    """Median milliseconds for one picture on each device, in batches of the size that the program would make.

    Single pictures say what that is: eight large ones may take minutes, or more memory than there is.
    """
    alone = _time(networks, 1, cancel, warm_ups=1, runs=1)
    size = largest_within_budget(min(map(min, alone.values())), MOST_ON_A_PROCESSOR)
    while True:
        try:
            # Single pictures have had their first runs.
            seconds = _time(networks, size, cancel, warm_ups=_WARM_UPS if size > 1 else 0, runs=_RUNS)
        except (InferenceError, _EngineError) as error:
            if not error.out_of_memory or size == 1:
                raise
            # As the program does with a batch that does not fit.
            size //= 2
        else:
            return {device: statistics.median(taken) * 1000 / size for device, taken in seconds.items()}


def _time(
    networks: Sequence[Network], size: int, cancel: CancelToken | None, *, warm_ups: int, runs: int
) -> dict[Device, list[float]]:
    """Seconds for a batch of so many pictures on each device, by turns, after runs that plan memory, choose kernels."""
    side = networks[0].contract.preprocessing.crop
    batch = np.random.default_rng(seed=0).integers(0, 256, size=(size, side, side, 3), dtype=np.uint8)
    seconds: dict[Device, list[float]] = {network.device: [] for network in networks}
    enough = math.inf
    for number in range(warm_ups + runs):
        if number == warm_ups:
            enough = time.perf_counter() + _LONG_ENOUGH_S
        elif number > warm_ups and time.perf_counter() >= enough:
            break
        for network in networks:
            start = time.perf_counter()
            try:
                network.run(batch, cancel=cancel)
            except InferenceError as error:
                if network.device is Device.CPU:
                    raise
                raise _EngineError(error.reason, out_of_memory=error.out_of_memory) from error
            seconds[network.device].append(time.perf_counter() - start)
    return {device: taken[warm_ups:] for device, taken in seconds.items()}


class _EngineError(Exception):
    """The engine that need not work does not."""

    def __init__(self, reason: str, *, out_of_memory: bool) -> None:
        super().__init__(reason)
        self.reason = reason
        self.out_of_memory = out_of_memory


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
    reason, remedy = str(row.get("reason", "")), str(row.get("remedy", ""))
    return EngineChoice(device, cpu_ms, openvino_ms, reason, remedy, parse_date(row.get("failed_at")))


def _version(package: str) -> str:
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return ""
