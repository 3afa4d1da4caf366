"""A saved map says what it is: the method's name and unit in the legend and in the manifest."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from inference.attention.methods import FACTS, Method, Unit
from inference.attention.picture import Caption, Style
from tests.inference.commands.explaining import TINY, explained, patched
from tests.inference.commands.sessions import Run
from tests.make_bright import BRIGHT


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
    assert fields["grid_positive"] == pytest.approx(grid[grid > 0].sum(), rel=1e-5)
    assert fields["grid_negative"] == pytest.approx(grid[grid < 0].sum(), rel=1e-5)
    if facts.unit is Unit.LOGITS:
        parts = fields["supporting"] + fields["opposing"] + fields["bias"]
        assert parts == pytest.approx(fields["logit"], abs=1e-5)
        assert fields["adds_up"] is True
    else:
        # The evidence's ledger would be taken for that of this grid.
        assert [fields[key] for key in ("supporting", "opposing", "bias", "adds_up")] == [None] * 4
    assert fields["logit"] == pytest.approx(fields["network_logit"], abs=1e-4)
    drawn = tmp_path / "map.png"
    code, _, _ = cardinal(
        "explain", "--model", TINY, "--device", "cpu", picture, "--method", method.value, "--output", str(drawn)
    )
    assert code == 0
    with Image.open(drawn) as opened:
        assert opened.width == 320  # as wide as its legend


@pytest.mark.parametrize("mode", list(Style))
def test_every_way_of_drawing_with_and_without_lines(cardinal: Run, tmp_path: Path, mode: Style) -> None:
    picture = patched(tmp_path)
    drawn = []
    for number, more in enumerate(([], ["--outline"])):
        output = tmp_path / f"{number}.png"
        code, _, _ = cardinal(
            "explain", "--model", str(BRIGHT), "--device", "cpu", picture, "--mode", mode.value, *more,
            "--output", str(output),
        )  # fmt: skip
        assert code == 0
        drawn.append(output.read_bytes())
    assert (drawn[0] == drawn[1]) is (mode is Style.OUTLINE)


@pytest.mark.parametrize("options", [["--output"], ["--save-region"], ["--compare", "--output"]])
@pytest.mark.parametrize("suffix", [".png", ".npy"])
def test_a_name_that_no_file_can_have_is_a_sentence(
    cardinal: Run, tmp_path: Path, options: list[str], suffix: str
) -> None:
    name = str(tmp_path / ("x" * 300 + suffix))
    code, words, errors = cardinal("explain", "--model", TINY, "--device", "cpu", patched(tmp_path), *options, name)
    assert (code, words) == (2, "")
    assert "could not be written: " in errors
    assert errors.count("\n") == 1


def test_a_name_that_is_too_long_with_its_ending_is_refused_before_anything_is_written(
    cardinal: Run, tmp_path: Path
) -> None:
    """The file system takes 255 bytes, and the numbers of the changed picture have a longer name."""
    output = tmp_path / ("x" * 248 + ".npy")
    arguments = (patched(tmp_path), "--hide", "70,20,90,40", "--output", str(output))
    code, words, errors = cardinal("explain", "--model", str(BRIGHT), "--device", "cpu", *arguments)
    assert (code, words) == (2, "")
    assert "-hidden.npy could not be written: " in errors
    assert not output.exists()


@pytest.mark.parametrize(("view", "scale"), [((), 0.1), (("--finer", "2"), 0.1 / 4)])
def test_the_colours_have_the_models_scale_for_so_many_cells(
    cardinal: Run, tmp_path: Path, captions: list[Caption], view: tuple[str, ...], scale: float
) -> None:
    output = str(tmp_path / "x.png")
    start = ("explain", "--model", str(BRIGHT), "--device", "cpu", patched(tmp_path))
    code, _, _ = cardinal(*start, *view, "--output", output)
    assert code == 0
    assert [caption.scale for caption in captions] == [pytest.approx(scale)]
