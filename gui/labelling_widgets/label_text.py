"""Tell when two labels differ only by case or accents."""

from __future__ import annotations

import unicodedata

from inference.texts import clean_label

_ACCENTS = range(0x0300, 0x0370)
"""Marks of Latin, Greek and Cyrillic letters. Those of other scripts make other letters, not accents."""


def comparable(text: str) -> str:
    """The same for labels that differ only by case, accents or spaces: "Crème" and "creme"."""
    decomposed = unicodedata.normalize("NFKD", clean_label(text).casefold())
    kept = "".join(character for character in decomposed if ord(character) not in _ACCENTS)
    return " ".join(unicodedata.normalize("NFC", kept).split())
