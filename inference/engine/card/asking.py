"""Have a card tried in a child process, since a fault in a driver ends the process that meets it."""

from __future__ import annotations

import logging
import time
from dataclasses import replace

from inference.cancel import CancelToken
from inference.engine.card.blame import is_own_fault
from inference.engine.card.choice import ENDED, CardChoice, CardChoices, parse_choice
from inference.engine.card.opening import Model
from inference.engine.devices import AUTO, Device, devices_to_try
from inference.engine.network import hash_model
from inference.engine.probe import find_refusal
from inference.errors import CardinalError, ChildTaskError
from inference.models.catalog import default_model_name, find_model
from inference.models.child import ChildTask, run_child
from inference.profile import Profile

logger = logging.getLogger(__name__)

_CARDS = (Device.CUDA, Device.TENSORRT)

TRYING_MODULE = "inference.commands.trying_card"
TRYING_TIMEOUT_S = 1200.0
"""TensorRT takes minutes to build a network; whatever takes longer is ended."""


def card_for(wish: str) -> Device | None:
    """The card that a wish for a device comes to, as far as can be known without opening a model."""
    wanted = devices_to_try(AUTO) if wish == AUTO else _CARDS
    found = (device for device in wanted if device in _CARDS and wish in {AUTO, device})
    return next((device for device in found if find_refusal(device) is None), None)


def is_card_unknown(model: str | None, device: Device, profile: Profile) -> bool:
    """Whether it is still to be found out how a model runs fastest on a card, or again (`CardChoice.is_due`).

    Args:
        model: name of an installed model, or a file; None for the default one.
        device: a card, as `card_for` found it.
        profile: where models and choices lie.

    Raises:
        CardinalError: there is no such model, or it cannot be read.
    """
    path = find_model(model or default_model_name(profile), profile).path
    known = CardChoices(profile.cache).remembered(hash_model(str(path)), device)
    return known is None or known.is_due


def learn_card(
    model: str | None, device: Device, profile: Profile, *, cancel: CancelToken | None = None
) -> CardChoice | None:
    """Find out how a model runs fastest on a card and remember it; the next opening uses it.

    Takes a minute or so, in a child process; with TensorRT some minutes.

    Args:
        model: name of an installed model, or a file; None for the default one.
        device: a card, as `card_for` found it.
        profile: where models and choices lie.
        cancel: ends it.

    Raises:
        CardinalError: there is no such model, or it cannot be read.
        Cancelled: if `cancel` was used.
    """
    path = find_model(model or default_model_name(profile), profile).path
    known = Model.of(path, hash_model(str(path)), device, profile.cache)
    return have_card_learned(known, CardChoices(profile.cache), cancel=cancel)


def have_card_learned(model: Model, choices: CardChoices, *, cancel: CancelToken | None = None) -> CardChoice | None:
    """`learning.learn_card` in a child process; what was remembered in the end, None where nothing was.

    If the child dies, the best variant before the one that it died of is what counts from then on; if it was ended from
    outside or takes too long, only until the trial is made again a day later. If even the plain session does not run,
    opening the model tells why.

    Args:
        model: what is opened, and where.
        choices: where it is remembered.
        cancel: ends the child; what was known before counts, and the model is tried anew another time.

    Raises:
        Cancelled: if `cancel` was used.
    """
    before = choices.remembered(model.model_hash, model.device)
    task = ChildTask(
        f"Trying {model.path.stem} on {model.device}",
        TRYING_MODULE,
        (
            f"--model={model.path.absolute()}",
            f"--hash={model.model_hash}",
            f"--device={model.device}",
            f"--cache={choices.folder.absolute()}",
            f"--threads={model.threads}",
        ),
        TRYING_TIMEOUT_S,
    )
    try:
        found = parse_choice(run_child(task, cancel=cancel))
    except CardinalError as error:
        logger.info("the card was not tried to the end: %s", error)
        found = _after_failure(choices.remembered(model.model_hash, model.device), before, error)
    except BaseException:
        # Nobody waited to the end: cancelled, or Ctrl-C, which ends the child as well.
        if before is None:
            choices.forget(model.model_hash, model.device)
        else:
            choices.remember(model.model_hash, model.device, before)
        raise
    if found is not None and found != choices.remembered(model.model_hash, model.device):
        # Where the disk cannot be written, the child took with it what it remembered.
        choices.remember(model.model_hash, model.device, found)
    return found


def _after_failure(known: CardChoice | None, before: CardChoice | None, error: CardinalError) -> CardChoice | None:
    """What counts after a trial that did not come to its end.

    Args:
        known: what is remembered now.
        before: what was remembered before the trial.
        error: why it ended.
    """
    if known is None or known == before:
        # It did not come as far as to remember anything; that is not to be repeated at every start.
        return replace(known, failed_at=time.time()) if known is not None and known.is_due else known
    if not isinstance(error, ChildTaskError) or not known.tried or known.tried[-1].objection != ENDED:
        return known
    last = replace(known.tried[-1], objection=error.reason.rstrip("."))
    date = None if is_own_fault(error.exit_status) else known.failed_at
    return replace(known, tried=(*known.tried[:-1], last), failed_at=date)
