"""`--region --alone`: the region cut out and run once, with nothing around it."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.region import Box
from inference.attention.region_run import cut_out, reading_order
from inference.classify.postprocess import softmax
from inference.classify.preprocess import prepare_picture
from inference.engine.network import Network
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT, BRIGHT_SIDE

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def test_a_patch_alone_is_a_picture_of_nothing_else(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    network = Network.open(str(BRIGHT), device="cpu")
    logits = network.run(np.full((1, BRIGHT_SIDE, BRIGHT_SIDE, 3), 250, np.uint8)).logits[0]
    network.close()
    words, _, fields = explained(cardinal, tmp_path, picture, "--region", "70,20,90,40", "--alone")
    alone = fields["region"]["alone"]
    assert alone["input"] == [BRIGHT_SIDE, BRIGHT_SIDE]
    assert alone["box"] == {"left": 70, "top": 20, "right": 90, "bottom": 40}
    found = {one["label"]: one["probability"] for one in alone["predictions"]}
    assert found["bright"] == pytest.approx(float(softmax(logits)[0]), abs=1e-6)
    assert "Cut out (70,20,90,40) and run alone, with nothing around it: bright " in words
    assert "The region by itself" in words


def test_it_equals_a_run_by_hand_on_the_same_cut_out(cardinal: Run, tmp_path: Path) -> None:
    with Image.open(SAMPLE) as opened:
        size = opened.size
    box = Box(120, 60, 280, 180)
    network = Network.open(TINY, device="cpu")
    preprocessing = network.contract.preprocessing
    prepared = prepare_picture(SAMPLE, reading_order(preprocessing, size, box))
    image = cut_out(prepared.input, prepared.crop, box, preprocessing)
    assert image is not None
    logits = network.run(image[None]).logits[0]
    network.close()
    _, _, fields = explained(cardinal, tmp_path, SAMPLE, "--region", "120,60,280,180", "--alone", model=TINY)
    alone = fields["region"]["alone"]
    assert alone["input"] == [image.shape[1], image.shape[0]]
    assert len(alone["predictions"]) == 5
    for one in alone["predictions"]:
        assert one["logit"] == pytest.approx(float(logits[one["index"]]), abs=1e-5)
    assert alone["predictions"][0]["index"] == int(logits.argmax())


def test_a_region_of_the_map_is_cut_out_with_the_box_around_it(cardinal: Run, tmp_path: Path) -> None:
    arguments = ("--class", "bright", "--region", "map", "--alone")
    _, _, fields = explained(cardinal, tmp_path, patched(tmp_path), *arguments)
    assert fields["region"]["alone"]["box"] == fields["region"]["box"]


def test_without_the_option_nothing_is_run(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, patched(tmp_path), "--region", "70,20,90,40")
    assert "alone" not in fields["region"]
    assert "run alone" not in words


def test_alone_needs_a_region(cardinal: Run, tmp_path: Path) -> None:
    code, output, errors = cardinal("explain", patched(tmp_path), "--alone")
    assert (code, output) == (2, "")
    assert errors == "--alone asks about --region.\n"
