"""`explain`: the map of one class as a picture, as numbers, in words."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from pathlib import Path
from typing import TypeAlias

import numpy as np
import onnx
import pytest
from PIL import Image

import main
from inference.commands import explain_picture
from inference.commands.explain_files import write_numbers
from inference.engine.network import Network
from inference.errors import OutputWriteError
from inference.models.contract import METADATA_KEY
from tests.conftest import PROJECT_ROOT
from tests.inference.engine.variants import variant

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
    def run(*arguments: str, model: str = TINY) -> tuple[int, str, str]:
        profile = ["--profile", str(tmp_path / "profile")]
        code = main.main([*profile, "explain", "--model", model, "--device", "cpu", *arguments])
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
    signed = np.load(tmp_path / "e.npy")
    assert (np.load(tmp_path / "g.npy") == np.maximum(signed, 0)).all()
    for name, is_rectified in (("e", False), ("g", True)):
        manifest = json.loads((tmp_path / f"{name}.json").read_text())
        assert manifest["rectified"] is is_rectified
        assert manifest["supporting"] == pytest.approx(signed[signed > 0].sum(), abs=1e-5)
        parts = manifest["supporting"] + manifest["opposing"] + manifest["bias"]
        assert parts == pytest.approx(manifest["logit"], abs=1e-5)


def test_the_picture_with_the_map_has_a_legend(explain: Run, picture: str, tmp_path: Path) -> None:
    code, _, _ = explain(picture, "--output", str(tmp_path / "map.png"))
    with Image.open(tmp_path / "map.png") as drawn:
        assert code == 0
        assert drawn.width == 320  # as wide as its legend
        assert drawn.height > 100


@pytest.mark.parametrize(
    ("arguments", "code", "sentence"),
    [
        (["--class", "unicorn"], 2, "has no class 'unicorn'"),
        (["--class", ""], 2, "has no class ''"),
        (["--output", "map.gif"], 2, "must end in .png or .npy"),
        (["--output", "/nowhere/map.npy"], 2, "could not be written"),
        (["--class", "red", "--against", "0"], 2, "cannot be compared with itself"),
        (["--relative", "--against", "2"], 2, "use --relative or --against"),
        (["--relative", "--method", "eigen-cam"], 2, "cannot be made relative"),
        (["--relative", "--method", "occlusion"], 2, "cannot be made relative"),
    ],
)
def test_what_cannot_be_done_is_a_sentence(
    explain: Run, picture: str, arguments: list[str], code: int, sentence: str
) -> None:
    done = explain(picture, *arguments)
    assert done[0] == code
    assert sentence in done[2]


@pytest.mark.usefixtures("own_pool")
def test_a_picture_that_cannot_be_read_is_exit_code_1(explain: Run, tmp_path: Path) -> None:
    (tmp_path / "no.jpg").write_text("text")
    code, output, errors = explain(str(tmp_path / "no.jpg"))
    assert (code, output) == (1, "")
    assert "It is not an image" in errors


@pytest.mark.parametrize("name", ["half.png", "hard.png", "photo.png", "photo.npy"])
def test_no_input_and_no_other_picture_is_replaced(explain: Run, picture: str, tmp_path: Path, name: str) -> None:
    (tmp_path / "hard.png").hardlink_to(picture)
    Image.new("RGB", (5, 5)).save(tmp_path / "photo.png")
    (tmp_path / "photo.json").write_text('{"mine": 1}')
    before = {path: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.iterdir() if path.is_file()}
    code, output, errors = explain(picture, "--output", str(tmp_path / name))
    assert (code, output) == (2, "")
    assert "could not be written: it is" in errors
    assert {path: hashlib.sha256(path.read_bytes()).digest() for path in tmp_path.iterdir() if path.is_file()} == before


@pytest.mark.parametrize("name", ["map.png", "map.npy"])
def test_an_older_map_is_replaced(explain: Run, picture: str, tmp_path: Path, name: str) -> None:
    contents = []
    for subject in "12":
        assert explain(picture, "--class", subject, "--output", str(tmp_path / name))[0] == 0
        contents.append((tmp_path / name).read_bytes())
    assert contents[0] != contents[1]


def _lessen(model: onnx.ModelProto, maps: str, outputs: list[str]) -> None:
    """Let the model have no more than the outputs of its kind of maps."""
    kept = [output for output in model.graph.output if output.name in outputs]
    del model.graph.output[:]
    model.graph.output.extend(kept)
    entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
    entry.value = entry.value.replace('"maps": "exact"', f'"maps": "{maps}"')


def test_an_approximate_map_is_shown_as_one(explain: Run, picture: str, tmp_path: Path) -> None:
    outputs = ["logits", "top_classes", "embedding", "features", "evidence"]
    model = str(variant(tmp_path, lambda model: _lessen(model, "approximate", outputs)))
    exact, approximate = tmp_path / "exact.npy", tmp_path / "approximate.npy"
    explain(picture, "--output", str(exact))
    code, words, _ = explain(picture, "--output", str(approximate), model=model)
    assert code == 0
    assert "The map is approximate" in words
    assert "bias" not in words
    # The variant's graph is the exact one, so its maps are, too.
    np.testing.assert_allclose(np.load(approximate), np.load(exact), atol=1e-6)
    manifest = json.loads(approximate.with_suffix(".json").read_text())
    assert (manifest["maps"], manifest["bias"]) == ("approximate", None)
    assert manifest["logit"] == pytest.approx(json.loads(exact.with_suffix(".json").read_text())["logit"], abs=1e-5)
    answers = [explain(picture, "--class", str(index), model=model) for index in range(7)]
    assert sorted(code for code, _, _ in answers) == [0] * 5 + [2] * 2
    assert all("only of a picture's first classes" in errors for code, _, errors in answers if code)


def test_a_model_without_maps_is_a_sentence(explain: Run, picture: str, tmp_path: Path) -> None:
    model = str(variant(tmp_path, lambda model: _lessen(model, "none", ["logits", "top_classes"])))
    code, output, errors = explain(picture, model=model)
    assert (code, output) == (2, "")
    assert errors.endswith("has no maps: no pooling was found in it.\n")
    assert "written" not in errors


def test_relative_evidence_is_the_lead_over_the_average_class(explain: Run, picture: str, tmp_path: Path) -> None:
    grids, logits = [], []
    for subject in range(7):
        explain(picture, "--class", str(subject), "--output", str(tmp_path / f"{subject}.npy"))
        grids.append(np.load(tmp_path / f"{subject}.npy"))
        logits.append(json.loads((tmp_path / f"{subject}.json").read_text())["logit"])
    code, words, _ = explain(picture, "--class", "3", "--relative", "--output", str(tmp_path / "r.npy"))
    manifest = json.loads((tmp_path / "r.json").read_text())
    assert code == 0
    assert words.startswith("yellow rather than the average class: ")
    np.testing.assert_allclose(np.load(tmp_path / "r.npy"), grids[3] - np.mean(grids, axis=0), atol=1e-6)
    assert manifest["relative"] is True
    assert manifest["logit"] == pytest.approx(logits[3] - np.mean(logits), abs=1e-5)
    assert manifest["adds_up"] is True


@pytest.mark.parametrize(
    ("maps", "outputs"),
    [
        ("approximate", ["logits", "top_classes", "embedding", "features", "evidence"]),
        ("none", ["logits", "top_classes"]),
    ],
)
def test_what_needs_exact_maps_says_so_and_occlusion_needs_none(
    explain: Run, picture: str, tmp_path: Path, maps: str, outputs: list[str]
) -> None:
    model = str(variant(tmp_path, lambda model: _lessen(model, maps, outputs)))
    occluded = ["--class", "6", "--method", "occlusion"]
    code, words, _ = explain(picture, *occluded, "--output", str(tmp_path / "o.npy"), model=model)
    assert code == 0
    assert words.startswith("grey: ")
    assert "approximate" not in words
    manifest = json.loads((tmp_path / "o.json").read_text())
    assert (manifest["supporting"], manifest["bias"], manifest["adds_up"]) == (None, None, None)
    if maps == "approximate":
        explain(picture, *occluded, "--output", str(tmp_path / "e.npy"))
        np.testing.assert_allclose(np.load(tmp_path / "o.npy"), np.load(tmp_path / "e.npy"), atol=1e-4)
    for arguments, sentence in [
        (["--relative"], "has no exact maps"),
        (["--method", "layercam"], "has approximate maps" if maps == "approximate" else "has no maps"),
        (["--method", "score-cam"], "has approximate maps" if maps == "approximate" else "has no maps"),
        ([*occluded, "--minimal-set"], "has no exact maps"),
        ([*occluded, "--region", "60,10,120,50"], "has no exact maps"),
    ]:
        code, output, errors = explain(picture, *arguments, model=model)
        assert (code, output) == (2, "")
        assert sentence in errors
    code, words, _ = explain(picture, *occluded, "--check", model=model)
    assert code == 0
    assert "With the strongest" in words
    code, words, _ = explain(picture, *occluded, "--finer", "2", model=model)
    assert code == 0
    assert "The decision" in words


def test_labels_and_names_cannot_command_the_terminal(explain: Run, picture: str, tmp_path: Path) -> None:
    def poison(model: onnx.ModelProto) -> None:
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        contract = json.loads(entry.value)
        contract["title"] = "\x1b[2J\u202etitle"
        for label in contract["labels"]:
            label["name"] += "\x1b]0;owned\x07\n\u202e"
        entry.value = json.dumps(contract)

    model = str(variant(tmp_path, poison))
    answers = [
        explain(picture, model=model),
        explain(picture, "--class", "1", "--against", "2", model=model),
        explain(picture, "--class", "\x1b[31m", model=model),
        explain(str(tmp_path / "\x1b[31m.png"), model=model),
        explain(picture, "--output", str(tmp_path / "\x1b[31m" / "x.png"), model=model),
    ]
    assert [code for code, _, _ in answers] == [0, 0, 2, 1, 2]
    for _, output, errors in answers:
        assert not {"\x1b", "\x07", "\u202e"} & set(output + errors)
        assert len((output + errors).splitlines()) <= 2


def test_numbers_of_somebody_else_are_not_replaced_and_our_own_are(explain: Run, picture: str, tmp_path: Path) -> None:
    (tmp_path / "theirs.npy").write_bytes(b"my embeddings")
    code, _, errors = explain(picture, "--output", str(tmp_path / "theirs.npy"))
    assert code == 2
    assert "not of Cardinal's making" in errors
    assert (tmp_path / "theirs.npy").read_bytes() == b"my embeddings"
    for _ in range(2):
        assert explain(picture, "--output", str(tmp_path / "ours.npy"))[0] == 0


def test_an_interrupt_is_told(explain: Run, picture: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def stop(*_arguments: object, **_options: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(explain_picture, "look_at", stop)
    assert explain(picture) == (130, "", "Stopped before the end.\n")


def test_a_folder_that_is_not_there_is_told_before_anything_runs(
    explain: Run, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delattr(Network, "run")
    for option, name in (("--output", "none/x.npy"), ("--output", "half.png/x.png"), ("--save-region", "none/x.txt")):
        code, words, errors = explain(picture, option, str(tmp_path / name))
        assert (code, words) == (2, "")
        assert errors.endswith(("its folder does not exist.\n", "Not a directory.\n"))


def test_what_was_found_out_is_told_also_where_it_cannot_be_written(
    explain: Run, picture: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, usual, _ = explain(picture)

    def fail(*arguments: object, **options: object) -> None:
        raise OutputWriteError("map.npy", "No space left on device.")

    monkeypatch.setattr(explain_picture, write_numbers.__name__, fail)
    code, words, errors = explain(picture, "--output", str(tmp_path / "map.npy"))
    assert (code, words) == (2, usual)
    assert errors == "map.npy could not be written: No space left on device.\n"
