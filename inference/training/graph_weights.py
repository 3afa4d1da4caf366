"""Read the weights of a ResNeXt back from a model file that this project's own exporter wrote."""

import re
from collections.abc import Mapping
from pathlib import Path

import onnx
import torch
from onnx import numpy_helper
from torch import Tensor

from inference.errors import ModelLoadError
from inference.models.adopt.checks import read_graph
from inference.models.contract import OutputName

_ADOPTED = "source/"
"""How names begin that were in the graph before it was adopted."""

_CONVOLUTION = re.compile(r"conv1\.weight|layer\d+\.\d+\.(?:conv[123]|downsample\.0)\.weight")
"""What PyTorch calls the weights of convolutions in a ResNeXt."""

_FIRST_BLOCK = "layer1.0.conv1.weight"

_BIAS = "_bias"
"""How the exporter names the bias of a convolution that it has joined with the batch normalisation after it."""

_NORM_EPSILON = 1e-5
"""PyTorch's: added to the variance."""


def read_graph_weights(path: Path) -> dict[str, Tensor]:
    """The weights by torchvision's parameter names.

    The exporter joins each batch normalisation with the convolution before it. Here the convolution keeps the product,
    and the normalisation adds the bias and changes nothing else: the network computes the same with the same layers.

    Raises:
        ModelLoadError: the file cannot be read, or its weights are not named so.
    """
    stored = {tensor.name.removeprefix(_ADOPTED): tensor for tensor in read_graph(path).graph.initializer}
    weights: dict[str, Tensor] = {}
    for name, tensor in stored.items():
        if _CONVOLUTION.fullmatch(name):
            weights[name] = _tensor(tensor)
            bias = stored.get(f"{name}{_BIAS}")
            # The exporter leaves out a bias of zeros.
            weights |= _normalisation(name, torch.zeros(len(weights[name])) if bias is None else _tensor(bias))
    if OutputName.HEAD_WEIGHT not in stored or OutputName.HEAD_BIAS not in stored or _FIRST_BLOCK not in weights:
        raise ModelLoadError(str(path), "its weights are not named as PyTorch names those of a ResNeXt.")
    weights["fc.weight"] = _tensor(stored[OutputName.HEAD_WEIGHT])
    weights["fc.bias"] = _tensor(stored[OutputName.HEAD_BIAS])
    return weights


def _normalisation(convolution: str, bias: Tensor) -> Mapping[str, Tensor]:
    """A batch normalisation that adds `bias`: of the layer that follows the one whose weight is named `convolution`."""
    layer = convolution.removesuffix(".weight")
    stem, _, number = layer.rpartition(".")
    # In a shortcut the layers have numbers, elsewhere names: conv1 and bn1.
    norm = f"{stem}.{int(number) + 1}" if number.isdecimal() else layer.replace("conv", "bn")
    ones = torch.ones_like(bias)
    return {
        f"{norm}.weight": ones,
        f"{norm}.bias": bias,
        f"{norm}.running_mean": torch.zeros_like(bias),
        f"{norm}.running_var": ones - _NORM_EPSILON,
    }


def _tensor(stored: onnx.TensorProto) -> Tensor:
    return torch.from_numpy(numpy_helper.to_array(stored).copy())
