"""Say which place of the image table stands in which row; no Qt, no numpy as long as rows follow the places."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_MANY = 2_000


class RowOrder:
    """Rows of places, both ways. Without an array, row and place are the same number.

    Attributes:
        is_ascending: places grow with the rows, so that no second array is needed to find a row.
    """

    def __init__(self, places: array[int] | None = None, *, count: int = 0, is_ascending: bool = True) -> None:
        self._places = places
        self._count = count if places is None else len(places)
        self._rows: array[int] | None = None
        self.is_ascending = is_ascending

    def __len__(self) -> int:
        return self._count

    def place(self, row: int) -> int:
        """The place in a row."""
        return row if self._places is None else self._places[row]

    def row(self, place: int) -> int | None:
        """The row of a place, or None if it is not shown."""
        if self._places is None:
            return place if place < self._count else None
        if self.is_ascending:
            row = bisect_left(self._places, place)
            return row if row < self._count and self._places[row] == place else None
        rows = self._inverse(self._places)
        row = rows[place] if place < len(rows) else -1
        return row if row >= 0 else None

    def rows(self, places: NDArray[np.int32]) -> NDArray[np.int32]:
        """The rows of many places, -1 for those that are not shown."""
        import numpy as np  # noqa: PLC0415  # not at the start

        if self._places is None:
            return np.where(places < self._count, places, -1).astype(np.int32)
        if not self._count:
            return np.full(len(places), -1, dtype=np.int32)
        own = np.asarray(self._places)
        if self.is_ascending:
            rows = np.minimum(np.searchsorted(own, places), self._count - 1)
            return np.where(own[rows] == places, rows, -1).astype(np.int32)
        inverse = np.asarray(self._inverse(self._places))
        return np.where(places < len(inverse), inverse[np.minimum(places, len(inverse) - 1)], -1).astype(np.int32)

    def row_from(self, place: int) -> int:
        """In ascending order: the row of a place, or where it would stand."""
        return min(place, self._count) if self._places is None else bisect_left(self._places, place)

    def first_shown(self, before: RowOrder, row: int) -> int | None:
        """The row of the first place that stood at or behind a row in another order and is shown here, or None."""
        if self.is_ascending and before.is_ascending and row < len(before):
            found = self.row_from(before.place(row))
            return found if found < self._count else None
        return next((now for place in before.places(row) if (now := self.row(place)) is not None), None)

    def places(self, first: int = 0, end: int | None = None) -> Sequence[int]:
        """The places in the rows from `first` to before `end`."""
        end = self._count if end is None else end
        return range(first, end) if self._places is None else self._places[first:end]

    def insert(self, row: int, places: Sequence[int]) -> None:
        """Put places before a row; in ascending order it must be where they belong."""
        if self._places is None:
            if row == self._count and tuple(places) == tuple(range(row, row + len(places))):
                self._count += len(places)
                return
            self._places = array("i", range(self._count))
        self._places[row:row] = array("i", places)
        self._count += len(places)
        self._rows = None

    def remove(self, first: int, last: int) -> None:
        """Take the rows from `first` to `last` out."""
        if self._places is None:
            self._places = array("i", range(self._count))
        del self._places[first : last + 1]
        self._count = len(self._places)
        self._rows = None

    def merged(self, places: Sequence[int]) -> RowOrder:
        """In ascending order: another one with these places too."""
        import numpy as np  # noqa: PLC0415  # not at the start

        every = np.sort(np.concatenate([np.asarray(self.places()), np.asarray(places)]), kind="stable")
        return RowOrder(_array(every))

    def without(self, rows: Sequence[int]) -> RowOrder:
        """Another one that lacks these rows."""
        import numpy as np  # noqa: PLC0415  # not at the start

        left = np.delete(np.asarray(self.places()), np.asarray(rows, dtype=np.int64))
        return RowOrder(_array(left), is_ascending=self.is_ascending)

    def _inverse(self, places: array[int]) -> array[int]:
        if self._rows is None:
            import numpy as np  # noqa: PLC0415  # not at the start

            shown = np.asarray(places)
            rows = np.full(int(shown.max(initial=-1)) + 1, -1, dtype=np.int32)
            rows[shown] = np.arange(len(places), dtype=np.int32)
            self._rows = _array(rows)
        return self._rows


def _array(numbers: NDArray[Any]) -> array[int]:
    import numpy as np  # noqa: PLC0415  # not at the start

    result = array("i")
    result.frombytes(numbers.astype(np.int32).tobytes())
    return result


def runs(numbers: Sequence[int], most: int) -> list[tuple[int, int]] | None:
    """Ascending numbers as (first, last) pairs of neighbours; None if there would be more pairs than `most`."""
    if isinstance(numbers, range):
        return [(numbers[0], numbers[-1])] if numbers else []
    if len(numbers) > _MANY:
        import numpy as np  # noqa: PLC0415  # not at the start

        every = np.asarray(numbers)
        ends = np.flatnonzero(np.diff(every) != 1)
        if len(ends) >= most:
            return None
        first, last = every[np.concatenate(([0], ends + 1))], every[np.concatenate((ends, [len(every) - 1]))]
        return list(zip(first.tolist(), last.tolist(), strict=True))
    found: list[tuple[int, int]] = []
    for number in numbers:
        if found and found[-1][1] == number - 1:
            found[-1] = (found[-1][0], number)
        else:
            found.append((number, number))
    return found if len(found) <= most else None
