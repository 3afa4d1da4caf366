"""Weights become a model file that gives PyTorch's answers, or no file at all."""

import json
import math
import subprocess
import sys
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

from inference.attention.evidence import fixed_scale
from inference.classify.preprocess import PrepareOrder, prepare_picture
from inference.engine.network import Network
from inference.errors import ModelContractError, ModelLoadError
from inference.models.catalog import read_model
from inference.models.contract import MapKind, ModelContract, Preprocessing
from inference.models.progress import Progress
from inference.models.request import ModelRequest
from inference.profile import BUILT_IN_MODELS, PROJECT_ROOT
from inference.training import verify as verify_module
from inference.training.architecture import RESNEXT26_8X8D_TINY, ResNeXt, ResNeXtConfig, StemConfig
from inference.training.builtin import evidence_scale
from inference.training.convert import convert, imagenet_labels
from inference.training.export import ExportError, to_graph
from inference.training.verify import TOLERANCE, comparison_images, relative_difference, verify
from inference.training.weights import build_network, load_weights

SMALL = ResNeXtConfig((1, 2), 4, 4, classes=5, base_width=16, stem=StemConfig(7, 2, 8), stage_strides=(1, 2))
RULE = Preprocessing(64, 64)
BUILT_IN = BUILT_IN_MODELS / "resnext26_8x8d-tiny-imagenet-200.onnx"


@pytest.fixture(scope="module")
def small_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    torch.manual_seed(0)
    path = tmp_path_factory.mktemp("weights") / "small.pth"
    torch.save(ResNeXt(SMALL).state_dict(), path)
    return path


