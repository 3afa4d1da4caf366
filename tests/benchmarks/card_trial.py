"""Have a card tried as the program does it, within a time, and tell what came of it."""

from __future__ import annotations

import threading
import time
from typing import Any

from inference.cancel import Cancelled, CancelToken
from inference.engine.card.asking import have_card_learned
from inference.engine.card.choice import CardChoice, CardChoices
from inference.engine.card.opening import Model


def try_card(model: Model, *, limit_s: float) -> dict[str, Any]:
    """The variant that was found, and what came of each step; what was found within the time stays remembered.

    Args:
        model: what is opened, and where.
        limit_s: seconds after which the best so far is taken.
    """
    start, cancel, choices = time.monotonic(), CancelToken(), CardChoices(model.cache)
    known: list[CardChoice | None] = []

    def stop() -> None:
        # Whoever cancels leaves the model untried; here the best so far is better than nothing.
        known.append(choices.remembered(model.model_hash, model.device))
        cancel.cancel()

    alarm = threading.Timer(limit_s, stop)
    alarm.daemon = True
    alarm.start()
    try:
        choice = have_card_learned(model, choices, cancel=cancel)
    except Cancelled:
        choice = known[0]
        if choice is not None:
            choices.remember(model.model_hash, model.device, choice)
    finally:
        alarm.cancel()
    if choice is None:
        return {"not_measured": "the trial did not come to an end"}
    return {
        "to_the_end": not cancel.is_set(),
        "variant": str(choice.variant),
        "batch": choice.batch,
        "times_as_fast": choice.times_as_fast,
        "took_s": time.monotonic() - start,
        "tried": {one.name: one.objection or one.times_as_fast for one in choice.tried},
    }
