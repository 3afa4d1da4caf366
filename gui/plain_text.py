"""Make untrusted text (file names, class names, reasons) safe to show: no markup, no hidden characters."""

from __future__ import annotations

import html
import os
import unicodedata

_KEPT_FORMAT = frozenset("\u200c\u200d")  # the joiners: scripts and emoji families need them
_NAMED_CONTROLS = {"\n": "\\n", "\r": "\\r", "\t": "\\t"}
_FIRST_ESCAPED_BYTE = 0xDC80
_LAST_ESCAPED_BYTE = 0xDCFF
_RIGHT_TO_LEFT = frozenset({"R", "AL", "AN"})
_ISOLATE = "\u2068"
_END_ISOLATE = "\u2069"
_ELLIPSIS = "\u2026"
_NAME_LIMIT = 64


def _shown(character: str) -> str:
    code = ord(character)
    if character.isascii() and not character.isprintable():
        # Escapes, not the control pictures of Unicode: many fonts lack those.
        return _NAMED_CONTROLS.get(character, f"\\x{code:02x}")
    if _FIRST_ESCAPED_BYTE <= code <= _LAST_ESCAPED_BYTE:
        return f"\\x{code - 0xDC00:02x}"
    if character in _KEPT_FORMAT:
        return character
    if unicodedata.category(character) in {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}:
        return f"[U+{code:04X}]"
    return character


def visible(text: str) -> str:
    """The text with every control, direction and undecodable character shown by a visible stand-in.

    The result can be encoded as UTF-8, which Qt needs, and is not changed by a second call.
    """
    return text if text.isascii() and text.isprintable() else "".join(map(_shown, text))


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