def ignore(_progress: Progress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Made:
    """What came of a conversion: the file, what was said of it, what was told on the way."""

    target: Path
    contract: ModelContract
    seen: list[Progress]


@pytest.fixture(scope="module")
def small_model(small_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """The small network as a model file."""
    target, seen = tmp_path_factory.mktemp("model") / "small.onnx", list[Progress]()
    contract = convert(small_file, target, ModelRequest("small", crop=64, resize=64), seen.append)
    return Made(target, contract, seen)


def test_anybodys_resnext(small_model: Made) -> None:
    contract = small_model.contract
    assert read_model(small_model.target).contract == contract
    assert contract.maps is MapKind.EXACT
    assert contract.torch_difference is not None
    assert contract.torch_difference <= TOLERANCE
    assert contract.architecture is not None
    assert (contract.architecture.depths, contract.architecture.cardinality) == ((1, 2), 4)
    assert contract.architecture.parameters == sum(p.numel() for p in ResNeXt(SMALL).parameters())
    steps = ["Reading weights", "Exporting", "Comparing with PyTorch", "Writing"]
    assert [progress.step for progress in small_model.seen] == steps
    # Batch, height and width are free.
    network = Network.open(small_model.target, device="cpu")
    out = network.run(np.zeros((3, 80, 112, 3), np.uint8), features=True)
    network.close()
    assert out.features is not None
    assert out.features.shape == (3, 128, 10, 14)


def test_a_wrong_export_is_noticed_and_deleted(
    small_file: Path, small_model: Made, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # The same file, compared with a network whose last layer is a little different.
    network, target = build_network(SMALL, load_weights(small_file), ""), small_model.target
    difference = verify(network, target, RULE)
    with torch.no_grad():
        network.fc.bias[0] += 0.01
    with pytest.raises(ExportError, match="differ from PyTorch's by"):
        verify(network, target, RULE)
    with torch.no_grad():
        network.fc.bias[0] = float("nan")
    with pytest.raises(ExportError, match="nan"):
        verify(network, target, RULE)
    # And so is a wrong normalisation.
    fresh = build_network(SMALL, load_weights(small_file), "")
    with pytest.raises(ExportError):
        verify(fresh, target, replace(RULE, mean=(0.5, 0.5, 0.5)))
    assert difference > 0
    monkeypatch.setattr(verify_module, "TOLERANCE", difference / 10)
    with pytest.raises(ExportError):
        convert(small_file, tmp_path / "again.onnx", ModelRequest("small", crop=64, resize=64), ignore)
    assert not (tmp_path / "again.onnx").exists()


def test_labels_must_fit(small_file: Path, tmp_path: Path) -> None:
    classes = tmp_path / "classes.txt"
    classes.write_text("one\ntwo\n")
    with pytest.raises(ModelContractError, match="gives 5 scores, but the class list has 2"):
        convert(small_file, tmp_path / "m.onnx", ModelRequest("small", labels=classes), ignore)
    with pytest.raises(ModelLoadError, match=r"unknown|lack|another shape"):
        convert(small_file, tmp_path / "m.onnx", ModelRequest("r", network="resnext50_32x4d", version="V2"), ignore)
    assert not (tmp_path / "m.onnx").exists()


def test_a_network_that_cannot_be_traced_is_a_sentence() -> None:
    class Odd(nn.Module):
        def forward(self, images: torch.Tensor) -> torch.Tensor:
            if images.sum() > 0:
                return images
            return -images

    with pytest.raises(ExportError, match="could not be exported"):
        to_graph(Odd())


# Children that convert give way to everything else: on a busy machine they take minutes.
@pytest.mark.timeout(300)
def test_the_command_speaks_json_lines_only(small_file: Path, tmp_path: Path) -> None:
    target = tmp_path / "m.onnx"
    step = [sys.executable, "-m", "inference.training", "convert"]
    done = subprocess.run(
        [*step, "--weights", str(small_file), "--target", str(target), "--name", "m", "--resize", "64", "--crop", "64"],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=False,
    )
    lines = [json.loads(line) for line in done.stdout.splitlines()]
    assert done.returncode == 0, done.stderr
    assert lines[0]["progress"]["step"] == "Reading weights"
    assert lines[-1]["result"]["name"] == "m"
    assert target.is_file()
    (tmp_path / "bad.pth").write_bytes(b"not weights")
    done = subprocess.run(
        [*step, "--weights", str(tmp_path / "bad.pth"), "--target", str(target)],
        cwd=PROJECT_ROOT,
        capture_output=True,
        check=False,
    )
    assert done.returncode == 1
    assert json.loads(done.stdout.splitlines()[-1])["error"]["type"] == "ModelLoadError"


def test_imagenet_has_a_thousand_distinct_names() -> None:
    names = [label.name for label in imagenet_labels()]
    assert len(set(names)) == 1000
    assert (names[281], names[967]) == ("tabby", "espresso")


def test_the_built_in_model_is_its_weights(shared_data: Path) -> None:
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    network = build_network(RESNEXT26_8X8D_TINY, weights, "")
    contract = read_model(BUILT_IN).contract
    assert verify(network, BUILT_IN, contract.preprocessing) <= TOLERANCE
    opened = Network.open(BUILT_IN, device="cpu")
    out = opened.run(comparison_images(72)[0])
    opened.close()
    assert out.evidence is not None
    assert opened.head is not None
    ledger = out.evidence.sum(axis=(2, 3)) + opened.head.bias[out.top_classes]
    expected = np.take_along_axis(out.logits, out.top_classes, 1)
    np.testing.assert_allclose(ledger, expected, rtol=1e-4, atol=1e-4)
    assert relative_difference(network, comparison_images(72)[0], out.logits + 1, contract.preprocessing) > TOLERANCE


def wilson(share: float, count: int) -> tuple[float, float]:
    """The Wilson score interval (95 %) of a share of `count` independent trials."""
    z = 1.959964
    middle = (share + z * z / (2 * count)) / (1 + z * z / count)
    half = z * math.sqrt(share * (1 - share) / count + z * z / (4 * count * count)) / (1 + z * z / count)
    return middle - half, middle + half


def test_the_built_in_contract_states_what_was_measured() -> None:
    contract = read_model(BUILT_IN).contract
    assert contract.evidence_scale is not None
    assert all(label.wordnet_id for label in contract.labels)
    stated, *_, measured = contract.measured
    low, high = wilson(measured.top1, measured.pictures)
    assert low < stated.top1 < high
    low, high = wilson(measured.top5, measured.pictures)
    assert low < stated.top5 < high
    text = (BUILT_IN_MODELS / "MODEL_CARD.md").read_text(encoding="utf-8")
    assert f"{contract.evidence_scale}" in text
    assert f"{measured.top1:.2%}".replace("%", " %") in text


def test_the_scale_of_maps_is_measured_as_pictures_are_classified(shared_data: Path, tmp_path: Path) -> None:
    # A few of the pictures from which the built-in model's scale comes, one of them no square.
    with zipfile.ZipFile(shared_data / "teach-10x80.zip") as archive:
        chosen = [name for name in archive.namelist() if name.lower().endswith((".jpeg", ".jpg"))][:6]
        with zipfile.ZipFile(tmp_path / "few.zip", "w") as few:
            for name in chosen:
                few.writestr(name, archive.read(name))
            few.write(PROJECT_ROOT / "assets" / "samples" / "coffee.png", "coffee.png")
        archive.extractall(tmp_path / "all", chosen)
    rule = read_model(BUILT_IN).contract.preprocessing
    paths = [str(tmp_path / "all" / name) for name in sorted(chosen)]
    paths.append(str(PROJECT_ROOT / "assets" / "samples" / "coffee.png"))
    opened = Network.open(BUILT_IN, device="cpu")
    images = np.stack([prepare_picture(path, PrepareOrder(rule)).input for path in paths])
    evidence = opened.run(images).evidence
    assert evidence is not None
    assert evidence_scale(opened, tmp_path / "few.zip", rule) == pytest.approx(fixed_scale(evidence[:, 0]), abs=1e-3)
    opened.close()


def test_wilson_against_known_numbers() -> None:
    # 8 of 10: Wilson 1927 gives 0.490 to 0.943; nothing leaves 0...1.
    assert wilson(0.8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0.0, 5)[0] == pytest.approx(0, abs=1e-12)
    assert wilson(1.0, 5)[1] == pytest.approx(1)
