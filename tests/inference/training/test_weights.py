"""Weights are read without running code; everything else is refused with a sentence."""

import collections
import json
import os
import pickle
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import safetensors.torch
import torch
from torch import Tensor, nn

from inference.errors import ModelLoadError
from inference.training.architecture import CONFIGS, RESNEXT26_8X8D_TINY, ResNeXt, ResNeXtConfig, StemConfig
from inference.training.weights import build_network, infer_config, load_weights

SMALL = ResNeXtConfig((1, 2), 4, 4, classes=5, base_width=16, stem=StemConfig(7, 2, 8), stage_strides=(1, 2))


@pytest.fixture(scope="module")
def small() -> ResNeXt:
    torch.manual_seed(0)
    return ResNeXt(SMALL).eval()


Save = Callable[[ResNeXt, Path], None]
CHECKPOINTS: dict[str, Save] = {
    "plain": lambda net, path: torch.save(net.state_dict(), path),
    "before 1.6": lambda net, path: torch.save(net.state_dict(), path, _use_new_zipfile_serialization=False),
    "state_dict": lambda net, path: torch.save({"state_dict": net.state_dict(), "epoch": 3}, path),
    "model": lambda net, path: torch.save({"model": net.state_dict(), "optimizer": {"lr": 0.1}}, path),
    "data parallel": lambda net, path: torch.save(
        {"state_dict": {f"module.{key}": value for key, value in net.state_dict().items()}}, path
    ),
    "compiled": lambda net, path: torch.save(
        {f"_orig_mod.{key}": value for key, value in net.state_dict().items()}, path
    ),
    "ordered": lambda net, path: torch.save(collections.OrderedDict(net.state_dict()), path),
    "half precision": lambda net, path: torch.save(net.half().state_dict(), path),
}


