"""Open what classifying needs: a model by name on a device, and as many decoders as suit the machine."""

from __future__ import annotations

import logging
import math
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from inference.cancel import CancelToken
from inference.classify.classifier import Classifier, fitting_batch_size
from inference.classify.worker_count import worker_count
from inference.engine import machine
from inference.engine.choice import EngineChoice, EngineChoices, measure_cpu_engines
from inference.engine.devices import AUTO, PROCESSORS, Device, Refusal, devices_to_try
from inference.engine.network import Network, hash_model
from inference.errors import CardinalError
from inference.models.catalog import default_model_name, find_model
from inference.models.checksum import require_unchanged
from inference.models.quantize.standing_in import has_passed_copies, passed_copies
from inference.profile import Profile

logger = logging.getLogger(__name__)

MOST_DECODE_WORKERS = 32
"""Each takes some 40 MB before it reads anything; all processes together should stay within 2 GiB (DESIGN.md 11)."""


def open_classifier(
    model: str | None,
    device: str,
    profile: Profile,
    *,
    batch_size: int | None = None,
    top_count: int = 5,
    spinning: bool = False,
    sharing: bool = False,
    threads: int | None = None,
) -> Classifier:
    """Open a model on a device. Runs on: any thread, which afterwards owns the network.

    Args:
        model: name of an installed model, or a file; None for the default one.
        device: "auto" or the name of a device.
        profile: where models and remembered choices lie.
        batch_size: pictures in one run; None takes as many as fit the time budget of one batch.
        top_count: how many predictions an answer has.
        spinning: let waiting threads burn their cores; not while a window is open, and not while decoders work (on
            two cores, 512 photographs took 231 pictures/s without and 210 with it, median of four alternating runs).
        sharing: share the pictures of a batch out among threads; for folders without a window (decision 0033).
        threads: that compute on the processor; None takes its physical cores.

    Raises:
        CardinalError: the model or the device cannot be used; the sentence says why.
    """
    file = find_model(model or default_model_name(profile), profile)
    # ONNX Runtime takes 0.3 s to import, and the window's start imports this file.
    from inference.engine.card.choice import CardChoices  # noqa: PLC0415

    choices, cards = EngineChoices(profile.cache), CardChoices(profile.cache)
    network = Network.open(
        file.path, device=device, choices=choices, cards=cards, threads=threads, spinning=spinning, sharing=sharing
    )
    tried = None if network.device in PROCESSORS else cards.remembered(network.model_hash, network.device)
    fitting = fitting_batch_size(network) if tried is None else tried.batch
    return Classifier(network, batch_size=batch_size or fitting, top_count=top_count)


@dataclass(frozen=True, slots=True)
class StandIn:
    """An int8 copy that is as good as the model that was asked for, and faster here.

    Attributes:
        name: of the copy, by which it can be opened.
        copy_ms: milliseconds for one picture, of the copy.
        model_ms: likewise, of the model itself.
    """

    name: str
    copy_ms: float
    model_ms: float


def learn_stand_in(model: str | None, profile: Profile, *, before_measuring: Callable[[], None]) -> StandIn | None:
    """The fastest int8 copy of a model that passed its comparison, if that is faster here than the model itself.

    Both are measured where nobody did it before, on the faster engine of the processor for each; a card is not asked.

    Args:
        model: name of an installed model, or a file; None for the default one.
        profile: where models and remembered figures lie.
        before_measuring: called before the first measurement, which loads the processor for a few seconds.

    Raises:
        CardinalError: the model cannot be used.
    """
    if _has_card() or not has_passed_copies(profile):
        return None
    file = find_model(model or default_model_name(profile), profile)
    source = _Hashed(file.path, hash_model(str(file.path)))
    found = {
        copy.name: _intact(copy.path)
        for copy in passed_copies(source.model_hash, profile, weight_bits=machine.int8_weight_bits())
    }
    copies = {name: copy for name, copy in found.items() if copy is not None}
    if not copies:
        return None
    model_ms, *copies_ms = _figures(source, tuple(copies.values()), profile, before_measuring)
    copy_ms, name = min(zip(copies_ms, copies, strict=True))
    return StandIn(name, copy_ms, model_ms) if copy_ms < model_ms else None


def _figures(
    source: _Hashed, copies: Sequence[_Hashed], profile: Profile, before_measuring: Callable[[], None]
) -> list[float]:
    """Milliseconds for one picture, of the model and of each copy; infinity where a copy cannot be run here.

    All are measured anew where one is unknown, to be comparable.

    Raises:
        CardinalError: the model itself cannot be used.
    """
    models = (source, *copies)
    choices = EngineChoices(profile.cache)
    known = [choices.remembered(model.model_hash) for model in models]
    if not (_is_measured(known[0]) and all(_is_measured(choice) or _cannot_be_run(choice) for choice in known[1:])):
        before_measuring()
        known = [measure_cpu_engines(source.path), *(_measured(copy) for copy in copies)]
        for model, choice in zip(models, known, strict=True):
            if choice is not None:
                choices.remember(model.model_hash, choice)
    return [math.inf if choice is None or choice.ms is None else choice.ms for choice in known]


