"""Maps of earlier stages, made without PyTorch, agree with the independent `grad-cam` package on the same weights.

The package's own normalisation is repeated on our map, as in `test_grad_cam_parity`. PyTorch computes in float64: the
gradient of a ReLU jumps at 0, so where its input is 0 but for rounding, two float32 programs may be on two sides. With
the random network PyTorch's own float32 gradients differ from its float64 ones by 5e-3 of the largest with one thread,
and by 1e-6 with two; ours by 4e-7.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from inference.arrays import EvidenceMap, RgbImage
from inference.attention.earlier import EARLIER_METHODS, class_direction, stage_map
from inference.attention.grad_cam import grad_cam, normalised
from inference.attention.methods import Method
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.gradient_network import GradientNetwork
from inference.models.adopt.adoption import AdoptOptions
from inference.models.catalog import read_model
from inference.models.contract import Preprocessing
from inference.profile import BUILT_IN_MODELS, Profile
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from inference.training.export import export
from inference.training.weights import build_network, infer_config, load_weights
from tests.inference.attention.conftest import SAMPLES

TOLERANCE = 1e-4
ORACLES: dict[Method, Any] = {
    Method.GRAD_CAM: GradCAM,
    Method.GRAD_CAM_PLUS_PLUS: GradCAMPlusPlus,
    Method.HIRES_CAM: HiResCAM,
    Method.LAYER_CAM: LayerCAM,
    Method.XGRAD_CAM: XGradCAM,
}


@dataclass(frozen=True, slots=True)
class Pair:
    """One set of weights, open in both programs."""

    theirs: ResNeXt
    ours: GradientNetwork
    preprocessing: Preprocessing
    samples: int = 2

    def tensor(self, image: RgbImage) -> torch.Tensor:
        """What PyTorch is given."""
        scaled = image.astype(np.float32) / 255
        mean, std = (np.array(values, np.float32) for values in (self.preprocessing.mean, self.preprocessing.std))
        return torch.from_numpy(((scaled - mean) / std).transpose(2, 0, 1)[None].copy()).double()


@pytest.fixture(scope="module")
def built_in_pair(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """The built-in network."""
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    network = build_network(infer_config(weights, "built-in"), weights, "built-in").double().eval()
    path = BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx"
    opened = GradientNetwork.open(path, Profile.below(tmp_path_factory.mktemp("profile")))
    yield Pair(network, opened, read_model(path).contract.preprocessing)
    opened.close()


@pytest.fixture(scope="module")
def random_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A ResNeXt-50 32x4d with random weights."""
    torch.manual_seed(7)
    network = ResNeXt(RESNEXT50_32X4D).eval()
    folder = tmp_path_factory.mktemp("random")
    preprocessing = Preprocessing(resize=232, crop=224)
    export(network, folder / "random.onnx", AdoptOptions("random", preprocessing=preprocessing))
    opened = GradientNetwork.open(folder / "random.onnx", Profile.below(folder / "profile"))
    yield Pair(network.double(), opened, preprocessing, samples=1)
    opened.close()


@pytest.fixture(params=["built_in_pair", "random_pair"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Both pairs, one after the other."""
    chosen: Pair = request.getfixturevalue(request.param)
    return chosen


def _as_published(made: EvidenceMap, side: int) -> NDArray[np.float32]:
    """What the package shows of a map."""
    resized: EvidenceMap = np.asarray(cv2.resize(normalised(grad_cam(made)), (side, side)), np.float32)
    return normalised(resized)


@pytest.mark.parametrize("stage", [1, 2, 3, 4])
@pytest.mark.parametrize("method", list(ORACLES))
def test_a_stage_agrees(pair: Pair, method: Method, stage: int) -> None:
    layers = [list(pair.theirs.get_submodule(f"layer{stage}").children())[-1]]
    differences = []
    with ORACLES[method](model=pair.theirs, target_layers=layers) as oracle:
        for path in SAMPLES[: pair.samples]:
            image = prepare_picture(path, PrepareOrder(pair.preprocessing)).input
            run = pair.ours.run(image, class_direction(pair.ours.facts.classes, 0))
            for index in np.argsort(-run.logits)[[0, -1]].tolist():
                asked = pair.ours.run(image, class_direction(pair.ours.facts.classes, index))
                made = stage_map(method, asked, stage).contributions
                theirs = oracle(input_tensor=pair.tensor(image), targets=[ClassifierOutputTarget(index)])[0]
                if made.max() <= 0:
                    assert not theirs.any()
                    continue
                differences.append(float(np.abs(_as_published(made, image.shape[0]) - theirs).max()))
    assert differences
    assert max(differences) <= TOLERANCE


@pytest.mark.parametrize("stage", [1, 2, 3])
def test_gradients_are_pytorchs(pair: Pair, stage: int) -> None:
    kept: list[torch.Tensor] = []

    def keep(_module: torch.nn.Module, _inputs: object, given: torch.Tensor) -> None:
        given.retain_grad()
        kept.append(given)

    image = prepare_picture(SAMPLES[0], PrepareOrder(pair.preprocessing)).input
    # One class rather than another, which no target of the package asks for.
    direction = class_direction(pair.ours.facts.classes, 5, 9)
    hook = pair.theirs.get_submodule(f"layer{stage}").register_forward_hook(keep)
    try:
        logits = pair.theirs(pair.tensor(image))[0]
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
