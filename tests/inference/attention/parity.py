"""Compare maps with those of the independent `grad-cam` package on the same weights, as the package shows them.

Convention (DESIGN.md 11): the package's own normalisation is repeated on our map: ReLU; minus the minimum, over
1e-7 + the maximum; resize to the network input; minus the minimum and over the maximum again.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from pytorch_grad_cam import EigenCAM, GradCAM, GradCAMPlusPlus, HiResCAM, LayerCAM, ScoreCAM, XGradCAM
from pytorch_grad_cam.utils.model_targets import ClassifierOutputTarget

from inference.arrays import EvidenceMap, InputBatch, Logits, RgbImage
from inference.attention.closed_forms import closed_form, eigen_places
from inference.attention.earlier import class_direction, stage_map
from inference.attention.grad_cam import grad_cam, normalised
from inference.attention.methods import Method
from inference.attention.runs import CopyRunner
from inference.attention.score_cam import score_cam
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Head, Network
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import MapKind, Preprocessing
from inference.profile import BUILT_IN_MODELS, Profile
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from inference.training.export import export
from inference.training.weights import build_network, infer_config, load_weights
from tests.inference.attention.conftest import SAMPLES

ORACLES: dict[Method, Any] = {
    Method.GRAD_CAM: GradCAM,
    Method.GRAD_CAM_PLUS_PLUS: GradCAMPlusPlus,
    Method.HIRES_CAM: HiResCAM,
    Method.LAYER_CAM: LayerCAM,
    Method.XGRAD_CAM: XGradCAM,
}
"""The methods with gradients, and who makes them in the package."""

BUILT_IN = BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx"
_RANDOM = Preprocessing(resize=232, crop=224)


@dataclass(frozen=True, slots=True)
class Compared:
    """One map beside the package's.

    Attributes:
        difference: the largest over all pixels, of maps between 0 and 1.
        is_blank: the package shows nothing, since nothing speaks for the class.
    """

    difference: float
    is_blank: bool


@dataclass(frozen=True, slots=True)
class Weights:
    """One set of weights, open in PyTorch.

    Attributes:
        network: it.
        preprocessing: what a picture goes through before it.
        samples: so many of the samples are compared.
    """

    network: ResNeXt
    preprocessing: Preprocessing
    samples: int

    def layers(self, stage: int = 4) -> list[torch.nn.Module]:
        """What the package is pointed at: the last block of a stage."""
        return [list(self.network.get_submodule(f"layer{stage}").children())[-1]]

    def tensor(self, images: InputBatch) -> torch.Tensor:
        """What PyTorch is given for some inputs of ours."""
        scaled = images.astype(np.float32) / 255
        mean, std = (np.array(values, np.float32) for values in (self.preprocessing.mean, self.preprocessing.std))
        return torch.from_numpy(((scaled - mean) / std).transpose(0, 3, 1, 2).copy())

    def inputs(self) -> InputBatch:
        """The samples as the network sees them."""
        return inputs(self.preprocessing)[: self.samples]


@dataclass(frozen=True, slots=True)
class Pair:
    """One set of weights, open in both programs."""

    weights: Weights
    ours: Network

    @property
    def head(self) -> Head:
        """The linear layer."""
        assert self.ours.head is not None
        return self.ours.head

    def run(self, images: InputBatch) -> tuple[Logits, NDArray[np.float32]]:
        """Logits and feature maps."""
        outputs = self.ours.run(images, features=True)
        assert outputs.features is not None
        return outputs.logits, outputs.features


@dataclass(frozen=True, slots=True)
class StagePair:
    """One set of weights, open in PyTorch in float64 and in the network that gives gradients.

    Float64, since the gradient of a ReLU jumps at 0: where its input is 0 but for rounding, two float32 programs may be
    on two sides. With the random network PyTorch's own float32 gradients differ from its float64 ones by 5e-3 of the
    largest with one thread, and by 1e-6 with two; ours by 4e-7.
    """

    weights: Weights
    ours: GradientNetwork

    def tensor(self, image: RgbImage) -> torch.Tensor:
        """What PyTorch is given."""
        return self.weights.tensor(image[None]).double()


def built_in_weights(shared_data: Path) -> Weights:
    """The built-in network's."""
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    network = build_network(infer_config(weights, "built-in"), weights, "built-in").eval()
    opened = Network.open(BUILT_IN, device="cpu")
    preprocessing = opened.contract.preprocessing
    opened.close()
    return Weights(network, preprocessing, len(SAMPLES))


