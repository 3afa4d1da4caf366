"""Contours run where the map has the level, close around what lies above it, and show nothing where nothing does."""

from __future__ import annotations

from collections import Counter

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from inference.attention.contours import contour
from inference.attention.render import OUTLINE_SHARES, outline_segments, spotlight_rgba


def test_a_round_hill_has_a_round_line() -> None:
    y, x = np.mgrid[0:80, 0:80]
    hill = -np.hypot((x + 0.5) / 80 - 0.5, (y + 0.5) / 80 - 0.5).astype(np.float32)
    line = contour(hill, -0.3)
    radius = np.hypot(line[:, ::2] - 0.5, line[:, 1::2] - 0.5)
    assert np.abs(radius - 0.3).max() < 0.002
    length = np.hypot(line[:, 2] - line[:, 0], line[:, 3] - line[:, 1]).sum()
    assert abs(length - 2 * np.pi * 0.3) < 0.01


def test_what_reaches_the_border_is_closed_along_it() -> None:
    assert np.isclose(_length(contour(np.ones((4, 4), np.float32), 0.5)), 4, atol=0.6)


def test_nothing_above_the_level_has_no_line() -> None:
    assert contour(np.zeros((3, 3), np.float32), 0.0).shape == (0, 4)


@given(
    arrays(np.int8, st.tuples(st.integers(1, 7), st.integers(1, 7)), elements=st.integers(-3, 3)), st.integers(-3, 3)
)
def test_lines_are_closed(values: np.ndarray, level: int) -> None:
    line = contour(values.astype(np.float32), level + 0.5)
    ends = Counter(tuple(np.round(point, 5)) for piece in line for point in (piece[:2], piece[2:]))
    assert all(count % 2 == 0 for count in ends.values())
    assert bool(len(line)) == bool((values > level + 0.5).any())


def test_outlines_lie_at_their_shares_and_only_around_support() -> None:
    cells = np.zeros((7, 7), np.float32)
    cells[3, 3] = 2.0
    assert len(outline_segments(cells, (70, 70))) > 20
    inner, outer = (contour(cells, share * 2.0) for share in reversed(OUTLINE_SHARES))
    assert _length(inner) < _length(outer)
    assert len(outline_segments(-cells, (70, 70))) == 0
    cells[0, 0] = np.nan
    assert len(outline_segments(cells, (70, 70))) == 0


def test_the_spotlight_takes_nothing_where_the_evidence_is_and_everything_elsewhere() -> None:
    cells = np.full((7, 7), -1.0, np.float32)
    cells[3, 3] = 1.0
    veil = spotlight_rgba(cells, 1.0, (70, 70))
    assert veil.shape == (70, 70, 4)
    assert veil[35, 35, 3] == 0
    assert veil[2, 2, 3] == 255
    assert not veil[..., :3].any()


def _length(line: np.ndarray) -> float:
    return float(np.hypot(line[:, 2] - line[:, 0], line[:, 3] - line[:, 1]).sum())
