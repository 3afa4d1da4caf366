"""Say in words what a map says; there is always a sentence, also where there is nothing to see."""

from __future__ import annotations

import math
from collections.abc import Iterator

from inference.arrays import EvidenceMap
from inference.attention.evidence import Finding, find, place_in_words
from inference.attention.ledger_digits import ledger_numbers
from inference.attention.methods import FACTS, Unit
from inference.commands.explanation import Explanation
from inference.commands.rows import percent
from inference.results import Classification

_DECIMALS = 2
_UNIT = 10.0**-_DECIMALS

_SENTENCES = {
    Finding.NO_NUMBERS: "The map has values that are no numbers.",
    Finding.NOTHING: "No cell speaks for this class or against it.",
    Finding.AGAINST: "The evidence is against this class.",
    Finding.FLAT: "The evidence is spread evenly; no area stands out.",
}


def in_words(explanation: Explanation, classification: Classification) -> Iterator[str]:
    """What the map says, line by line."""
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
    has_no_support = explanation.supporting is not None and explanation.supporting <= 0
    if has_no_support and explanation.unit is not Unit.LOGITS and place != against:
        # A rectified map has a strongest cell all the same.
        yield against
    yield place


def _sum(explanation: Explanation, classification: Classification) -> str:
    scores = {one.index: one.probability for one in classification.predictions}
    is_own = explanation.against_index is None and not explanation.relative
    score = scores.get(explanation.class_index) if is_own else None
    share = f" ({percent(score)})" if score is not None else ""
    # The cells of an earlier stage add up to nothing, and the parts are those of the last one.
    if explanation.supporting is None or explanation.opposing is None or explanation.stage is not None:
        return f"{explanation.subject}: {explanation.logit:.2f} logits{share}"
    parts = (explanation.supporting, explanation.opposing)
    if explanation.bias is None or not all(map(math.isfinite, (*parts, explanation.bias))):
        return f"{_for_and_against(explanation.subject, *parts)}; {explanation.logit:.2f} logits{share}"
    *parts_shown, bias = ledger_numbers((*parts, explanation.bias), _DECIMALS)
    added_up = sum(parts_shown) + bias
    # A sum on the border between two last digits is written as its parts have it; one that differs is not hidden.
    total = added_up if abs(added_up - explanation.logit) < _UNIT else explanation.logit
    return f"{_for_and_against(explanation.subject, *parts_shown)}, bias {bias:+.2f} = {total:.2f} logits{share}"


def _for_and_against(subject: str, supporting: float, opposing: float) -> str:
    return f"{subject}: {supporting:+.2f} for, {opposing:+.2f} against"


def _place(explanation: Explanation) -> str:
    """Where the support lies, or why no place can be named."""
    unit = explanation.unit
    # The signed map says more than a rectified one, which is blank wherever the evidence is against the class.
    shown = explanation.signed if unit is Unit.LOGITS else explanation.contributions
    finding = find(shown)
    if finding is Finding.SAME:
        if unit is Unit.LOGITS and float(shown.flat[0]) < 0:
            return "The features are the same everywhere, and the evidence is against this class."
        return "The features are the same everywhere; no area stands out."
    if finding is Finding.FLAT and unit is not Unit.LOGITS:
        # "Flat" is a number of logits of evidence; other maps have other scales.
        finding = Finding.PLACE
    if finding is not Finding.PLACE:
        return _SENTENCES[finding]
    if unit is Unit.LOGITS and float(shown.sum(dtype=float)) < 0:
        return f"The evidence is against this class; what there is for it is strongest at the {_place_of(shown)}."
    what = "evidence" if unit is Unit.LOGITS else f"{explanation.method.value} map"
    if explanation.stage is not None:
        what = f"{what} of stage {explanation.stage}"
    return f"The {what} is strongest at the {_place_of(shown)}."


def _place_of(shown: EvidenceMap) -> str:
    return f"{place_in_words(shown)} of what the network saw"
