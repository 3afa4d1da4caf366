"""A kept map has its three names, is checked against the network, lies where it belongs, and replaces nobody's file."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gui.attention.examined import Examined
from gui.attention.keep_work import LONGEST_SIDE, KeptMap, map_of, reading_order, targets_of, write
from gui.map_on_page import DrawnMap
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode
from inference.arrays import Features
from inference.attention.closed_forms import closed_form
from inference.attention.making import class_weight
from inference.attention.methods import Method, Unit
from inference.attention.picture import Style
from inference.classify.classifier import Inspection
from inference.classify.preprocess import geometry, prepare_picture
from inference.engine.devices import Precision
from inference.engine.network import Head
from inference.engine.self_check import TOLERANCES
from inference.errors import ImageReadError, OutputWriteError
from inference.results import Classification, PictureFacts, Prediction
from tests.fakes import fake_contract

HEAD = Head(np.eye(6, 3, dtype=np.float32), np.arange(6, dtype=np.float32))


def _examined(path: str, size: tuple[int, int], features: Features | None) -> Examined:
    contract = fake_contract()
    logits = np.arange(6, dtype=np.float32)
    if features is not None:
        logits[:3] += features.mean(axis=(1, 2))
    facts = PictureFacts(*size, "PNG", 1)
    crop = geometry(*size, contract.preprocessing)
    said = Classification(path, facts, crop, (Prediction(0, "class 0", 1.0, 1.0),), None, "fake", "cpu", "float32")
    inspection = Inspection(logits, features, np.zeros((8, 8, 3), np.uint8))
    return Examined(1, path, said, inspection, contract, HEAD, "0" * 64, 0.5, "cpu", Precision.FLOAT32)


def _features() -> Features:
    """Only the upper right cell of two by two speaks, for class 0 alone."""
    features = np.zeros((3, 2, 2), np.float32)
    features[0, 0, 1] = 8
    return features


def _kept(
    examined: Examined,
    subject: int = 0,
    rival: int | None = None,
    choice: MapChoice = EVIDENCE,
    *,
    mode: MapMode = MapMode.EVIDENCE,
    outline: bool = False,
) -> KeptMap:
    """The map on screen, as it is kept."""
    features = examined.inspection.features
    shown = np.zeros((2, 2), np.float32)
    if features is not None and choice.is_closed_form:
        shown = closed_form(choice.method, features, class_weight(HEAD, subject, rival))
    drawn = DrawnMap(subject, rival, choice, shown, examined.inspection)
    return map_of(examined, drawn, mode, outline=outline)


@pytest.mark.parametrize(
    ("chosen", "stem"),
    [("/p/a.png", "/p/a"), ("/p/a.NPY", "/p/a"), ("/p/a", "/p/a"), ("/p/a.b c", "/p/a.b c"), ("/p.q/a", "/p.q/a")],
)
def test_the_three_names(chosen: str, stem: str) -> None:
    assert targets_of(chosen) == (Path(f"{stem}.png"), Path(f"{stem}.npy"), Path(f"{stem}.json"))


def test_the_map_adds_up_to_the_networks_logit_or_says_that_it_does_not() -> None:
    examined = _examined("/p/a.png", (40, 30), _features())
    numbers = _kept(examined).numbers
    assert (numbers.supporting, numbers.opposing, numbers.bias, numbers.logit) == (2.0, 0.0, 0.0, 2.0)
    assert numbers.adds_up is True
    fight = _kept(examined, 1, 0)
    assert fight.names == "class 1 rather than class 0"
    assert (fight.numbers.supporting, fight.numbers.opposing, fight.numbers.bias) == (0.0, -2.0, 1.0)
    assert fight.numbers.logit == fight.numbers.network_logit == -1.0
    examined.inspection.logits[0] += 1
    assert _kept(examined).numbers.adds_up is False


def test_a_recalled_answers_device_says_nothing_about_the_map_of_the_network_that_ran_now(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.new("RGB", (40, 30)).save(path)
    now = _examined(str(path), (40, 30), _features())
    recalled = replace(now, classification=replace(now.classification, device="openvino", precision="bf16"))
    off = (TOLERANCES[Precision.FLOAT32] * TOLERANCES[Precision.BFLOAT16]) ** 0.5
    now.inspection.logits[0] = 2 * (1 + off)
    kept = _kept(recalled)
    assert kept.numbers.adds_up is False
    assert _kept(replace(recalled, precision=Precision.BFLOAT16)).numbers.adds_up is True
    write(str(tmp_path / "map"), kept, prepare_picture(str(path), reading_order(recalled)))
    fields = json.loads((tmp_path / "map.json").read_text())
    assert (fields["device"], fields["precision"]) == ("cpu", "float32")


@pytest.mark.parametrize("features", [None, np.full((3, 2, 2), np.nan, np.float32)], ids=["no maps", "NaN"])
def test_what_is_no_map_is_refused(features: Features | None) -> None:
    with pytest.raises(ImageReadError):
        _kept(_examined("/p/a.png", (40, 30), features))


@pytest.mark.parametrize("size", [(40, 30), (30, 40), (400, 20), (2400, 1200)], ids=str)
def test_the_map_lies_on_what_the_network_saw(tmp_path: Path, size: tuple[int, int]) -> None:
    path = tmp_path / "grey.png"
    Image.new("RGB", size, (128, 128, 128)).save(path)
    examined = _examined(str(path), size, _features())
    picture = prepare_picture(str(path), reading_order(examined))
    height, width = picture.input.shape[:2]
    assert max(height, width) <= LONGEST_SIDE
    write(str(tmp_path / "map.png"), _kept(examined), picture)
    with Image.open(io.BytesIO((tmp_path / "map.png").read_bytes())) as opened:
        drawn = np.asarray(opened.convert("RGB"), np.int16)[:height]
    # Of a small picture the legend is wider.
    assert drawn.shape[1] == max(width, 320)
    drawn = drawn[:, :width]
    # Orange where the cell speaks for the class, dimmed where the network saw nothing, and grey between.
    orange = (drawn[..., 0] - drawn[..., 2]) > 40
    rows, columns = np.nonzero(orange)
    crop, read = examined.classification.crop, picture.crop
    scale = width / (read.right - read.left)
    middle = ((crop.left + crop.right) / 2 - read.left) * scale
    assert columns.mean() > middle
    assert columns.max() < (crop.right - read.left) * scale + 1
    assert rows.mean() < ((crop.top + crop.bottom) / 2 - read.top) * scale


def test_the_original_and_somebodys_numbers_stay(tmp_path: Path) -> None:
    path = tmp_path / "own.png"
    Image.new("RGB", (40, 30)).save(path)
    before = path.read_bytes()
    examined = _examined(str(path), (40, 30), _features())
    kept, picture = _kept(examined), prepare_picture(str(path), reading_order(examined))
    (tmp_path / "theirs.npy").write_text("mine")
    for name in ("own.png", "theirs.png"):
        with pytest.raises(OutputWriteError):
            write(str(tmp_path / name), kept, picture)
    assert path.read_bytes() == before
    assert sorted(one.name for one in tmp_path.iterdir()) == ["own.png", "theirs.npy"]
    write(str(tmp_path / "map"), kept, picture)
    again = replace(kept, numbers=replace(kept.numbers, contributions=-kept.numbers.contributions))
    write(str(tmp_path / "map.png"), again, picture)
    assert np.load(tmp_path / "map.npy").min() == -2.0


def test_the_kind_of_map_on_screen_is_kept() -> None:
    examined = _examined("/p/a.png", (40, 30), _features())
    layer_cam = _kept(examined, choice=MapChoice(Method.LAYER_CAM), mode=MapMode.HEAT, outline=True)
    assert (layer_cam.numbers.method, layer_cam.style, layer_cam.outline) == (Method.LAYER_CAM, Style.HEAT, True)
    assert layer_cam.unit is Unit.NONE
    stage = _kept(examined, choice=MapChoice(Method.HIRES_CAM, 2), mode=MapMode.OFF)
    assert (stage.stage, stage.unit, stage.style) == (2, Unit.NONE, Style.EVIDENCE)
    # What the signed evidence adds up to is said beside every map.
    assert stage.numbers.logit == layer_cam.numbers.logit == 2.0
    assert not stage.numbers.contributions.any()


def test_relative_evidence_adds_up_to_the_lead_over_the_average() -> None:
    examined = _examined("/p/a.png", (40, 30), _features())
    kept = _kept(examined, choice=MapChoice(relative=True))
    logits = examined.inspection.logits
    assert kept.names == "class 0 rather than the average class"
    assert kept.numbers.relative is True
    assert kept.numbers.logit == pytest.approx(float(logits[0] - logits.mean()), abs=1e-5)
    assert kept.numbers.adds_up is True


def test_manifest_and_picture_say_what_was_kept(tmp_path: Path) -> None:
    path = tmp_path / "grey.png"
    Image.new("RGB", (40, 30), (128, 128, 128)).save(path)
    examined = _examined(str(path), (40, 30), _features())
    picture = prepare_picture(str(path), reading_order(examined))
    drawn = {}
    for mode in (MapMode.EVIDENCE, MapMode.HEAT, MapMode.SPOTLIGHT, MapMode.OUTLINE):
        for outline in (False, True):
            kept = _kept(examined, choice=MapChoice(Method.GRAD_CAM), mode=mode, outline=outline)
            write(str(tmp_path / "map"), kept, picture)
            drawn[mode, outline] = (tmp_path / "map.png").read_bytes()
    assert len(set(drawn.values())) == len(drawn) - 1
    assert drawn[MapMode.OUTLINE, False] == drawn[MapMode.OUTLINE, True]
    fields = json.loads((tmp_path / "map.json").read_text())
    assert (fields["method"], fields["stage"], fields["unit"]) == ("grad-cam", None, "logits")
