"""Compute where tiles and group headings lie in a grid; no Qt, and nothing that walks over all rows."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence

from gui.gallery.arrangement import Group


class GridLayout:
    """Lines of cells, all of one height, under headings. Without groups it is one group without a heading.

    Attributes:
        columns: cells in a line.
        height: of everything, in logical pixels.
    """

    def __init__(
        self, count: int, groups: Sequence[Group], *, columns: int, cell_height: int, heading_height: int
    ) -> None:
        self.columns = columns
        self._count = count
        self._cell_height = cell_height
        self._groups = groups or (Group("", 0, count),)
        self._heading_height = heading_height if groups else 0
        self._first_rows = [group.first_row for group in self._groups]
        self._first_lines: list[int] = []
        self._tops: list[int] = []
        line = top = 0
        for group in self._groups:
            self._first_lines.append(line)
            self._tops.append(top)
            lines = -(-group.count // columns)
            line += lines
            top += self._heading_height + lines * cell_height
        self._lines = line
        self.height = top

    def place_of(self, row: int) -> tuple[int, int]:
        """Column and upper edge of a row's cell."""
        group = self._group_of(row)
        line, column = divmod(row - self._first_rows[group], self.columns)
        return column, self._tops[group] + self._heading_height + line * self._cell_height

    def heading_above(self, row: int) -> int:
        """Height of the heading right above a row's line, 0 where there is none."""
        return self._heading_height if row - self._first_rows[self._group_of(row)] < self.columns else 0

    def row_at(self, column: int, y: int) -> int:
        """The row in a column at a height; that of the nearest cell where there is none. May lie outside all rows."""
        if y < 0:
            return -1
        group = max(0, bisect_right(self._tops, y) - 1)
        line = max(0, (y - self._tops[group] - self._heading_height) // self._cell_height)
        row = self._first_rows[group] + line * self.columns + column
        is_last = group == len(self._groups) - 1
        return row if is_last else min(row, self._first_rows[group + 1] - 1)

    def rows_between(self, top: int, bottom: int) -> tuple[int, int]:
        """The first and the last row of the lines that a stretch of heights touches, (-1, -1) where there is none."""
        if not self._count or bottom < 0 or top >= self.height:
            return -1, -1
        first = max(0, self.row_at(0, max(0, top)))
        last = min(self._count - 1, self.row_at(self.columns - 1, bottom))
        return (first, last) if first <= last else (-1, -1)

    def row_by_lines(self, row: int, lines: int) -> int:
        """The row so many lines below (or above), in the same column as far as there is one.

        Returns:
            -1 above the first line, the number of rows below the last one.
        """
        group = self._group_of(row)
        line, column = divmod(row - self._first_rows[group], self.columns)
        line += self._first_lines[group] + lines
        if line < 0:
            return -1
        if line >= self._lines:
            return self._count
        group = bisect_right(self._first_lines, line) - 1
        target = self._first_rows[group] + (line - self._first_lines[group]) * self.columns + column
        return min(target, self._first_rows[group] + self._groups[group].count - 1)

    def headings_between(self, top: int, bottom: int) -> list[tuple[Group, int]]:
        """The headings that a stretch of heights touches, with their upper edges."""
        if not self._heading_height:
            return []
        group = max(0, bisect_right(self._tops, top) - 1)
        found = []
        while group < len(self._groups) and self._tops[group] <= bottom:
            if self._tops[group] + self._heading_height > top:
                found.append((self._groups[group], self._tops[group]))
            group += 1
        return found

    def _group_of(self, row: int) -> int:
        return max(0, bisect_right(self._first_rows, row) - 1)
