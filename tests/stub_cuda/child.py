"""Run the project's own code on the stand-ins for NVIDIA's libraries, and write down in JSON what it called and said.

STUB_CUDA_LOG=... LD_LIBRARY_PATH=... python -m tests.stub_cuda.child FOLDER
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import itertools
import json
import os
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime

from inference.cancel import Cancelled, CancelToken
from inference.classify.classifier import Classifier
from inference.classify.preprocess import PreparedPicture
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.learning import learn_card
from inference.engine.card.opening import Model, close_variant, open_variant
from inference.engine.card.proven import open_proven
from inference.engine.card.variant import PLAIN, Variant
from inference.engine.devices import AUTO, Device
from inference.engine.network import Network, hash_model
from inference.engine.nvidia import first_card_id
from inference.engine.session import Session
from inference.errors import CardinalError
from inference.models.checksum import sha256_of, write_checksum
from inference.models.contract import INPUT_NAME
from inference.models.half.conversion import write_half
from inference.models.half.half_file import half_path
from inference.results import CropGeometry, PictureFacts
from tests.benchmarks.card_memory import measure_halving
from tests.inference.engine.variants import set_weight, variant
from tests.stub_cuda.building import LIBRARIES, LOG

BATCH = 8
OUTPUTS = ("logits", "top_classes", "evidence", "embedding")
SINGLE = "a single picture"
CLOSED = "closed"

_SIDE = 32
_MEMORY = 8 << 30
_SMALL_MEMORY = 4 << 20

VARIANTS = (
    PLAIN,
    Variant(half=True),
    Variant(bound=True),
    Variant(bound=True, turns=True),
    Variant(bound=True, graph=True),
    Variant(half=True, bound=True, turns=True, graph=True),
    Variant(nhwc=True, bound=True),
    Variant(nhwc=True, fused=True, bound=True),
    Variant(half=True, nhwc=True, fused=True, bound=True, turns=True, graph=True),
)
"""With the channels last only the steady batch runs here: for others the card computes the maps' shapes."""

GRAPHS = tuple(way for way in VARIANTS if way.graph)


@dataclass(slots=True)
class Found:
    """What the parent process is told.

    Attributes:
        calls: how often what was called, by part and name.
        left: bytes of the card that are still in use after a variant was closed.
        trial: what came of each step of a trial, by name.
        slow_trial: likewise, where single pictures are the best batch.
        halved: by way, the batch size that was left after memory ran out, and the precision of the answers.
        benchmark: what the benchmark of halved batches says.
        disturbed: precisions of a session whose capture was lost, and the variant that is remembered afterwards.
        said: sentences and devices of a card that is too old, and of one whose memory is in use; the card's number.
    """

    calls: dict[str, dict[str, int]] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    trial: dict[str, str] = field(default_factory=dict)
    slow_trial: dict[str, str] = field(default_factory=dict)
    halved: dict[str, list[Any]] = field(default_factory=dict)
    benchmark: dict[str, Any] = field(default_factory=dict)
    disturbed: list[str] = field(default_factory=list)
    said: dict[str, str] = field(default_factory=dict)


class _Stub:
    """The stand-ins' own functions."""

    def __init__(self) -> None:
        names = {source: ctypes.CDLL(library) for source, library in LIBRARIES.items()}
        self._runtime, self._driver = names["runtime.c"], names["driver.c"]
        self._runtime.stub_used.restype = ctypes.c_size_t

    def note(self, name: str) -> None:
        self._runtime.stub_note(name.encode())

    def limit(self, size: int) -> None:
        self._runtime.stub_set_memory(ctypes.c_size_t(size))

    def disturb_capture(self) -> None:
        self._runtime.stub_disturb_capture()

    def at_kernel(self, work: Callable[[], None]) -> None:
        """Have something done when the next kernel is launched."""
        self._at_kernel = ctypes.CFUNCTYPE(None)(work)
        self._runtime.stub_at_kernel(self._at_kernel)

    def used(self) -> int:
        return int(self._runtime.stub_used())

    def capability(self, value: int) -> None:
        self._driver.stub_set_capability(value)


def main(folder: Path) -> int:
    """Run everything, and write what was found to stdout; 0."""
    stub, found = _Stub(), Found()
    # NVIDIA's own libraries may be installed as Python packages, and would be loaded by their full paths.
    onnxruntime.preload_dlls = lambda: None
    model = _model(folder)
    for way in VARIANTS:
        found.left[str(way)] = _run(model, way, stub)
    stub.note("trial")
    choice = learn_card(model, CardChoices(folder / "trial"), pictures=16)
    found.trial = {one.name: one.objection for one in choice.tried}
    # By a clock on which everything takes a second no batch is better than a single picture, and nothing is faster.
    slowly = itertools.count(0.0).__next__
    choice = learn_card(model, CardChoices(folder / "slow trial"), pictures=16, now=slowly)
    found.slow_trial = {one.name: one.objection for one in choice.tried}
    stub.note("memory")
    for way in (PLAIN, Variant(half=True, bound=True, graph=True)):
        found.halved[str(way)] = _halved(model, way, stub)
    # What is filled here is memory of the processor.
    stub.limit(stub.used() + 16 * _SMALL_MEMORY)
    found.benchmark = measure_halving(model, left_bytes=_SMALL_MEMORY)
    stub.limit(_MEMORY)
    stub.note("disturbed")
    found.disturbed = _disturbed(model, stub)
    for way in GRAPHS:
        found.left[stopped_name(way)] = _stopped(model, way, stub)
    stub.note("refusals")
    found.said = {**_on_an_old_card(model, stub), "full": _on_a_full_card(model, stub), "id": str(first_card_id())}
    found.calls = _calls(Path(os.environ[LOG]))
    sys.stdout.write(f"{json.dumps(asdict(found))}\n")
    return 0


