"""`--hide`: one real run on the picture with some parts hidden, and what it does to the answer."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from unittest import mock

import numpy as np
import pytest
from PIL import Image

from inference.arrays import Logits
from inference.attention.masking import Filling, fill
from inference.attention.methods import Method
from inference.attention.region import Box
from inference.attention.region_files import pixels_under
from inference.classify.postprocess import softmax
from inference.commands.explain_hidden import HiddenFound, HiddenParts, Lead, compare_hidden
from inference.commands.explanation import Explanation
from inference.engine.network import Network
from inference.models.contract import MapKind, Preprocessing
from inference.results import CropGeometry, Prediction
from tests.conftest import PROJECT_ROOT
from tests.fakes import fake_contract
from tests.inference.commands.explaining import TINY, answer, explained, patched
from tests.inference.commands.lesser_models import model_with
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT, BRIGHT_RESIZE, BRIGHT_SIDE

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")
PATCH = "70,20,90,40"


def _by_hand(picture: str, boxes: Sequence[tuple[int, int, int, int]], filling: Filling) -> tuple[Logits, Logits]:
    """Logits before, and of a run on the picture whose pixels in the boxes are replaced one by one."""
    image, before = answer(picture)
    # Of 200 x 100 pixels, made 72 high, the middle 64 x 64.
    pixel = 100 / BRIGHT_RESIZE
    left, top = 100 - pixel * BRIGHT_SIDE / 2, 50 - pixel * BRIGHT_SIDE / 2
    filled = fill(image, filling, Preprocessing(BRIGHT_RESIZE, BRIGHT_SIDE))
    changed = image.copy()
    for row in range(BRIGHT_SIDE):
        for column in range(BRIGHT_SIDE):
            x, y = left + (column + 0.5) * pixel, top + (row + 0.5) * pixel
            if any(box[0] <= x < box[2] and box[1] <= y < box[3] for box in boxes):
                changed[row, column] = filled[row, column]
    network = Network.open(str(BRIGHT), device="cpu")
    after = network.run(changed[None]).logits[0]
    network.close()
    return before, after


@pytest.mark.parametrize("filling", list(Filling))
def test_it_is_a_real_run_on_the_changed_pixels(cardinal: Run, tmp_path: Path, filling: Filling) -> None:
    picture = patched(tmp_path)
    before, after = _by_hand(picture, [(70, 20, 90, 40)], filling)
    arguments = ("--class", "bright", "--hide", PATCH, "--filling", filling.value)
    words, _, fields = explained(cardinal, tmp_path, picture, *arguments)
    hidden = fields["hidden"]
    assert hidden["filling"] == filling.value
    assert hidden["boxes"] == [{"left": 70, "top": 20, "right": 90, "bottom": 40}]
    assert hidden["share"] == pytest.approx(20 * 20 * 0.72**2 / 64**2, abs=0.01)
    assert hidden["probability_before"] == pytest.approx(float(softmax(before)[0]), abs=1e-6)
    assert hidden["probability_after"] == pytest.approx(float(softmax(after)[0]), abs=1e-6)
    assert {one["label"]: one["logit"] for one in hidden["predictions"]} == pytest.approx(
        {"bright": float(after[0]), "dark": float(after[1])}, abs=1e-5
    )
    assert hidden["probability_after"] != hidden["probability_before"]
    assert f"With this part hidden ({filling.value}), bright goes from " in words
    assert "; dark still leads with " in words


def test_many_parts_are_hidden_in_one_run(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    boxes = [(60, 10, 80, 30), (100, 50, 130, 90)]
    before, after = _by_hand(picture, boxes, Filling.GREY)
    hides = [word for box in boxes for word in ("--hide", ",".join(map(str, box)))]
    with mock.patch.object(Network, "run", autospec=True, side_effect=Network.run) as runs:
        explained(cardinal, tmp_path, picture)
        usual = runs.call_count
        for name in ("map.npy", "map.json"):
            (tmp_path / name).unlink()
        words, _, fields = explained(cardinal, tmp_path, picture, *hides, "--filling", "grey")
        assert runs.call_count - usual == usual + 1
    assert "With these 2 parts hidden (grey), dark goes from" in words
    assert len(fields["hidden"]["boxes"]) == 2
    assert fields["hidden"]["lead"] is None
    assert fields["hidden"]["probability_before"] == pytest.approx(float(softmax(before)[1]), abs=1e-6)
    assert fields["hidden"]["probability_after"] == pytest.approx(float(softmax(after)[1]), abs=1e-6)


def test_the_lead_over_another_class_is_followed(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    before, after = _by_hand(picture, [(70, 20, 90, 40)], Filling.GREY)
    arguments = ("--class", "bright", "--hide", PATCH, "--filling", "grey")
    words, _, fields = explained(cardinal, tmp_path, picture, *arguments, "--against", "dark")
    lead = fields["hidden"]["lead"]
    assert lead["over"] == "dark"
    assert lead["before"] == pytest.approx(float(before[0] - before[1]), abs=1e-5)
    assert lead["after"] == pytest.approx(float(after[0] - after[1]), abs=1e-5)
    assert f"Its lead over dark goes from {lead['before']:+.2f} to {lead['after']:+.2f} logits." in words
    for name in ("map.npy", "map.json"):
        (tmp_path / name).unlink()
    words, _, fields = explained(cardinal, tmp_path, picture, *arguments, "--relative")
    lead = fields["hidden"]["lead"]
    assert lead["after"] == pytest.approx(float(after[0] - after.mean()), abs=1e-5)
    assert "Its lead over the average class goes from" in words


def test_the_lead_over_the_average_class_leaves_out_what_all_classes_gain() -> None:
    """The scores of the two classes of the brightness network have a mean of nearly 0, which hides a missing mean."""
    cells = np.ones((1, 1), np.float32)
    asked = Explanation(cells, cells, 1, 0, 0, 1, 1, True, "b", 1, None, Method.EVIDENCE, relative=True)
    parts = HiddenParts(Filling.GREY, (Box(0, 0, 1, 1),), np.ones((2, 2), np.bool_), np.zeros((2, 2, 3), np.uint8))
    before, after = (np.array(logits, np.float32) for logits in ([1, 2, 6, 3, 0, 0], [7, 6, 8, 7, 7, 7]))
    assert compare_hidden(parts, asked, before, after, fake_contract()).lead == Lead("the average class", 0.0, -1.0)


def test_what_the_network_did_not_see_cannot_be_hidden(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    start = ("explain", "--model", str(BRIGHT), "--device", "cpu", picture)
    for part in ("0,0,20,20", "500,500,600,600", "80.1,30.1,80.2,30.2"):
        code, output, errors = cardinal(*start, "--hide", PATCH, "--hide", part)
        assert (code, output) == (2, "")
        assert f"The network saw nothing of {part}, so there is nothing to hide." in errors
    code, output, _ = cardinal(*start, "--whole", "--hide", "0,0,20,20")
    assert code == 0
    assert "With this part hidden (blur), dark goes from" in output


def test_a_part_that_reaches_beyond_the_picture_is_cut_to_it(cardinal: Run, tmp_path: Path) -> None:
    _, _, fields = explained(cardinal, tmp_path, patched(tmp_path), "--hide", "100,50,900,900")
    assert fields["hidden"]["boxes"] == [{"left": 100, "top": 50, "right": 200, "bottom": 100}]
    assert fields["hidden"]["share"] == pytest.approx(0.25)


def test_a_model_without_maps_can_be_asked_too(cardinal: Run, tmp_path: Path) -> None:
    lesser = model_with(MapKind.NONE, tmp_path)
    arguments = ("--class", "6", "--method", "occlusion", "--hide", "100,50,300,250")
    _, _, fields = explained(cardinal, tmp_path, SAMPLE, *arguments, model=lesser)
    after = fields["hidden"]["probability_after"]
    for name in ("map.npy", "map.json"):
        (tmp_path / name).unlink()
    _, _, fields = explained(cardinal, tmp_path, SAMPLE, *arguments, model=TINY)
    assert after == pytest.approx(fields["hidden"]["probability_after"], abs=1e-5)


def _width(path: Path) -> int:
    with Image.open(path) as drawn:
        return drawn.width


def test_the_changed_picture_has_a_map_of_its_own(cardinal: Run, tmp_path: Path) -> None:
    """Its cells are the head's product with the features of the changed pixels, and add up to the new logit."""
    picture = patched(tmp_path)
    arguments = ("--class", "bright", "--hide", PATCH, "--filling", "grey")
    before, after = _by_hand(picture, [(70, 20, 90, 40)], Filling.GREY)
    words, grid, fields = explained(cardinal, tmp_path, picture, *arguments)
    changed = np.load(tmp_path / "map-hidden.npy")
    described = json.loads((tmp_path / "map-hidden.json").read_text())
    of_hidden = fields["hidden"]["map"]
    assert grid.sum() + fields["bias"] == pytest.approx(float(before[0]), abs=1e-5)
    assert changed.sum() + of_hidden["bias"] == pytest.approx(float(after[0]), abs=1e-5)
    assert of_hidden["logit"] == pytest.approx(float(after[0]), abs=1e-5)
    np.testing.assert_array_equal(np.array(of_hidden["cells"], np.float32), changed)
    assert of_hidden["adds_up"] is True
    # The patch is what speaks for the class.
    assert grid.max() > 2 * changed.max()
    for key in ("logit", "supporting", "opposing", "bias"):
        assert described[key] == of_hidden[key]
    assert described["hidden"]["boxes"] == fields["hidden"]["boxes"]
    assert described["path"] == picture
    assert "Changed picture: bright: " in words


