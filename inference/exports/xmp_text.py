"""Turn labels into keywords, and the bytes of a sidecar into text and back."""

from __future__ import annotations

import codecs
import unicodedata
from dataclasses import dataclass
from xml.sax.saxutils import escape

from inference.errors import CardinalError
from inference.texts import visible

MAX_BYTES = 4 * 1024 * 1024
"""Larger sidecars are left alone; those with long editing histories have some 100 KB."""

_SEPARATORS = str.maketrans({"|": "\uff5c", "/": "\uff0f"})
_NOT_IN_XML = frozenset({"\ufffe", "\uffff"})
_REPLACED_CATEGORIES = frozenset({"Cc", "Cs", "Zl", "Zp"})
_QUOTE = {'"': "&quot;"}


class PacketError(CardinalError):
    """A sidecar is not XMP as this program understands it, so it is left alone.

    Attributes:
        reason: why, a sentence.
    """

    kind = "xmp"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason

    def __str__(self) -> str:
        return self.reason


@dataclass(frozen=True, slots=True)
class Coding:
    """How the text of a sidecar is written as bytes.

    Attributes:
        codec: Python's name of the encoding.
        mark: the byte order mark in front, or nothing.
    """

    codec: str
    mark: bytes = b""

    def encoded(self, text: str) -> bytes:
        return self.mark + text.encode(self.codec)


UTF_8 = Coding("utf-8")
_CODINGS = (
    Coding("utf-8", codecs.BOM_UTF8),
    Coding("utf-16-le", codecs.BOM_UTF16_LE),
    Coding("utf-16-be", codecs.BOM_UTF16_BE),
)


def decoded(data: bytes) -> tuple[str, Coding]:
    """The text of a sidecar without its byte order mark, and how to write it again.

    Raises:
        PacketError: it is empty, too large, or its bytes are neither UTF-8 nor UTF-16.
    """
    if not data.strip(b"\0 \t\r\n"):
        raise PacketError("The file is empty.")
    if len(data) > MAX_BYTES:
        raise PacketError(f"The file is larger than {MAX_BYTES // 1024 // 1024} MiB.")
    coding = _coding_of(data)
    try:
        return data[len(coding.mark) :].decode(coding.codec), coding
    except UnicodeDecodeError:
        raise PacketError("Its text is neither UTF-8 nor UTF-16.") from None


def _coding_of(data: bytes) -> Coding:
    for coding in _CODINGS:
        if data.startswith(coding.mark):
            return coding
    # Without a mark, the zero byte beside the first "<" tells which UTF-16 it is (XML 1.0, appendix F).
    if data.startswith(b"<\0"):
        return Coding("utf-16-le")
    return Coding("utf-16-be") if data.startswith(b"\0<") else UTF_8


def keyword_of(label: str) -> str:
    r"""The label as one keyword, never a path of several.

    The rule: spaces around it go; `|` and `/`, which separate the levels of hierarchies in one program or another,
    become their full-width forms U+FF5C and U+FF0F; control characters and what XML cannot hold become visible escapes
    (`\x00`). Everything else stays. The result is not changed by a second call; it is empty for a label of spaces.
    """
    return legal(label.strip()).translate(_SEPARATORS)


def legal(text: str) -> str:
    """The text with a visible escape for each character that XML cannot hold or readers would change."""
    return "".join(visible(character) if _is_replaced(character) else character for character in text)


def _is_replaced(character: str) -> bool:
    return character in _NOT_IN_XML or unicodedata.category(character) in _REPLACED_CATEGORIES


def markup(text: str) -> str:
    """The text as it stands in an element or in an attribute between double quotes."""
    return escape(text, _QUOTE)
