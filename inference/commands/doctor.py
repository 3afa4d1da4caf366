"""`main.py doctor`: say what is installed and what this computer has, and really run a picture on each device."""

from __future__ import annotations

import argparse
import json
import platform
import statistics
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import numpy as np
from PIL import features

from inference.arrays import InputBatch, Probabilities
from inference.bench.facts import versions_of
from inference.classify.postprocess import softmax
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.commands.terminal import EXIT_NOTHING_DONE, put, put_line
from inference.engine import machine
from inference.engine.card.choice import CardChoices
from inference.engine.devices import PROCESSORS, Device, DeviceReport, probe_devices
from inference.engine.network import Network
from inference.engine.self_check import noise_picture
from inference.errors import CardinalError, InferenceError
from inference.models.catalog import default_model_name, find_model
from inference.models.contract import ModelContract
from inference.profile import PROJECT_ROOT, Profile
from inference.texts import visible

SAMPLES = PROJECT_ROOT / "assets" / "samples"

_PACKAGES = (
    "onnxruntime-gpu",
    "onnxruntime",
    "onnxruntime-ep-openvino",
    "openvino",
    "numpy",
    "pillow",
    "pillow-heif",
    "PySide6-Essentials",
    "torch",
)
_CODECS = ("jpg", "libjpeg_turbo", "zlib", "webp", "avif", "jpg_2000", "libtiff", "littlecms2")
_RUNS = 5
_SAMPLE_SUFFIXES = {".jpg", ".png"}
_GIB = 1024**3


@dataclass(frozen=True, slots=True)
class DeviceRun:
    """What happened when a picture was run on a device.

    Attributes:
        device: its name.
        works: it gave an answer.
        reason: why not, or empty.
        remedy: what would change that, or empty.
        detail: card or processor and versions, as far as known.
        precision: what it computed with.
        ms: median milliseconds for one picture.
        label: the best class.
        probability: of that class, 0...1.
        difference: largest difference of a probability to cpu's, None where cpu did not answer.
        agrees: its best class is cpu's, None likewise.
    """

    device: str
    works: bool
    reason: str = ""
    remedy: str = ""
    detail: str = ""
    precision: str = ""
    ms: float | None = None
    label: str = ""
    probability: float | None = None
    difference: float | None = None
    agrees: bool | None = None


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """Everything that `doctor` found out. The texts by name are in the order in which they are shown."""

    versions: dict[str, str]
    computer: dict[str, str]
    folders: dict[str, str]
    model: dict[str, str]
    devices: tuple[DeviceRun, ...]

    @property
    def exit_code(self) -> int:
        """0 where at least the processor answered, else 2."""
        works = any(run.works and run.device == Device.CPU for run in self.devices)
        return 0 if works else EXIT_NOTHING_DONE


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Declare the command's options."""
    parser = subparsers.add_parser(
        "doctor", help="show versions, folders and devices, and run a picture on each device"
    )
    parser.add_argument("--model", metavar="NAME|FILE", help="an installed model or an .onnx file (default: built-in)")
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of text")
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace, profile: Profile) -> int:
    """Run the command; 0 where at least the processor gave an answer, else 2."""
    diagnosis = diagnose(arguments.model, profile)
    if arguments.json:
        put(json.dumps(asdict(diagnosis), indent=2) + "\n")
    else:
        for line in as_lines(diagnosis):
            put_line(line)
    return diagnosis.exit_code


def diagnose(model: str | None, profile: Profile) -> Diagnosis:
    """Find everything out; takes a few seconds. A model that cannot be opened is part of the finding."""
    reports = sorted(probe_devices(), key=lambda report: report.device is not Device.CPU)
    try:
        path = find_model(model or default_model_name(profile), profile).path
    except CardinalError as error:
        found = {"problem": str(error)}
        runs = tuple(_not_run(report, "there is no model to run") for report in reports)
    else:
        sample = sample_picture()
        found = {"file": str(path), "picture": sample.name if sample else "random dots"}
        runs = tuple(_run_all(reports, str(path), CardChoices(profile.cache)))
    return Diagnosis(_versions(), _computer(), _folders(profile), found, runs)


def _run_all(reports: list[DeviceReport], path: str, cards: CardChoices) -> Iterator[DeviceRun]:
    """Run the same picture on each device that is there; the processor is first, the others are compared with it."""
    reference: Probabilities | None = None
    for report in reports:
        if not report.available:
            yield _not_run(report)
            continue
        try:
            result, probabilities = _run_device(report, path, reference, cards)
        except CardinalError as error:
            yield _not_run(report, getattr(error, "reason", str(error)), getattr(error, "remedy", ""))
            continue
        if report.device is Device.CPU:
            reference = probabilities
        yield result


