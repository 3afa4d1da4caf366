"""Looking closer in the window: one run, its own map and legend, and back; it goes with the picture."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtWidgets import QFileDialog

from gui.action_table import ActionId
from gui.attention.examined import Examined
from gui.attention.finer_desk import FinerDesk
from gui.main_window import View
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS
from inference.arrays import RgbImage
from inference.attention.methods import Method
from inference.classify.postprocess import softmax
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Network
from inference.errors import InferenceError
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench
from tests.inference.engine.variants import variant
from tests.odd_maps import without_scale


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """One wide picture in the viewer, with its feature map."""
    return _shown(make_bench(model=BUILT_IN_NAME), tmp_path / "one")


def _shown(made: Bench, folder: Path) -> Bench:
    folder.mkdir()
    Image.effect_noise((480, 240), 80).convert("RGB").save(folder / "noise.png")
    made.drop([str(folder)])
    made.until_done(1)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def _look(bench: Bench, factor: int, *, whole: bool = False) -> FinerDesk:
    finer = bench.program.attention.finer
    before = finer.examined
    finer.panel.look_requested.emit(factor, whole)
    bench.until(lambda: finer.examined is not None and finer.examined is not before)
    return finer


def test_a_closer_look_is_one_run_and_its_maps_none(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    page, before = bench.program.window.page, len(runs)
    usual = page.legend.text()
    finer = _look(bench, 2)
    side = bench.program.viewing.examined.contract.preprocessing.crop  # type: ignore[union-attr]
    assert runs[before:] == [(1, 2 * side, 2 * side, 3)]
    assert finer.examined is not None
    assert finer.examined.inspection.features is not None
    assert finer.examined.inspection.features.shape[1:] == (18, 18)
    assert "18 \N{MULTIPLICATION SIGN} 18 cells" in finer.panel.words()
    assert "The decision" in finer.panel.words()
    assert "2 times the size" in page.legend.text()
    shown = {page.legend.text()}
    for index in (3, 17, NO_CLASS):
        page.hover_class(index)
        assert "2 times the size" in page.legend.text()
        shown.add(page.legend.text())
    assert len(shown) == 3
    for mode in MapMode:
        bench.program.viewing.set_mode(mode)
    finer.panel.back_requested.emit()
    assert finer.examined is None
    bench.program.viewing.set_mode(MapMode.EVIDENCE)
    assert page.legend.text() == usual
    assert len(runs) == before + 1


def _light_of_the_side(bench: Bench) -> float:
    """The mean lightness, 0...255, of a part that only a look at the whole picture sees."""
    picture = bench.program.window.page.picture
    placement = picture.placement
    assert placement is not None
    corners = (placement.to_view(20, 80), placement.to_view(80, 160))
    image = picture.grab(QRectF(*(QPointF(*corner) for corner in corners)).toRect()).toImage()
    seen = [image.pixelColor(x, y).lightness() for x in range(image.width()) for y in range(image.height())]
    return sum(seen) / len(seen)


def test_the_whole_picture_has_no_dark_sides_and_back_brings_them_again(bench: Bench) -> None:
    page = bench.program.window.page
    page.inspector.map_panel.set_mode(MapMode.OFF)
    bench.program.viewing.set_mode(MapMode.OFF)
    page.picture.hold_plain(True)
    undimmed = _light_of_the_side(bench)
    page.picture.hold_plain(False)
    dimmed = _light_of_the_side(bench)
    assert dimmed < undimmed - 20
    finer = _look(bench, 1, whole=True)
    assert _light_of_the_side(bench) == pytest.approx(undimmed, abs=5)
    assert "Whole picture" in finer.panel.words()
    assert "The network saw the whole picture." in page.inspector.facts.words()
    assert finer.examined is not None
    assert finer.examined.classification.crop.left == pytest.approx(0, abs=1e-6)
    finer.back()
    assert "240 \N{MULTIPLICATION SIGN} 240 pixels in the middle" in page.inspector.facts.words()
    assert _light_of_the_side(bench) == pytest.approx(dimmed, abs=5)


def test_of_a_very_long_picture_the_look_at_everything_says_that_it_is_the_middle(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench(model=BUILT_IN_NAME)
    (tmp_path / "long").mkdir()
    Image.effect_noise((1200, 60), 80).convert("RGB").save(tmp_path / "long" / "strip.png")
    bench.drop([str(tmp_path / "long")])
    bench.until_done(1)
    bench.program.window.show_view(View.VIEWER)
    bench.until(lambda: bench.program.viewing.examined is not None)
    finer = _look(bench, 1, whole=True)
    page = bench.program.window.page
    assert "Middle of this very long picture" in finer.panel.words()
    assert "whole" not in f"{finer.panel.words()} {page.legend.text()} {page.inspector.facts.words()}".lower()


def test_duel_and_region_are_about_the_look(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    attention = bench.program.attention
    attention.region.ask(QRectF(180, 60, 100, 80))
    bench.program.actions[ActionId.MAP_DUEL].trigger()
    said = (attention.region.panel.words(), attention.duel.panel.words())
    finer = _look(bench, 2)
    before = len(runs)
    now = (attention.region.panel.words(), attention.duel.panel.words())
    assert now[0] != said[0]
    assert "rather than" in bench.program.window.page.legend.text()
    assert finer.examined is not None
    logits = finer.examined.inspection.logits
    shown, rival = bench.program.window.page.class_shown, attention.duel.rival
    assert rival is not None
    assert f"by {abs(logits[shown] - logits[rival]):.2f} logits" in now[1]
    finer.back()
    assert (attention.region.panel.words(), attention.duel.panel.words()) == said
    assert len(runs) == before


def test_a_look_goes_with_its_picture(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    finer = _look(bench, 2)
    Image.effect_noise((240, 320), 20).convert("RGB").save(tmp_path / "other.png")
    bench.drop([str(tmp_path / "other.png")])
    bench.until_done(2)
    program.viewing.show_key(program.images.key_at(1))
    assert finer.examined is None
    bench.until(lambda: program.viewing.examined is not None)
    assert "times the size" not in program.window.page.legend.text()
    # One that is under way when the picture changes never arrives.
    finer.panel.look_requested.emit(3, False)
    program.viewing.show_key(program.images.key_at(0))
    bench.qtbot.wait(600)
    assert finer.examined is None
    assert "larger input" in finer.panel.words()


def test_painting_ends_a_look_and_no_look_hides_what_is_painted(bench: Bench) -> None:
    attention = bench.program.attention
    finer = _look(bench, 2)
    attention.what_if.toggle()
    assert finer.examined is None
    attention.what_if.hand.stroke_began.emit(QPointF(240, 120))
    bench.until(lambda: attention.what_if.is_painted and attention.what_if.is_settled)
    finer.panel.look_requested.emit(2, False)
    assert "Take it back first" in finer.panel.words()
    assert not attention.parts.examiner.is_open("finer")
    attention.what_if.panel.undo_requested.emit()
    assert "Take it back first" not in finer.panel.words()


def test_a_model_of_one_size_says_so(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    finer = bench.program.attention.finer

    def refuse(self: Network, *_arguments: object, **_options: object) -> object:
        del self
        raise InferenceError("Got invalid dimensions for input.")

    monkeypatch.setattr(Network, "run", refuse)
    finer.panel.look_requested.emit(2, False)
    bench.until(lambda: "its own size only" in finer.panel.words())
    assert finer.examined is None
    finer.panel.back_requested.emit()
    assert "larger input" in finer.panel.words()


def test_other_kinds_of_maps_are_those_of_the_look_too(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    page, methods = bench.program.window.page, bench.program.window.page.inspector.map_panel.methods
    finer = _look(bench, 2)
    before = len(runs)
    methods.choose(MapChoice(Method.GRAD_CAM))
    bench.program.viewing.set_choice(MapChoice(Method.GRAD_CAM))
    bench.until(lambda: "Grad-CAM" in page.legend.text() and "2 times the size" in page.legend.text())
    bench.program.viewing.set_choice(MapChoice(relative=True))
    bench.until(lambda: "average class" in page.legend.text() and "2 times the size" in page.legend.text())
    bench.program.viewing.set_choice(MapChoice(Method.OCCLUSION))
    bench.until(lambda: "evidence only" in methods.words())
    assert "2 times the size" in page.legend.text()
    finer.back()
    assert "times the size" not in page.legend.text()
    assert len(runs) == before


def test_what_is_saved_is_the_map_of_the_look(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def choose(*_arguments: object, **_options: object) -> tuple[str, str]:
        return str(tmp_path / "kept.png"), ""

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    finer = _look(bench, 2)
    bench.program.actions[ActionId.SAVE_MAP].trigger()
    bench.until(lambda: all((tmp_path / f"kept.{kind}").exists() for kind in ("png", "npy", "json")))
    told = json.loads((tmp_path / "kept.json").read_text())
    assert told["view"]["factor"] == 2
    assert told["view"]["decision"]["stayed"] in {True, False}
    grid = np.load(tmp_path / "kept.npy")
    assert grid.shape == (18, 18)
    assert finer.examined is not None
    shown = bench.program.window.page.class_shown
    bias = float(finer.examined.head.bias[shown])
    assert float(grid.sum()) + bias == pytest.approx(float(finer.examined.inspection.logits[shown]), abs=1e-4)
    with Image.open(tmp_path / "kept.png") as drawn:
        assert drawn.width == 480


def test_checks_are_about_the_look_on_screen_and_say_so(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    attention = bench.program.attention
    panel, examiner = attention.check.panel, attention.parts.examiner
    assert panel.about() == ""
    finer = _look(bench, 2)
    assert "2 times the size" in panel.about()
    before = len(runs)
    panel.check_requested.emit("grey")
    bench.until(lambda: "Area under deletion" in panel.words())
    sides = {shape[1:3] for shape in runs[before:]}
    side = finer.examined.classification.crop  # type: ignore[union-attr]
    assert side.right - side.left == pytest.approx(side.bottom - side.top)
    assert sides == {(144, 144)}
    labels = finer.examined.contract.labels  # type: ignore[union-attr]
    first = bench.program.window.page.inspector.suggestions.chosen
    score = float(softmax(finer.examined.inspection.logits)[first])  # type: ignore[union-attr]
    assert f"{labels[first].name} {percent_text(score)}" in panel.words()
    finer.back()
    assert panel.words() == panel.about() == ""
    # A question about the usual look is given up when another comes.
    panel.check_requested.emit("grey")
    _look(bench, 1, whole=True)
    assert not examiner.is_open("check")
    assert "whole picture" in panel.about()


def test_the_network_is_randomised_on_the_look_on_screen(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[int, ...]] = []
    real = GradientNetwork.run

    def run(self: GradientNetwork, image: RgbImage, *rest: object, **options: object) -> object:
        seen.append(image.shape)
        return real(self, image, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(GradientNetwork, "run", run)
    finer = _look(bench, 1, whole=True)
    panel = bench.program.attention.check.panel
    panel.randomise_requested.emit()
    bench.until(lambda: "what the network learned" in panel.words())
    assert finer.examined is not None
    assert set(seen) == {finer.examined.inspection.image.shape}
    assert finer.examined.inspection.image.shape[1] > finer.examined.inspection.image.shape[0]


def test_a_look_that_fails_leaves_what_is_said_of_the_one_on_screen(
    bench: Bench, monkeypatch: pytest.MonkeyPatch
) -> None:
    finer = _look(bench, 2)

    def refuse(self: Network, *_arguments: object, **_options: object) -> object:
        del self
        raise InferenceError("Got invalid dimensions for input.")

    monkeypatch.setattr(Network, "run", refuse)
    finer.panel.look_requested.emit(3, False)
    bench.until(lambda: "its own size only" in finer.panel.words())
    assert "2 times the size" in finer.panel.words().lower()
    assert finer.examined is not None


def test_a_look_that_was_asked_for_on_an_older_scale_comes_on_the_one_that_is_known(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    idle = make_bench(model=str(variant(tmp_path, without_scale)))
    _shown(idle, tmp_path / "one")
    viewing, finer = idle.program.viewing, idle.program.attention.finer
    usual = viewing.examined
    came: list[Examined] = []
    assert usual is not None
    assert usual.classification.evidence is not None
    finer.look_changed.connect(came.append)
    finer.panel.look_requested.emit(1, True)
    stronger = replace(usual.classification, evidence=usual.classification.evidence * 9)
    viewing.on_result(usual.key + 1000, stronger, None)
    assert viewing.map_scale > 2 * usual.scale
    idle.until(lambda: bool(came))
    seen = came[0]
    assert usual.inspection.features is not None
    assert seen.inspection.features is not None
    cells = usual.inspection.features[0].size / seen.inspection.features[0].size
    assert seen.scale == pytest.approx(viewing.map_scale * cells)
