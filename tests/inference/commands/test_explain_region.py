"""`--region` and `--save-region`: a part's own answer, and its outline for other programs."""

from __future__ import annotations

import json
import re
from pathlib import Path

import numpy as np
import onnx
import pytest
from PIL import Image

from inference.attention.region import cells_holding
from inference.classify.postprocess import softmax
from inference.models.contract import METADATA_KEY
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import answer, explained, patched
from tests.inference.commands.sessions import Run
from tests.inference.engine.variants import variant
from tests.make_bright import BRIGHT

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def _explain(cardinal: Run, *arguments: str) -> tuple[int, str, str]:
    return cardinal("explain", "--model", str(BRIGHT), "--device", "cpu", *arguments)


def test_the_whole_picture_as_a_region_is_the_networks_answer(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    _, logits = answer(picture)
    _, _, fields = explained(cardinal, tmp_path, picture, "--region", "0,0,200,100")
    found = {one["label"]: one["probability"] for one in fields["region"]["predictions"]}
    assert found["bright"] == pytest.approx(float(softmax(logits)[0]), abs=1e-5)
    assert fields["region"]["cells"] == pytest.approx(64)


def test_the_patch_by_itself_is_bright(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    words, _, fields = explained(cardinal, tmp_path, picture, "--region", "70,20,90,40")
    assert "The region by itself (3.2 cells): bright" in words
    assert fields["region"]["predictions"][0]["label"] == "bright"
    assert fields["region"]["box"] == {"left": 70, "top": 20, "right": 90, "bottom": 40}


def test_what_the_network_did_not_see_is_a_sentence(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    for region in ("0,0,20,20", "500,500,600,600"):
        code, _, errors = _explain(cardinal, picture, "--region", region)
        assert code == 2
        assert "The network saw nothing of that region" in errors
    assert _explain(cardinal, picture, "--whole", "--region", "0,0,20,20")[0] == 0


@pytest.mark.parametrize("region", ["1,2,3", "a,b,c,d", "9,9,1,1", "0,0,nan,1", "0,0,inf,1"])
def test_a_box_that_is_none_is_refused(
    cardinal: Run, tmp_path: Path, region: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit):
        _explain(cardinal, patched(tmp_path), "--region", region)
    assert "must " in capsys.readouterr().err


def test_a_box_is_saved_in_every_form(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    for suffix in ("npy", "png", "json", "txt"):
        saved = tmp_path / f"region.{suffix}"
        arguments = ("--class", "bright", "--region", "70,20,90,40", "--save-region", str(saved))
        assert _explain(cardinal, picture, *arguments)[0] == 0
        code, _, errors = _explain(cardinal, picture, *arguments)
        assert code == 2
        assert "it is there already" in errors
    mask = np.load(tmp_path / "region.npy")
    assert mask.shape == (100, 200)
    assert mask[20:40, 70:90].all()
    assert mask.sum() == 400
    with Image.open(tmp_path / "region.png") as drawn:
        assert (np.asarray(drawn) == mask * 255).all()
    assert (tmp_path / "region.txt").read_text() == "0 0.400000 0.300000 0.100000 0.200000\n"
    coco = json.loads((tmp_path / "region.json").read_text())
    assert coco["annotations"][0]["bbox"] == [70, 20, 20, 20]
    assert coco["images"][0]["file_name"] == "patched.png"


def test_without_a_region_the_strongest_cells_are_outlined(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    assert _explain(cardinal, picture, "--class", "bright", "--save-region", str(tmp_path / "m.npy"))[0] == 0
    rows, columns = np.nonzero(np.load(tmp_path / "m.npy"))
    cell = 100 * 64 / 72 / 8
    assert abs(rows.mean() - 30) <= cell
    assert abs(columns.mean() - 80) <= cell
    assert _explain(cardinal, picture, "--class", "bright", "--save-region", str(tmp_path / "m.json"))[0] == 0
    annotation = json.loads((tmp_path / "m.json").read_text())["annotations"][0]
    assert annotation["iscrowd"] == 0
    assert annotation["area"] == np.load(tmp_path / "m.npy").sum()


def test_nothing_to_outline_and_an_unknown_form_are_sentences(cardinal: Run, tmp_path: Path) -> None:
    black = tmp_path / "black.png"
    Image.new("RGB", (80, 80)).save(black)
    code, _, errors = _explain(cardinal, str(black), "--class", "bright", "--save-region", str(tmp_path / "m.txt"))
    assert code == 2
    assert "there is no region to save" in errors
    assert not (tmp_path / "m.txt").exists()
    code, _, errors = _explain(cardinal, str(black), "--save-region", str(tmp_path / "m.xml"))
    assert code == 2
    assert "must end in" in errors


def test_the_map_gives_the_fewest_cells_with_half_of_the_evidence(cardinal: Run, tmp_path: Path) -> None:
    words, grid, fields = explained(cardinal, tmp_path, patched(tmp_path), "--class", "bright", "--region", "map")
    region = fields["region"]
    cells = np.zeros(grid.shape, np.bool_)
    for row, column in region["from_map"]["cells"]:
        cells[row, column] = True
    half = np.maximum(grid, 0).sum() / 2
    chosen = np.sort(grid[cells])
    assert chosen.sum() >= half > chosen[1:].sum()
    assert grid[~cells].max() <= chosen[0]
    assert region["cells"] == cells.sum()
    # A region's logit is the bias and its mean cell; a contribution is a cell's share of the mean over all.
    bright = next(one for one in region["predictions"] if one["label"] == "bright")
    assert bright["logit"] == pytest.approx(fields["bias"] + grid[cells].mean() * grid.size, abs=1e-5)
    assert (
        f"The region is the fewest cells that hold half of the evidence for bright: {cells.sum()} of {grid.size}."
        in words
    )
    assert "The region by itself" in words


def test_the_region_of_the_map_is_saved_as_it_is(cardinal: Run, tmp_path: Path) -> None:
    picture, saved = patched(tmp_path), tmp_path / "region.npy"
    arguments = ("--class", "bright", "--region", "map", "--save-region", str(saved))
    _, _, fields = explained(cardinal, tmp_path, picture, *arguments)
    rows, columns = np.nonzero(np.load(saved))
    box = fields["region"]["box"]
    assert abs(columns.min() - box["left"]) <= 1
    assert abs(columns.max() + 1 - box["right"]) <= 1
    assert abs(rows.min() - box["top"]) <= 1
    assert abs(rows.max() + 1 - box["bottom"]) <= 1
    cell = (100 * 64 / 72 / 8) ** 2
    assert np.load(saved).sum() == pytest.approx(fields["region"]["cells"] * cell, rel=0.1)


def test_where_nothing_speaks_for_the_class_the_map_gives_no_region(cardinal: Run, tmp_path: Path) -> None:
    black = tmp_path / "black.png"
    Image.new("RGB", (80, 80)).save(black)
    code, output, errors = _explain(cardinal, str(black), "--class", "bright", "--region", "map")
    assert (code, output) == (2, "")
    assert errors == "Nothing speaks for bright, so its map gives no region.\n"


def test_a_part_smaller_than_a_cell_is_no_part_of_none(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, patched(tmp_path), "--region", "70,20,70.5,20.25", "--alone")
    assert 0 < fields["region"]["cells"] < 0.05
    assert "The region by itself (less than 0.1 cells): " in words
    assert "Cut out (70,20,70.5,20.2) and run alone" in words


def test_whatever_the_method_the_map_gives_the_region_by_the_evidence(cardinal: Run, tmp_path: Path) -> None:
    found = []
    for number, method in enumerate(("evidence", "layercam")):
        folder = tmp_path / str(number)
        folder.mkdir()
        question = (patched(folder), "--class", "dark", "--region", "map", "--method", method)
        _, grid, fields = explained(cardinal, folder, *question)
        found.append((grid, fields["region"]["from_map"]["cells"]))
    (evidence, cells), (other, same_cells) = found
    assert cells == same_cells
    # The other map would have given others.
    assert cells_holding(evidence, 0.5).sum() == len(cells) != cells_holding(other, 0.5).sum()


def test_classes_of_one_name_are_told_apart(cardinal: Run, tmp_path: Path) -> None:
    """Every class of this network has one name, as the two cranes of ImageNet have."""

    def rename(model: onnx.ModelProto) -> None:
        entry = next(entry for entry in model.metadata_props if entry.key == METADATA_KEY)
        contract = json.loads(entry.value)
        for label in contract["labels"]:
            label["name"] = "crane"
            label["wordnet_id"] = None
        entry.value = json.dumps(contract)

    question = ("--region", "100,50,300,250", "--alone", "--hide", "100,50,300,250", "--whole")
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, *question, model=str(variant(tmp_path, rename)))
    for asked in ("The region by itself", "run alone"):
        [line] = [line for line in words.splitlines() if asked in line]
        names = re.findall(r"crane \(\d\)", line)
        assert len(names) == len(set(names)) == 5
    assert not re.search(r"crane(?! \(\d\))", words)
    assert {one["label"] for one in fields["region"]["predictions"]} == {"crane"}
