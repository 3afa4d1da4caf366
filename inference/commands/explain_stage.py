"""The `--stage` of `explain`: make the map at an earlier stage, from gradients that its second file computes."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from inference.attention.earlier import EARLIER_METHODS, class_direction, stage_map
from inference.attention.methods import Method
from inference.classify.classifier import Classifier
from inference.commands.explanation import Explanation, Look, MapError
from inference.commands.terminal import is_terminal, say
from inference.engine.gradient_network import GradientNetwork
from inference.models.catalog import default_model_name, find_model
from inference.models.gradient_file import NoGradientsError
from inference.models.progress import Progress
from inference.profile import Profile


def require_stage_method(method: Method) -> None:
    """Refuse a method that is not made from gradients.

    Raises:
        MapError: with the methods that there are.
    """
    if method not in EARLIER_METHODS:
        known = ", ".join(sorted(one.value for one in EARLIER_METHODS))
        raise MapError(f"A map of a stage is made with --method, one of {known}; {method.value} is not made there.")


@contextmanager
def opened_gradients(
    model: str | None, classifier: Classifier, profile: Profile
) -> Iterator[GradientNetwork | NoGradientsError]:
    """The gradients of the model that is open, or why there are none.

    Raises:
        CardinalError: they cannot be made or opened.
    """
    path = find_model(model or default_model_name(profile), profile, try_out=False).path
    model_hash, title = classifier.network.model_hash, classifier.network.contract.title
    try:
        network = GradientNetwork.open(path, profile, model_hash=model_hash, on_progress=_Telling(title).tell)
    except NoGradientsError as error:
        yield NoGradientsError(title, error.reason)
        return
    try:
        yield network
    finally:
        network.close()


class _Telling:
    """Says on a terminal what is being made, which takes a second or a few; each step once."""

    def __init__(self, title: str) -> None:
        self._title = title
        self._told: set[str] = set()

    def tell(self, progress: Progress) -> None:
        if progress.step not in self._told and is_terminal(sys.stderr):
            self._told.add(progress.step)
            say(f"{progress.step} of {self._title}...")


def at_stage(
    stage: int, explanation: Explanation, look: Look, gradients: GradientNetwork | NoGradientsError
) -> Explanation:
    """The same question, answered with the map of an earlier stage; what is added up stays that of the last one.

    Raises:
        InferenceError: the gradients cannot be computed.
        MapError: there is no such stage.
        NoGradientsError: the model has none.
    """
    if isinstance(gradients, NoGradientsError):
        raise gradients
    if stage not in gradients.stages:
        raise MapError(f"There is no stage {stage}; there are {gradients.stages[0]} to {gradients.stages[-1]}.")
    direction = class_direction(
        gradients.facts.classes,
        explanation.class_index,
        explanation.against_index,
        relative=explanation.relative,
    )
    made = stage_map(explanation.method, gradients.run(look.prepared.input, direction), stage)
    return dataclasses.replace(explanation, contributions=made.contributions, stage=stage)
