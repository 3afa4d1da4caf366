"""Answer a question about one picture with one map, and with what the map adds up to."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from inference.arrays import EvidenceMap, Features, Logits
from inference.attention.evidence import Ledger, evidence_map, is_valid, ledger
from inference.attention.grad_cam import grad_cam
from inference.attention.making import InspectedPicture, class_weight, make_map
from inference.attention.methods import FACTS, Method, Unit
from inference.attention.occlusion import occlusion
from inference.attention.relative import relative_head, relative_logits
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.classifier import Answer
from inference.classify.preprocess import PreparedPicture
from inference.engine.network import Head
from inference.engine.self_check import TOLERANCES
from inference.errors import CardinalError, ImageProblem, ImageReadError, UnknownClassError
from inference.models.class_names import distinct_name
from inference.models.contract import MapKind, ModelContract
from inference.results import Classification, Failure

GRID_WITHOUT_MAPS = (8, 8)
"""Rows and columns of an occlusion map where the model itself has no map."""

_FROM_THE_GRAPH = frozenset({Method.EVIDENCE, Method.GRAD_CAM})
"""What can be had where the graph makes approximate maps and there is no head matrix."""


class MapError(CardinalError):
    """A model has no map of what was asked for; the text is the whole sentence."""

    kind = "map"


@dataclass(frozen=True, slots=True)
class Question:
    """What shall be explained.

    Attributes:
        subject: number, name or WordNet id of the class; None for the picture's first.
        against: of the class that it is compared with, or None.
        method: which map.
        relative: compared with the average class; not together with `against`.
    """

    subject: str | None
    against: str | None
    method: Method
    relative: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """A picture in one view, and what the network said of it.

    Attributes:
        prepared: the network's input and where it lies in the original.
        answer: with the feature map where the model has a head.
        classification: the answer's outcome.
    """

    prepared: PreparedPicture
    answer: Answer
    classification: Classification

    @property
    def features(self) -> Features | None:
        """(K, h, w) float32, None where the model has no head."""
        return None if self.answer.inspection is None else self.answer.inspection.features

    @property
    def inspected(self) -> InspectedPicture | None:
        """What closed forms are made of; None where the model has no head."""
        inspection = self.answer.inspection
        if inspection is None or inspection.features is None:
            return None
        return InspectedPicture(SeenPicture(self.prepared.input, inspection.logits), inspection.features)

    @classmethod
    def of(cls, prepared: PreparedPicture, answer: Answer) -> Look:
        """Put a picture and its answer together.

        Raises:
            ImageReadError: the picture has no answer, or its features are no valid numbers.
        """
        outcome = answer.outcome
        if isinstance(outcome, Failure):
            raise outcome.error
        look = cls(prepared, answer, outcome)
        if look.features is not None and not np.isfinite(look.features).all():
            raise ImageReadError(outcome.path, ImageProblem.NO_VALID_NUMBERS)
        return look


@dataclass(frozen=True, slots=True)
class Explanation:
    """One map of one picture and what it adds up to.

    Attributes:
        contributions: (h, w) float32 in the method's unit.
        signed: (h, w) float32 in logits, the signed evidence that the numbers below are of; of a model without a map,
            the occlusion map itself.
        supporting: sum of the positive cells of `signed`; None where they do not add up to anything.
        opposing: sum of its negative cells; likewise.
        bias: the class's; None where the map is approximate, since the parts then do not add up.
        logit: the class's score, or the difference of two, or the lead over the average class.
        network_logit: the same from the network's own logits.
        adds_up: whether the parts are the network's own logit within the device's precision; None without a ledger.
        subject: the class in words.
        class_index: the class.
        against_index: the class that it is compared with, or None.
        method: which map it is.
        relative: compared with the average class.
        stage: the earlier stage that `contributions` is of; None for the last one.
    """

    contributions: EvidenceMap
    signed: EvidenceMap
    supporting: float | None
    opposing: float | None
    bias: float | None
    logit: float
    network_logit: float
    adds_up: bool | None
    subject: str
    class_index: int
    against_index: int | None
    method: Method
    relative: bool
    stage: int | None = None

    @property
    def unit(self) -> Unit:
        """What the numbers of `contributions` are; those of a stage by its number add up to nothing."""
        return FACTS[self.method].unit if self.stage is None else Unit.NONE


@dataclass(frozen=True, slots=True)
class _Pair:
    """The classes of a question."""

    subject: int
    rival: int | None


def explain(question: Question, look: Look, runner: CopyRunner) -> Explanation:
    """Answer a question about one picture.

    Args:
        question: what shall be explained.
        look: the picture and what the network said of it.
        runner: runs the network where the method needs it.

    Raises:
        Cancelled: if the runner's `cancel` was used.
        ImageReadError: the map has values that are no numbers.
        InferenceError: the network cannot run what the method needs.
        MapError: the model has no such map.
        UnknownClassError: the model has no such class.
    """
    contract, head = runner.network.contract, runner.network.head
    pair = _find_classes(question, look, contract)
    if question.relative:
        _require_relative(question)
    if head is not None and look.features is not None and look.answer.inspection is not None:
        exact = _exact(question, pair, head, look.answer.inspection.logits, look.features, runner, look)
        return _checked(exact, look)
    if question.relative:
        raise MapError(f"{contract.title} has no exact maps, so there is no average class to compare with.")
    if question.method is Method.OCCLUSION:
        return _checked(_occluded(question, pair, look, runner), look)
    return _checked(_from_the_graph(question, pair, look, contract), look)


def _find_classes(question: Question, look: Look, contract: ModelContract) -> _Pair:
    """The classes that a question names.

    Raises:
        MapError: a class is compared with itself.
        UnknownClassError: the model has no such class.
    """
    first = look.classification.predictions[0].index
    subject = first if question.subject is None else find_class(question.subject, contract)
    rival = None if question.against is None else find_class(question.against, contract)
    if subject == rival:
        raise MapError(f"{class_name(contract, subject)} cannot be compared with itself.")
    return _Pair(subject, rival)


def _exact(
    question: Question,
    pair: _Pair,
    head: Head,
    logits: Logits,
    features: Features,
    runner: CopyRunner,
    look: Look,
) -> Explanation:
    """From the feature map and the head: everything adds up."""
    used = relative_head(head) if question.relative else head
    own = relative_logits(logits) if question.relative else logits
    bias, wanted = float(used.bias[pair.subject]), float(own[pair.subject])
    if pair.rival is not None:
        bias, wanted = bias - float(used.bias[pair.rival]), wanted - float(own[pair.rival])
    signed = evidence_map(features, class_weight(used, pair.subject, pair.rival))
    total = ledger(signed, bias)
    picture = InspectedPicture(SeenPicture(look.prepared.input, logits), features)
    made = make_map(question.method, picture, used, pair.subject, rival=pair.rival, runner=runner)
    adds_up = total.error(wanted) <= TOLERANCES[runner.network.precision]
    contract = runner.network.contract
    return _explanation(question, pair, contract, made, signed, total, (total.logit, wanted), adds_up)


def _occluded(question: Question, pair: _Pair, look: Look, runner: CopyRunner) -> Explanation:
    """Of a model without exact maps: occlusion asks nothing of its structure."""
    image = look.prepared.input
    seen = SeenPicture(image, runner.run_one(image))
    stored = look.classification.evidence
    grid = GRID_WITHOUT_MAPS if stored is None else (stored.shape[1], stored.shape[2])
    made = occlusion(runner, seen, grid, pair.subject, rival=pair.rival)
    logit = float(seen.logits[pair.subject])
    if pair.rival is not None:
        logit -= float(seen.logits[pair.rival])
    return _explanation(question, pair, runner.network.contract, made, made, None, (logit, logit), None)


def _from_the_graph(question: Question, pair: _Pair, look: Look, contract: ModelContract) -> Explanation:
    """The map that the graph itself made for the picture's first classes; its parts do not add up."""
    signed, logit = _approximate(look.classification, contract, pair.subject)
    if pair.rival is not None:
        other, other_logit = _approximate(look.classification, contract, pair.rival)
        signed, logit = signed - other, logit - other_logit
    if question.method not in _FROM_THE_GRAPH:
        raise MapError(
            f"{contract.title} has approximate maps, since it has hidden layers after pooling, so there is no"
            f" {question.method.value} map of it. There are evidence, grad-cam and occlusion."
        )
    made = grad_cam(signed) if question.method is Method.GRAD_CAM else signed
    parts = ledger(signed, 0.0)
    return _explanation(question, pair, contract, made, signed, parts, (logit, logit), None)