def test_the_changed_map_is_of_the_class_and_method_that_were_asked_for(cardinal: Run, tmp_path: Path) -> None:
    arguments = (patched(tmp_path), "--hide", PATCH, "--method", "layercam", "--against", "dark", "--class", "bright")
    _, _, fields = explained(cardinal, tmp_path, *arguments)
    described = json.loads((tmp_path / "map-hidden.json").read_text())
    for key in ("class", "against", "method", "stage", "unit", "view", "crop"):
        assert described[key] == fields[key]


def test_without_a_class_the_changed_map_is_of_the_first_one_before(cardinal: Run, tmp_path: Path) -> None:
    pixels = np.full((100, 100, 3), 30, np.uint8)
    pixels[20:80, 20:80] = 250
    picture = tmp_path / "turning.png"
    Image.fromarray(pixels).save(picture)
    words, _, fields = explained(cardinal, tmp_path, str(picture), "--hide", "20,20,80,80", "--filling", "grey")
    assert fields["class"]["label"] == "bright"
    assert fields["hidden"]["predictions"][0]["label"] == "dark"
    assert json.loads((tmp_path / "map-hidden.json").read_text())["class"]["label"] == "bright"
    assert "now dark leads" in words


def test_before_and_after_stand_side_by_side_and_the_original_stays(cardinal: Run, tmp_path: Path) -> None:
    picture, output = patched(tmp_path, (400, 300)), tmp_path / "map.png"
    content = Path(picture).read_bytes()
    arguments = ("explain", "--model", str(BRIGHT), "--device", "cpu", picture, "--output", str(output))
    assert cardinal(*arguments)[0] == 0
    alone = _width(output)
    code, _, errors = cardinal(*arguments, "--hide", "60,60,200,200", "--mode", "heat", "--outline")
    assert (code, errors) == (0, "")
    assert alone == 400
    assert _width(output) == 2 * 400 + 3 * 16
    assert Path(picture).read_bytes() == content


