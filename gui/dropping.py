"""Decide what a drop or a paste is, without touching the files that it names."""

from __future__ import annotations

import os
import posixpath
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import islice
from typing import TYPE_CHECKING
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from PySide6.QtCore import QMimeData

URI_LIST = "text/uri-list"
LOOKED_AT = 200
"""How many entries are looked at while something hovers: a drop of 100,000 files must not hold the pointer."""

MODEL_SUFFIX = ".onnx"
SESSION_SUFFIX = ".cardinal"
LABEL_SUFFIXES = frozenset({".csv", ".tsv", ".json", ".jsonl", ".txt"})
_LOCAL_HOSTS = frozenset({b"", b"localhost"})
_DRIVE_LENGTH = 3  # "/C:" before the path of a Windows file URL


class DropKind(StrEnum):
    """What a drop holds."""

    FILES = "files"
    """Images, folders, or files that only reading can tell."""
    MODEL = "model"
    """`.onnx` files and nothing else."""
    SESSION = "session"
    """One session file."""
    LABELS = "labels"
    """One file of labels."""
    PICTURE = "picture"
    """Pixels without a file (from a browser or the clipboard)."""
    LINK = "link"
    """A web address only: refused, since nothing is ever downloaded."""
    NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Drop:
    """What a hovering drop is, from its first entries.

    Attributes:
        kind: what it holds.
        count: local paths among the entries that were looked at.
        has_more: there are more entries than were looked at.
    """

    kind: DropKind
    count: int = 0
    has_more: bool = False

    @property
    def is_accepted(self) -> bool:
        """Whether something can be done with it."""
        return self.kind not in {DropKind.LINK, DropKind.NOTHING}


def local_path(line: bytes, *, windows: bool = sys.platform == "win32") -> str | None:
    """The local file that one `file:` URL names, or None.

    Works on bytes, because Qt turns a percent-escaped byte that is not UTF-8 into U+FFFD, which names no file.
    Accepted are an empty host and `localhost`; a share of another machine (`file://server/x`) is not local.

    Args:
        line: one line of `text/uri-list`, without its line end.
        windows: read drive letters and backslashes.

    Returns:
        An absolute path as Python's file functions take it (undecodable bytes as surrogate escapes), not normalised.
    """
    scheme, colon, rest = line.strip().partition(b":")
    if not colon or scheme.lower() != b"file" or b"#" in rest or b"?" in rest:
        # A bare # or ? starts a fragment or a query; in a file's name both arrive percent-escaped.
        return None
    if rest.startswith(b"//"):
        host, slash, path = rest[2:].partition(b"/")
        if host.lower() not in _LOCAL_HOSTS:
            return None
        rest = slash + path
    raw = unquote_to_bytes(rest)
    if not raw.startswith(b"/") or b"\0" in raw:
        return None
    return _windows_path(raw) if windows else os.fsdecode(raw)


def _windows_path(raw: bytes) -> str | None:
    try:
        text = raw.decode("utf-8")
    except UnicodeDecodeError:
        return None
    if len(text) <= _DRIVE_LENGTH or not text[1].isalpha() or text[2] != ":" or text[3] not in "/\\":
        return None
    return f"{text[1].upper()}:{text[3:]}".replace("/", "\\")


def _lines(uri_list: bytes) -> Iterator[bytes]:
    """The entries of a `text/uri-list`: no comments, no empty lines (RFC 2483)."""
    start = 0
    while start < len(uri_list):
        end = uri_list.find(b"\n", start)
        end = len(uri_list) if end < 0 else end
        line = uri_list[start:end].strip()
        start = end + 1
        if line and not line.startswith(b"#"):
            yield line


def local_paths(uri_list: bytes) -> list[str]:
    """Every local path in the bytes of a `text/uri-list`, in order; other entries are left out.

    Runs on: worker for long lists.
    """
    return [path for line in _lines(uri_list) if (path := local_path(line)) is not None]


def uri_list_of(mime: QMimeData) -> bytes:
    """The bytes of a drop's `text/uri-list`, empty where it has none. Nothing is decoded or looked up."""
    return bytes(mime.data(URI_LIST).data()) if mime.hasFormat(URI_LIST) else b""


def decide(mime: QMimeData) -> Drop:
    """Say what a drop is from its first entries. Called once, when it enters the window."""
    entries = list(islice(_lines(uri_list_of(mime)), LOOKED_AT + 1))
    paths = [path for line in entries[:LOOKED_AT] if (path := local_path(line)) is not None]
    if paths:
        return Drop(kind_of(paths), len(paths), has_more=len(entries) > LOOKED_AT)
    if mime.hasImage():
        return Drop(DropKind.PICTURE, 1)
    if entries or _is_link(mime):
        return Drop(DropKind.LINK if _has_web_link(entries, mime) else DropKind.NOTHING)
    return Drop(DropKind.NOTHING)


def kind_of(paths: Sequence[str]) -> DropKind:
    """What some local paths are, by their suffixes; sessions and files of labels come alone."""
    if paths and all(_suffix(path) == MODEL_SUFFIX for path in paths):  # ends at the first that is none
        return DropKind.MODEL
    if len(paths) == 1 and _suffix(paths[0]) == SESSION_SUFFIX:
        return DropKind.SESSION
    if len(paths) == 1 and _suffix(paths[0]) in LABEL_SUFFIXES:
        return DropKind.LABELS
    return DropKind.FILES


def _suffix(path: str) -> str:
    return posixpath.splitext(path)[1].lower()


def pasted_paths(text: str) -> list[str]:
    """Absolute paths and `file:` URLs in pasted text, one a line; empty if any line is something else."""
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    paths = [_pasted_path(line) for line in lines]
    return [path for path in paths if path is not None] if None not in paths else []


def _pasted_path(line: str) -> str | None:
    unquoted = line[1:-1] if len(line) > 1 and line[0] == line[-1] and line[0] in "'\"" else line
    if "\0" in unquoted:
        return None
    # isabs of this system: a path of another one names nothing here.
    if os.path.isabs(unquoted):  # noqa: PTH117  # Path would normalise the text
        return unquoted
    return local_path(os.fsencode(line))


def _is_link(mime: QMimeData) -> bool:
    return mime.hasText() and _is_web(mime.text()[:16].encode("utf-8", "replace"))


def _has_web_link(entries: list[bytes], mime: QMimeData) -> bool:
    return any(_is_web(entry) for entry in entries) or _is_link(mime)


def _is_web(address: bytes) -> bool:
    return address.lower().startswith((b"http://", b"https://", b"ftp://"))
