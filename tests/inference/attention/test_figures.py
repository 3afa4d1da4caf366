"""Average drop and increase by hand, and all methods in one table on the same pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from inference.attention.figures import (
    FiguresSum,
    MethodComparison,
    PictureFigures,
    compare_methods,
    left_by_map,
    measure_methods,
)
from inference.attention.making import InspectedPicture
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.cancel import Cancelled, CancelToken
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


def test_picture_by_picture_it_is_the_same_table_and_the_runs_are_counted(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    pictures = [InspectedPicture(one.picture, one.features) for one in seen[:2]]
    methods = (Method.EVIDENCE, Method.EIGEN_CAM, Method.OCCLUSION)
    comparison = MethodComparison(methods)
    with pytest.raises(ValueError, match="no picture"):
        comparison.figures()
    for number, picture in enumerate(pictures, 1):
        measured, told = _measured(built_in, picture, head, methods)
        comparison.add(measured)
        assert comparison.pictures == number
        cells = picture.grid[0] * picture.grid[1]
        assert [one.runs for one in measured] == [51, 51, 51 + cells]
        # It is told of every run, and of how many there will be from the first on.
        assert told[-1] == (153 + cells, 153 + cells)
        assert {total for _, total in told} == {153 + cells}
        assert [done for done, _ in told] == sorted({done for done, _ in told})
    table = compare_methods(CopyRunner(built_in), pictures, head, methods, with_curves=True)
    for one, other in zip(comparison.figures(), table, strict=True):
        assert replace(one, seconds=0.0) == replace(other, seconds=0.0)
        curves = comparison.curves(one.method)
        assert curves.deletion.probabilities.shape == (25,)
        # The area is linear in the curve, and points lie between those of each picture.
        assert curves.deletion.area == pytest.approx(one.deletion_area, abs=0.01)
        assert one.runs == 2 * (51 + (cells if one.method is Method.OCCLUSION else 0))


def test_a_picture_that_was_given_up_does_not_count(built_in: Network, seen: tuple[Seen, ...], head: Head) -> None:
    cancel = CancelToken()
    pictures = [InspectedPicture(one.picture, one.features) for one in seen[:2]]
    comparison = MethodComparison([Method.EVIDENCE])
    comparison.add(measure_methods(CopyRunner(built_in), pictures[0], head, [Method.EVIDENCE]))
    before = comparison.figures()
    assert before[0].deletion_area is None
    with pytest.raises(ValueError, match="no picture"):
        comparison.curves(Method.EVIDENCE)
    cancel.cancel()
    with pytest.raises(Cancelled):
        comparison.add(measure_methods(CopyRunner(built_in, cancel=cancel), pictures[1], head, [Method.EVIDENCE]))
    assert comparison.figures() == before


def _measured(
    network: Network, picture: InspectedPicture, head: Head, methods: tuple[Method, ...]
) -> tuple[tuple[PictureFigures, ...], list[tuple[int, int]]]:
    """With curves; also what was told of the runs."""
    told: list[tuple[int, int]] = []
    runner = CopyRunner(network, on_progress=lambda done, total: told.append((done, total)))
    return measure_methods(runner, picture, head, methods, with_curves=True), told