def test_numbers_of_somebody_else_are_not_replaced(cardinal: Run, tmp_path: Path) -> None:
    (tmp_path / "map-hidden.npy").write_bytes(b"my embeddings")
    arguments = (patched(tmp_path), "--hide", PATCH, "--output", str(tmp_path / "map.npy"))
    code, words, errors = cardinal("explain", "--model", str(BRIGHT), "--device", "cpu", *arguments)
    assert (code, words) == (2, "")
    assert "map-hidden.npy could not be written: it is there already" in errors
    assert not (tmp_path / "map.npy").exists()
    assert (tmp_path / "map-hidden.npy").read_bytes() == b"my embeddings"


def test_a_map_that_the_changed_picture_does_not_have_is_told(cardinal: Run, tmp_path: Path) -> None:
    """A model with approximate maps has those of the first classes only, and the class is none of them any more."""
    lesser = model_with(MapKind.APPROXIMATE, tmp_path)
    picture = tmp_path / "red.png"
    Image.new("RGB", (80, 80), (255, 0, 0)).save(picture)
    arguments = (str(picture), "--hide", "0,0,80,80", "--filling", "grey", "--class", "yellow")
    words, grid, fields = explained(cardinal, tmp_path, *arguments, model=lesser)
    assert fields["hidden"]["map"] is None
    assert "There is no map of the changed picture. Tiny test network has approximate maps" in words
    assert grid.shape == (8, 8)
    assert not (tmp_path / "map-hidden.npy").exists()
    output = tmp_path / "map.png"
    code, _, errors = cardinal("explain", "--model", lesser, "--device", "cpu", *arguments, "--output", str(output))
    assert (code, errors) == (0, "")
    assert _width(output) > 2 * 80


@pytest.mark.parametrize(
    ("followed", "before", "after", "said"),
    [
        (0, 0, 0, "; it still leads."),
        (0, 1, 0, "; now it leads."),
        (0, 1, 1, "; b still leads with 60.0 %."),
        (0, 0, 1, "; now b leads with 60.0 %."),
    ],
)
def test_who_leads_is_said(followed: int, before: int, after: int, said: str) -> None:
    one, other = (Prediction(index, "ab"[index], 0.6, 1.0) for index in (before, after))
    found = HiddenFound(
        filling=Filling.BLUR,
        boxes=(Box(0, 0, 1, 1),),
        share=0.1,
        class_index=followed,
        subject="a",
        before=0.206,
        after=0.085,
        lead=None,
        first_before=one,
        best_after=(other,),
        leader=other.label,
    )
    assert list(found.in_words()) == [f"With this part hidden (blur), a goes from 20.6 % to 8.5 %{said}"]


def test_pixels_belong_to_a_box_by_their_centres() -> None:
    mask = pixels_under(Box(10, 0, 30, 20), CropGeometry(0, 0, 80, 40), (4, 8))
    assert np.argwhere(mask).tolist() == [[0, 1], [0, 2], [1, 1], [1, 2]]
    assert not pixels_under(Box(90, 0, 99, 40), CropGeometry(0, 0, 80, 40), (4, 8)).any()