def _explanation(
    question: Question,
    pair: _Pair,
    contract: ModelContract,
    made: EvidenceMap,
    signed: EvidenceMap,
    parts: Ledger | None,
    logits: tuple[float, float],
    adds_up: bool | None,
) -> Explanation:
    subject = class_name(contract, pair.subject)
    if pair.rival is not None:
        subject = f"{subject} rather than {class_name(contract, pair.rival)}"
    if question.relative:
        subject = f"{subject} rather than the average class"
    return Explanation(
        contributions=made,
        signed=signed,
        supporting=None if parts is None else parts.supporting,
        opposing=None if parts is None else parts.opposing,
        bias=parts.bias if parts is not None and adds_up is not None else None,
        logit=logits[0],
        network_logit=logits[1],
        adds_up=adds_up,
        subject=subject,
        class_index=pair.subject,
        against_index=pair.rival,
        method=question.method,
        relative=question.relative,
    )


def _checked(explanation: Explanation, look: Look) -> Explanation:
    if not (is_valid(explanation.contributions) and is_valid(explanation.signed)):
        raise ImageReadError(look.classification.path, ImageProblem.NO_VALID_NUMBERS)
    return explanation


def _require_relative(question: Question) -> None:
    """Refuse what "relative" does not mean anything for.

    Raises:
        MapError: the question compares with a class already, or the method does not use the head.
    """
    if question.against is not None:
        raise MapError(
            "Evidence rather than another class leaves out what speaks for both; use --relative or --against."
        )
    facts = FACTS[question.method]
    if facts.runs_network or not facts.depends_on_class:
        raise MapError(f"{question.method.value} does not use the classes' weights, so it cannot be made relative.")


