"""Maps of earlier stages, made without PyTorch, agree with the independent `grad-cam` package on the same weights."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
import torch

from inference.attention.earlier import EARLIER_METHODS, class_direction
from inference.attention.methods import Method
from tests.inference.attention.parity import (
    BUILT_IN,
    ORACLES,
    Compared,
    StagePair,
    Weights,
    built_in_weights,
    largest,
    stage_pair_of,
    stages,
)

TOLERANCE = 1e-4
STAGES = (1, 2, 3, 4)
# Writing and opening the networks takes long on a busy machine, and counts for the first test that needs them.
pytestmark = [pytest.mark.usefixtures("one_thread"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def built_in_pair(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagePair]:
    """The built-in network."""
    pair = stage_pair_of(built_in_weights(shared_data), BUILT_IN, tmp_path_factory.mktemp("profile"))
    yield pair
    pair.ours.close()


@pytest.fixture(scope="module")
def random_pair(random_file: tuple[Weights, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[StagePair]:
    """A ResNeXt-50 32x4d with random weights."""
    pair = stage_pair_of(*random_file, tmp_path_factory.mktemp("profile"))
    yield pair
    pair.ours.close()


@pytest.fixture(scope="module", params=["built_in_pair", "random_pair"])
def pair(request: pytest.FixtureRequest) -> StagePair:
    """Both pairs, one after the other."""
    chosen: StagePair = request.getfixturevalue(request.param)
    return chosen


@pytest.fixture(scope="module")
def compared(pair: StagePair) -> dict[tuple[Method, int], list[Compared]]:
    """Every method at every stage."""
    return stages(pair, STAGES)


@pytest.mark.parametrize("stage", STAGES)
@pytest.mark.parametrize("method", list(ORACLES))
def test_a_stage_agrees(compared: dict[tuple[Method, int], list[Compared]], method: Method, stage: int) -> None:
    found = compared[method, stage]
    assert not all(one.is_blank for one in found)
    assert largest(found) <= TOLERANCE


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_gradients_are_pytorchs(pair: StagePair, stage: int) -> None:
    kept: list[torch.Tensor] = []

    def keep(_module: torch.nn.Module, _inputs: object, given: torch.Tensor) -> None:
        given.retain_grad()
        kept.append(given)

    image = pair.weights.inputs()[0]
    # One class rather than another, which no target of the package asks for.
    direction = class_direction(pair.ours.facts.classes, 5, 9)
    hook = pair.weights.network.get_submodule(f"layer{stage}").register_forward_hook(keep)
    try:
        logits = pair.weights.network(pair.tensor(image))[0]
        (logits[5] - logits[9]).backward()
    finally:
        hook.remove()
    assert kept[0].grad is not None
    theirs = kept[0].grad.numpy()[0]
    ours = pair.ours.run(image, direction).stages[stage]
    assert np.abs(ours.gradients - theirs).max() <= TOLERANCE * np.abs(theirs).max()
    activations = kept[0].detach().numpy()[0]
    assert np.abs(ours.activations - activations).max() <= TOLERANCE * np.abs(activations).max()


def test_every_method_that_is_offered_is_compared() -> None:
    assert set(ORACLES) == EARLIER_METHODS
