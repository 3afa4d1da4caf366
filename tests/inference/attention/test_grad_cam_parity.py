"""Our maps, made without a backward pass, agree with the independent `grad-cam` package on the same weights.

Convention (DESIGN.md 11): the package's own normalisation is repeated on our map: ReLU; minus the minimum, over
1e-7 + the maximum; resize to the network input; minus the minimum and over the maximum again. Eigen-CAM agrees up to
sign. Score-CAM agrees where the package's network rounds its input to whole grey values, as a uint8 input does, and to
4e-2 where it does not (DESIGN.md 12).
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
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from inference.arrays import EvidenceMap, InputBatch, Logits
from inference.attention.closed_forms import closed_form, eigen_places
from inference.attention.grad_cam import grad_cam, normalised
from inference.attention.methods import FACTS, Method
from inference.attention.runs import CopyRunner
from inference.attention.score_cam import score_cam
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Head, Network
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import MapKind, Preprocessing
from inference.profile import BUILT_IN_MODELS
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from inference.training.export import export
from inference.training.weights import build_network, infer_config, load_weights
from tests.inference.attention.conftest import SAMPLES

TOLERANCE = 1e-4
UNROUNDED_TOLERANCE = 4e-2
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
    ours: Network
    preprocessing: Preprocessing
    samples: int = len(SAMPLES)

    @property
    def head(self) -> Head:
        """The linear layer."""
        assert self.ours.head is not None
        return self.ours.head

    def layers(self) -> list[torch.nn.Module]:
        """What the package is pointed at: the last block."""
        return [list(self.theirs.get_submodule("layer4").children())[-1]]


@pytest.fixture(scope="module", autouse=True)
def one_thread() -> Iterator[None]:
    """PyTorch's threads wait for each other; where others use the cores, one thread is many times as fast as two."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    yield
    torch.set_num_threads(before)


