"""Our maps, made without a backward pass, agree with the independent `grad-cam` package on the same weights.

Convention (DESIGN.md 11): the package's own normalisation is repeated on our map: ReLU; minus the minimum, over
1e-7 + the maximum; resize to the network input; minus the minimum and over the maximum again.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import GradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from inference.arrays import EvidenceMap, InputBatch
from inference.attention.evidence import evidence_map
from inference.attention.grad_cam import grad_cam, normalised
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Network
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import MapKind, Preprocessing
from inference.profile import BUILT_IN_MODELS
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from inference.training.export import export
from inference.training.weights import build_network, infer_config, load_weights
from tests.conftest import PROJECT_ROOT

TOLERANCE = 1e-4
SAMPLES = [str(PROJECT_ROOT / "assets" / "samples" / name) for name in ("chelsea.png", "coffee.png", "rocket.jpg")]


def _inputs(preprocessing: Preprocessing) -> InputBatch:
    pictures = [prepare_picture(path, PrepareOrder(preprocessing)).input for path in SAMPLES]
    return np.stack(pictures)


def _as_tensor(images: InputBatch, preprocessing: Preprocessing) -> torch.Tensor:
    scaled = images.astype(np.float32) / 255
    standard = (scaled - np.array(preprocessing.mean, np.float32)) / np.array(preprocessing.std, np.float32)
    return torch.from_numpy(standard.transpose(0, 3, 1, 2).copy())


def _ours(contributions: EvidenceMap, side: int) -> NDArray[np.float32]:
    resized: EvidenceMap = np.asarray(cv2.resize(normalised(grad_cam(contributions)), (side, side)), np.float32)
    return normalised(resized)


def _compare(network: ResNeXt, opened: Network, preprocessing: Preprocessing) -> list[float]:
    """Largest differences of our maps to the package's, for the best, the second and the worst class of each sample."""
    images = _inputs(preprocessing)
    outputs = opened.run(images, features=True)
    assert outputs.features is not None
    assert opened.head is not None
    differences = []
    last_block = list(network.get_submodule("layer4").children())[-1]
    with GradCAM(model=network, target_layers=[last_block]) as oracle:
        for row, features in enumerate(outputs.features):
            order = np.argsort(-outputs.logits[row])
            for index in (int(order[0]), int(order[1]), int(order[-1])):
                contributions = evidence_map(features, opened.head.weight[index])
                if contributions.max() <= 0:
                    continue
                theirs = oracle(
                    input_tensor=_as_tensor(images[row : row + 1], preprocessing),
                    targets=[ClassifierOutputTarget(index)],
                )[0]
                assert theirs.max() > 0.99
                differences.append(float(np.abs(_ours(contributions, preprocessing.crop) - theirs).max()))
    return differences


def test_the_built_in_network_agrees(shared_data: Path) -> None:
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    network = build_network(infer_config(weights, "built-in"), weights, "built-in").eval()
    opened = Network.open(BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx", device="cpu")
    differences = _compare(network, opened, opened.contract.preprocessing)
    assert len(differences) >= 6
    assert max(differences) <= TOLERANCE


def test_a_random_weight_resnext50_agrees(tmp_path: Path) -> None:
    torch.manual_seed(7)
    network = ResNeXt(RESNEXT50_32X4D).eval()
    preprocessing = Preprocessing(resize=232, crop=224)
    target = tmp_path / "random.onnx"
    contract = export(network, target, AdoptOptions("random", preprocessing=preprocessing))
    assert contract.maps is MapKind.EXACT
    differences = _compare(network, Network.open(target, device="cpu"), preprocessing)
    assert len(differences) >= 6
    assert max(differences) <= TOLERANCE
