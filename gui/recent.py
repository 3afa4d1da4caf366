"""Keep the most recently used of many things, up to a number of them."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Container
from typing import Generic, TypeVar

T = TypeVar("T")


class Recent(Generic[T]):
    """A mapping from image keys that forgets what was not used for longest."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._entries: OrderedDict[int, T] = OrderedDict()

    def __contains__(self, key: int) -> bool:
        return key in self._entries

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: int) -> T | None:
        """The entry, which counts as used now, or None."""
        entry = self._entries.get(key)
        if entry is not None:
            self._entries.move_to_end(key)
        return entry

    def put(self, key: int, entry: T) -> None:
        """Keep an entry; the one that was not used for longest may leave."""
        self._entries[key] = entry
        self._entries.move_to_end(key)
        if len(self._entries) > self._limit:
            self._entries.popitem(last=False)

    def discard(self, keys: Container[int]) -> None:
        """Forget some entries. Walks over what is kept, which is little, not over the keys, which may be many."""
        for key in [key for key in self._entries if key in keys]:
            del self._entries[key]

    def clear(self) -> None:
        """Forget everything."""
        self._entries.clear()