@pytest.fixture(scope="module")
def built_in_pair(shared_data: Path) -> Iterator[Pair]:
    """The built-in network."""
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    network = build_network(infer_config(weights, "built-in"), weights, "built-in").eval()
    opened = Network.open(BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx", device="cpu")
    yield Pair(network, opened, opened.contract.preprocessing)
    opened.close()


@pytest.fixture(scope="module")
def random_pair(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pair]:
    """A ResNeXt-50 32x4d with random weights."""
    torch.manual_seed(7)
    network = ResNeXt(RESNEXT50_32X4D).eval()
    preprocessing = Preprocessing(resize=232, crop=224)
    target = tmp_path_factory.mktemp("random") / "random.onnx"
    contract = export(network, target, AdoptOptions("random", preprocessing=preprocessing))
    assert contract.maps is MapKind.EXACT
    opened = Network.open(target, device="cpu")
    yield Pair(network, opened, preprocessing, samples=1)
    opened.close()


@pytest.fixture(params=["built_in_pair", "random_pair"])
def pair(request: pytest.FixtureRequest) -> Pair:
    """Both pairs, one after the other."""
    chosen: Pair = request.getfixturevalue(request.param)
    return chosen


def _inputs(preprocessing: Preprocessing) -> InputBatch:
    return np.stack([prepare_picture(path, PrepareOrder(preprocessing)).input for path in SAMPLES])


def _as_tensor(images: InputBatch, preprocessing: Preprocessing) -> torch.Tensor:
    scaled = images.astype(np.float32) / 255
    standard = (scaled - np.array(preprocessing.mean, np.float32)) / np.array(preprocessing.std, np.float32)
    return torch.from_numpy(standard.transpose(0, 3, 1, 2).copy())


def _as_published(made: EvidenceMap, side: int) -> NDArray[np.float32]:
    """What the package shows of a map."""
    resized: EvidenceMap = np.asarray(cv2.resize(normalised(grad_cam(made)), (side, side)), np.float32)
    return normalised(resized)


def _run(pair: Pair, images: InputBatch) -> tuple[Logits, NDArray[np.float32]]:
    outputs = pair.ours.run(images, features=True)
    assert outputs.features is not None
    return outputs.logits, outputs.features


@pytest.mark.parametrize("method", list(ORACLES))
def test_a_method_with_gradients_agrees(pair: Pair, method: Method) -> None:
    images = _inputs(pair.preprocessing)[: pair.samples]
    logits, features = _run(pair, images)
    differences = []
    with ORACLES[method](model=pair.theirs, target_layers=pair.layers()) as oracle:
        for row in range(len(images)):
            # The best, the second and the worst class, in one batch of copies.
            classes = np.argsort(-logits[row])[[0, 1, -1]].tolist()
            tensor = _as_tensor(np.repeat(images[row : row + 1], len(classes), axis=0), pair.preprocessing)
            published = oracle(input_tensor=tensor, targets=[ClassifierOutputTarget(index) for index in classes])
            for index, theirs in zip(classes, published, strict=True):
                made = closed_form(method, features[row], pair.head.weight[index])
                if made.max() <= 0:
                    assert not theirs.any()
                    continue
                assert theirs.max() > 0.99
                differences.append(float(np.abs(_as_published(made, pair.preprocessing.crop) - theirs).max()))
    assert len(differences) >= 2 * pair.samples
    assert max(differences) <= TOLERANCE


def test_eigen_cam_agrees_up_to_its_sign(pair: Pair) -> None:
    images = _inputs(pair.preprocessing)[: pair.samples]
    _, features = _run(pair, images)
    with EigenCAM(model=pair.theirs, target_layers=pair.layers()) as oracle:
        for row in range(len(images)):
            tensor = _as_tensor(images[row : row + 1], pair.preprocessing)
            theirs = oracle(input_tensor=tensor, targets=[ClassifierOutputTarget(0)])[0]
            places = eigen_places(features[row])
            side = pair.preprocessing.crop
            both = [float(np.abs(_as_published(sign * places, side) - theirs).max()) for sign in (1, -1)]
            assert min(both) <= TOLERANCE
            assert max(both) > 0.1


class _Rounding(torch.nn.Module):
    """A network that sees what a uint8 input can hold: whole grey values, half to even."""

    def __init__(self, network: ResNeXt, preprocessing: Preprocessing) -> None:
        super().__init__()
        self.network = network
        self.mean = torch.tensor(preprocessing.mean).reshape(1, 3, 1, 1) * 255
        self.std = torch.tensor(preprocessing.std).reshape(1, 3, 1, 1) * 255

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        grey = torch.round(torch.clamp(images * self.std + self.mean, 0, 255))
        scores: torch.Tensor = self.network((grey - self.mean) / self.std)
        return scores


def _score_cams(pair: Pair, image: InputBatch, *, rounding: bool) -> float:
    """Largest difference of our Score-CAM map of the first class to the package's."""
    logits, features = _run(pair, image)
    index = int(logits[0].argmax())
    made = score_cam(CopyRunner(pair.ours), image[0], features[0], index)
    network = _Rounding(pair.theirs, pair.preprocessing) if rounding else pair.theirs
    with ScoreCAM(model=network, target_layers=pair.layers()) as oracle:
        theirs = oracle(input_tensor=_as_tensor(image, pair.preprocessing), targets=[ClassifierOutputTarget(index)])[0]
    assert theirs.max() > 0.99
    return float(np.abs(_as_published(made, image.shape[1]) - theirs).max())


@pytest.mark.timeout(600)
def test_score_cam_of_the_built_in_network_agrees(built_in_pair: Pair) -> None:
    # 1,024 runs in each program: at 40 pixels, which make 5 x 5 cells, they take seconds.
    image = _inputs(Preprocessing(resize=40, crop=40))[:1]
    assert _score_cams(built_in_pair, image, rounding=True) <= TOLERANCE
    assert _score_cams(built_in_pair, image, rounding=False) <= UNROUNDED_TOLERANCE


@pytest.mark.timeout(600)
def test_score_cam_of_a_random_resnext50_agrees(random_pair: Pair) -> None:
    # 2,048 runs in each program: at 33 pixels, the smallest size with 2 x 2 cells.
    image = _inputs(Preprocessing(resize=33, crop=33))[:1]
    assert _score_cams(random_pair, image, rounding=True) <= TOLERANCE


def test_every_method_of_ours_that_the_package_has_is_compared() -> None:
    compared = {*ORACLES, Method.EIGEN_CAM, Method.SCORE_CAM}
    assert set(FACTS) - compared == {Method.EVIDENCE, Method.OCCLUSION}
