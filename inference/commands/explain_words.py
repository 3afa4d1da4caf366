"""Say in words what a map says; there is always a sentence, also where there is nothing to see."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator

from inference.arrays import EvidenceMap
from inference.attention.evidence import Finding, find, place_in_words
from inference.attention.ledger_digits import ledger_numbers
from inference.attention.methods import FACTS, Unit
from inference.commands.explanation import Explanation, class_name
from inference.commands.rows import percent
from inference.models.contract import ModelContract
from inference.results import Classification, Prediction

_DECIMALS = 2
_UNIT = 10.0**-_DECIMALS

_SENTENCES = {
    Finding.NO_NUMBERS: "The map has values that are no numbers.",
    Finding.NOTHING: "No cell speaks for this class or against it.",
    Finding.AGAINST: "The evidence is against this class.",
    Finding.FLAT: "The evidence is spread evenly; no area stands out.",
}


def in_words(explanation: Explanation, classification: Classification) -> Iterator[str]:
    """What the map says, line by line; the class in the first one."""
    numbers, *more = said_of_class(explanation, classification)
    yield f"{explanation.subject}: {numbers}"
    yield from more


def said_of_class(explanation: Explanation, classification: Classification) -> Iterator[str]:
    """What the map says, line by line, where the class is named elsewhere."""
    yield _sum(explanation, classification)
    if explanation.adds_up is False and explanation.stage is None:
        yield (
            f"These parts do not add up to the network's own {explanation.network_logit:.2f} logits as exactly as they "
            "should; the map may mislead."
        )
    if explanation.supporting is not None and explanation.bias is None:
        yield "The map is approximate: the model has hidden layers after pooling, so the parts do not add up."
    if not FACTS[explanation.method].depends_on_class:
        yield f"The {explanation.method.value} map is the same for every class: the picture's strongest pattern."
    place, against = _place(explanation), _SENTENCES[Finding.AGAINST]
    is_against = explanation.supporting == 0 and explanation.opposing is not None and explanation.opposing < 0
    if is_against and explanation.unit is not Unit.LOGITS and place != against:
        # A rectified map has a strongest cell all the same.
        yield against
    yield place


def answers_in_words(predictions: Iterable[Prediction], contract: ModelContract) -> str:
    """Classes with their scores, those of one name told apart."""
    return ", ".join(f"{class_name(contract, one.index)} {percent(one.probability)}" for one in predictions)


def lead_in_words(lead: float) -> str:
    """A difference of two logits; never a zero where one of the two is ahead."""
    shown = f"{lead:+.{_DECIMALS}f}"
    return shown if float(shown) or not lead else f"{lead:+.1g}"


def _sum(explanation: Explanation, classification: Classification) -> str:
    scores = {one.index: one.probability for one in classification.predictions}
    is_own = explanation.against_index is None and not explanation.relative
    score = scores.get(explanation.class_index) if is_own else None
    share = f" ({percent(score)})" if score is not None else ""
    # Below a map whose cells add up to nothing, the evidence's parts would be taken for those of that map.
    if explanation.supporting is None or explanation.opposing is None or explanation.unit is not Unit.LOGITS:
        return f"{explanation.logit:.2f} logits{share}"
    parts = (explanation.supporting, explanation.opposing)
    if explanation.bias is None or not all(map(math.isfinite, (*parts, explanation.bias))):
        return f"{_for_and_against(*parts)}; {explanation.logit:.2f} logits{share}"
    *parts_shown, bias = ledger_numbers((*parts, explanation.bias), _DECIMALS)
    added_up = sum(parts_shown) + bias
    # A sum on the border between two last digits is written as its parts have it; one that differs is not hidden.
    total = added_up if abs(added_up - explanation.logit) < _UNIT else explanation.logit
    return f"{_for_and_against(*parts_shown)}, bias {bias:+.2f} = {total:.2f} logits{share}"


def _for_and_against(supporting: float, opposing: float) -> str:
    return f"{supporting:+.2f} for, {opposing:+.2f} against"


def _place(explanation: Explanation) -> str:
    """Where the support lies, or why no place can be named."""
    if explanation.unit is not Unit.LOGITS:
        return _place_in_map(explanation)
    # The signed map says more than a rectified one, which is blank wherever the evidence is against the class.
    shown = explanation.signed
    finding = find(shown)
    if finding is Finding.SAME:
        if float(shown.flat[0]) < 0:
            return "The features are the same everywhere, and the evidence is against this class."
        return "The features are the same everywhere; no area stands out."
    if finding is not Finding.PLACE:
        return _SENTENCES[finding]
    if float(shown.sum(dtype=float)) < 0:
        return f"The evidence is against this class; what there is for it is strongest at the {_place_of(shown)}."
    return f"The evidence is strongest at the {_place_of(shown)}."


def _place_in_map(explanation: Explanation) -> str:
    """The same of a map whose cells are no parts of the score; of the evidence it says nothing."""
    shown, name = explanation.contributions, _map_name(explanation)
    finding = find(shown)
    if finding is Finding.NO_NUMBERS:
        return _SENTENCES[finding]
    if shown.size == 1 or finding in (Finding.NOTHING, Finding.SAME):
        return f"The {name} is the same everywhere; no area stands out."
    if finding is Finding.AGAINST:
        return f"No cell of the {name} speaks for this class."
    # "Flat" is a number of logits of evidence; other maps have other scales.
    return f"The {name} is strongest at the {_place_of(shown)}."


def _map_name(explanation: Explanation) -> str:
    of_stage = "" if explanation.stage is None else f" of stage {explanation.stage}"
    return f"{explanation.method.value} map{of_stage}"


def _place_of(shown: EvidenceMap) -> str:
    return f"{place_in_words(shown)} of what the network saw"