def _is_measured(choice: EngineChoice | None) -> bool:
    return choice is not None and choice.ms is not None and _holds(choice)


def _cannot_be_run(choice: EngineChoice | None) -> bool:
    """Whether a copy was measured in the last day, and could not be run on either engine."""
    return choice is not None and choice.ms is None and choice.failed_lately


def _measured(copy: _Hashed) -> EngineChoice:
    """How fast a copy is; where it cannot be run here, which costs the copy and nothing else, no figure but a date."""
    try:
        return measure_cpu_engines(copy.path)
    except CardinalError as error:
        logger.warning("The int8 copy %s is not used: %s", copy.path.stem, error)
        return EngineChoice(Device.CPU, 0.0, None, "the copy could not be run here", failed_at=time.time())


def _intact(copy: Path) -> _Hashed | None:
    """A copy and its hash; None where its file is damaged, which costs the copy and nothing else."""
    try:
        hashed = _Hashed(copy, hash_model(str(copy)))
        require_unchanged(copy, hashed.model_hash)
    except CardinalError as error:
        logger.warning("The int8 copy %s is not used: %s", copy.stem, error)
        return None
    return hashed


def _holds(choice: EngineChoice) -> bool:
    """Whether a remembered choice still counts, so that nothing has to be measured.

    What kept OpenVINO from being measured may be over now. That it cannot be here at all is known before anything is
    opened, so it is asked each time; a failure is believed for a day.
    """
    return choice.openvino_ms is not None or choice.failed_lately or _find_refusal(Device.OPENVINO) is not None


def is_engine_unknown(model: str | None, profile: Profile) -> bool:
    """Whether "auto" depends on which of the processor's engines is faster for a model, and does not know it yet.

    Nor does it where OpenVINO failed, and that was a day ago or longer. Where a card can be used, the processor's
    engines decide nothing.

    Raises:
        CardinalError: there is no such model, or it cannot be read.
    """
    return not _has_card() and _unknown(model, profile) is not None


def learn_engine(
    model: str | None, profile: Profile, *, threads: int | None = None, cancel: CancelToken | None = None
) -> EngineChoice:
    """Find out which of the processor's engines is faster and remember it; "auto" uses it from the next opening.

    Loads the processor for a moment, but only where both engines can be used.

    Args:
        model: name of an installed model, or a file; None for the default one.
        profile: where models and remembered choices lie.
        threads: as in `open_classifier`.
        cancel: ends it early.

    Raises:
        CardinalError: the model cannot be used.
        Cancelled: if `cancel` was used.
    """
    file = find_model(model or default_model_name(profile), profile)
    hashed = _Hashed(file.path, hash_model(str(file.path)))
    return _learn(hashed, profile, _find_refusal(Device.OPENVINO), threads=threads, cancel=cancel)


def learn_engine_once(model: str | None, profile: Profile, *, before_measuring: Callable[[], None]) -> None:
    """`learn_engine` where `is_engine_unknown`; `before_measuring` is called before the moment that measuring takes.

    Raises:
        CardinalError: the model cannot be used.
    """
    if _has_card():
        return
    unknown = _unknown(model, profile)
    if unknown is None:
        return
    refusal = _find_refusal(Device.OPENVINO)
    if refusal is None:
        before_measuring()
    _learn(unknown, profile, refusal)


@dataclass(frozen=True, slots=True)
class _Hashed:
    """A model file and its hash, since reading the file again for it takes time."""

    path: Path
    model_hash: str


def _unknown(model: str | None, profile: Profile) -> _Hashed | None:
    """The model, if no choice of an engine is remembered for it that still counts."""
    path = find_model(model or default_model_name(profile), profile).path
    hashed = _Hashed(path, hash_model(str(path)))
    known = EngineChoices(profile.cache).remembered(hashed.model_hash)
    return None if known is not None and _holds(known) else hashed


def _learn(
    model: _Hashed,
    profile: Profile,
    refusal: Refusal | None,
    *,
    threads: int | None = None,
    cancel: CancelToken | None = None,
) -> EngineChoice:
    if refusal is None:
        choice = measure_cpu_engines(model.path, threads=threads, cancel=cancel)
    else:
        # There is nothing to compare with; the reason is remembered, so that people are told it.
        choice = EngineChoice(Device.CPU, 0.0, None, refusal.reason, refusal.remedy)
    EngineChoices(profile.cache).remember(model.model_hash, choice)
    return choice


def _has_card() -> bool:
    """Whether "auto" has something better to try than the processor, as far as can be known without opening a model."""
    return any(_find_refusal(device) is None for device in devices_to_try(AUTO) if device not in PROCESSORS)


def _find_refusal(device: Device) -> Refusal | None:
    # ONNX Runtime takes 0.3 s to import, and the window's start imports this file.
    from inference.engine.probe import find_refusal  # noqa: PLC0415

    return find_refusal(device)


def decode_workers(device: Device | None = None) -> int:
    """How many decode processes suit this machine, for pictures of any size.

    Args:
        device: what the network runs on; None where it is not open yet.
    """
    has_card = device is not None and device not in PROCESSORS
    free = machine.memory().available
    return min(MOST_DECODE_WORKERS, worker_count(machine.usable_cores(), has_card=has_card, memory_bytes=free))
