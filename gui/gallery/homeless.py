"""Know the images without a file: they stay off the list until one is found, whatever is taken back or repeated."""

from __future__ import annotations

from collections.abc import Iterable

from inference.sessions.marks import Marks, with_removed
from inference.sessions.records import NO_FILE, ImageRows


class Homeless:
    """The keys of images whose file is gone while another image's file has its name."""

    def __init__(self) -> None:
        self._keys: set[int] = set()

    def take(self, rows: ImageRows) -> None:
        """Images come, or come again; their paths tell whether they have a file."""
        for key, path in zip(rows.keys, rows.paths, strict=True):
            if NO_FILE in path:
                self._keys.add(key)
            else:
                self._keys.discard(key)

    def lose(self, keys: Iterable[int]) -> None:
        """These have no file any more."""
        self._keys.update(keys)

    def find(self, key: int) -> None:
        """The file of this one was found."""
        self._keys.discard(key)

    def clear(self) -> None:
        """No images are left."""
        self._keys.clear()

    def staying_off(self, marks: Marks) -> bytes:
        """The marks, with those of images without a file off the list."""
        if not self._keys or self._keys.isdisjoint(marks.keys):
            return marks.marks
        return bytes(
            with_removed(mark, removed=True) if key in self._keys else mark
            for key, mark in zip(marks.keys, marks.marks, strict=True)
        )