def random_weights() -> Weights:
    """Those of a ResNeXt-50 32x4d, always the same random ones."""
    torch.manual_seed(7)
    return Weights(ResNeXt(RESNEXT50_32X4D).eval(), _RANDOM, 1)


def write_model(weights: Weights, target: Path) -> None:
    """Write a model file of them."""
    contract = export(weights.network, target, AdoptOptions("random", preprocessing=weights.preprocessing))
    assert contract.maps is MapKind.EXACT


def pair_of(weights: Weights, file: Path) -> Pair:
    """Open the same weights here."""
    return Pair(weights, Network.open(file, device="cpu"))


def stage_pair_of(weights: Weights, file: Path, folder: Path, *, samples: int = 1) -> StagePair:
    """Open the same weights here for gradients, beside a copy of PyTorch's in float64; `folder` keeps what is made."""
    network = deepcopy(weights.network).double()
    kept = Weights(network, weights.preprocessing, min(samples, weights.samples))
    return StagePair(kept, GradientNetwork.open(file, Profile.below(folder)))


def inputs(preprocessing: Preprocessing) -> InputBatch:
    """All samples as a network sees them."""
    return np.stack([prepare_picture(path, PrepareOrder(preprocessing)).input for path in SAMPLES])


def as_published(made: EvidenceMap, side: int) -> NDArray[np.float32]:
    """What the package shows of a map."""
    resized: EvidenceMap = np.asarray(cv2.resize(normalised(grad_cam(made)), (side, side)), np.float32)
    return normalised(resized)


def last_stage(pair: Pair) -> dict[Method, list[Compared]]:
    """The closed forms at the last stage: the best, the second and the worst class of each sample."""
    images, compared = pair.weights.inputs(), {method: list[Compared]() for method in ORACLES}
    logits, features = pair.run(images)
    for row in range(len(images)):
        classes = np.argsort(-logits[row])[[0, 1, -1]].tolist()
        tensor = pair.weights.tensor(images[row : row + 1])
        published = _published(pair.weights, [4], tensor, classes)
        for method in ORACLES:
            for index, theirs in zip(classes, published[method, 4], strict=True):
                made = closed_form(method, features[row], pair.head.weight[index])
                compared[method].append(_compared(made, theirs))
    return compared


def stages(pair: StagePair, wanted: Sequence[int]) -> dict[tuple[Method, int], list[Compared]]:
    """Every method at some stages by gradients: the best and the worst class of each sample."""
    compared = {(method, stage): list[Compared]() for method in ORACLES for stage in wanted}
    count = pair.ours.facts.classes
    for image in pair.weights.inputs():
        logits = pair.ours.run(image, class_direction(count, 0)).logits
        classes = np.argsort(-logits)[[0, -1]].tolist()
        runs = [pair.ours.run(image, class_direction(count, index)) for index in classes]
        published = _published(pair.weights, wanted, pair.tensor(image), classes)
        for (method, stage), found in compared.items():
            for run, theirs in zip(runs, published[method, stage], strict=True):
                found.append(_compared(stage_map(method, run, stage).contributions, theirs))
    return compared


