"""Show untrusted text (file names, labels) so that it can do no harm, and clean what a person types as a label."""

from __future__ import annotations

import os
import unicodedata

LONGEST_LABEL = 200
"""Characters; class folders and keywords are made of labels."""

_HIDDEN_CATEGORIES = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
_JOINERS = frozenset({"\u200c", "\u200d"})
"""Zero-width (non-)joiners belong to the spelling of some scripts and to families of emoji."""

_UNDECODABLE = range(0xDC80, 0xDD00)
"""Surrogates that stand for a byte of a file name that is not UTF-8 (PEP 383)."""


def visible(text: str) -> str:
    """One line of text in which control, direction and undecodable characters are shown as escapes.

    The result can be encoded as UTF-8, and is not changed by a second call.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


def _shown(character: str) -> str:
    if character in _JOINERS or unicodedata.category(character) not in _HIDDEN_CATEGORIES:
        return character
    code = ord(character)
    if code in _UNDECODABLE:
        return f"\\x{code - 0xDC00:02x}"
    # Escapes, not the control pictures of Unicode: many fonts lack those.
    return character.encode("unicode_escape").decode("ascii")


def clean_label(text: str) -> str:
    """A label without hidden characters and needless spaces; the same letters give the same label on every keyboard."""
    spaced = " ".join(unicodedata.normalize("NFC", text).split())
    shown = "".join(character for character in spaced if visible(character) == character)
    return " ".join(shown[:LONGEST_LABEL].split())


def unicode_path(path: str) -> str:
    """A path as text that every encoder takes: bytes that are not UTF-8 become U+FFFD."""
    return os.fsencode(path).decode("utf-8", "replace")


def is_unicode(path: str) -> bool:
    """Whether the path's bytes are UTF-8, so that its text says all."""
    return not any(ord(character) in _UNDECODABLE for character in path)
