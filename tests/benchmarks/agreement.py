"""Print how far every engine here, and every int8 copy, agrees with float32 on the processor, on labelled pictures.

    uv run python -m tests.benchmarks.agreement FOLDER [--model NAME|FILE] [--profile DIR]

FOLDER holds one folder for each class, named by its WordNet id or its label. Every picture is decoded once, so that all
engines see the same pixels. Every picture whose first class differs is listed with its margins: by how many logits each
of the two preferred its own class.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from inference.arrays import InputBatch, Logits
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine import machine
from inference.engine.devices import Device, probe_devices
from inference.engine.network import Network, hash_model
from inference.errors import CardinalError
from inference.models.catalog import ModelFile, default_model_name, find_model, list_models
from inference.models.contract import ModelContract
from inference.models.metadata import read_metadata
from inference.models.quantize.facts import read_quantization, wilson
from inference.profile import Profile
from inference.texts import visible

_BATCH = 32
_TOP = 5


@dataclass(frozen=True, slots=True)
class Pictures:
    """Prepared pictures and their true classes.

    Attributes:
        inputs: (N, crop, crop, 3) uint8.
        truth: (N,) class indices.
        names: of their files.
    """

    inputs: InputBatch
    truth: np.ndarray
    names: tuple[str, ...]


def read_pictures(folder: Path, contract: ModelContract) -> Pictures:
    """All readable pictures of the classes that the model knows."""
    order = PrepareOrder(contract.preprocessing)
    inputs, truth, names = [], [], []
    for name, index in _class_folders(contract).items():
        for path in sorted((folder / name).glob("*")):
            try:
                inputs.append(prepare_picture(str(path), order).input)
            except CardinalError as error:
                sys.stderr.write(f"{visible(path.name)}: {error}\n")
                continue
            truth.append(index)
            names.append(path.name)
    if not inputs:
        raise SystemExit(f"{folder} has no folder named after a class of this model.")
    return Pictures(np.stack(inputs), np.array(truth), tuple(names))


def _class_folders(contract: ModelContract) -> Mapping[str, int]:
    found: dict[str, int] = {}
    for index, label in enumerate(contract.labels):
        found.setdefault(label.name, index)
        if label.wordnet_id:
            found[label.wordnet_id] = index
    return found


def run_all(network: Network, pictures: Pictures) -> Logits:
    """(N, C) float32."""
    starts = range(0, len(pictures.inputs), _BATCH)
    return np.concatenate([network.run(pictures.inputs[start : start + _BATCH]).logits for start in starts])


def open_all(model: ModelFile, profile: Profile) -> Iterator[tuple[str, Network]]:
    """The model on every device that works here but the reference, and its int8 copies on the processor's engines."""
    others = [report.device for report in probe_devices() if report.available and report.device is not Device.CPU]
    for device in others:
        yield f"{device}", Network.open(model.path, device=device)
    source = hash_model(str(model.path))
    for copy in list_models(profile).models:
        facts = read_quantization(read_metadata(copy.path))
        if facts is None or facts.source_sha256 != source:
            continue
        engines = [Device.CPU, Device.OPENVINO] if Device.OPENVINO in others else [Device.CPU]
        for engine in engines:
            yield (
                f"int8 copy ({facts.layers} of {facts.all_layers} layers) on {engine}",
                Network.open(copy.path, device=engine),
            )


def row(name: str, precision: str, logits: Logits, reference: Logits, truth: np.ndarray) -> str:
    """One line of the table."""
    same = int((logits.argmax(axis=1) == reference.argmax(axis=1)).sum())
    first = int((logits.argmax(axis=1) == truth).sum())
    ranked = np.argsort(-logits, axis=1, kind="stable")[:, :_TOP]
    among = int((ranked == truth[:, None]).any(axis=1).sum())
    off = np.abs(logits - reference).max() / np.abs(reference).max()
    cells = (name, precision, share(same, len(truth)), share(first, len(truth)), share(among, len(truth)), f"{off:.1e}")
    return f"| {' | '.join(cells)} |"


def share(count: int, of: int) -> str:
    """A share in percent with its interval."""
    low, high = wilson(count, of)
    return f"{count / of:.2%} ({low:.2%} to {high:.2%})"


def differences(logits: Logits, reference: Logits, pictures: Pictures, contract: ModelContract) -> Iterator[str]:
    """A line for each picture whose first class differs, those first in which the reference was surest."""
    ours, theirs = reference.argmax(axis=1), logits.argmax(axis=1)
    rows = np.flatnonzero(ours != theirs)
    lead = reference[rows, ours[rows]] - reference[rows, theirs[rows]]
    for number in rows[np.argsort(-lead, kind="stable")]:
        one, other, right = ours[number], theirs[number], pictures.truth[number]
        cells = (
            pictures.names[number],
            contract.labels[one].name + (" (right)" if one == right else ""),
            f"{reference[number, one] - reference[number, other]:.4f}",
            contract.labels[other].name + (" (right)" if other == right else ""),
            f"{logits[number, other] - logits[number, one]:.4f}",
        )
        yield f"| {' | '.join(cells)} |"


def main() -> int:
    """Print the tables in Markdown."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--model")
    parser.add_argument("--profile", type=Path)
    arguments = parser.parse_args()
    profile = Profile.below(arguments.profile) if arguments.profile else Profile.default()
    model = find_model(arguments.model or default_model_name(profile), profile)
    pictures = read_pictures(arguments.folder, model.contract)
    network = Network.open(model.path, device=Device.CPU)
    reference = run_all(network, pictures)
    put = sys.stdout.write
    put(f"{model.contract.title}, {len(pictures.truth):,} pictures; {machine.processor_name()}.\n\n")
    put("| engine | computes in | same first class as the reference | right | among its first five | logits off |\n")
    put("|---|---|---|---|---|---|\n")
    put(row("cpu (the reference)", network.precision, reference, reference, pictures.truth) + "\n")
    network.close()
    found: dict[str, Logits] = {}
    for name, other in open_all(model, profile):
        found[name] = run_all(other, pictures)
        put(row(name, other.precision, found[name], reference, pictures.truth) + "\n")
        other.close()
    for name, logits in found.items():
        lines = list(differences(logits, reference, pictures, model.contract))
        put(f"\n## Where {name} differs: {len(lines)} pictures\n\n")
        put("| picture | cpu says | by logits | it says | by logits |\n|---|---|---|---|---|\n")
        put("".join(f"{line}\n" for line in lines))
    return 0


if __name__ == "__main__":
    sys.exit(main())
