"""Weights that were exported come back as the same network, layer by layer; others are refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from torch import nn

from inference.errors import ModelLoadError
from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import Preprocessing
from inference.training.architecture import ResNeXt, ResNeXtConfig, StemConfig
from inference.training.export import export
from inference.training.graph_weights import read_graph_weights
from inference.training.weights import build_network, infer_config
from tests.conftest import PROJECT_ROOT

CONFIG = ResNeXtConfig((1, 2, 1, 1), cardinality=4, bottleneck_width=4, classes=6, base_width=8, stem=StemConfig())


def lively_network() -> ResNeXt:
    """A small network whose normalisations do something, as after training."""
    torch.manual_seed(5)
    network = ResNeXt(CONFIG).eval()
    for module in network.modules():
        if isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in (
                (module.weight.data, 0.5, 1.5),
                (module.bias.data, -0.5, 0.5),
                (module.running_mean, -0.5, 0.5),
                (module.running_var, 0.5, 2.0),
            ):
                assert tensor is not None
                tensor.uniform_(low, high)
    return network


def untrained_network() -> ResNeXt:
    """The same one with normalisations that add nothing: the exporter writes no biases then."""
    torch.manual_seed(5)
    return ResNeXt(CONFIG).eval()


@pytest.mark.parametrize("make", [lively_network, untrained_network])
def test_the_network_comes_back(make: Callable[[], ResNeXt], tmp_path: Path) -> None:
    network, path = make(), tmp_path / "m.onnx"
    export(network, path, AdoptOptions("m", preprocessing=Preprocessing(72, 64)))
    weights = read_graph_weights(path)
    assert infer_config(weights, "m") == CONFIG
    again = build_network(CONFIG, weights, "m")
    assert [type(module) for module in again.modules()] == [type(module) for module in network.modules()]
    images = torch.randn(3, 3, 64, 64)
    with torch.inference_mode():
        wanted, got = network(images), again(images)
    assert (wanted - got).abs().max() <= 1e-4 * wanted.abs().max()
    assert wanted.std() > 1e-3, "a network that says the same of everything would prove nothing"


def test_weights_under_other_names_are_refused() -> None:
    with pytest.raises(ModelLoadError, match="not named as PyTorch names"):
        read_graph_weights(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
