"""The viewer says in words what a map with little to show says: even, all against, approximate, none, no numbers."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.notices import map_approximate, no_map
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import decimal_text, decimals_for
from inference.models.contract import MapKind
from tests.flows.conftest import Bench
from tests.inference.commands.lesser_models import model_with
from tests.inference.engine.variants import variant
from tests.make_bright import BRIGHT
from tests.odd_maps import (
    black_picture,
    light_picture,
    mapless_on_black,
    plain_picture,
    scoreless_on_black,
    without_scale,
)


@pytest.fixture
def show(make_bench: Callable[..., Bench]) -> Callable[[str, str], Bench]:
    """Starts a program with a model and puts one picture into its viewer."""

    def shown(model: str, picture: str) -> Bench:
        bench = make_bench(model=model)
        bench.drop([picture])
        bench.until_done(1)
        bench.program.window.show_view(View.VIEWER)
        return bench

    return shown


def _words(bench: Bench) -> str:
    return bench.program.window.page.inspector.map_panel.words()


def _dark(bench: Bench) -> None:
    """Show the class that every light cell speaks against."""
    bench.until(lambda: bench.program.viewing.examined is not None)
    bench.program.window.page.inspector.class_search.class_chosen.emit(1)


def test_constant_features_have_no_area_that_stands_out(show: Callable[[str, str], Bench], tmp_path: Path) -> None:
    bench = show(str(BRIGHT), plain_picture(tmp_path))
    bench.until(lambda: "no area stands out" in _words(bench))


def test_evidence_against_a_class_only_is_said_and_drawn(show: Callable[[str, str], Bench], tmp_path: Path) -> None:
    bench = show(str(BRIGHT), light_picture(tmp_path))
    _dark(bench)
    page = bench.program.window.page
    bench.until(lambda: "The evidence is against this class." in _words(bench))
    assert re.search(r"\b0\.0+ for, -\d", page.legend.text())
    with_map = page.picture.grab().toImage()
    bench.program.viewing.set_mode(MapMode.OFF)
    assert page.picture.grab().toImage() != with_map


def test_an_approximate_map_says_so_and_other_classes_have_none(
    show: Callable[[str, str], Bench], tmp_path: Path
) -> None:
    bench = show(model_with(MapKind.APPROXIMATE, tmp_path), light_picture(tmp_path))
    page = bench.program.window.page
    bench.until(lambda: bench.program.viewing.classification is not None and page.legend.is_shown)
    assert map_approximate().text in _words(bench)
    said = bench.program.viewing.classification
    assert said is not None
    other = next(index for index in range(7) if index not in {one.index for one in said.predictions[:5]})
    page.inspector.class_search.class_chosen.emit(other)
    assert "five best classes only" in _words(bench)
    assert not page.legend.is_shown


def test_a_model_without_maps_says_so(show: Callable[[str, str], Bench], tmp_path: Path) -> None:
    bench = show(model_with(MapKind.NONE, tmp_path), light_picture(tmp_path))
    page = bench.program.window.page
    bench.until(lambda: bench.program.viewing.classification is not None)
    assert no_map().text in _words(bench)
    assert not page.legend.is_shown


def test_scores_without_numbers_are_a_failure_with_its_reason(
    show: Callable[[str, str], Bench], tmp_path: Path
) -> None:
    bench = show(scoreless_on_black(tmp_path), black_picture(tmp_path))
    images = bench.program.images
    assert bench.count(ImageState.FAILED) == 1
    assert "no valid numbers" in images.reason_at(0)


def test_a_map_without_numbers_is_said_and_not_drawn(show: Callable[[str, str], Bench], tmp_path: Path) -> None:
    bench = show(mapless_on_black(tmp_path), black_picture(tmp_path))
    bench.until(lambda: "no valid numbers" in _words(bench))
    page = bench.program.window.page
    bench.until(lambda: page.picture.placement is not None)
    with_map = page.picture.grab().toImage()
    bench.program.viewing.set_mode(MapMode.OFF)
    assert page.picture.grab().toImage() == with_map


def _blocks(path: Path, *, seed: int, contrast: float) -> None:
    """A wide picture of colours that differ much, or little: its map has cells that do, too."""
    colours = np.random.default_rng(seed).uniform(-127, 127, (4, 8, 3)) * contrast + 128
    Image.fromarray(colours.astype(np.uint8)).resize((320, 160), Image.Resampling.NEAREST).save(path)


def _shown_scale(bench: Bench) -> bool:
    """Whether the legend says the scale that is known now."""
    scale = bench.program.viewing.map_scale
    return decimal_text(scale, decimals_for(scale), signed=True) in bench.program.window.page.legend.text().split()


@pytest.mark.parametrize("is_closer", [False, True], ids=["usual", "closer"])
def test_the_map_on_screen_follows_a_scale_that_is_still_growing(
    make_bench: Callable[..., Bench], tmp_path: Path, is_closer: bool
) -> None:
    bench = make_bench(model=str(variant(tmp_path, without_scale)))
    folder = tmp_path / "pictures"
    folder.mkdir()
    _blocks(folder / "a.png", seed=1, contrast=0.2)
    bench.drop([str(folder)])
    bench.until_done(1)
    bench.program.window.show_view(View.VIEWER)
    viewing, page = bench.program.viewing, bench.program.window.page
    bench.until(lambda: viewing.examined is not None and page.picture.placement is not None)
    finer = bench.program.attention.finer
    if is_closer:
        finer.panel.look_requested.emit(1, True)
        bench.until(lambda: finer.examined is not None)
    assert _words(bench) in {"", "The evidence is against this class."}
    before, drawn, legend = viewing.map_scale, page.picture.grab().toImage(), page.legend.text()
    told: list[None] = []
    viewing.scale_changed.connect(lambda: told.append(None))
    for number in range(3):
        _blocks(folder / f"strong-{number}.png", seed=number, contrast=1.0)
    bench.drop([str(folder)])
    bench.until_done(4)
    assert viewing.map_scale != before
    bench.until(lambda: page.legend.text() != legend)
    assert page.picture.grab().toImage() != drawn
    assert viewing.examined is not None
    bench.until(lambda: viewing.examined is not None and viewing.examined.scale == viewing.map_scale)
    # What is drawn for another reason meanwhile (sharper pixels came) is on the new scale before that is told.
    bench.until(lambda: bool(told))
    assert len(told) <= 3
    if is_closer:
        usual, seen = viewing.examined, finer.examined
        assert seen is not None
        assert usual.inspection.features is not None
        assert seen.inspection.features is not None
        cells = usual.inspection.features[0].size / seen.inspection.features[0].size
        assert seen.scale == pytest.approx(usual.scale * cells)
    else:
        bench.until(lambda: _shown_scale(bench))


def test_tile_maps_and_a_comparison_follow_a_scale_that_is_still_growing(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench(model=str(variant(tmp_path, without_scale)))
    folder = tmp_path / "pictures"
    folder.mkdir()
    for number in range(2):
        _blocks(folder / f"{number}.png", seed=number, contrast=0.2)
    bench.drop([str(folder)])
    bench.until_done(2)
    window, viewing = bench.program.window, bench.program.viewing
    window.show_view(View.GALLERY)
    told: list[tuple[float, set[int]]] = []
    bench.program.recalling.maps_recalled.connect(lambda scale, maps: told.append((scale, {key for key, _ in maps})))
    window.grid.set_maps_shown(True)
    bench.until(lambda: sum(len(keys) for _, keys in told) == 2)
    old = set().union(*(keys for _, keys in told))
    before = viewing.map_scale
    assert {scale for scale, _ in told} == {before}
    window.grid.selectAll()
    bench.program.attention.compare.open()
    legend = window.compare.legend
    bench.until(lambda: f"+{decimal_text(before, decimals_for(before))}" in legend.text())
    for number in range(3):
        _blocks(folder / f"strong-{number}.png", seed=number, contrast=1.0)
    bench.drop([str(folder)])
    bench.until_done(5)
    bench.until(lambda: f"+{decimal_text(viewing.map_scale, decimals_for(viewing.map_scale))}" in legend.text())
    assert viewing.map_scale != before
    window.show_view(View.GALLERY)
    bench.until(lambda: old <= set().union(*(keys for scale, keys in told if scale == viewing.map_scale)))


def test_a_map_that_is_the_same_everywhere_is_not_checked(show: Callable[[str, str], Bench], tmp_path: Path) -> None:
    bench = show(str(BRIGHT), plain_picture(tmp_path))
    bench.until(lambda: bench.program.viewing.examined is not None)
    panel = bench.program.attention.check.panel
    panel.check_requested.emit("grey")
    bench.until(lambda: bool(panel.words()))
    assert panel.words() == "The map is the same everywhere: no cell is stronger, so hiding some checks nothing."