def _run_device(
    report: DeviceReport, path: str, reference: Probabilities | None, cards: CardChoices
) -> tuple[DeviceRun, Probabilities]:
    network = Network.open(path, device=report.device, cards=cards)
    try:
        image = sample_input(network.contract)
        logits = network.run(image).logits[0]
        if not np.isfinite(logits).all():
            raise InferenceError("the model gave no valid numbers.")
        probabilities = softmax(logits)
        seconds = []
        for _ in range(_RUNS):
            start = time.perf_counter()
            network.run(image)
            seconds.append(time.perf_counter() - start)
    finally:
        network.close()
    best = int(probabilities.argmax())
    result = DeviceRun(
        device=report.device.value,
        works=True,
        detail="; ".join(filter(None, (report.detail, _way_of(network, cards)))),
        precision=network.precision.value,
        ms=round(statistics.median(seconds) * 1000, 2),
        label=network.contract.labels[best].name,
        probability=float(probabilities[best]),
        difference=None if reference is None else float(np.abs(probabilities - reference).max()),
        agrees=None if reference is None else best == int(reference.argmax()),
    )
    return result, probabilities


def _way_of(network: Network, cards: CardChoices) -> str:
    """Which way was found to be fastest for the model on a card; empty on other devices, and where none was tried."""
    tried = None if network.device in PROCESSORS else cards.remembered(network.model_hash, network.device)
    return "" if tried is None else str(tried)


def sample_picture() -> Path | None:
    """The first of the pictures that the program ships, or None where it ships none."""
    return min((path for path in SAMPLES.glob("*") if path.suffix in _SAMPLE_SUFFIXES), default=None)


def sample_input(contract: ModelContract) -> InputBatch:
    """(1, crop, crop, 3) uint8: the first sample picture, or random dots where there is none."""
    sample = sample_picture()
    if sample is None:
        return noise_picture(contract)
    picture = prepare_picture(str(sample), PrepareOrder(contract.preprocessing))
    return np.stack([picture.input])


def _not_run(report: DeviceReport, reason: str = "", remedy: str = "") -> DeviceRun:
    return DeviceRun(
        device=report.device.value,
        works=False,
        reason=report.reason or reason.rstrip("."),
        remedy=report.remedy or remedy,
        detail=report.detail,
    )


def _versions() -> dict[str, str]:
    versions = versions_of(_PACKAGES)
    versions["picture codecs"] = ", ".join(
        f"{codec} {features.version(codec) or ''}".strip() for codec in _CODECS if features.check(codec)
    )
    return versions


def _computer() -> dict[str, str]:
    memory = machine.memory()
    return {
        "system": platform.platform(),
        "processor": machine.processor_name(),
        "cores": f"{machine.physical_cores()} ({machine.usable_cores()} threads)",
        "bfloat16": {True: "yes", False: "no", None: "unknown"}[machine.has_bfloat16()],
        "memory": f"{_gibibytes(memory.total)}, free {_gibibytes(memory.available)}",
    }


def _folders(profile: Profile) -> dict[str, str]:
    folders = {"data": profile.data, "models": profile.models, "cache": profile.cache, "settings": profile.config}
    return {name: f"{folder}{'' if folder.is_dir() else ' (not made yet)'}" for name, folder in folders.items()}


def _gibibytes(size: int | None) -> str:
    return "unknown" if size is None else f"{size / _GIB:.1f} GiB"


def as_lines(diagnosis: Diagnosis) -> Iterator[str]:
    """The text form: headings, names in a column, and two lines for a device that does not work."""
    sections = {
        "Versions": diagnosis.versions,
        "Computer": diagnosis.computer,
        "Folders": diagnosis.folders,
        "Model": diagnosis.model,
    }
    width = max(len(name) for section in sections.values() for name in section)
    for title, section in sections.items():
        yield title
        for name, text in section.items():
            yield f"  {name:<{width}}  {visible(text)}"
        yield ""
    yield "Devices"
    for device in diagnosis.devices:
        yield f"  {device.device:<{width}}  {visible(_verdict(device))}"
        for more in filter(None, (device.remedy, device.detail)):
            yield f"  {'':<{width}}  {visible(more)}"


def _verdict(device: DeviceRun) -> str:
    if not device.works or device.probability is None:
        return f"no: {device.reason}"
    parts = [f"{device.ms:.1f} ms a picture", device.precision, f"{device.label} {device.probability:.1%}"]
    if device.agrees is not None:
        same = "agrees with cpu" if device.agrees else "DIFFERS from cpu"
        parts.append(f"{same}, probabilities within {device.difference:.1e}")
    return f"works: {', '.join(parts)}"
