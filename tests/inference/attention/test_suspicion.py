"""Suspicious classes come first, few pictures count little, and a box on the grid's lines is answered exactly."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

from inference.attention.audit import GRID, AuditRow, ClassAudit, audit
from inference.attention.region import Box
from inference.attention.suspicion import (
    mean_scale,
    most_suspicious_first,
    outside_of_means,
    snapped,
    strongest_place,
)
from inference.results import CropGeometry

_CROP = CropGeometry(50.0, 0.0, 250.0, 200.0)
_SIZE = (300, 200)
_MAPS = st.lists(
    hnp.arrays(np.float32, (7, 7), elements=st.floats(-4, 4, width=16)).filter(lambda one: one.max() > 0.01),
    min_size=1,
    max_size=5,
)


def _rows(maps: list[np.ndarray], class_index: int = 3) -> list[AuditRow]:
    return [AuditRow(key, class_index, one, _CROP, *_SIZE) for key, one in enumerate(maps)]


def _audit(border: float, pictures: int, index: int) -> ClassAudit:
    zeros, zones = np.zeros(GRID), np.zeros((3, 3))
    return ClassAudit(index, pictures, 0, 0, zeros, zeros, border, 0.4375, None, zones, zones.astype(np.int64))


@st.composite
def _lined_boxes(draw: st.DrawFn) -> Box:
    """Boxes on the lines of the mean map's grid."""
    top, bottom = sorted(draw(st.lists(st.integers(0, GRID[0]), min_size=2, max_size=2, unique=True)))
    left, right = sorted(draw(st.lists(st.integers(0, GRID[1]), min_size=2, max_size=2, unique=True)))
    return Box(left / GRID[1], top / GRID[0], right / GRID[1], bottom / GRID[0])


@settings(max_examples=40, deadline=None)
@given(_MAPS, _lined_boxes())
def test_the_mean_map_answers_for_a_box_what_the_pictures_answer(maps: list[np.ndarray], box: Box) -> None:
    (found,) = audit(_rows(maps), box=box).values()
    assert found.mean_share.sum() == pytest.approx(1)
    assert found.outside == pytest.approx(outside_of_means([found], box)[3], abs=1e-6)
    assert snapped(box, GRID) == box


@settings(max_examples=40, deadline=None)
@given(_MAPS, _lined_boxes())
def test_what_is_outside_a_box_and_what_is_inside_are_all(maps: list[np.ndarray], box: Box) -> None:
    audits = audit(_rows(maps))
    around = (
        Box(0, 0, 1, box.top), Box(0, box.bottom, 1, 1), Box(0, box.top, box.left, box.bottom),
        Box(box.right, box.top, 1, box.bottom),
    )  # fmt: skip
    inside = [1 - outside_of_means(audits.values(), one)[3] for one in around if not one.is_empty]
    assert outside_of_means(audits.values(), box)[3] == pytest.approx(sum(inside), abs=1e-6)
    assert outside_of_means(audits.values(), Box(0, 0, 1, 1))[3] == pytest.approx(0, abs=1e-9)


@given(st.floats(-0.5, 1.5), st.floats(-0.5, 1.5), st.floats(-0.5, 1.5), st.floats(-0.5, 1.5))
def test_any_two_corners_make_a_box_on_the_lines(left: float, top: float, right: float, bottom: float) -> None:
    box = snapped(Box(left, top, right, bottom), GRID)
    assert not box.is_empty
    for value, parts in ((box.left, 24), (box.right, 24), (box.top, 24), (box.bottom, 24)):
        assert 0 <= value <= 1
        assert value * parts == pytest.approx(round(value * parts))


def test_one_odd_picture_is_no_suspicious_class() -> None:
    classes = [_audit(0.45, 200, 0), _audit(0.9, 1, 1), _audit(0.8, 100, 2), _audit(0.1, 100, 3), _audit(0.0, 0, 4)]
    assert [one.class_index for one in most_suspicious_first(classes)] == [2, 1, 0, 3, 4]
    many = [_audit(0.45, 200, 0), _audit(0.6, 1, 1), _audit(0.55, 100, 2)]
    assert most_suspicious_first(many)[0].class_index == 2
    assert most_suspicious_first([]) == []


def test_a_box_decides_the_order_where_there_is_one() -> None:
    left, right = np.zeros((2, 4), np.float32), np.zeros((2, 4), np.float32)
    left[:, 0], right[:, 3] = 1, 1
    audits = audit(_rows([left], 0) + _rows([right], 1)).values()
    half = Box(0, 0, 0.5, 1)
    assert [one.class_index for one in most_suspicious_first(audits, half)] == [1, 0]
    assert [one.class_index for one in most_suspicious_first(audits, Box(0.5, 0, 1, 1))] == [0, 1]
    assert outside_of_means(audits, half) == pytest.approx({0: 0.0, 1: 1.0})
    assert outside_of_means([], half) == {}


def test_the_place_is_named_and_the_scale_is_the_largest_mean() -> None:
    corner = np.full((6, 6), -0.5, np.float32)
    corner[5, 0] = 2
    (found,) = audit([AuditRow(1, 0, corner, CropGeometry(0, 0, 100, 100), 100, 100)]).values()
    assert strongest_place(found) == "bottom left"
    # A cell covers 4 x 4 fields.
    assert mean_scale([found]) == pytest.approx(2 / 16)
    assert strongest_place(_audit(0, 0, 0)) == ""
    assert mean_scale([_audit(0, 0, 0)]) == mean_scale([]) == 1
