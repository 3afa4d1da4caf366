"""Say where a key stands in a fixed row of keys; made in a few milliseconds for 100,000 of them."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Sequence

_MANY = 4_000
"""More keys than this are sorted and looked up by numpy; a dictionary of 100,000 costs several frames."""


class KeyIndex:
    """Places of keys, each of which stands once."""

    def __init__(self, keys: array[int]) -> None:
        self._keys = keys
        self._place_of: dict[int, int] | None = None
        self._sorted, self._places = array("q"), array("q")
        if len(keys) <= _MANY:
            self._place_of = dict(zip(keys, range(len(keys)), strict=True))
            return
        import numpy as np  # noqa: PLC0415  # not at the start

        own = np.frombuffer(keys, np.int64)
        places = np.argsort(own).astype(np.int64, copy=False)
        self._sorted.frombytes(own[places].tobytes())
        self._places.frombytes(places.tobytes())

    def place(self, key: int) -> int | None:
        """Where a key stands, None where it does not."""
        if self._place_of is not None:
            return self._place_of.get(key)
        at = bisect_left(self._sorted, key)
        return self._places[at] if at < len(self._sorted) and self._sorted[at] == key else None

    def __contains__(self, key: object) -> bool:
        return isinstance(key, int) and self.place(key) is not None

    def known(self, keys: Iterable[int]) -> Sequence[int]:
        """Those of many keys that stand here, in their order."""
        if self._place_of is not None:
            return [key for key in keys if key in self._place_of]
        asked = keys if isinstance(keys, array) else array("q", keys)
        if len(asked) <= _MANY:
            return [key for key in asked if self.place(key) is not None]
        import numpy as np  # noqa: PLC0415  # not at the start

        wanted, own = np.frombuffer(asked, np.int64), np.frombuffer(self._sorted, np.int64)
        found: list[int] = wanted[own[np.minimum(np.searchsorted(own, wanted), len(own) - 1)] == wanted].tolist()
        return found
