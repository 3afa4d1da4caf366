"""Average drop and increase by hand, and all methods in one table on the same pictures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray

from inference.attention.figures import (
    FiguresSum,
    MethodComparison,
    PictureFigures,
    compare_methods,
    left_by_map,
    measure_methods,
)
from inference.attention.making import InspectedPicture
from inference.attention.masking import Filling
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.cancel import Cancelled, CancelToken
from inference.engine.network import Head, Network
from inference.errors import InferenceError
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


def test_figures_and_areas_are_those_of_the_papers_computed_in_another_way(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    one = seen[0]
    methods = (Method.EVIDENCE, Method.LAYER_CAM)
    measured = measure_methods(
        CopyRunner(built_in), InspectedPicture(one.picture, one.features), head, methods, with_curves=True,
        filling=Filling.GREY,
    )  # fmt: skip
    subject = int(one.logits.argmax())
    weight = head.weight[subject].astype(np.float64)
    cells = one.features.shape[1] * one.features.shape[2]
    mean = np.array(built_in.contract.preprocessing.mean) * 255
    grey = np.rint(mean).astype(np.uint8)
    whole = _probability(built_in, one.image[None], subject)[0]
    for found, used in zip(measured, (weight, np.maximum(weight, 0)), strict=True):
        strength = np.einsum("k,khw->hw", used, one.features) / cells
        supporting = np.maximum(strength, 0)
        mask = _enlarged((supporting - supporting.min()) / np.ptp(supporting), one.image.shape[:2])
        left = np.rint(mean + (one.image - mean) * mask[..., None]).astype(np.uint8)
        assert found.before == pytest.approx(whole, abs=1e-5)
        # A colour that lies between two whole ones may be rounded either way.
        assert found.after == pytest.approx(_probability(built_in, left[None], subject)[0], abs=2e-3)
        assert found.curves is not None
        copies, shares = [], []
        for step in range(25):
            count = round(cells * step / 24)
            threshold = np.sort(strength.ravel())[::-1][count - 1] if count else np.inf
            hidden = np.kron(strength >= threshold, np.ones(np.array(one.image.shape[:2]) // strength.shape))[..., None]
            copies.append(np.where(hidden, grey, one.image))
            shares.append(count / cells)
        falling = _probability(built_in, np.stack(copies), subject)
        area = sum((falling[i] + falling[i + 1]) / 2 * (shares[i + 1] - shares[i]) for i in range(24))
        assert found.curves.deletion.area == pytest.approx(area, abs=1e-5)
        assert found.curves.deletion.probabilities == pytest.approx(falling, abs=1e-5)


def _probability(network: Network, images: NDArray[np.uint8], subject: int) -> NDArray[np.float64]:
    logits = network.run(images).logits.astype(np.float64)
    raised = np.exp(logits - logits.max(axis=1, keepdims=True))
    shares: NDArray[np.float64] = raised[:, subject] / raised.sum(axis=1)
    return shares


def _enlarged(values: NDArray[np.float64], size: tuple[int, ...]) -> NDArray[np.float64]:
    """Bilinear between the centres of cells."""
    for axis, (cells, pixels) in enumerate(zip(values.shape, size, strict=True)):
        places = np.clip((np.arange(pixels) + 0.5) * cells / pixels - 0.5, 0, cells - 1)
        low = np.minimum(places.astype(int), cells - 2)
        part = (places - low).reshape((-1, 1) if axis == 0 else (1, -1))
        values = values.take(low, axis) * (1 - part) + values.take(low + 1, axis) * part
    return values


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


def test_a_map_without_valid_numbers_is_told_and_measured_as_nothing(
    built_in: Network, seen: tuple[Seen, ...], head: Head
) -> None:
    features = seen[0].features.copy()
    features[0, 0, 0] = np.nan
    runs: list[int] = []
    runner = CopyRunner(built_in, on_progress=lambda done, _total: runs.append(done))
    with pytest.raises(InferenceError, match=r"the map of grad-cam has no valid numbers"):
        measure_methods(runner, InspectedPicture(seen[0].picture, features), head, [Method.GRAD_CAM])
    assert runs == []


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
