"""Keep a spreadsheet from taking a text cell for a formula, and take that back exactly."""

from __future__ import annotations

import re

_FORMULA = re.compile(r"'*[\s\ufeff\u200b]*[=+\-@\t\r\n\0\uff1d\uff0b\uff0d\uff20]")
"""Starts that a spreadsheet may act on (CWE-1236), full-width signs and leading space included.

Any number of apostrophes before it belongs to the pattern: a text that is guarded by nature gets one more, so that
taking one away is right for every text.
"""


def guarded(text: str) -> str:
    """The text as a cell for a spreadsheet: with an apostrophe before what could be a formula (CWE-1236)."""
    if text[:1].isalnum():
        return text
    return f"'{text}" if _FORMULA.match(text) else text


def plain(text: str) -> str:
    """The text as a cell for programs: only what `unguarded` would mistake for guarded gets an apostrophe."""
    return f"'{text}" if text.startswith("'") and _FORMULA.match(text) else text


def unguarded(cell: str) -> str:
    """The text of which `guarded` or `plain` made this cell."""
    return cell[1:] if cell.startswith("'") and _FORMULA.match(cell, 1) else cell
