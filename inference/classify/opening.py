"""Open what classifying needs: a model by name on a device, and as many decoders as suit the machine."""

from __future__ import annotations

import os

from inference.classify.classifier import Classifier, fitting_batch_size
from inference.engine.choice import EngineChoices
from inference.engine.network import Network
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


def decode_workers() -> int:
    """How many decode processes suit this machine."""
    return max(1, min(MOST_DECODE_WORKERS, os.cpu_count() or 1))
