"""Make the model that the program ships from its weights, and measure it through the finished file."""

import json
import tempfile
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from inference.arrays import EvidenceMap, InputBatch
from inference.attention.evidence import fixed_scale
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Network
from inference.errors import ModelLoadError
from inference.models.adopt.adoption import AdoptOptions, replace_contract
from inference.models.checksum import sha256_of, write_checksum
from inference.models.contract import Measurement, ModelContract, Preprocessing, Source
from inference.models.labels import read_labels
from inference.models.progress import OnProgress, Progress
from inference.training.architecture import describe
from inference.training.export import export
from inference.training.verify import verify
from inference.training.weights import build_network, infer_config, load_weights

TITLE = "ResNeXt-26 8x8d, Tiny-ImageNet (built in)"
_BATCH = 50
_STEPS = 4


@dataclass(frozen=True, slots=True)
class BuiltinParts:
    """What the built-in model is made of.

    Attributes:
        weights: the `.safetensors` file.
        card: the JSON card beside it.
        classes: its class list.
        calibrate: ZIP of pictures for the scale of maps.
        validate: ZIP of pictures in folders by WordNet id, none of them trained on.
        date: of the measurement, YYYY-MM-DD.
    """

    weights: Path
    card: Path
    classes: Path
    calibrate: Path
    validate: Path
    date: str


def make_builtin(parts: BuiltinParts, target: Path, on_progress: OnProgress) -> ModelContract:
    """Export, verify, calibrate and measure; write `target` with all of it in its contract.

    Raises:
        CardinalError: if a part is missing or wrong, or the model differs from PyTorch; then there is no target.
    """
    card = _read_card(parts.card)
    digest = sha256_of(parts.weights)
    if digest != card["sha256"]:
        raise ModelLoadError(str(parts.weights), "its checksum is not the one on its card.")
    weights = load_weights(parts.weights)
    config = infer_config(weights, str(parts.weights))
    network = build_network(config, weights, str(parts.weights))
    rule = card["preprocessing"]
    preprocessing = Preprocessing(rule["resize"], rule["crop"], mean=tuple(rule["mean"]), std=tuple(rule["std"]))
    options = AdoptOptions(
        name=card["name"],
        title=TITLE,
        labels=read_labels(parts.classes),
        preprocessing=preprocessing,
        architecture=describe(config, preprocessing.crop),
        source=Source(sha256=digest, licence=card["licence"]),
        measured=tuple(_card_measurements(card)),
    )
    try:
        on_progress(Progress("Exporting", 0, _STEPS))
        contract = export(network, target, options)
        on_progress(Progress("Comparing with PyTorch", 1, _STEPS))
        contract = replace(contract, torch_difference=verify(network, target, preprocessing))
        opened = Network.open(target, device="cpu")
        on_progress(Progress("Measuring the scale of maps", 2, _STEPS))
        contract = replace(contract, evidence_scale=evidence_scale(opened, parts.calibrate, preprocessing))
        on_progress(Progress("Measuring accuracy", 3, _STEPS))
        contract = replace(contract, measured=(*contract.measured, measure(opened, contract, parts)))
        opened.close()
        replace_contract(target, contract)
        write_checksum(target, sha256_of(target))
    except BaseException:
        target.unlink(missing_ok=True)
        raise
    return contract


def evidence_scale(network: Network, pictures: Path, preprocessing: Preprocessing) -> float:
    """The 99.5th percentile of |contribution| of the top class over all cells of the pictures in the ZIP, in logits."""
    maps: list[EvidenceMap] = []
    for _, images in _batches(pictures, preprocessing):
        evidence = network.run(images).evidence
        if evidence is None:
            raise ModelLoadError(str(pictures), "the model has no maps to calibrate.")
        maps += list(evidence[:, 0])
    return round(fixed_scale(maps), 4)


def measure(network: Network, contract: ModelContract, parts: BuiltinParts) -> Measurement:
    """Share of the pictures in the ZIP whose folder (a WordNet id) is the first, or one of the first five, classes."""
    number = {label.wordnet_id: index for index, label in enumerate(contract.labels)}
    first = five = count = 0
    for folders, images in _batches(parts.validate, contract.preprocessing):
        logits = network.run(images, evidence=False).logits
        order = np.argsort(-logits, axis=1, kind="stable")[:, :5]
        truth = np.array([number[folder] for folder in folders])[:, None]
        first += int((order[:, :1] == truth).sum())
        five += int((order == truth).sum())
        count += len(folders)
    name = f"Tiny-ImageNet validation, {count:,} of 10,000 pictures, this file on the processor"
    return Measurement(name, count, first / count, five / count, parts.date)


def _read_card(path: Path) -> dict[str, Any]:
    try:
        card: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ModelLoadError(str(path), f"its card cannot be read ({error}).") from error
    return card


def _card_measurements(card: dict[str, Any]) -> Iterator[Measurement]:
    for dataset, rows in card["measured"].items():
        for preparation, shares in rows.items():
            yield Measurement(f"{dataset}, {preparation}", 10_000, shares["top1"], shares["top5"])


def _batches(pictures: Path, preprocessing: Preprocessing) -> Iterator[tuple[list[str], InputBatch]]:
    """Folder names and prepared pictures of a ZIP, in the order of their names."""
    order = PrepareOrder(preprocessing)
    with zipfile.ZipFile(pictures) as archive, tempfile.TemporaryDirectory() as folder:
        names = sorted(name for name in archive.namelist() if name.lower().endswith((".jpeg", ".jpg", ".png")))
        for start in range(0, len(names), _BATCH):
            chosen = names[start : start + _BATCH]
            images = [prepare_picture(archive.extract(name, folder), order).input for name in chosen]
            yield [Path(name).parent.name for name in chosen], np.stack(images)
