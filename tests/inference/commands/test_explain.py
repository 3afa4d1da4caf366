"""`explain`: the map of one class as a picture, as numbers, in words."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import pytest
from PIL import Image

import main
from tests.conftest import PROJECT_ROOT

TINY = str(PROJECT_ROOT / "tests" / "data" / "tiny.onnx")
Run: TypeAlias = Callable[..., tuple[int, str, str]]


@pytest.fixture
def picture(tmp_path: Path) -> str:
    """A picture wider than high, so that the crop is not the whole."""
    path = tmp_path / "half.png"
    image = Image.new("RGB", (200, 100), "black")
    image.paste("white", (100, 0, 200, 100))
    image.save(path)
    return str(path)


@pytest.fixture
def explain(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Run:
    def run(*arguments: str) -> tuple[int, str, str]:
        profile = ["--profile", str(tmp_path / "profile")]
        code = main.main([*profile, "explain", "--model", TINY, "--device", "cpu", *arguments])
        captured = capsys.readouterr()
        return code, captured.out, captured.err

    return run


def test_the_numbers_and_their_manifest_add_up(explain: Run, picture: str, tmp_path: Path) -> None:
    code, words, _ = explain(picture, "--class", "blue", "--output", str(tmp_path / "map.npy"))
    grid = np.load(tmp_path / "map.npy")
    manifest = json.loads((tmp_path / "map.json").read_text())
    assert code == 0
    assert grid.dtype == np.float32
    assert grid.sum() + manifest["bias"] == pytest.approx(manifest["logit"], abs=1e-5)
    assert manifest["class"] == {"index": 2, "label": "blue"}
    assert manifest["against"] is None
    assert manifest["crop"]["left"] > 0
    assert manifest["crop"]["right"] < 200
    assert len(manifest["model_sha256"]) == 64
    assert words.startswith("blue: ")


def test_a_duel_is_the_difference_of_two_maps(explain: Run, picture: str, tmp_path: Path) -> None:
    grids = {}
    for name, options in {
        "a": ["--class", "1"],
        "b": ["--class", "4"],
        "d": ["--class", "1", "--against", "4"],
    }.items():
        assert explain(picture, *options, "--output", str(tmp_path / f"{name}.npy"))[0] == 0
        grids[name] = np.load(tmp_path / f"{name}.npy")
    np.testing.assert_allclose(grids["d"], grids["a"] - grids["b"], atol=1e-6)


def test_grad_cam_is_the_rectified_map(explain: Run, picture: str, tmp_path: Path) -> None:
    explain(picture, "--class", "3", "--output", str(tmp_path / "e.npy"))
    explain(picture, "--class", "3", "--method", "grad-cam", "--output", str(tmp_path / "g.npy"))
    assert (np.load(tmp_path / "g.npy") == np.maximum(np.load(tmp_path / "e.npy"), 0)).all()


def test_the_picture_with_the_map_has_a_legend(explain: Run, picture: str, tmp_path: Path) -> None:
    code, _, _ = explain(picture, "--output", str(tmp_path / "map.png"))
    with Image.open(tmp_path / "map.png") as drawn:
        assert code == 0
        assert drawn.width == 200
        assert drawn.height > 100


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--class", "unicorn"], 2, "has no class 'unicorn'"),
        (["--output", "map.gif"], 2, "must end in .png or .npy"),
        (["--output", "/nowhere/map.npy"], 2, "could not be written"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    explain: Run, picture: str, arguments: list[str], code: int, sentence: str
) -> None:
    done = explain(picture, *arguments)
    assert done[0] == code
    assert sentence in done[2]


def test_a_picture_that_cannot_be_read_is_exit_code_1(explain: Run, tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_text("text")
    code, output, errors = explain(str(tmp_path / "no.jpg"))
    assert (code, output) == (1, "")
    assert "It is not an image" in errors
