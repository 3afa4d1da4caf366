"""Networks that torchvision builds and PyTorch exports are adopted with the right kind of maps and equal answers."""

from functools import partial
from pathlib import Path
from types import ModuleType

import onnxruntime
import pytest
import torch

from inference.models.adopt.adoption import AdoptOptions
from inference.models.contract import MapKind, Preprocessing
from inference.training.export import export
from inference.training.verify import TOLERANCE, comparison_images, relative_difference


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("resnet18", MapKind.EXACT),
        ("squeezenet1_1", MapKind.EXACT),
        ("mobilenet_v3_small", MapKind.APPROXIMATE),
    ],
)
def test_torchvisions_exports_are_adopted(name: str, kind: MapKind, tmp_path: Path) -> None:
    models = pytest.importorskip("torchvision.models")
    torch.manual_seed(0)
    network = _network(models, name).eval()
    target = tmp_path / "m.onnx"
    rule = Preprocessing(96, 96)
    contract = export(network, target, AdoptOptions(name, preprocessing=rule))
    assert contract.maps is kind
    # ONNX Runtime alone is the judge here, without the engine's own checks.
    session = onnxruntime.InferenceSession(str(target), providers=["CPUExecutionProvider"])
    images = comparison_images(96)[0]
    logits, evidence = session.run(["logits", "evidence"], {"images": images})
    assert relative_difference(network, images, logits, rule) <= TOLERANCE
    assert evidence.shape[:2] == (4, 5)


def _network(models: ModuleType, name: str) -> torch.nn.Module:
    network: torch.nn.Module
    # A block of each kind, with all that a whole network is made of: so many more take as many times as long to export.
    if name == "resnet18":
        # The first has no downsampling, the others have.
        network = models.resnet.ResNet(models.resnet.BasicBlock, [1, 1, 1, 1], num_classes=10)
    elif name == "mobilenet_v3_small":
        block = partial(models.mobilenetv3.InvertedResidualConfig, dilation=1, width_mult=1.0)
        settings = [
            block(16, 3, 16, 16, use_se=True, activation="RE", stride=2),
            block(16, 3, 72, 24, use_se=False, activation="RE", stride=2),
            block(24, 5, 96, 24, use_se=True, activation="HS", stride=1),
        ]
        network = models.mobilenetv3.MobileNetV3(settings, last_channel=64, num_classes=10)
    else:
        network = getattr(models, name)(num_classes=10)
    return network
