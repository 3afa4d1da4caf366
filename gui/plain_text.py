"""Make untrusted text (file names, class names, reasons) safe to show: no markup, no hidden characters."""

from __future__ import annotations

import html
import os
import unicodedata

from inference.texts import visible

_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE = "\u2068"
_END_ISOLATE = "\u2069"
_ELLIPSIS = "\u2026"
_NAME_LIMIT = 64


def for_sentence(text: str) -> str:
    """`visible` text for use inside a sentence.

    Where it has letters of a right-to-left script it is wrapped in an isolate, so that it cannot reorder the words
    around it.
    """
    shown = visible(text)
    if any(unicodedata.bidirectional(character) in _RIGHT_TO_LEFT for character in shown):
        return f"{_ISOLATE}{shown}{_END_ISOLATE}"
    return shown


def for_menu(text: str) -> str:
    """`visible` text for buttons, menus and tabs, where `&` would mark an access key."""
    return visible(text).replace("&", "&&")


def for_tooltip(text: str) -> str:
    """Text for tool tips and status tips, which Qt shows as HTML as soon as it looks like it. Line breaks are kept."""
    lines = [visible(line) for line in text.split("\n")]
    if any("<" in line or "&" in line for line in lines):
        return f"<qt>{'<br>'.join(html.escape(line) for line in lines)}</qt>"
    return "\n".join(lines)


def elide_middle(text: str, limit: int = _NAME_LIMIT) -> str:
    """The text, cut in the middle to at most `limit` characters: both the start and the suffix tell files apart."""
    if len(text) <= limit:
        return text
    tail = (limit - 1) // 2
    return f"{text[: limit - 1 - tail]}{_ELLIPSIS}{text[len(text) - tail :] if tail else ''}"


def file_name(path: str) -> str:
    """The last part of a path, exactly as given; the path itself where it has none (a root)."""
    stripped = path.rstrip(_SEPARATORS)
    start = max(stripped.rfind(separator) for separator in _SEPARATORS)
    return stripped[start + 1 :] or path


def name_of(path: str, limit: int = _NAME_LIMIT) -> str:
    """The last part of a path, ready to be shown in a sentence."""
    # Cut before making characters visible: a stand-in or an isolate must not be cut in two.
    return for_sentence(elide_middle(file_name(path), limit))


_SEPARATORS = os.sep + (os.altsep or "")
