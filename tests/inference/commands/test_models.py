"""`main.py models` from end to end: a local server, the real conversion, the real catalog."""

import argparse
import hashlib
import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import onnx
import pytest
import torch

from inference.commands import models
from inference.engine.network import Network
from inference.models.catalog import BUILT_IN_NAME, find_model, read_model
from inference.models.contract import METADATA_KEY, Label
from inference.models.official import URL_VARIABLE
from inference.profile import BUILT_IN_MODELS, Profile
from inference.training.architecture import RESNEXT50_32X4D, ResNeXt
from tests.inference.models.file_server import Shelf, serving
from tests.make_data import TINY, tiny_graph


@pytest.fixture
def profile(tmp_path: Path) -> Profile:
    return Profile.below(tmp_path / "profile")


@pytest.fixture(scope="module")
def random_weights(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A ResNeXt-50 that knows nothing, named as torch hub names files."""
    torch.manual_seed(0)
    folder = tmp_path_factory.mktemp("weights")
    path = folder / "made.pth"
    torch.save(ResNeXt(RESNEXT50_32X4D).state_dict(), path)
    named = folder / f"resnext50_32x4d-{hashlib.sha256(path.read_bytes()).hexdigest()[:8]}.pth"
    yield path.rename(named)
    shutil.rmtree(folder)


def run(profile: Profile, *words: str) -> int:
    parser = argparse.ArgumentParser()
    models.add_parser(parser.add_subparsers())
    arguments = parser.parse_args(["models", *words])
    code: int = arguments.run(arguments, profile)
    return code


# The child that converts gives way to everything else: on a busy machine it takes minutes.
@pytest.mark.timeout(300)
def test_get_cut_off_resumed_converted_used_removed(
    random_weights: Path, profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    data = random_weights.read_bytes()
    shelf = Shelf(files={f"/{random_weights.name}": data}, cut_after=len(data) // 3)
    with serving(shelf) as base:
        monkeypatch.setenv(URL_VARIABLE, f"{base}/{random_weights.name}")
        assert run(profile, "get", "resnext50_32x4d") == 2
        assert "cut off" in capsys.readouterr().err
        shelf.cut_after = None
        assert run(profile, "get", "resnext50_32x4d") == 0
    assert shelf.requests[1][1] == f"bytes={len(data) // 3}-"
    out, err = capsys.readouterr()
    assert out == "Installed resnext50_32x4d-v2: 1,000 classes, maps exact.\n"
    assert err == ""
    assert list(profile.downloads.iterdir()) == []

    model = find_model("resnext50_32x4d", profile)
    contract = model.contract
    assert contract.torch_difference is not None
    assert contract.torch_difference <= 1e-4
    assert (contract.preprocessing.resize, contract.preprocessing.crop) == (232, 224)
    # These are not torchvision's weights, so they do not have their merits.
    assert contract.measured == ()
    assert "not torchvision's" in contract.title
    network = Network.open(model.path, device="cpu")
    assert network.contract == contract
    network.close()

    assert run(profile, "list") == 0
    assert "resnext50_32x4d-v2" in capsys.readouterr().out
    assert run(profile, "remove", "resnext50_32x4d-v2") == 0
    assert list(profile.models.iterdir()) == []


def test_get_refusals(profile: Profile, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    data = b"not the weights"
    with serving(Shelf(files={"/resnext50_32x4d-1a0047aa.pth": data})) as base:
        monkeypatch.setenv(URL_VARIABLE, base)
        for words, reason in (
            (["get", "resnext50_32x4d"], "checksum differs"),
            (["get", "resnext50_32x4d", "--version", "V1"], "does not have it (404)"),
            (["get", "resnet50"], "no model named 'resnet50'"),
            (["get", "resnext101_64x4d", "--version", "V2"], "no model named"),
            (["get", "resnext50_32x4d", "--from", str(TINY)], "checksum differs"),
            (["get", "resnext50_32x4d", "--from", "absent.pth"], "No such file"),
        ):
            assert run(profile, *words) == 2
            out, err = capsys.readouterr()
            assert out == ""
            assert reason in err
            assert err.count("\n") == 1
    assert not profile.models.exists()


def test_get_from_a_file_of_another_network(
    profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    made = tmp_path / "made.pth"
    torch.save({"fc.weight": torch.zeros(3, 3)}, made)
    named = made.rename(tmp_path / f"net-{hashlib.sha256(made.read_bytes()).hexdigest()[:8]}.pth")
    assert run(profile, "get", "resnext50_32x4d", "--from", str(named)) == 2
    assert "its weights lack" in capsys.readouterr().err
    assert list(profile.models.iterdir()) == []
    assert named.is_file()


def test_add_info_remove(profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    stranger = tmp_path / "my net.onnx"
    stranger.write_bytes(tiny_graph().SerializeToString())
    labels = tmp_path / "classes.json"
    labels.write_text(json.dumps(list("abcdefg")))
    assert run(profile, "add", str(stranger)) == 0
    out, err = capsys.readouterr()
    assert out == "Installed my-net: 7 classes, maps exact.\n"
    assert "does not say how images must be prepared" in err
    words = ["add", str(stranger), "--name", "b", "--labels", str(labels), "--mean", "0.5,0.5,0.5", "--std=1,1,1"]
    assert run(profile, *words) == 0
    assert capsys.readouterr().err == ""
    assert run(profile, "info", "b") == 0
    out = capsys.readouterr().out
    assert "0.5 0.5 0.5; 1 1 1" in out
    assert "a, b, c, d, e" in out
    labels.write_text('["a"]')
    assert run(profile, "add", str(stranger), "--name", "c", "--labels", str(labels)) == 2
    assert "gives 7 scores, but the class list has 1 names" in capsys.readouterr().err
    (profile.models / "torn.onnx").write_bytes(b"\x08")
    assert run(profile, "list") == 0
    assert "cannot be used" in capsys.readouterr().out
    for name in ("b", "my-net", "torn"):
        assert run(profile, "remove", name) == 0
    assert list(profile.models.iterdir()) == []


def test_info_of_the_built_in_model_and_its_protection(profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(profile, "info", BUILT_IN_NAME) == 0
    out = capsys.readouterr().out
    for words in ("200 (goldfish", "exact", "4,135,784 parameters", "top-1 55.75%", "licence"):
        assert words in out
    assert run(profile, "remove", BUILT_IN_NAME) == 2
    assert "built in" in capsys.readouterr().err
    assert run(profile, "remove", "absent") == 2
    assert "no model named 'absent'" in capsys.readouterr().err


def test_remove_takes_names_and_no_files(
    profile: Profile, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    mine = Path(shutil.copy(TINY, tmp_path / "mine.onnx"))
    monkeypatch.chdir(tmp_path)
    built_in = BUILT_IN_MODELS / f"{BUILT_IN_NAME}.onnx"
    assert run(profile, "add", str(mine), "--name", "added") == 0
    capsys.readouterr()
    for name in ("mine.onnx", "./mine.onnx", str(mine), str(built_in), str(profile.models / "added.onnx")):
        assert run(profile, "remove", name) == 2
        assert "no model named" in capsys.readouterr().err
    assert mine.read_bytes() == TINY.read_bytes()
    assert built_in.is_file()
    assert (profile.models / "added.onnx").is_file()


def test_a_name_is_taken_until_replacing_is_asked_for(profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(profile, "add", str(TINY)) == 0
    assert run(profile, "add", str(TINY)) == 2
    assert "of this name was added before" in capsys.readouterr().err
    assert run(profile, "add", str(TINY), "--replace") == 0
    assert run(profile, "add", str(TINY), "--name", "resnext50_32x4d-v2") == 2
    assert "kept for torchvision" in capsys.readouterr().err


def test_strangers_words_reach_the_terminal_harmless(
    profile: Profile, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    hostile = tmp_path / "hostile.onnx"
    contract = replace(read_model(TINY).contract, title="\x1b[31mred\u202e", labels=(Label("\x1b]0;x\x07"),) * 7)
    model = onnx.load(TINY)
    onnx.helper.set_model_props(model, {METADATA_KEY: contract.to_json()})
    onnx.save(model, hostile)
    assert run(profile, "info", str(hostile)) == 0
    assert run(profile, "add", str(hostile)) == 0
    assert run(profile, "list") == 0
    assert run(profile, "info", "\x1b[31mabsent") == 2
    said = "".join(capsys.readouterr())
    assert "\\x1b[31mred\\u202e" in said
    assert not {"\x1b", "\u202e", "\x07"} & set(said)


def test_bad_usage_is_exit_2(profile: Profile, capsys: pytest.CaptureFixture[str]) -> None:
    for words in (
        [],
        ["get"],
        ["get", "x", "--version", "V9"],
        ["add", "x.onnx", "--mean", "1,2"],
        ["add", "x", "--crop", "0"],
    ):
        with pytest.raises(SystemExit) as caught:
            run(profile, *words)
        assert caught.value.code == 2
        capsys.readouterr()
