"""Clean what a person typed as a label, and tell when two labels differ only by case or accents."""

from __future__ import annotations

import unicodedata

from inference.texts import visible

LONGEST_LABEL = 200
"""Characters; class folders and keywords are made of labels."""

_ACCENTS = range(0x0300, 0x0370)
"""Marks of Latin, Greek and Cyrillic letters. Those of other scripts make other letters, not accents."""


def clean_label(text: str) -> str:
    """A label without hidden characters and needless spaces; the same letters give the same label on every keyboard."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    shown = "".join(character for character in spaced if visible(character) == character)
    return " ".join(shown[:LONGEST_LABEL].split())


def comparable(text: str) -> str:
    """The same for labels that differ only by case, accents or spaces: "Crème" and "creme"."""
    decomposed = unicodedata.normalize("NFKD", clean_label(text).casefold())
    kept = "".join(character for character in decomposed if ord(character) not in _ACCENTS)
    return " ".join(unicodedata.normalize("NFC", kept).split())
