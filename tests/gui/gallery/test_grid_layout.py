"""Test gui/gallery/grid_layout.py: rows, lines and heights agree, however the rows are grouped."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from gui.gallery.arrangement import Group
from gui.gallery.grid_layout import GridLayout

_CELL, _HEADING = 50, 20


def _groups(counts: list[int]) -> list[Group]:
    firsts = itertools.accumulate([0, *counts[:-1]])
    return [Group(f"group {first}", first, count) for first, count in zip(firsts, counts, strict=True)]


def _layout(counts: list[int], columns: int, *, grouped: bool) -> GridLayout:
    groups = _groups(counts) if grouped else []
    return GridLayout(sum(counts), groups, columns=columns, cell_height=_CELL, heading_height=_HEADING)


_COUNTS = st.lists(st.integers(1, 9), min_size=1, max_size=6)


@given(_COUNTS, st.integers(1, 4), st.booleans())
def test_every_cell_is_found_again(counts: list[int], columns: int, grouped: bool) -> None:
    layout = _layout(counts, columns, grouped=grouped)
    cells = [layout.place_of(row) for row in range(sum(counts))]
    assert len(set(cells)) == len(cells)
    assert cells == sorted(cells, key=lambda cell: (cell[1], cell[0]))
    assert layout.height == cells[-1][1] + _CELL
    for row, (column, top) in enumerate(cells):
        assert {layout.row_at(column, y) for y in (top, top + _CELL - 1)} == {row}
        first, last = layout.rows_between(top, top + _CELL - 1)
        assert first <= row <= last < first + columns
    assert layout.rows_between(0, layout.height) == (0, len(cells) - 1)
    assert layout.rows_between(layout.height, layout.height + 9) == (-1, -1)
    assert layout.row_at(0, -1) < 0


@given(_COUNTS, st.integers(1, 4), st.booleans(), st.integers(-5, 5))
def test_lines_up_and_down(counts: list[int], columns: int, grouped: bool, lines: int) -> None:
    layout = _layout(counts, columns, grouped=grouped)
    cells = [layout.place_of(row) for row in range(sum(counts))]
    tops = sorted({top for _, top in cells})
    for row, (column, top) in enumerate(cells):
        target = tops.index(top) + lines
        found = layout.row_by_lines(row, lines)
        if not 0 <= target < len(tops):
            assert found == (-1 if target < 0 else len(cells))
        else:
            in_line = [other for other, cell in enumerate(cells) if cell[1] == tops[target]]
            assert found == in_line[min(column, len(in_line) - 1)]


@given(_COUNTS, st.integers(1, 4), st.integers(0, 900), st.integers(1, 300))
def test_headings_stand_above_their_first_row(counts: list[int], columns: int, top: int, height: int) -> None:
    layout = _layout(counts, columns, grouped=True)
    every = [(group, layout.place_of(group.first_row)[1] - _HEADING) for group in _groups(counts)]
    bottom = top + height
    touched = [(group, y) for group, y in every if y <= bottom and y + _HEADING > top]
    assert layout.headings_between(top, bottom) == touched
    assert _layout(counts, columns, grouped=False).headings_between(top, bottom) == []


def test_without_rows_there_is_nothing() -> None:
    layout = GridLayout(0, (), columns=3, cell_height=_CELL, heading_height=_HEADING)
    assert (layout.height, layout.rows_between(0, 500)) == (0, (-1, -1))
