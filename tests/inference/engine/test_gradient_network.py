"""A model's gradients are opened from their file, run, given other weights, and made again when the file is damaged."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from inference.cancel import Cancelled, CancelToken
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Network
from inference.errors import InferenceError, ModelLoadError
from inference.models.gradient_facts import WEIGHTS_FILE
from inference.profile import Profile
from tests.inference.models.adopt.residual import CHANNELS, CLASSES, residual_file, residual_model, torch_gradients

DIRECTION = np.eye(CLASSES, dtype=np.float32)[1]


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Profile:
    return Profile.below(tmp_path_factory.mktemp("profile"))


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return residual_file(tmp_path_factory.mktemp("models"))


@pytest.fixture
def network(model: Path, profile: Profile) -> Iterator[GradientNetwork]:
    opened = GradientNetwork.open(model, profile, threads=1)
    yield opened
    opened.close()


@pytest.fixture
def image() -> np.ndarray:
    return np.random.default_rng(4).integers(0, 256, (24, 30, 3), np.uint8)


def test_one_run_gives_the_networks_logits_and_every_stage(
    network: GradientNetwork, model: Path, image: np.ndarray
) -> None:
    run = network.run(image, DIRECTION)
    plain = Network.open(model, device="cpu", threads=1)
    outputs = plain.run(image[None], features=True)
    plain.close()
    assert outputs.features is not None
    assert plain.head is not None
    np.testing.assert_allclose(run.logits, outputs.logits[0], rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(run.stages[2].activations, outputs.features[0], rtol=1e-5, atol=1e-5)
    # The closed form of the last stage: W / n in every cell.
    height, width = run.stages[2].activations.shape[1:]
    expected = np.broadcast_to(plain.head.weight[1][:, None, None] / (height * width), (CHANNELS[1], height, width))
    np.testing.assert_allclose(run.stages[2].gradients, expected, rtol=1e-5)
    assert network.stages == (1, 2)
    assert run.stages[1].gradients.shape == run.stages[1].activations.shape == (CHANNELS[0], 12, 15)


def test_gradients_of_a_difference_are_the_difference_of_gradients(network: GradientNetwork, image: np.ndarray) -> None:
    other = np.eye(CLASSES, dtype=np.float32)[3]
    first, second, both = (network.run(image, one).stages[1] for one in (DIRECTION, other, DIRECTION - other))
    np.testing.assert_allclose(both.gradients, first.gradients - second.gradients, atol=1e-6)


def test_other_weights_are_really_used_forwards_and_backwards(network: GradientNetwork, image: np.ndarray) -> None:
    replaced = residual_model()
    weights: dict[str, np.ndarray] = {}
    for part in network.parts:
        for tensor in part.tensors:
            values = np.random.default_rng(len(weights)).normal(size=tensor.shape).astype(np.float32)
            weights[tensor.name] = values
            own = tensor.name.removeprefix("source/")
            own = f"{own}_0" if own.startswith("head") else own
            known = next(one for one in replaced.graph.initializer if one.name == own)
            known.raw_data = values.tobytes()
    other = network.with_weights(weights)
    made = other.run(image, DIRECTION)
    other.close()
    logits, stages = torch_gradients(replaced, image, DIRECTION)
    np.testing.assert_allclose(made.logits, logits, rtol=1e-3, atol=1e-3)
    for number, (activations, gradients) in enumerate(stages, start=1):
        np.testing.assert_allclose(made.stages[number].activations, activations, rtol=1e-3, atol=1e-3)
        np.testing.assert_allclose(made.stages[number].gradients, gradients, rtol=1e-3, atol=1e-3)
    # The network itself has not changed.
    assert not np.allclose(network.run(image, DIRECTION).logits, made.logits)


def test_a_damaged_file_is_made_again(model: Path, tmp_path: Path, image: np.ndarray) -> None:
    profile = Profile.below(tmp_path)
    first = GradientNetwork.open(model, profile, threads=1)
    expected = first.run(image, DIRECTION).logits
    first.close()
    for damage in (b"", b"nonsense"):
        first.path.write_bytes(damage)
        again = GradientNetwork.open(model, profile, threads=1)
        assert (again.run(image, DIRECTION).logits == expected).all()
        again.close()
    weights = first.path.parent / WEIGHTS_FILE
    for damage in (b"short", bytes(weights.stat().st_size)):
        weights.write_bytes(damage)
        again = GradientNetwork.open(model, profile, threads=1)
        assert (again.run(image, DIRECTION).logits == expected).all()
        again.close()


def test_a_model_that_was_changed_since_is_told(model: Path, profile: Profile) -> None:
    with pytest.raises(ModelLoadError, match="changed"):
        GradientNetwork.open(model, profile, model_hash="0" * 64)


def test_what_cannot_be_run_is_told(network: GradientNetwork, image: np.ndarray) -> None:
    with pytest.raises(ValueError, match="uint8"):
        network.run(image.astype(np.float32), DIRECTION)
    with pytest.raises(ValueError, match="direction"):
        network.run(image, DIRECTION[:-1])
    cancel = CancelToken()
    cancel.cancel()
    with pytest.raises(Cancelled):
        network.run(image, DIRECTION, cancel=cancel)
    with pytest.raises(InferenceError, match="no valid numbers"):
        network.run(image, DIRECTION * np.float32(np.nan))
    network.close()
    network.close()
    with pytest.raises(InferenceError, match="closed"):
        network.run(image, DIRECTION)
