"""Say what is measured and on what computer: processor, versions, the model's own figures."""

from __future__ import annotations

import os
import platform
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from importlib import metadata

from PIL import features

from inference.bench.record import Accuracy, Configuration, Int8Of, Machine, Model
from inference.classify.classifier import Classifier
from inference.engine import machine
from inference.engine.devices import PROCESSORS
from inference.profile import PROJECT_ROOT

_PACKAGES = (
    "onnxruntime-gpu",
    "onnxruntime",
    "onnxruntime-ep-openvino",
    "openvino",
    "numpy",
    "pillow",
    "torch",
    "torchvision",
)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known before anything is measured; the parts of `Record` of the same names."""

    date: str
    machine: Machine
    versions: dict[str, str]
    model: Model
    configuration: Configuration


def find_facts(
    classifier: Classifier,
    *,
    workers: int,
    repeats: int,
    pass_s: float,
    load_before: float | None,
    int8_of: Int8Of | None = None,
) -> Facts:
    """Of this computer and an open model.

    Args:
        classifier: as `classify` would open it.
        workers: decode processes.
        repeats: rounds.
        pass_s: how long one pass shall take.
        load_before: `system_load` before anything was started.
        int8_of: of an int8 copy, what it was made from.
    """
    network = classifier.network
    contract, rule, built = network.contract, network.contract.preprocessing, network.contract.architecture
    on_cores = network.device in PROCESSORS
    return Facts(
        date=datetime.now(UTC).isoformat(timespec="seconds"),
        machine=_machine(load_before),
        versions=_versions(),
        model=Model(
            name=contract.name,
            title=contract.title,
            sha256=network.model_hash,
            resize=rule.resize,
            crop=rule.crop,
            classes=len(contract.labels),
            parameters=built.parameters if built else None,
            gmacs=built.gmacs if built else None,
            accuracy=tuple(Accuracy(one.dataset, one.pictures, one.top1, one.top5) for one in contract.measured),
            int8_of=int8_of,
        ),
        configuration=Configuration(
            device=network.device.value,
            precision=network.precision.value,
            batch=classifier.batch_size,
            # `Network.open` takes the physical cores unless it is told otherwise.
            threads=machine.physical_cores() if on_cores else None,
            workers=workers,
            repeats=repeats,
            pass_s=pass_s,
            refusals=tuple(f"{refusal.device}: {refusal}" for refusal in network.refusals),
        ),
    )


def system_load() -> float | None:
    """Load average of the last minute; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _machine(load_before: float | None) -> Machine:
    return Machine(
        processor=machine.processor_name(),
        physical_cores=machine.physical_cores(),
        usable_cores=machine.usable_cores(),
        has_bfloat16=machine.has_bfloat16(),
        memory_bytes=machine.memory().total,
        system=platform.platform(),
        load_before=load_before,
    )


def _versions() -> dict[str, str]:
    turbo = features.version_feature("libjpeg_turbo") if features.check("libjpeg_turbo") else None
    return versions_of(_PACKAGES) | ({"libjpeg-turbo": turbo} if turbo else {})


def versions_of(packages: Sequence[str]) -> dict[str, str]:
    """The versions of this program, of Python, and of those of the packages that are installed."""
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    versions = {"Cardinal": str(project["project"]["version"]), "Python": platform.python_version()}
    for package in packages:
        # Only the names of packages are looked up: importing Qt or PyTorch would take seconds.
        try:
            versions[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            continue
    return versions
