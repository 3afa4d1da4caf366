"""Average drop and increase by hand, and all methods in one table on the same pictures."""

from __future__ import annotations

import numpy as np
import pytest

from inference.attention.figures import FiguresSum, compare_methods, left_by_map
from inference.attention.making import InspectedPicture
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.engine.network import Head, Network
from tests.inference.attention.conftest import Seen


def test_drop_and_increase_by_hand() -> None:
    total = FiguresSum(Method.GRAD_CAM)
    with pytest.raises(ValueError, match="no picture"):
        total.figures()
    for before, after in [(0.8, 0.4), (0.5, 0.6), (0.2, 0.2), (0.0, 0.0)]:
        total.add(before, after)
    for seconds in (0.1, 0.3, 0.0, 0.0):
        total.add_time(seconds)
    total.add_areas(0.2, 0.6)
    total.add_areas(0.4, 0.8)
    figures = total.figures()
    assert figures.pictures == 4
    assert figures.average_drop == pytest.approx(0.5 / 4)
    assert figures.average_increase == pytest.approx(1 / 4)
    assert figures.seconds == pytest.approx(0.1)
    assert figures.deletion_area == pytest.approx(0.3)
    assert figures.insertion_area == pytest.approx(0.7)


def test_a_map_leaves_what_it_points_at() -> None:
    image = np.full((8, 16, 3), 255, np.uint8)
    left = left_by_map(image, np.array([[-5.0, 0.0, 2.0, 2.0]], np.float32), (0.2, 0.2, 0.2))
    assert (left[:, :4] == 51).all()
    assert (left[:, -4:] == 255).all()
    assert (image == 255).all()
    assert (left_by_map(image, np.zeros((2, 2), np.float32), (0.2, 0.2, 0.2)) == 51).all()


def test_one_table_for_several_methods(built_in: Network, seen: tuple[Seen, ...], head: Head) -> None:
    pictures = [InspectedPicture(one.picture, one.features) for one in seen]
    methods = (Method.EVIDENCE, Method.GRAD_CAM, Method.EIGEN_CAM, Method.OCCLUSION)
    table = compare_methods(CopyRunner(built_in), iter(pictures), head, methods, with_curves=True)
    assert [row.method for row in table] == list(methods)
    assert {row.pictures for row in table} == {3}
    # Rectified, the first two are one map; curves go by the order, which ReLU changes only among what is against.
    assert table[0].average_drop == pytest.approx(table[1].average_drop)
    assert table[0].average_increase == table[1].average_increase
    for row in table:
        assert 0 <= row.average_drop <= 1
        assert row.deletion_area is not None
        assert row.insertion_area is not None
        assert 0 < row.deletion_area < 1
    assert table[3].average_drop != table[0].average_drop
    # Occlusion runs the network for each cell.
    assert table[3].seconds > table[0].seconds > 0
    bare = compare_methods(CopyRunner(built_in), pictures[:1], head, methods[:1])
    assert bare[0].deletion_area is None
    with pytest.raises(ValueError, match="no picture"):
        compare_methods(CopyRunner(built_in), [], head, methods)
