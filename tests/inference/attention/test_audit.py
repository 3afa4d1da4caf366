"""A shortcut is seen in the audit of a folder: in the mean map, on the border, outside the box; strangers stand out."""

from __future__ import annotations

import random
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.audit import EXAMPLES, GRID, AuditRow, audit, find_outliers
from inference.attention.region import Box
from inference.results import CropGeometry

CENTRE, CORNER = (4, 4), (8, 0)


def _row(key: int, class_index: int, cell: tuple[int, int], *, wide: bool = False, box: Box | None = None) -> AuditRow:
    contributions = np.full((9, 9), -0.01, np.float32)
    contributions[cell] = 1.0
    crop = CropGeometry(50.0, 0.0, 150.0, 100.0) if wide else CropGeometry(0.0, 0.0, 100.0, 100.0)
    return AuditRow(key, class_index, contributions, crop, 200 if wide else 100, 100, box)


def _folder() -> Iterator[AuditRow]:
    """Class 0 looks at the centre, class 1 at the lower left corner, but for one picture."""
    for key in range(20):
        yield _row(key, 0, CENTRE, wide=key % 2 == 0)
        yield _row(100 + key, 1, CENTRE if key == 7 else CORNER)


def test_a_shortcut_is_seen() -> None:
    audits = audit(_folder(), box=Box(0.25, 0.25, 0.75, 0.75))
    assert list(audits) == [0, 1]
    object_class, shortcut = audits[0], audits[1]
    assert object_class.pictures == shortcut.pictures == 20
    assert shortcut.zone_pictures[2, 0] == 19
    assert shortcut.zone_shares[2, 0] == pytest.approx(19 / 20)
    assert object_class.zone_pictures[1, 1] == 20
    assert shortcut.border == pytest.approx(19 / 20)
    assert object_class.border == 0
    assert shortcut.border_if_even == pytest.approx(1 - 0.75**2)
    assert shortcut.outside == pytest.approx(19 / 20)
    assert object_class.outside == pytest.approx(0)
    assert shortcut.mean_share.shape == GRID
    assert shortcut.mean_share.sum() == pytest.approx(1.0)
    assert shortcut.mean_signed.sum() == pytest.approx(1.0 - 0.8, abs=1e-5)


def test_the_picture_that_deviates_is_found() -> None:
    audits = audit(_folder())
    assert audits[1].outside is None
    outliers = find_outliers(_folder(), audits, most=3)
    assert outliers[1][0].key == 107
    assert outliers[1][0].distance == pytest.approx(19 / 20)
    assert outliers[1][1].distance == pytest.approx(1 / 20)
    assert len(outliers[0]) == 3
    assert [one.distance for one in outliers[1]] == sorted((one.distance for one in outliers[1]), reverse=True)


def test_a_pictures_own_box_wins() -> None:
    rows = [_row(1, 0, CORNER, box=Box(0, 80, 20, 100)), _row(2, 0, CORNER)]
    assert audit(rows, box=Box(0.4, 0.4, 0.6, 0.6))[0].outside == pytest.approx(0.5)
    assert audit(rows)[0].outside == pytest.approx(0)


def test_maps_without_support_or_numbers_are_counted_apart() -> None:
    against, broken = np.full((3, 3), -1.0, np.float32), np.full((3, 3), np.nan, np.float32)
    crop = CropGeometry(0.0, 0.0, 10.0, 10.0)
    rows = [AuditRow(1, 4, against, crop, 10, 10), AuditRow(2, 4, broken, crop, 10, 10)]
    (found,) = audit(rows).values()
    assert (found.pictures, found.without_support, found.invalid) == (0, 1, 1)
    assert found.border == 0
    assert not found.mean_share.any()
    assert find_outliers(rows, {4: found}) == {}
    assert audit([]) == {}


def test_rows_are_read_once_and_one_by_one() -> None:
    alive = 0

    def rows() -> Iterator[AuditRow]:
        nonlocal alive
        for key in range(1000):
            alive += 1
            yield _row(key, key % 2, CENTRE)

    audits = audit(rows())
    assert alive == 1000
    assert [one.pictures for one in audits.values()] == [500, 500]


_SIDES = st.integers(20, 400)


@settings(max_examples=60, deadline=None)
@given(hnp.arrays(np.float32, (5, 7), elements=st.floats(-3, 3, width=16)), _SIDES, _SIDES)
def test_shares_add_up_whatever_the_picture(contributions: np.ndarray, width: int, height: int) -> None:
    side = float(min(width, height))
    left, top = (width - side) / 2, (height - side) / 2
    row = AuditRow(1, 0, contributions, CropGeometry(left, top, left + side, top + side), width, height)
    (found,) = audit([row]).values()
    assert found.pictures + found.without_support + found.invalid == 1
    if found.pictures:
        assert found.mean_share.sum() == pytest.approx(1)
        assert found.zone_shares.sum() == pytest.approx(1)
        assert found.zone_pictures.sum() == 1
        assert 0 <= found.border <= 1 + 1e-9
        assert found.mean_signed.sum() == pytest.approx(float(contributions.sum(dtype=np.float64)), abs=1e-5)
        assert find_outliers([row], {0: found})[0][0].distance == pytest.approx(0, abs=1e-9)


def test_examples_are_a_draw_that_does_not_depend_on_the_order() -> None:
    rows = [_row(key, 0, CENTRE) for key in range(500)]
    first = audit(rows)[0].examples
    random.Random(3).shuffle(rows)  # noqa: S311 - no secret
    assert audit(rows)[0].examples == first
    assert len(first) == EXAMPLES
    # From all over the folder, not its beginning.
    assert max(first) > 400
    assert audit(rows[:3])[0].examples == tuple(sorted(row.key for row in rows[:3]))
