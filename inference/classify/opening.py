"""Open what classifying needs: a model by name on a device, and as many decoders as suit the machine."""

from __future__ import annotations

import os

from inference.cancel import CancelToken
from inference.classify.classifier import Classifier, fitting_batch_size
from inference.engine.choice import EngineChoice, EngineChoices, measure_cpu_engines
from inference.engine.network import Network, hash_model
from inference.models.catalog import default_model_name, find_model
from inference.profile import Profile

MOST_DECODE_WORKERS = 8
"""More decoders than this only wait for the network on the machines that were measured."""


def open_classifier(
    model: str | None,
    device: str,
    profile: Profile,
    *,
    batch_size: int | None = None,
    top_count: int = 5,
    spinning: bool = False,
) -> Classifier:
    """Open a model on a device. Runs on: any thread, which afterwards owns the network.

    Args:
        model: name of an installed model, or a file; None for the default one.
        device: "auto" or the name of a device.
        profile: where models and remembered choices lie.
        batch_size: pictures in one run; None takes as many as fit the time budget of one batch.
        top_count: how many predictions an answer has.
        spinning: let waiting threads burn their cores; not while a window is open.

    Raises:
        CardinalError: the model or the device cannot be used; the sentence says why.
    """
    file = find_model(model or default_model_name(profile), profile)
    network = Network.open(file.path, device=device, choices=EngineChoices(profile.cache), spinning=spinning)
    return Classifier(network, batch_size=batch_size or fitting_batch_size(network), top_count=top_count)


def is_engine_unknown(model: str | None, profile: Profile) -> bool:
    """Whether "auto" does not know yet which of the processor's engines is faster for a model.

    Raises:
        CardinalError: there is no such model, or it cannot be read.
    """
    file = find_model(model or default_model_name(profile), profile)
    return EngineChoices(profile.cache).remembered(hash_model(str(file.path))) is None


def learn_engine(model: str | None, profile: Profile, *, cancel: CancelToken | None = None) -> EngineChoice:
    """Measure the processor's engines for a model and remember the faster one; "auto" uses it from the next opening.

    Loads the processor for a moment.

    Raises:
        CardinalError: the model cannot be used.
        Cancelled: if `cancel` was used.
    """
    file = find_model(model or default_model_name(profile), profile)
    choice = measure_cpu_engines(file.path, cancel=cancel)
    EngineChoices(profile.cache).remember(hash_model(str(file.path)), choice)
    return choice


def decode_workers() -> int:
    """How many decode processes suit this machine."""
    return max(1, min(MOST_DECODE_WORKERS, os.cpu_count() or 1))
