"""Write paths into rows so that they come back byte for byte: as text, and as bytes where text cannot say all."""

from __future__ import annotations

import os
import re
from datetime import UTC, datetime

from inference.texts import is_unicode, unicode_path

_SURROGATES = re.compile("[\ud800-\udfff]")


def relative_path(path: str, root: str | None) -> str:
    """The path below `root`, or the whole path where it is not below it (or `root` is None).

    Joining the two again gives the path character for character; nothing is normalised. Parts are separated by "/".
    """
    if not root:
        return path
    prefix = root if root.endswith(os.sep) else root + os.sep
    rest = path[len(prefix) :]
    # "/a//b" below "/a" would leave "/b", which names another file.
    if not rest or not path.startswith(prefix) or rest.startswith(os.sep):
        return path
    return rest if os.sep == "/" else rest.replace(os.sep, "/")


def path_text(path: str) -> str:
    """The path as text that every encoder takes: bytes that are not UTF-8 become U+FFFD."""
    return path if path.isascii() else unicode_path(path)


def path_bytes(path: str) -> str:
    """The path's bytes in hexadecimal digits where `path_text` cannot say them, else empty."""
    return "" if path.isascii() or is_unicode(path) else os.fsencode(path).hex()


def path_of(text: str, digits: str) -> str:
    """The path of which `path_text` and `path_bytes` were made.

    Raises:
        ValueError: `digits` are not hexadecimal digits.
    """
    return os.fsdecode(bytes.fromhex(digits)) if digits else text


def clean_text(text: str) -> str:
    """The text with U+FFFD in the place of lone surrogates, which no encoder takes."""
    return text if text.isascii() else _SURROGATES.sub("\ufffd", text)


def utc_time(seconds: float | None) -> str:
    """Seconds since 1970 as ISO 8601 in UTC, to the millisecond ("2026-07-31T12:00:00.000Z"); empty for None."""
    if seconds is None:
        return ""
    try:
        moment = datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return ""
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")