@pytest.mark.parametrize("name", CHECKPOINTS)
def test_checkpoints_of_all_kinds(name: str, small: ResNeXt, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    original = {key: value.clone() for key, value in small.state_dict().items()}
    CHECKPOINTS[name](small, path)
    small.float().load_state_dict(original)
    weights = load_weights(path)
    assert infer_config(weights, "net") == SMALL
    network = build_network(SMALL, weights, "net")
    images = torch.randn(1, 3, 32, 32)
    tolerance = 1e-2 if name == "half precision" else 0.0
    with torch.inference_mode():
        torch.testing.assert_close(network(images), small(images), rtol=tolerance, atol=tolerance)


def test_safetensors_without_counters(small: ResNeXt, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    kept = {key: value for key, value in small.state_dict().items() if not key.endswith("num_batches_tracked")}
    safetensors.torch.save_file(kept, path)
    network = build_network(SMALL, load_weights(path), "net")
    torch.testing.assert_close(network.state_dict(), small.state_dict())


@pytest.mark.parametrize("name", CONFIGS)
def test_official_networks_are_recognised(name: str) -> None:
    with torch.device("meta"):
        weights = ResNeXt(CONFIGS[name]).state_dict()
    assert infer_config(weights, "") == CONFIGS[name]


def test_the_built_in_network_is_recognised(shared_data: Path) -> None:
    weights = load_weights(shared_data / "builtin" / "resnext26_8x8d_tiny-imagenet-200.safetensors")
    assert infer_config(weights, "") == RESNEXT26_8X8D_TINY


class Runs:
    """Runs a command when it is unpickled."""

    def __init__(self, call: Callable[..., Any], *arguments: Any) -> None:  # noqa: ANN401 - any payload
        self.call = call
        self.arguments = arguments

    def __reduce__(self) -> tuple[Callable[..., Any], tuple[Any, ...]]:
        return self.call, self.arguments


def payloads(canary: Path) -> dict[str, Any]:
    """Things that would make `canary` if they were unpickled."""
    touch = f"open({str(canary)!r}, 'w')"
    return {
        "system": Runs(os.system, f"touch '{canary}'"),
        "eval": Runs(eval, touch),
        "exec": Runs(exec, touch),
        "open": Runs(open, str(canary), "w"),
        "mkdir": Runs(os.mkdir, str(canary)),
        "path": Runs(Path.touch, canary),
        "nested": {"state_dict": {"conv1.weight": torch.zeros(1), "x": Runs(os.system, f"touch '{canary}'")}},
        "load": Runs(torch.load, str(canary)),
        "pickle": Runs(pickle.loads, pickle.dumps(Runs(os.mkdir, str(canary)))),
    }


@pytest.mark.parametrize("zipped", [True, False])
@pytest.mark.parametrize("name", payloads(Path("x")))
def test_payloads_do_not_run(name: str, zipped: bool, tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    path = tmp_path / "evil.pth"
    torch.save(payloads(canary)[name], path, _use_new_zipfile_serialization=zipped)
    with pytest.raises(ModelLoadError, match="more than weights"):
        load_weights(path)
    assert not canary.exists()


def test_a_bare_pickle_does_not_run(tmp_path: Path) -> None:
    canary = tmp_path / "canary"
    for suffix in (".pth", ".pt"):
        path = tmp_path / f"evil{suffix}"
        path.write_bytes(pickle.dumps(Runs(os.mkdir, str(canary))))
        with pytest.raises(ModelLoadError, match="not a file of weights"):
            load_weights(path)
    assert not canary.exists()


def test_whole_modules_and_programs_are_refused(small: ResNeXt, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save(small, path)
    with pytest.raises(ModelLoadError, match="more than weights"):
        load_weights(path)
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("net/data.pkl", b"")
        archive.writestr("net/code/__torch__.py", b"")
        archive.writestr("net/constants.pkl", b"")
    with pytest.raises(ModelLoadError, match="TorchScript"):
        load_weights(path)


def test_bombs(tmp_path: Path) -> None:
    path = tmp_path / "bomb.pth"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("net/data.pkl", b"")
        archive.writestr("net/data/0", bytes(16 * 1024**2))
    with pytest.raises(ModelLoadError, match="far more than its own size"):
        load_weights(path)


def test_strides_that_repeat_numbers(tmp_path: Path) -> None:
    path = tmp_path / "wide.pth"
    torch.save({"fc.weight": torch.zeros(1).expand(2**40)}, path)
    assert path.stat().st_size < 10_000
    with pytest.raises(ModelLoadError, match="claims more numbers than the file has"):
        load_weights(path)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([torch.zeros(1)], "no weights by name"),
        (torch.zeros(1), "no weights by name"),
        ({"epoch": 3}, "no weights by name"),
        ({"state_dict": {}}, "no weights by name"),
        ({"a": torch.zeros(1), "b": 1}, "no weights among its weights"),
        ({1: torch.zeros(1)}, "no usable names"),
        ({"a": torch.tensor([1.0, float("nan")])}, "not finite"),
        ({"a": torch.tensor([float("inf")])}, "not finite"),
        ({"a": torch.zeros(3).to_sparse()}, "claims more|more than weights"),
    ],
)
def test_files_without_usable_weights(value: object, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.pth"
    torch.save(value, path)
    with pytest.raises(ModelLoadError, match=words):
        load_weights(path)


def _header(entries: object, length: int | None = None) -> bytes:
    text = entries if isinstance(entries, bytes) else json.dumps(entries).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "incomplete"),
        (b"\x01\x02", "incomplete"),
        (_header({}, 2**62), "impossible length"),
        (_header({}, 100), "impossible length"),
        (_header(b"{not json"), "not JSON"),
        (_header(b"[" * 50_000), "not JSON"),
        (_header([]), "does not list"),
        (_header({f"t{i}": {"dtype": "F32", "shape": [0], "data_offsets": [0, 0]} for i in range(20_001)}), "20,000"),
        (_header({"a": {"dtype": "F32", "shape": [4], "data_offsets": [0, 16]}}), "damaged"),
        (_header({"a": {"dtype": "F32", "shape": [2**61], "data_offsets": [0, 4]}}) + bytes(4), "damaged"),
    ],
)
def test_malformed_safetensors(data: bytes, words: str, tmp_path: Path) -> None:
    path = tmp_path / "net.safetensors"
    path.write_bytes(data)
    with pytest.raises(ModelLoadError, match=words):
        load_weights(path)


def test_other_networks_and_damage(small: ResNeXt, tmp_path: Path) -> None:
    weights: dict[str, Tensor] = dict(small.state_dict())
    with pytest.raises(ModelLoadError, match="not those of a ResNeXt"):
        infer_config(nn.Linear(3, 3).state_dict(), "net")
    for change, words in (
        ({"fc.weight": None}, "lack 'fc.weight'"),
        ({"extra": torch.zeros(1)}, "unknown 'extra'"),
        ({"fc.bias": torch.zeros(4)}, "another shape of 'fc.bias'"),
    ):
        changed = {key: value for key, value in {**weights, **change}.items() if value is not None}
        with pytest.raises(ModelLoadError, match=words):
            build_network(SMALL, changed, "net")
    path = tmp_path / "net.pth"
    torch.save(weights, path)
    path.write_bytes(path.read_bytes()[:-500])
    with pytest.raises(ModelLoadError, match="incomplete"):
        load_weights(path)
    with pytest.raises(ModelLoadError, match="No such file"):
        load_weights(tmp_path / "absent.pth")
