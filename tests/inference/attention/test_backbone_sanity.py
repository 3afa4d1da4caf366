"""Randomised from the top, the network gives other maps; what does not look at a part is not changed by it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest

from inference.attention.backbone_sanity import (
    FINAL_DRAWS,
    BackboneCheck,
    BackboneStep,
    check_backbone,
    randomised_weights,
)
from inference.attention.earlier import class_direction
from inference.attention.methods import Method
from inference.attention.sanity import rank_correlation
from inference.cancel import Cancelled, CancelToken
from inference.engine.gradient_network import GradientNetwork
from inference.profile import BUILT_IN_MODELS, Profile
from tests.inference.attention.conftest import Seen

PARTS = ["head", "stage 4", "stage 3", "stage 2", "stage 1", "stem"]


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GradientNetwork]:
    profile = Profile.below(tmp_path_factory.mktemp("profile"))
    opened = GradientNetwork.open(BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx", profile)
    yield opened
    opened.close()


def test_evidence_depends_on_every_part_and_eigen_cam_not_on_the_head(
    network: GradientNetwork, seen: tuple[Seen, ...]
) -> None:
    one = seen[0]
    subject = int(one.logits.argmax())
    told: list[tuple[int, int]] = []
    towards = class_direction(network.facts.classes, subject)
    found = check_backbone(network, one.image, towards, on_progress=lambda *progress: told.append(progress))
    assert [step.part for step in found.steps] == PARTS
    assert told == [(run, 11) for run in range(1, 12)]
    assert found.passed
    assert found.stage == 4
    assert all(-1 <= step.signed <= 1 and -1 <= step.absolute <= 1 for step in found.steps)
    blind = check_backbone(network, one.image, towards, method=Method.EIGEN_CAM)
    assert blind.steps[0].signed == pytest.approx(1)
    assert blind.steps[-1].signed < 0.9


def test_the_same_seed_gives_the_same_and_another_seed_another(
    network: GradientNetwork, seen: tuple[Seen, ...]
) -> None:
    image = seen[1].image
    towards = class_direction(network.facts.classes, 3, 4)
    first, again, other = (
        check_backbone(network, image, towards, method=Method.GRAD_CAM, stage=2, seed=seed) for seed in (0, 0, 1)
    )
    assert first == again
    assert first.steps != other.steps


def test_random_weights_are_like_the_own_ones_and_differ_from_part_to_part(network: GradientNetwork) -> None:
    drawn = {part.name: randomised_weights(part, 5) for part in network.parts}
    for part in network.parts:
        for tensor in part.tensors:
            values = drawn[part.name][tensor.name]
            assert values.shape == tensor.shape
            assert values.dtype == np.float32
            if values.size > 5_000:
                assert values.std() == pytest.approx(tensor.std, rel=0.05)
                assert values.mean() == pytest.approx(tensor.mean, abs=0.1 * tensor.std)
    same = [values for weights in drawn.values() for values in weights.values() if values.shape == (256,)]
    assert len({values.tobytes() for values in same}) == len(same) > 1


def test_what_is_not_made_there_is_refused(network: GradientNetwork, seen: tuple[Seen, ...]) -> None:
    for method, stage in ((Method.OCCLUSION, None), (Method.EVIDENCE, 2), (Method.EIGEN_CAM, 1)):
        with pytest.raises(ValueError, match="is not made at stage"):
            check_backbone(
                network, seen[0].image, class_direction(network.facts.classes, 0), method=method, stage=stage
            )


def test_it_can_be_stopped_between_two_runs(network: GradientNetwork, seen: tuple[Seen, ...]) -> None:
    cancel = CancelToken()
    runs: list[int] = []

    def stop(done: int, _total: int) -> None:
        runs.append(done)
        if done == 3:
            cancel.cancel()

    with pytest.raises(Cancelled):
        check_backbone(
            network, seen[0].image, class_direction(network.facts.classes, 0), on_progress=stop, cancel=cancel
        )
    assert runs == [1, 2, 3]


def test_only_the_wholly_random_network_decides() -> None:
    def check(*signed: float) -> BackboneCheck:
        steps = tuple(BackboneStep(f"{value}", value, value, is_flat=False) for value in signed)
        return BackboneCheck(Method.GRAD_CAM, 2, steps)

    assert check(0.9, 0.1).passed
    assert not check(0.1, 0.6).passed
    # A mirror image is no other map.
    assert not check(0.1, -0.9).passed
    assert not check().passed
    assert not replace(check(0.9, 0.1), is_flat=True).passed


def test_one_random_network_that_agrees_by_accident_does_not_decide(
    network: GradientNetwork, seen: tuple[Seen, ...]
) -> None:
    """The last step is the mean over whole networks, drawn as the first of each seed is."""
    one = seen[0]
    towards = class_direction(network.facts.classes, int(one.logits.argmax()))
    own = network.run(one.image, towards).stages[4]
    signed = []
    for draw in range(FINAL_DRAWS):
        weights = {
            name: values
            for number, part in enumerate(network.parts)
            for name, values in randomised_weights(part, draw * len(network.parts) + number).items()
        }
        drawn = network.with_weights(weights)
        made = drawn.run(one.image, towards).stages[4]
        drawn.close()
        signed.append(
            rank_correlation(
                *(np.einsum("khw,khw->hw", maps.activations, maps.gradients) for maps in (own, made)),
            )
        )
    found = check_backbone(network, one.image, towards)
    assert found.steps[-1].signed == pytest.approx(np.mean(signed), abs=1e-3)
    assert max(np.abs(signed)) > abs(found.steps[-1].signed)


def test_a_map_that_is_the_same_everywhere_passes_nothing(network: GradientNetwork, seen: tuple[Seen, ...]) -> None:
    # No logit is asked about, so no gradient flows.
    nothing = np.zeros(network.facts.classes, np.float32)
    found = check_backbone(network, seen[0].image, nothing, method=Method.GRAD_CAM)
    assert found.is_flat
    assert not found.passed
