"""Recognise files that were renamed or moved: the same content, found where no image of the session was."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from inference.cancel import CancelToken
from inference.sessions.connection import Reader
from inference.sessions.identity import hash_of_file, real_hash
from inference.sessions.records import NO_FILE, FoundFile

MOST_CANDIDATES = 256
"""Where more images than this have one size, as raw formats make them, they are looked at once and not for every
file."""

_COLUMNS = "SELECT id, path, content_hash FROM image"
_SAME_STAMP = f"{_COLUMNS} WHERE size = ? AND mtime_ns = ? LIMIT {MOST_CANDIDATES}"
_SAME_SIZE = f"{_COLUMNS} WHERE size = ? LIMIT {MOST_CANDIDATES}"
_ALL_OF_SIZE = f"{_COLUMNS} WHERE size = ?"

_Row = tuple[int, bytes, bytes | None]


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: int
    path: str
    content_hash: bytes
    """Empty where nobody has read the file."""


class MoveFinder:
    """Looks for the images that files of one scan were before; it remembers which old files are gone.

    A file of an image that is gone counts as moved when a new file has its bytes (SHA-256). Among several such images
    the one with the file's name is taken. Images that were never read are recognised by size and time alone, if only
    one fits.
    """

    def __init__(self, read: Reader, last_key: int) -> None:
        """Look nowhere yet.

        Args:
            read: the session's way to read; files are looked at between two such readings, not during one.
            last_key: images with higher keys were found by the same scan, so that they cannot be gone.
        """
        self._read = read
        self._last_key = last_key
        self._gone: set[int] = set()
        self._there: set[int] = set()
        self._taken: set[int] = set()
        self._crowds: dict[int, Mapping[bytes, list[_Candidate]]] = {}

    def look_again(self) -> None:
        """Time has passed: what was there may be gone."""
        self._there.clear()

    def find(self, file: FoundFile, cancel: CancelToken | None = None) -> int | None:
        """The key of the image that this file was, or None; an image is given away once.

        Raises:
            Cancelled: nobody wants to know any more.
        """
        if self._last_key < 1 or file.size_bytes < 0:
            return None
        same_stamp = self._candidates(self._rows(_SAME_STAMP, file.size_bytes, file.mtime_ns))
        same_size = self._rows(_SAME_SIZE, file.size_bytes)
        if len(same_size) < MOST_CANDIDATES:
            by_content = _by_content([*same_stamp, *self._candidates(same_size)])
        else:
            by_content = self._crowd(file.size_bytes)
        found = self._same_content(file.path, by_content, cancel) if by_content else None
        if found is None:
            unread = [candidate for candidate in same_stamp if not candidate.content_hash]
            found = unread[0] if len(unread) == 1 else None
        if found is None:
            return None
        self._taken.add(found.key)
        return found.key

    def _rows(self, query: str, *values: int) -> list[_Row]:
        return self._read(lambda connection: connection.execute(query, values).fetchall())

    def _candidates(self, rows: Iterable[_Row]) -> list[_Candidate]:
        """Those of the images that were there before the scan and whose files are gone."""
        candidates = (_Candidate(key, os.fsdecode(path), real_hash(content)) for key, path, content in rows)
        return [found for found in candidates if found.key <= self._last_key and self._is_free(found)]

    def _is_free(self, candidate: _Candidate) -> bool:
        key = candidate.key
        if key in self._taken or key in self._there:
            return False
        if key not in self._gone:
            (self._there if os.path.lexists(candidate.path) else self._gone).add(key)
        return key in self._gone

    def _crowd(self, size_bytes: int) -> Mapping[bytes, list[_Candidate]]:
        found = self._crowds.get(size_bytes)
        if found is None:
            found = self._crowds[size_bytes] = _by_content(self._candidates(self._rows(_ALL_OF_SIZE, size_bytes)))
        return found

    def _same_content(
        self, path: str, by_content: Mapping[bytes, list[_Candidate]], cancel: CancelToken | None
    ) -> _Candidate | None:
        candidates = by_content.get(hash_of_file(path, cancel) or b"", ())
        same = [candidate for candidate in candidates if candidate.key not in self._taken]
        # What is on the list comes before what left it because its name became another image's.
        same = [candidate for candidate in same if NO_FILE not in candidate.path] or same
        if len(same) > 1:
            name = os.path.basename(path)  # noqa: PTH119 - a path is text here
            same = [candidate for candidate in same if os.path.basename(candidate.path) == name]  # noqa: PTH119
        return same[0] if len(same) == 1 else None


def _by_content(candidates: Iterable[_Candidate]) -> Mapping[bytes, list[_Candidate]]:
    """The images whose content is known, each once."""
    found: dict[bytes, dict[int, _Candidate]] = {}
    for candidate in candidates:
        if candidate.content_hash:
            found.setdefault(candidate.content_hash, {})[candidate.key] = candidate
    return {content: list(by_key.values()) for content, by_key in found.items()}
