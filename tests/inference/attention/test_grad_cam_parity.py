"""Our maps, made without a backward pass, agree with the independent `grad-cam` package on the same weights.

Eigen-CAM agrees up to sign. Score-CAM agrees where the package's network rounds its input to whole grey values, as a
uint8 input does, and to 4e-2 where it does not (DESIGN.md 12).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.attention.methods import FACTS, Method
from tests.inference.attention.parity import (
    BUILT_IN,
    ORACLES,
    Compared,
    Pair,
    Weights,
    built_in_weights,
    eigen_cams,
    largest,
    last_stage,
    pair_of,
    score_cams,
)

TOLERANCE = 1e-4
UNROUNDED_TOLERANCE = 4e-2
# Writing and opening the networks takes long on a busy machine, and counts for the first test that needs them.
pytestmark = [pytest.mark.usefixtures("one_thread"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def built_in_pair(shared_data: Path) -> Iterator[Pair]:
    """The built-in network."""
    pair = pair_of(built_in_weights(shared_data), BUILT_IN)
    yield pair
    pair.ours.close()


@pytest.fixture(scope="module")
def random_pair(random_file: tuple[Weights, Path]) -> Iterator[Pair]:
    """A ResNeXt-50 32x4d with random weights."""
    pair = pair_of(*random_file)
    yield pair
    pair.ours.close()


@pytest.fixture(scope="module", params=["built_in_pair", "random_pair"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Both pairs, one after the other."""
    chosen: Pair = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="module")
def compared(pair: Pair) -> dict[Method, list[Compared]]:
    """Every method with gradients at the last stage."""
    return last_stage(pair)


@pytest.mark.parametrize("method", list(ORACLES))
def test_a_method_with_gradients_agrees(pair: Pair, compared: dict[Method, list[Compared]], method: Method) -> None:
    found = compared[method]
    assert len(found) == 3 * pair.weights.samples
    assert sum(not one.is_blank for one in found) >= 2 * pair.weights.samples
    assert largest(found) <= TOLERANCE


def test_eigen_cam_agrees_up_to_its_sign(pair: Pair) -> None:
    found = eigen_cams(pair)
    assert len(found) == pair.weights.samples
    for fitting, other in found:
        assert fitting <= TOLERANCE
        assert other > 0.1


def test_score_cam_of_the_built_in_network_agrees(built_in_pair: Pair) -> None:
    # 1,024 runs in each program: at 40 pixels, which make 5 x 5 cells, they take seconds.
    rounded, unrounded = score_cams(built_in_pair, 40, rounding=(True, False))
    assert not rounded.is_blank
    assert rounded.difference <= TOLERANCE
    assert not unrounded.is_blank
    assert unrounded.difference <= UNROUNDED_TOLERANCE


def test_score_cam_of_a_random_resnext50_agrees(random_pair: Pair) -> None:
    # 2,048 runs in each program: at 33 pixels, the smallest size with 2 x 2 cells.
    (rounded,) = score_cams(random_pair, 33, rounding=(True,))
    assert not rounded.is_blank
    assert rounded.difference <= TOLERANCE


def test_every_method_of_ours_that_the_package_has_is_compared() -> None:
    compared = {*ORACLES, Method.EIGEN_CAM, Method.SCORE_CAM}
    assert set(FACTS) - compared == {Method.EVIDENCE, Method.OCCLUSION}