def _model(folder: Path) -> Model:
    """The tiny model with a head that suits cards whose every answer is zero, and its file in float16."""
    path = variant(folder, lambda model: set_weight(model, "head_bias", np.zeros(7, np.float32)))
    model = Model.of(path, hash_model(str(path)), Device.CUDA, folder / "cache", 1)
    half = half_path(model.model_hash, model.cache)
    half.parent.mkdir(parents=True)
    write_half(path, half)
    write_checksum(half, sha256_of(half))
    return model


def _run(model: Model, way: Variant, stub: _Stub) -> int:
    """Steady batches with single pictures in between; how many bytes more than before are in use in the end."""
    before = stub.used()
    stub.note(f"{way}: opened")
    session = open_variant(model, way, BATCH)

    for number in range(4):
        stub.note(f"{way}: batch {number}")
        _answer(session, BATCH)
        if not way.nhwc:
            stub.note(f"{way}: {SINGLE}")
            _answer(session, 1)
    stub.note(f"{way}: {CLOSED}")
    close_variant(session)
    gc.collect()
    return stub.used() - before


def _answer(session: Session, count: int, cancel: CancelToken | None = None) -> None:
    images = np.zeros((count, _SIDE, _SIDE, 3), np.uint8)
    answer = session.run(OUTPUTS, {INPUT_NAME: images}, cancel or CancelToken())
    assert [array.shape[0] for array in answer.values()] == [count] * len(OUTPUTS)


def _halved(model: Model, way: Variant, stub: _Stub) -> list[Any]:
    choices = CardChoices(model.cache)
    choices.remember(model.model_hash, model.device, CardChoice(way, batch=256))
    network = Network.open(model.path, device=Device.CUDA, threads=1, cards=choices)
    classifier = Classifier(network, batch_size=256)
    facts, crop = PictureFacts(_SIDE, _SIDE, "PNG", 1), CropGeometry(0, 0, _SIDE, _SIDE)
    picture = PreparedPicture(np.zeros((_SIDE, _SIDE, 3), np.uint8), facts, crop, None)
    stub.limit(stub.used() + _SMALL_MEMORY)
    try:
        answers = [classifier.classify(["x.png"] * 256, [picture] * 256) for _ in range(3)]
    finally:
        stub.limit(_MEMORY)
    precisions = sorted({str(getattr(answer.outcome, "precision", answer)) for some in answers for answer in some})
    network.close()
    return [sum(map(len, answers)), classifier.batch_size, precisions]


def _disturbed(model: Model, stub: _Stub) -> list[str]:
    choices = CardChoices(model.cache)
    choices.remember(model.model_hash, model.device, CardChoice(Variant(half=True, bound=True, graph=True), BATCH))
    session = open_proven(model.path, model.model_hash, model.device, choices, threads=1)
    assert session is not None
    precisions = [str(session.precision)]
    stub.disturb_capture()
    for _ in range(3):
        _answer(session, BATCH)
        precisions.append(str(session.precision))
    return [*precisions, str(choices.remembered(model.model_hash, model.device))]


def stopped_name(way: Variant) -> str:
    """Under which the batches after some that were stopped are found."""
    return f"{way}, stopped"


def _stopped(model: Model, way: Variant, stub: _Stub) -> int:
    """Steady batches after some that were stopped; how many bytes more than before are in use in the end.

    A graph is captured in the third run through buffers, stopped ones counted, within one batch where none is stopped.
    """
    before, name = stub.used(), stopped_name(way)
    stub.note(f"{name}: opened")
    session = open_variant(model, way, BATCH)
    _answer(session, BATCH)
    for number in range(3):
        cancel = CancelToken()
        stub.at_kernel(cancel.cancel)
        stub.note(f"{name}: stopped {number}")
        with contextlib.suppress(Cancelled):
            _answer(session, BATCH, cancel)
    for number in range(3):
        stub.note(f"{name}: batch {number}")
        _answer(session, BATCH)
    stub.note(f"{name}: {CLOSED}")
    close_variant(session)
    gc.collect()
    return stub.used() - before


def _on_an_old_card(model: Model, stub: _Stub) -> dict[str, str]:
    stub.capability(61)
    try:
        network = Network.open(model.path, device=AUTO, threads=1)
        return {
            "auto": str(network.device),
            "refusals": " | ".join(f"{one.device}: {one.reason}" for one in network.refusals),
            "cuda": _said(model),
        }
    finally:
        stub.capability(90)


def _on_a_full_card(model: Model, stub: _Stub) -> str:
    stub.limit(stub.used() + 1000)
    try:
        return _said(model)
    finally:
        stub.limit(_MEMORY)


def _said(model: Model) -> str:
    """Why a model cannot be opened on the card."""
    try:
        return str(Network.open(model.path, device=Device.CUDA, threads=1).device)
    except CardinalError as error:
        return str(error)


def _calls(log: Path) -> dict[str, dict[str, int]]:
    parts: dict[str, Counter[str]] = {}
    part = parts.setdefault("", Counter())
    for line in log.read_text().splitlines():
        if line.startswith("# "):
            part = parts.setdefault(line[2:], Counter())
        else:
            part[line.split()[0]] += 1
    return {name: dict(calls) for name, calls in parts.items()}


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
