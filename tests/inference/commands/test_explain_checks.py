"""`--minimal-set` and `--check`: what the feature map says and what the network then says, also when they differ."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from inference.attention.masking import Filling, fill, hide, pixels_of
from inference.classify.postprocess import softmax
from inference.engine.network import Network
from inference.models.contract import Preprocessing
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, answer, explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT_RESIZE, BRIGHT_SIDE

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def test_the_fewest_cells_are_named_and_tried_for_real(cardinal: Run, tmp_path: Path) -> None:
    words, grid, fields = explained(cardinal, tmp_path, SAMPLE, "--minimal-set", model=TINY)
    assert words.count("Hidden in the picture (blur) and run again") == sum(
        found is not None for found in fields["minimal_set"]["sets"].values()
    )
    assert set(fields["minimal_set"]["sets"]) == {"zeroed", "re-pooled"}
    for found in fields["minimal_set"]["sets"].values():
        if found is None:
            assert "No set of cells turns it" in words
            continue
        assert found["gap_after"] < 0 < found["gap_before"]
        assert f"Without {len(found['cells'])} of {grid.size} cells" in words
        assert ("the real run agrees" if found["real_run"]["agrees"] else "the real run disagrees") in words


def test_a_real_run_that_disagrees_is_told(cardinal: Run, tmp_path: Path) -> None:
    # The bright patch decides; hidden by blur, its light stays and is only spread.
    picture = patched(tmp_path)
    _, logits = answer(picture)
    assert logits[1] > logits[0]
    words, _, fields = explained(cardinal, tmp_path, picture, "--class", "bright", "--minimal-set", "--filling", "blur")
    assert (fields["minimal_set"]["leading"], fields["minimal_set"]["other"]) == (1, 0)
    zeroed = fields["minimal_set"]["sets"]["zeroed"]
    # Nearly every cell is dark, and without all of them the biases, which are for "bright", decide.
    assert len(zeroed["cells"]) > 50
    assert zeroed["real_run"]["agrees"] is False
    assert "the real run disagrees; the first class is now dark" in words


def test_the_check_hides_the_strongest_fifth(cardinal: Run, tmp_path: Path) -> None:
    picture = patched(tmp_path)
    words, grid, fields = explained(cardinal, tmp_path, picture, "--class", "bright", "--check", "--filling", "grey")
    image, logits = answer(picture)
    cells = np.zeros(64, np.bool_)
    cells[np.argsort(-grid.ravel(), kind="stable")[:13]] = True
    filled = fill(image, Filling.GREY, Preprocessing(BRIGHT_RESIZE, BRIGHT_SIDE))
    changed = hide(image, pixels_of(cells.reshape(8, 8), (64, 64)), filled)
    network = Network.open(PROJECT_ROOT / "tests" / "data" / "bright.onnx", device="cpu")
    after = softmax(network.run(changed[None]).logits[0])[0]
    network.close()
    check = fields["check"]
    assert check["hidden_cells"] == 13
    assert check["probability_before"] == pytest.approx(float(softmax(logits)[0]))
    assert check["probability_after"] == pytest.approx(float(after), abs=1e-5)
    assert "With the strongest 13 of 64 cells hidden (grey)" in words
    assert ("not borne out" in words) is bool(after >= softmax(logits)[0])
    assert 0 <= check["curves"]["deletion"]["area"] <= 1
    assert check["curves"]["insertion"]["probabilities"][-1] == pytest.approx(check["probability_before"], abs=1e-5)
    assert check["randomised_head"]["draws"] == 20


def test_a_method_that_knows_no_class_fails_the_sanity_check(cardinal: Run, tmp_path: Path) -> None:
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--method", "eigen-cam", "--check", model=TINY)
    assert fields["check"]["randomised_head"]["signed"] == pytest.approx(1.0)
    assert "the map hardly depends on it" in words
    assert "same for every class" in words
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--method", "occlusion", "--check", model=TINY)
    assert fields["check"]["randomised_head"] is None
