"""`--minimal-set`: what the feature map says and what the network then says, also when they differ."""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import pytest

from inference.attention.masking import Filling, fill, hide, pixels_of
from inference.engine.network import Network
from tests.conftest import PROJECT_ROOT
from tests.inference.commands.explaining import TINY, answer, explained, patched
from tests.inference.commands.sessions import Run

SAMPLE = str(PROJECT_ROOT / "assets" / "samples" / "chelsea.png")


def test_the_fewest_cells_are_named_and_tried_for_real(cardinal: Run, tmp_path: Path) -> None:
    words, grid, fields = explained(cardinal, tmp_path, SAMPLE, "--minimal-set", model=TINY)
    assert words.count("Hidden in the picture (blur) and run again") == sum(
        found is not None for found in fields["minimal_set"]["sets"].values()
    )
    assert set(fields["minimal_set"]["sets"]) == {"zeroed", "re-pooled"}
    leading, other = fields["minimal_set"]["leading"], fields["minimal_set"]["other"]
    image, _ = answer(SAMPLE, TINY)
    network = Network.open(TINY, device="cpu")
    for found in fields["minimal_set"]["sets"].values():
        if found is None:
            assert "No set of cells turns it" in words
            continue
        assert found["gap_after"] < 0 < found["gap_before"]
        cells = np.zeros(grid.shape, np.bool_)
        cells[tuple(np.transpose(found["cells"]))] = True
        filled = fill(image, Filling.BLUR, network.contract.preprocessing)
        after = network.run(hide(image, pixels_of(cells, image.shape[:2]), filled)[None]).logits[0]
        assert found["real_run"]["gap_after"] == pytest.approx(float(after[leading] - after[other]), abs=1e-4)
        assert f"Without {len(found['cells'])} of {grid.size} cells" in words
        assert ("the real run agrees" if found["real_run"]["agrees"] else "the real run disagrees") in words
    network.close()


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


def test_a_lead_is_never_written_as_nothing(cardinal: Run, tmp_path: Path) -> None:
    """Without the fewest cells the other class leads by little, here by less than a hundredth of a logit."""
    words, _, fields = explained(cardinal, tmp_path, SAMPLE, "--minimal-set", model=TINY)
    after = fields["minimal_set"]["sets"]["re-pooled"]["gap_after"]
    assert -0.005 < after < 0
    told = [float(number) for number in re.findall(r"cells \(taken out.* -> (\S+) logits", words)]
    assert told == [float(f"{after:.1g}")]