def _published(
    weights: Weights, stages: Sequence[int], tensor: torch.Tensor, classes: Sequence[int]
) -> dict[tuple[Method, int], NDArray[Any]]:
    """What the package shows of one input for some classes, by every method at every stage, each as if it were alone.

    All methods begin with the same run forwards and backwards, which takes nearly all of the time: the package does it
    once, and each method is given what came of it.
    """
    layers = [layer for stage in stages for layer in weights.layers(stage)]
    tensors = tensor.repeat(len(classes), 1, 1, 1)
    targets = [ClassifierOutputTarget(index) for index in classes]
    published: dict[tuple[Method, int], NDArray[Any]] = {}
    with GradCAM(model=weights.network, target_layers=layers) as runner:
        runner(input_tensor=tensors, targets=targets)
        for method, oracle in ORACLES.items():
            with oracle(model=weights.network, target_layers=layers) as its:
                # Copies: the package empties the lists when it is done.
                its.activations_and_grads.activations = list(runner.activations_and_grads.activations)
                its.activations_and_grads.gradients = list(runner.activations_and_grads.gradients)
                maps = its.compute_cam_per_layer(tensors, targets, eigen_smooth=False)
                for stage, shown in zip(stages, maps, strict=True):
                    published[method, stage] = its.aggregate_multi_layers([shown])
    return published


def eigen_cams(pair: Pair) -> list[tuple[float, float]]:
    """For each sample the difference of Eigen-CAM with the sign that fits better, and with the other one."""
    images, found = pair.weights.inputs(), []
    _, features = pair.run(images)
    with EigenCAM(model=pair.weights.network, target_layers=pair.weights.layers()) as oracle:
        for row in range(len(images)):
            tensor = pair.weights.tensor(images[row : row + 1])
            theirs = oracle(input_tensor=tensor, targets=[ClassifierOutputTarget(0)])[0]
            places = eigen_places(features[row])
            both = [_difference(sign * places, theirs) for sign in (1, -1)]
            found.append((min(both), max(both)))
    return found


class _Rounding(torch.nn.Module):
    """A network that sees what a uint8 input can hold: whole grey values, half to even."""

    def __init__(self, weights: Weights) -> None:
        super().__init__()
        self.network = weights.network
        self.mean = torch.tensor(weights.preprocessing.mean).reshape(1, 3, 1, 1) * 255
        self.std = torch.tensor(weights.preprocessing.std).reshape(1, 3, 1, 1) * 255

    def forward(self, images: torch.Tensor) -> torch.Tensor:
        grey = torch.round(torch.clamp(images * self.std + self.mean, 0, 255))
        scores: torch.Tensor = self.network((grey - self.mean) / self.std)
        return scores


def score_cams(pair: Pair, side: int, *, rounding: Sequence[bool]) -> list[Compared]:
    """Score-CAM of the first sample's first class, seen at so many pixels: it needs a run for each channel.

    Args:
        pair: the weights.
        side: of the network's input, in pixels.
        rounding: for each comparison, let the package's network round its input to whole grey values, as a uint8 input
            does.
    """
    image = inputs(Preprocessing(resize=side, crop=side))[:1]
    logits, features = pair.run(image)
    index = int(logits[0].argmax())
    made = score_cam(CopyRunner(pair.ours), image[0], features[0], index)
    compared = []
    for rounds in rounding:
        network = _Rounding(pair.weights) if rounds else pair.weights.network
        with ScoreCAM(model=network, target_layers=pair.weights.layers()) as oracle:
            theirs = oracle(input_tensor=pair.weights.tensor(image), targets=[ClassifierOutputTarget(index)])[0]
        compared.append(_compared(made, theirs))
    return compared


def largest(compared: Iterable[Compared]) -> float:
    """The largest difference of all."""
    return max(one.difference for one in compared)


def _compared(made: EvidenceMap, theirs: NDArray[np.float32]) -> Compared:
    # Where nothing speaks for the class both must be blank: then all of ours counts as 0.
    shown = made if made.max() > 0 else np.zeros_like(made)
    return Compared(_difference(shown, theirs), not theirs.any())


def _difference(made: EvidenceMap, theirs: NDArray[np.float32]) -> float:
    return float(np.abs(as_published(made, theirs.shape[0]) - theirs).max())
