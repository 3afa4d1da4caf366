"""Explain one class of one answer: its map, what the map adds up to, and what that means in words."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from inference.arrays import EvidenceMap
from inference.attention.evidence import evidence_map, is_flat, is_valid, ledger, place_in_words
from inference.attention.grad_cam import grad_cam
from inference.classify.classifier import Answer
from inference.commands.rows import percent
from inference.engine.network import Head
from inference.errors import CardinalError, ImageProblem, ImageReadError, UnknownClassError
from inference.models.contract import MapKind, ModelContract
from inference.results import Classification, Failure


class Method(StrEnum):
    """Which map is made."""

    EVIDENCE = "evidence"
    GRAD_CAM = "grad-cam"


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
    """

    subject: str | None
    against: str | None
    method: Method


@dataclass(frozen=True, slots=True)
class Explanation:
    """One map of one picture and what it adds up to, all in logits.

    Attributes:
        contributions: (h, w) float32; what opposes the class is 0 where `method` is Grad-CAM.
        supporting: sum of the positive cells of the signed map.
        opposing: sum of its negative cells.
        bias: the class's; None where the map is approximate, since the parts then do not add up.
        logit: the class's score, or the difference of two.
        subject: the class in words.
        class_index: the class.
        against_index: the class that it is compared with, or None.
        method: which map it is.
    """

    contributions: EvidenceMap
    supporting: float
    opposing: float
    bias: float | None
    logit: float
    subject: str
    class_index: int
    against_index: int | None
    method: Method


def explain(question: Question, contract: ModelContract, head: Head | None, answer: Answer) -> Explanation:
    """Answer a question about one picture.

    Args:
        question: what shall be explained.
        contract: of the model.
        head: its linear layer, None where its maps are not exact.
        answer: what the network said, with the feature map where the model has a head.

    Raises:
        ImageReadError: the picture has no answer.
        MapError: the model has no map of that class.
        UnknownClassError: the model has no such class.
    """
    outcome = answer.outcome
    if isinstance(outcome, Failure):
        raise outcome.error
    index = outcome.predictions[0].index if question.subject is None else find_class(question.subject, contract)
    against = None if question.against is None else find_class(question.against, contract)
    if head is not None and answer.inspection is not None and answer.inspection.features is not None:
        weight, bias = head.weight[index], float(head.bias[index])
        if against is not None:
            weight, bias = weight - head.weight[against], bias - float(head.bias[against])
        signed = evidence_map(answer.inspection.features, weight)
        total = ledger(signed, bias)
        account: tuple[float, float, float | None, float] = (total.supporting, total.opposing, bias, total.logit)
    else:
        signed, logit = _approximate(outcome, contract, index)
        if against is not None:
            other, other_logit = _approximate(outcome, contract, against)
            signed, logit = signed - other, logit - other_logit
        total = ledger(signed, 0.0)
        account = (total.supporting, total.opposing, None, logit)
    if not is_valid(signed):
        raise ImageReadError(outcome.path, ImageProblem.NO_VALID_NUMBERS)
    subject = contract.labels[index].name
    if against is not None:
        subject = f"{subject} rather than {contract.labels[against].name}"
    contributions = grad_cam(signed) if question.method is Method.GRAD_CAM else signed
    return Explanation(contributions, *account, subject, index, against, question.method)


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


def find_class(name: str, contract: ModelContract) -> int:
    """The index of a class by number, WordNet id or name (case does not matter).

    Raises:
        UnknownClassError: no class is meant.
    """
    if name.isdecimal() and int(name) < len(contract.labels):
        return int(name)
    wanted = name.casefold()
    for index, label in enumerate(contract.labels):
        names = {label.name.casefold()} | ({label.wordnet_id.casefold()} if label.wordnet_id else set())
        if wanted in names:
            return index
    raise UnknownClassError(name, contract.title)


def in_words(explanation: Explanation, classification: Classification) -> Iterator[str]:
    """What the map says, line by line."""
    score = {one.index: one.probability for one in classification.predictions}.get(explanation.class_index)
    share = f" ({percent(score)})" if score is not None and explanation.against_index is None else ""
    parts = f"{explanation.subject}: {explanation.supporting:+.2f} for, {explanation.opposing:+.2f} against"
    if explanation.bias is None:
        yield f"{parts}; {explanation.logit:.2f} logits{share}"
        yield "The map is approximate: the model has hidden layers after pooling, so the parts do not add up."
    else:
        yield f"{parts}, bias {explanation.bias:+.2f} = {explanation.logit:.2f} logits{share}"
    place = place_in_words(explanation.contributions)
    if not place:
        yield "The evidence is against this class."
    elif is_flat(explanation.contributions):
        yield "The evidence is spread evenly; no area stands out."
    else:
        yield f"The evidence is strongest at the {place} of what the network saw."
