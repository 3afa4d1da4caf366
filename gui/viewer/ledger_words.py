"""Write the ledger of a logit out in one line: what speaks for it, against it, the bias, the sum, and its check."""

from __future__ import annotations

import math
from dataclasses import dataclass

from gui.viewer.number_texts import decimal_text
from gui.words import tr
from inference.attention.ledger_digits import ledger_numbers

_DECIMALS = 2
_UNIT = 10.0**-_DECIMALS
_MOST_DECIMALS = 6


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """How a logit comes about, in logits.

    Attributes:
        positive: sum of the cells that speak for the class.
        negative: sum of the cells that speak against it, 0 or below.
        bias: of the class.
        logit: what the other three add up to; of an approximate map, what the network says.
        network: what the network itself says, where that is known.
        adds_up: whether that is the same within the device's precision; None where it is not known.
        is_gap: all of it is about the difference of two classes.
        is_relative: all of it is about the lead over the average class.
        is_approximate: the parts do not add up.
    """

    positive: float
    negative: float
    bias: float
    logit: float
    network: float | None = None
    adds_up: bool | None = None
    is_gap: bool = False
    is_relative: bool = False
    is_approximate: bool = False


def ledger_words(entry: LedgerEntry) -> str:
    """The line; empty where a part of it is no number."""
    if not all(map(math.isfinite, (entry.positive, entry.negative, entry.bias, entry.logit))):
        return ""
    if entry.is_approximate:
        return tr("{positive} for, {negative} against; logit {logit} (approximate: the parts do not add up)").format(
            positive=decimal_text(entry.positive, _DECIMALS, signed=True),
            negative=decimal_text(entry.negative, _DECIMALS, signed=True),
            logit=decimal_text(entry.logit, _DECIMALS),
        )
    for_it, against_it, base = ledger_numbers((entry.positive, entry.negative, entry.bias), _DECIMALS)
    added_up = for_it + against_it + base
    # A logit that lies on the border between two last digits is written as the sum; one that differs is not hidden.
    total = added_up if abs(added_up - entry.logit) < _UNIT else entry.logit
    parts = _template(entry).format(
        positive=decimal_text(for_it, _DECIMALS, signed=True),
        negative=decimal_text(against_it, _DECIMALS, signed=True),
        bias=decimal_text(base, _DECIMALS, signed=True),
        logit=decimal_text(total, _DECIMALS),
    )
    return parts + _check(entry)


def _template(entry: LedgerEntry) -> str:
    if entry.is_gap:
        return tr("{positive} for, {negative} against, difference of biases {bias} = difference of logits {logit}")
    if entry.is_relative:
        return tr("{positive} for, {negative} against, bias {bias} = {logit} above the mean of all logits")
    return tr("{positive} for, {negative} against, bias {bias} = logit {logit}")


def _check(entry: LedgerEntry) -> str:
    """What the network itself says of it, where that is known."""
    if entry.network is None or entry.adds_up is None:
        return ""
    if entry.adds_up:
        return tr(", as the network says")
    if not math.isfinite(entry.network):
        return tr("; the network itself gave no valid number")
    apart = abs(entry.network - entry.logit)
    decimals = _decimals_of(apart)
    return tr("; but the network says {network}, {apart} away").format(
        network=decimal_text(entry.network, decimals), apart=decimal_text(apart, decimals)
    )


def _decimals_of(difference: float) -> int:
    """So many decimals that a difference does not read as 0."""
    decimals = _DECIMALS
    while decimals < _MOST_DECIMALS and round(difference, decimals) == 0:
        decimals += 1
    return decimals
