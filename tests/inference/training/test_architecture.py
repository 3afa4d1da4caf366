"""One builder gives torchvision's three networks and the built-in one: same names, shapes, numbers, answers."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from inference.training.architecture import CONFIGS, RESNEXT26_8X8D_TINY, ResNeXt, ResNeXtConfig, describe

resnet = pytest.importorskip("torchvision.models.resnet")


@pytest.mark.parametrize("name", CONFIGS)
def test_names_and_shapes_are_torchvisions(name: str) -> None:
    with torch.device("meta"):
        ours, theirs = ResNeXt(CONFIGS[name]), getattr(resnet, name)()
    assert {key: value.shape for key, value in ours.state_dict().items()} == {
        key: value.shape for key, value in theirs.state_dict().items()
    }


@pytest.mark.parametrize("name", CONFIGS)
def test_parameters_and_multiply_adds_are_torchvisions(name: str) -> None:
    enum = {"resnext50_32x4d": "ResNeXt50_32X4D", "resnext101_32x8d": "ResNeXt101_32X8D"}.get(name, "ResNeXt101_64X4D")
    meta = getattr(resnet, f"{enum}_Weights").IMAGENET1K_V1.meta
    facts = describe(CONFIGS[name], 224)
    assert facts.parameters == meta["num_params"]
    assert facts.gmacs == pytest.approx(meta["_ops"], abs=2e-3)


def test_answers_are_torchvisions() -> None:
    torch.manual_seed(0)
    theirs = resnet.resnext50_32x4d(num_classes=10).eval()
    for module in theirs.modules():
        if (
            isinstance(module, torch.nn.BatchNorm2d)
            and module.running_mean is not None
            and module.running_var is not None
        ):
            torch.nn.init.uniform_(module.running_mean, -0.1, 0.1)
            torch.nn.init.uniform_(module.running_var, 0.5, 1.5)
    ours = ResNeXt(replace(CONFIGS["resnext50_32x4d"], classes=10)).eval()
    ours.load_state_dict(theirs.state_dict())
    images = torch.randn(2, 3, 64, 96)
    with torch.inference_mode():
        expected, answer = theirs(images), ours(images)
        pooled = ours.features(images).mean(dim=(2, 3)) @ ours.fc.weight.T + ours.fc.bias
    assert expected.abs().max() > 1e-3
    torch.testing.assert_close(answer, expected, rtol=0, atol=0)
    torch.testing.assert_close(pooled, expected, rtol=1e-4, atol=1e-5)


def test_one_path_is_a_resnet() -> None:
    with torch.device("meta"):
        ours = ResNeXt(ResNeXtConfig((3, 4, 6, 3), cardinality=1, bottleneck_width=64))
        theirs = resnet.resnet50()
    assert {key: value.shape for key, value in ours.state_dict().items()} == {
        key: value.shape for key, value in theirs.state_dict().items()
    }


def test_the_built_in_network_is_its_cards(shared_data: Path) -> None:
    card = json.loads((shared_data / "builtin" / "card.json").read_text())["architecture"]
    facts = describe(RESNEXT26_8X8D_TINY, 72)
    assert list(facts.depths) == card["depths"]
    assert facts.parameters == card["parameters"]
    assert facts.gmacs == card["gmacs_at_72px"]
    groups = [RESNEXT26_8X8D_TINY.stage_width(stage) // facts.cardinality for stage in range(4)]
    assert groups == card["group_channels_per_stage"]
    with torch.device("meta"):
        maps = ResNeXt(RESNEXT26_8X8D_TINY).features(torch.zeros(1, 3, 72, 72, device="meta"))
    assert maps.shape == (1, card["features"], 9, 9)
