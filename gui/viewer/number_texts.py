"""Put scores and logits into words of the person's locale: percent, signed numbers, the ledger of a logit."""

from __future__ import annotations

import math

from gui.words import locale

_SMALLEST_SHOWN = 0.001
_LARGEST_ROUNDED = 0.9995
_LEAST_DECIMALS = 1
_MOST_DECIMALS = 6


def percent_text(share: float) -> str:
    """A share 0...1 in percent: one decimal, never 0 % or 100 % unless it is exactly that."""
    if math.isnan(share):
        return "\N{EN DASH}"
    if share <= 0.0:
        return _percent("0")
    if share >= 1.0:
        return _percent("100")
    if share < _SMALLEST_SHOWN:
        return "<" + _percent(decimal_text(0.1, 1))
    if share >= _LARGEST_ROUNDED:
        return ">" + _percent(decimal_text(99.9, 1))
    return _percent(decimal_text(share * 100, 1))


def decimal_text(number: float, decimals: int, *, signed: bool = False) -> str:
    """A number with so many decimals, with a plus where it is positive and `signed`."""
    text = locale().toString(float(number), "f", decimals)
    is_zero = round(number, decimals) == 0
    if is_zero:
        text = locale().toString(0.0, "f", decimals)
    return f"+{text}" if signed and number > 0 and not is_zero else text


def decimals_for(scale: float) -> int:
    """How many decimals show a number of this size with two digits that count."""
    if not math.isfinite(scale) or scale <= 0:
        return _LEAST_DECIMALS
    return min(_MOST_DECIMALS, max(_LEAST_DECIMALS, 1 - math.floor(math.log10(scale))))


def _percent(number: str) -> str:
    # A no-break space, so that the sign does not wander to the next line.
    return f"{number}\N{NO-BREAK SPACE}%"
