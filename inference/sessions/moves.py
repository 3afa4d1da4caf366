"""Recognise files that were renamed or moved: the same content, found where no image of the session was."""

from __future__ import annotations

import os
from dataclasses import dataclass

from inference.sessions.connection import Reader
from inference.sessions.identity import HASH_BYTES, hash_of_file
from inference.sessions.records import FoundFile

MOST_CANDIDATES = 256
"""Of more images with the same size (and time) than this only so many are looked at: pictures of one size, as raw
formats make them, must not cost a look at every file for every file."""

_COLUMNS = "SELECT id, path, content_hash FROM image"
_SAME_STAMP = f"{_COLUMNS} WHERE size = ? AND mtime_ns = ? AND id <= ? LIMIT {MOST_CANDIDATES}"
_SAME_SIZE = f"{_COLUMNS} WHERE id IN (SELECT id FROM image WHERE size = ? LIMIT {MOST_CANDIDATES}) AND id <= ?"  # noqa: S608 - a number


@dataclass(frozen=True, slots=True)
class _Candidate:
    key: int
    path: str
    content_hash: bytes | None


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
        self._gone: dict[int, bool] = {}
        self._taken: set[int] = set()

    def find(self, file: FoundFile) -> int | None:
        """The key of the image that this file was, or None; an image is given away once."""
        if self._last_key < 1 or file.size_bytes < 0:
            return None
        same_stamp = self._candidates(_SAME_STAMP, file.size_bytes, file.mtime_ns, self._last_key)
        same_size = self._candidates(_SAME_SIZE, file.size_bytes, self._last_key)
        with_content = {
            found.key: found
            for found in [*same_stamp, *same_size]
            if found.content_hash is not None and len(found.content_hash) == HASH_BYTES
        }
        found = self._same_content(file.path, list(with_content.values())) if with_content else None
        if found is None:
            unread = [candidate for candidate in same_stamp if candidate.key not in with_content]
            found = unread[0] if len(unread) == 1 else None
        if found is None:
            return None
        self._taken.add(found.key)
        return found.key

    def _candidates(self, query: str, *values: int) -> list[_Candidate]:
        rows = self._read(lambda connection: connection.execute(query, values).fetchall())
        candidates = (_Candidate(key, os.fsdecode(path), content_hash) for key, path, content_hash in rows)
        return [found for found in candidates if found.key not in self._taken and self._is_gone(found)]

    def _is_gone(self, candidate: _Candidate) -> bool:
        gone = self._gone.get(candidate.key)
        if gone is None:
            gone = self._gone[candidate.key] = not os.path.lexists(candidate.path)
        return gone

    @staticmethod
    def _same_content(path: str, candidates: list[_Candidate]) -> _Candidate | None:
        content_hash = hash_of_file(path)
        same = [candidate for candidate in candidates if candidate.content_hash == content_hash]
        # What is on the list comes before what left it because its name became another image's.
        same = [candidate for candidate in same if "\0" not in candidate.path] or same
        if len(same) > 1:
            name = os.path.basename(path)  # noqa: PTH119 - a path is text here
            same = [candidate for candidate in same if os.path.basename(candidate.path) == name]  # noqa: PTH119
        return same[0] if len(same) == 1 else None