def _approximate(outcome: Classification, contract: ModelContract, index: int) -> tuple[EvidenceMap, float]:
    """The map and the logit of a class for which the graph itself made a map."""
    if contract.maps is MapKind.NONE or outcome.evidence is None:
        raise MapError(f"{contract.title} has no maps: no pooling was found in it.")
    mapped = outcome.predictions[: len(outcome.evidence)]
    for contributions, prediction in zip(outcome.evidence, mapped, strict=True):
        if prediction.index == index:
            return contributions, prediction.logit
    raise MapError(
        f"{contract.title} has approximate maps, and those only of a picture's first classes. "
        f"Here these are: {', '.join(one.label for one in mapped)}."
    )


def class_name(contract: ModelContract, index: int) -> str:
    """A class's name; with its number where another class has the same (ImageNet has two cranes)."""
    return distinct_name(contract.labels, index)


def find_class(name: str, contract: ModelContract) -> int:
    """The index of a class by number, WordNet id or name (case does not matter).

    Raises:
        MapError: several classes have that name.
        UnknownClassError: no class is meant.
    """
    if name.isdecimal() and int(name) < len(contract.labels):
        return int(name)
    wanted = name.casefold()
    for index, label in enumerate(contract.labels):
        if label.wordnet_id and label.wordnet_id.casefold() == wanted:
            return index
    named = [index for index, label in enumerate(contract.labels) if label.name.casefold() == wanted]
    if not named:
        raise UnknownClassError(name, contract.title)
    if len(named) > 1:
        known = " and ".join(map(str, named))
        raise MapError(f"{contract.title} has {len(named)} classes named {name}; name one by its number: {known}.")
    return named[0]
