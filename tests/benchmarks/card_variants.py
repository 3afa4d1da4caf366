"""Measure every way to run a model on a card one by one, and compare their answers on labelled pictures."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from inference.arrays import InputBatch
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.card.opening import Model, close_variant, open_variant
from inference.engine.card.trial import Answer, Run, answers_to, by_turns, compare, trial_pictures
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import Device
from inference.engine.runtime import OnnxSession
from inference.errors import CardinalError
from inference.models.contract import INPUT_NAME, MapKind, ModelContract, OutputName
from inference.models.contract_reading import read_contract
from inference.models.metadata import read_metadata
from inference.models.quantize.facts import wilson
from tests.benchmarks.card_taken import TakenOfCard

CARDS = frozenset({Device.CUDA, Device.TENSORRT})

_CUDA = (
    Variant(half=True),
    Variant(nhwc=True),
    Variant(half=True, nhwc=True),
    Variant(half=True, nhwc=True, fused=True),
    Variant(bound=True),
    Variant(half=True, nhwc=True, bound=True),
    Variant(half=True, nhwc=True, bound=True, turns=True),
    Variant(half=True, nhwc=True, bound=True, graph=True),
    Variant(half=True, nhwc=True, bound=True, turns=True, graph=True),
)
_TENSORRT = (Variant(engine=True), Variant(engine=True, bound=True))


def variants_of(device: Device) -> Sequence[Variant]:
    """What is measured beside the plain session."""
    return _TENSORRT if device is Device.TENSORRT else _CUDA


def measure_variants(
    model: Model, batch: int, *, pictures: int, has_time: Callable[[], bool]
) -> dict[str, dict[str, Any]]:
    """Each variant by name: milliseconds for a picture, times as fast as the plain session, memory, and agreement.

    `peak_bytes` is the memory of the variant's session alone, `stays_bytes` what the process keeps of the card when
    that is closed: CUDA's context with the plain one, which comes first, and kernels that were not loaded before. A
    variant that cannot be opened or run, or for which no time is left, says why.
    """
    contract = read_contract(read_metadata(model.path), str(model.path))
    shown = trial_pictures(max(pictures, batch), model.side)
    with _taken(model) as taken:
        plain = open_variant(model, PLAIN, batch)
        try:
            ask = run_of(plain, contract)
            wanted = answers_to(ask, shown, batch)
            alone = by_turns(ask, ask, shown[:batch])
            taken.look()
        finally:
            close_variant(plain)
    ms = 1e3 * float(np.median(alone.first_s)) / batch
    rows: dict[str, dict[str, Any]] = {str(PLAIN): {**_memory(taken), "ms": ms, "times_as_fast": 1.0}}
    # Each variant runs by turns with it. What it needs for a batch it takes now, and not while a variant is watched.
    plain = open_variant(model, PLAIN, batch)
    try:
        ask = run_of(plain, contract)
        ask(shown[:batch])
        for variant in variants_of(model.device):
            if not has_time():
                rows[str(variant)] = {"not_measured": "no time was left"}
                continue
            try:
                rows[str(variant)] = _measure(model, variant, batch, (ask, contract, shown, wanted))
            except CardinalError as error:
                rows[str(variant)] = {"not_measured": str(error)}
    finally:
        close_variant(plain)
    return rows


def _measure(
    model: Model, variant: Variant, batch: int, known: tuple[Run, ModelContract, InputBatch, Answer]
) -> dict[str, Any]:
    plain, contract, shown, wanted = known
    with _taken(model) as taken:
        opened = open_variant(model, variant, batch)
        try:
            ask = run_of(opened, contract)
            agreement = compare(ask, shown, wanted, batch)
            turns = by_turns(plain, ask, shown[:batch])
            taken.look()
        finally:
            close_variant(opened)
    return {
        **_memory(taken),
        "ms": 1e3 * float(np.median(turns.second_s)) / batch,
        "times_as_fast": turns.times_as_fast,
        "same_class": agreement.same / agreement.pictures,
        "difference": agreement.difference,
        "objection": agreement.objection(variant.precision),
    }


def _taken(model: Model) -> TakenOfCard:
    return TakenOfCard(is_card=model.device in CARDS)


def _memory(taken: TakenOfCard) -> dict[str, int | None]:
    return {"peak_bytes": taken.peak_bytes, "stays_bytes": taken.stays_bytes}


def run_of(session: OnnxSession, contract: ModelContract) -> Run:
    """Ask a session for scores, and maps and embeddings where the model has them."""
    names = [OutputName.LOGITS, OutputName.TOP_CLASSES]
    if contract.maps is not MapKind.NONE:
        names += [OutputName.EVIDENCE, OutputName.EMBEDDING]

    def run(images: InputBatch) -> Answer:
        return session.run(names, {INPUT_NAME: images}, None)

    return run


def measure_agreement(
    model: Model, folder: Path, variants: Sequence[Variant], *, batch: int, most: int
) -> dict[str, dict[str, Any]]:
    """Float32 on the processor beside each variant on the device, on pictures in folders named by WordNet ids.

    Returns:
        By name: accuracy, share of pictures with the processor's first class with its 95 % interval, and by how many
        logits the processor preferred its own class where they differ.
    """
    contract = read_contract(read_metadata(model.path), str(model.path))
    paths, labels = _labelled(folder, contract, most)
    order = PrepareOrder(contract.preprocessing)
    images = np.stack([prepare_picture(path, order).input for path in paths])
    right = _logits(replace(model, device=Device.CPU), PLAIN, images, batch)
    firsts = right.argmax(axis=1)
    rows: dict[str, dict[str, Any]] = {
        "cpu float32": {"pictures": len(paths), "right": float(np.mean(firsts == labels))}
    }
    for variant in variants:
        name = f"{model.device} {variant}"
        try:
            seen = _logits(model, variant, images, batch).argmax(axis=1)
        except CardinalError as error:
            rows[name] = {"not_measured": str(error)}
            continue
        other = np.flatnonzero(seen != firsts)
        margins = right[other, firsts[other]] - right[other, seen[other]]
        rows[name] = {
            "pictures": len(paths),
            "right": float(np.mean(seen == labels)),
            "same_class": float(np.mean(seen == firsts)),
            "interval": list(wilson(len(paths) - len(other), len(paths))),
            "margins": sorted(float(margin) for margin in margins),
        }
    return rows


def _labelled(folder: Path, contract: ModelContract, most: int) -> tuple[list[str], NDArray[np.int64]]:
    """Pictures of as many classes as there are, and the number of each one's class."""
    numbers = {label.wordnet_id: number for number, label in enumerate(contract.labels) if label.wordnet_id}
    found = [(str(path), numbers[path.parent.name]) for path in folder.glob("*/*") if path.parent.name in numbers]
    if not found:
        raise FileNotFoundError(f"{folder} has no folders named by WordNet ids of this model's classes")
    # By the file's name first, so that fewer of them are still of all classes.
    found = sorted(found, key=lambda pair: (Path(pair[0]).name, pair[0]))[:most]
    return [path for path, _ in found], np.array([number for _, number in found])


def _logits(model: Model, variant: Variant, images: InputBatch, batch: int) -> NDArray[np.float32]:
    session = open_variant(model, variant, batch)
    try:
        parts = [
            session.run([OutputName.LOGITS], {INPUT_NAME: images[start : start + batch]}, None)[OutputName.LOGITS]
            for start in range(0, len(images), batch)
        ]
    finally:
        close_variant(session)
    return np.concatenate(parts)
