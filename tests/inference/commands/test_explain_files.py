"""A saved map says what it is: the method's name and unit in the legend and in the manifest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.methods import FACTS, Method
from tests.inference.commands.explaining import TINY, explained, patched
from tests.inference.commands.sessions import Run


@pytest.mark.parametrize("method", list(Method))
def test_every_method_has_a_grid_a_manifest_and_a_picture(cardinal: Run, tmp_path: Path, method: Method) -> None:
    picture = patched(tmp_path)
    _, grid, fields = explained(cardinal, tmp_path, picture, "--class", "red", "--method", method.value, model=TINY)
    facts = FACTS[method]
    assert grid.dtype == np.float32
    assert np.isfinite(grid).all()
    assert (fields["method"], fields["unit"], fields["paper"]) == (method.value, facts.unit.value, facts.paper)
    assert fields["rectified"] is (not facts.is_signed)
    assert facts.is_signed or grid.min() >= 0
    # The four numbers are those of the signed evidence, whatever the method.
    parts = fields["supporting"] + fields["opposing"] + fields["bias"]
    assert parts == pytest.approx(fields["logit"], abs=1e-5)
    assert fields["logit"] == pytest.approx(fields["network_logit"], abs=1e-4)
    drawn = tmp_path / "map.png"
    code, _, _ = cardinal(
        "explain", "--model", TINY, "--device", "cpu", picture, "--method", method.value, "--output", str(drawn)
    )
    assert code == 0
    with Image.open(drawn) as opened:
        assert opened.width == 200
