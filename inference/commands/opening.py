"""Open a model for a command, and tell why a better device that is here is not used."""

from __future__ import annotations

from inference.classify.classifier import Classifier
from inference.classify.opening import open_classifier
from inference.commands.terminal import say
from inference.profile import Profile


def open_telling(
    model: str | None,
    device: str,
    profile: Profile,
    *,
    batch_size: int | None = None,
    top_count: int = 5,
    sharing: bool = False,
) -> Classifier:
    """Open it as `open_classifier` does; on stderr is told what DESIGN.md 7 wants to be told.

    Args:
        model: name of an installed model, or a file; None for the default one.
        device: "auto" or the name of a device.
        profile: where models and remembered choices lie.
        batch_size: pictures in one run; None takes as many as suit the device.
        top_count: how many predictions an answer has.
        sharing: share the pictures of a batch out among threads.

    Raises:
        CardinalError: the model or the device cannot be used; the sentence says why.
    """
    classifier = open_classifier(model, device, profile, batch_size=batch_size, top_count=top_count, sharing=sharing)
    for refusal in classifier.network.refusals:
        if refusal.is_here:
            say(f"{refusal.device} is not used: {refusal}")
    return classifier
