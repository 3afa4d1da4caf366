"""Which map is shown: closed forms at once, stages by one run, Score-CAM and occlusion by runs that a person orders."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog

import main
from gui.action_table import ActionId
from gui.main_window import View
from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, MapChoice, full_name, method_name
from gui.viewer.map_mode import MapMode
from gui.viewer.method_row import MethodRow
from gui.viewer.suggestions_model import NO_CLASS
from inference.attention.methods import FACTS, Method
from inference.engine.gradient_network import GradientNetwork
from inference.engine.network import Network
from inference.errors import InferenceError
from inference.models.catalog import BUILT_IN_NAME
from inference.profile import Profile
from tests.flows.conftest import TINY, Bench
from tests.flows.person import close_window
from tests.flows.test_what_if_flow import paint


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Grows with every run: forwards, and forwards and backwards."""
    made: list[str] = []
    real, real_gradients = Network.run, GradientNetwork.run

    def run(self: Network, *arguments: object, **options: object) -> object:
        made.append("forwards")
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    def run_gradients(self: GradientNetwork, *arguments: object, **options: object) -> object:
        made.append("backwards")
        return real_gradients(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Network, "run", run)
    monkeypatch.setattr(GradientNetwork, "run", run_gradients)
    return made


@pytest.fixture
def open_pictures(make_bench: Callable[..., Bench], tmp_path: Path) -> Callable[[str], Bench]:
    """Opens two pictures with a model; the first of them in the viewer, with its feature map."""

    def open_them(model: str) -> Bench:
        folder = tmp_path / "pictures"
        folder.mkdir(exist_ok=True)
        Image.effect_noise((320, 240), 80).convert("RGB").save(folder / "a.png")
        Image.linear_gradient("L").resize((240, 320)).convert("RGB").save(folder / "b.png")
        bench = make_bench(model=model)
        bench.drop([str(folder)])
        bench.until_done(2)
        bench.program.window.grid.set_current_row(0)
        bench.program.window.show_view(View.VIEWER)
        bench.until(lambda: bench.program.viewing.examined is not None)
        return bench

    return open_them


def row_of(bench: Bench) -> MethodRow:
    """The choices of methods."""
    return bench.program.window.page.inspector.map_panel.methods


def drawn_choice(bench: Bench) -> MapChoice | None:
    """What kind of map is on screen."""
    drawn = bench.program.viewing.drawn_map
    return None if drawn is None else drawn.choice


def open_stages(bench: Bench, method: Method = Method.GRAD_CAM) -> None:
    """Choose a method and its last stage but one."""
    row_of(bench).choose(MapChoice(method))
    row_of(bench).stages_wanted.emit()
    bench.until(lambda: row_of(bench).choice.stage is not None and drawn_choice(bench) == row_of(bench).choice)


def test_closed_forms_and_relative_need_no_run_and_follow_the_pointer(
    open_pictures: Callable[[str], Bench], runs: list[str]
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page, row = bench.program.window.page, row_of(bench)
    examined = bench.program.viewing.examined
    assert examined is not None
    name = examined.contract.labels[7].name.split(",")[0]
    before, original = len(runs), page.legend.text()
    assert original.endswith(", as the network says")
    seen = {original}
    for method in Method:
        if FACTS[method].runs_network:
            continue
        for relative in (False, True):
            choice = MapChoice(method, relative=relative).possible
            row.choose(choice)
            assert drawn_choice(bench) == choice
            page.hover_class(7)
            assert drawn_choice(bench) == choice
            assert (name in page.legend.text()) is choice.depends_on_class
            page.hover_class(NO_CLASS)
            seen.add(page.legend.text())
            assert ("average class" in page.legend.text()) is choice.relative
            if choice.is_exact:
                assert page.legend.text().endswith(", as the network says")
    # Grad-CAM, Grad-CAM++, LayerCAM, XGrad-CAM and HiResCAM in two kinds each, Eigen-CAM, and relative evidence.
    assert len(seen) == 13
    row.choose(EVIDENCE)
    assert page.legend.text() == original
    assert len(runs) == before


def test_an_earlier_stage_takes_one_run_for_each_class_and_the_latest_counts(
    open_pictures: Callable[[str], Bench], runs: list[str]
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page, row = bench.program.window.page, row_of(bench)
    open_stages(bench)
    assert "stage 3: only proportions count" in page.legend.text()
    assert runs.count("backwards") == 1
    # One run gave every stage and every method.
    for method in STAGE_METHODS:
        for stage in (1, 2, 3):
            row.choose(MapChoice(method, stage))
            assert drawn_choice(bench) == MapChoice(method, stage)
    assert runs.count("backwards") == 1
    row.choose(MapChoice(Method.GRAD_CAM, 1))
    drawn, usual = bench.program.viewing.drawn_map, bench.program.viewing.examined
    assert drawn is not None
    assert usual is not None
    assert usual.inspection.features is not None
    assert drawn.contributions.shape[0] > 2 * usual.inspection.features.shape[1]
    before = page.legend.text()
    for index in (3, 17, 42):
        page.hover_class(index)
        assert page.legend.text() == before
        assert "Computing" in row.words()
    bench.until(lambda: row.words() == "")
    shown = bench.program.viewing.drawn_map
    assert shown is not None
    assert shown.class_index == 42
    assert 2 <= runs.count("backwards") <= 4
    made = len(runs)
    page.hover_class(NO_CLASS)
    assert page.legend.text() == before
    page.hover_class(42)
    assert bench.program.viewing.drawn_map is not None
    assert len(runs) == made
    # The check is about this map.
    page.hover_class(NO_CLASS)
    check = bench.program.attention.check
    check.panel.check_requested.emit("blur")
    bench.until(lambda: "Area under deletion" in check.panel.words())
    assert check.panel.words().startswith("Grad-CAM (Selvaraju et al. 2017), stage 1. With the strongest")
    assert "random last layer" not in check.panel.words()
    # What evidence cannot be made of is refused with a reason.
    row.choose(MapChoice(Method.EVIDENCE, 2))
    assert row.choice == EVIDENCE


def test_a_stage_is_what_the_command_makes_and_is_saved_as_it_is_seen(
    open_pictures: Callable[[str], Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page = bench.program.window.page
    page.inspector.class_search.class_chosen.emit(2)
    open_stages(bench, Method.LAYER_CAM)
    row_of(bench).choose(MapChoice(Method.LAYER_CAM, 2, relative=True))
    bench.until(lambda: drawn_choice(bench) == MapChoice(Method.LAYER_CAM, 2, relative=True))
    bench.program.viewing.set_mode(MapMode.HEAT)
    page.inspector.map_panel.set_mode(MapMode.HEAT)
    bench.program.actions[ActionId.MAP_OUTLINE].trigger()
    saved = tmp_path / "saved.png"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(saved), ""))
    bench.program.actions[ActionId.SAVE_MAP].trigger()
    bench.until(lambda: all(saved.with_suffix(suffix).exists() for suffix in (".png", ".npy", ".json")))
    examined = bench.program.viewing.examined
    assert examined is not None
    command = [
        "--profile", str(tmp_path / "p"), "explain", "--device", "cpu", examined.path, "--class", "2",
        "--method", "layercam", "--stage", "2", "--relative",
    ]  # fmt: skip
    assert main.main([*command, "--output", str(tmp_path / "told.npy")]) == 0
    assert main.main([*command, "--output", str(tmp_path / "told.png"), "--mode", "heat", "--outline"]) == 0
    manifest = json.loads(saved.with_suffix(".json").read_text())
    assert manifest == json.loads((tmp_path / "told.json").read_text())
    assert (manifest["method"], manifest["stage"], manifest["relative"]) == ("layercam", 2, True)
    np.testing.assert_allclose(np.load(saved.with_suffix(".npy")), np.load(tmp_path / "told.npy"), atol=1e-6)
    with Image.open(saved) as drawn, Image.open(tmp_path / "told.png") as told:
        assert drawn.size == told.size
        assert np.abs(np.asarray(drawn, np.int16) - np.asarray(told, np.int16)).max() <= 3


def test_a_model_without_gradients_says_so_and_keeps_the_last_stage(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(TINY)
    row = row_of(bench)
    row.choose(MapChoice(Method.GRAD_CAM))
    row.stages_wanted.emit()
    bench.until(lambda: "last stage only" in row.words())
    assert row.choice == MapChoice(Method.GRAD_CAM)
    assert drawn_choice(bench) == MapChoice(Method.GRAD_CAM)
    bench.program.attention.check.panel.randomise_requested.emit()
    bench.until(lambda: "last stage only" in bench.program.attention.check.panel.words())


@pytest.mark.parametrize("method", [Method.SCORE_CAM, Method.OCCLUSION])
def test_many_runs_are_ordered_once_and_serve_every_class(
    open_pictures: Callable[[str], Bench], runs: list[str], method: Method
) -> None:
    bench = open_pictures(TINY)
    page, row = bench.program.window.page, row_of(bench)
    before = len(runs)
    row.choose(MapChoice(method))
    assert "runs of the network" in row.words()
    assert row.offers_run
    assert drawn_choice(bench) == EVIDENCE
    assert len(runs) == before
    row.run_requested.emit()
    bench.until(lambda: drawn_choice(bench) == MapChoice(method))
    assert row.words() == ""
    assert not row.offers_run
    assert not row.can_stop
    made = len(runs)
    assert made > before
    assert method_name(method) in page.legend.text()
    shown = {page.legend.text()}
    for index in (0, 3):
        page.hover_class(index)
        assert drawn_choice(bench) == MapChoice(method)
        shown.add(page.legend.text())
    assert len(shown) >= 2
    assert len(runs) == made
    page.hover_class(NO_CLASS)
    # The check is about this map; another picture has none yet.
    check = bench.program.attention.check
    check.panel.check_requested.emit("grey")
    bench.until(lambda: "Area under deletion" in check.panel.words())
    assert check.panel.words().startswith(method_name(method))
    bench.program.window.grid.set_current_row(1)
    bench.until(lambda: bench.program.viewing.examined is not None and row.offers_run)
    assert drawn_choice(bench) == EVIDENCE


def test_a_check_asked_for_by_key_is_about_the_chosen_class_in_its_method(
    open_pictures: Callable[[str], Bench],
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    row_of(bench).choose(MapChoice(Method.GRAD_CAM))
    page = bench.program.window.page
    chosen = page.inspector.suggestions.chosen
    page.hover_class(chosen + 1)
    assert page.class_shown == chosen + 1
    check = bench.program.attention.check
    check.panel.check_requested.emit("grey")
    assert page.class_shown == chosen
    bench.until(lambda: "Area under deletion" in check.panel.words())
    assert check.panel.words().startswith(full_name(MapChoice(Method.GRAD_CAM)))


def test_runs_can_be_stopped_and_their_failure_is_said(
    open_pictures: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    row = row_of(bench)
    row.choose(MapChoice(Method.SCORE_CAM))
    row.run_requested.emit()
    assert row.can_stop
    assert "is being made" in row.words()
    row.stop_requested.emit()
    assert not row.can_stop
    assert row.offers_run
    assert "runs of the network" in row.words()
    row.run_requested.emit()
    row.choose(EVIDENCE)
    assert not row.can_stop
    assert row.words() == ""

    def fail(self: Network, *arguments: object, **options: object) -> object:
        del self, arguments, options
        raise InferenceError("the card is gone.")

    monkeypatch.setattr(Network, "run", fail)
    row.choose(MapChoice(Method.OCCLUSION))
    row.run_requested.emit()
    bench.until(lambda: "the card is gone" in row.words())
    assert row.offers_run
    assert drawn_choice(bench) == EVIDENCE


def test_closing_the_window_waits_for_no_map(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    row = row_of(bench)
    row.choose(MapChoice(Method.SCORE_CAM))
    progressed: list[int] = []
    bench.program.attention.parts.examiner.progressed.connect(lambda _kind, done, _total: progressed.append(done))
    row.run_requested.emit()
    bench.until(lambda: bool(progressed))
    close_window(bench)


def test_duel_and_brush_show_evidence_and_say_so(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page, row = bench.program.window.page, row_of(bench)
    row.choose(MapChoice(Method.LAYER_CAM))
    layer_cam = page.legend.text()
    bench.program.actions[ActionId.MAP_DUEL].trigger()
    assert "difference of logits" in page.legend.text()
    assert page.legend.text().endswith(", as the network says")
    assert "compared by their evidence" in row.words()
    bench.program.actions[ActionId.MAP_DUEL].trigger()
    assert page.legend.text() == layer_cam
    assert row.words() == ""
    what_if = bench.program.attention.what_if
    what_if.toggle()
    paint(bench, (160, 120))
    bench.until(lambda: what_if.is_settled and what_if.now is not None)
    assert "painted over" in page.legend.text()
    assert "= logit" in page.legend.text()
    assert row.words() == "What is painted over is shown with the evidence."
    # Another kind of map, chosen now, changes nothing of what is painted.
    row.choose(MapChoice(Method.GRAD_CAM))
    bench.program.actions[ActionId.MAP_OUTLINE].trigger()
    assert "painted over" in page.legend.text()
    assert "lines at 50 %" in page.legend.text()
    what_if.panel.restart_requested.emit()
    assert "Grad-CAM" in page.legend.text()
    assert row.words() == ""


def test_another_model_begins_with_its_last_stage(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    row = row_of(bench)
    open_stages(bench, Method.LAYER_CAM)
    bench.program.models.choose(TINY)
    bench.until(lambda: bench.program.models.name == TINY)
    assert row.choice == MapChoice(Method.LAYER_CAM)
    bench.until(lambda: bench.program.viewing.examined is not None)
    bench.until(lambda: drawn_choice(bench) == MapChoice(Method.LAYER_CAM))


def test_a_run_for_a_stage_that_fails_is_said_and_the_evidence_is_shown(
    open_pictures: Callable[[str], Bench], monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page, row = bench.program.window.page, row_of(bench)
    open_stages(bench)

    def fail(self: GradientNetwork, *arguments: object, **options: object) -> object:
        del self, arguments, options
        raise InferenceError("the card is gone.")

    monkeypatch.setattr(GradientNetwork, "run", fail)
    page.hover_class(42)
    bench.until(lambda: "the card is gone" in row.words())
    assert drawn_choice(bench) == EVIDENCE
    page.hover_class(NO_CLASS)
    assert drawn_choice(bench) == row.choice
    assert row.words() == ""


def test_the_network_is_randomised_stage_by_stage(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    panel, row = bench.program.attention.check.panel, row_of(bench)
    panel.randomise_requested.emit()
    bench.until(lambda: "what the network learned" in panel.words())
    assert "last layer" in panel.words()
    assert "stage 4" in panel.words()
    assert "first layers" in panel.words()
    row.choose(MapChoice(Method.EIGEN_CAM))
    assert panel.words() == ""
    panel.randomise_requested.emit()
    bench.until(lambda: panel.words().startswith("Eigen-CAM"))


def test_the_outline_goes_over_the_colours_by_its_key(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    page = bench.program.window.page
    plain = page.picture.snapshot()
    page.picture.setFocus()
    QTest.keyClick(page.picture, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert page.inspector.map_panel.has_outline
    assert page.picture.snapshot() != plain
    assert "lines at 50 % and 80 %" in page.legend.text()
    QTest.keyClick(page.picture, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert page.picture.snapshot() == plain
    bench.program.viewing.set_mode(MapMode.OFF)
    page.inspector.map_panel.set_mode(MapMode.OFF)
    QTest.keyClick(page.picture, Qt.Key.Key_O, Qt.KeyboardModifier.ShiftModifier)
    assert not page.inspector.map_panel.has_outline


def test_method_stage_and_outline_are_as_they_were_left(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    open_stages(bench, Method.LAYER_CAM)
    row_of(bench).choose(MapChoice(Method.LAYER_CAM, 2, relative=True))
    bench.program.window.page.inspector.map_panel.toggle_outline()
    left = row_of(bench).choice
    bench.program.close()
    again = open_pictures(BUILT_IN_NAME)
    again.until(lambda: drawn_choice(again) == left)
    assert again.program.window.page.inspector.map_panel.has_outline
    assert "LayerCAM" in again.program.window.page.legend.text()
    assert "stage 2" in again.program.window.page.legend.text()
    # What a person chooses now counts, at the next start too.
    row_of(again).choose(MapChoice(Method.EIGEN_CAM))
    again.program.window.page.inspector.map_panel.toggle_outline()
    again.program.close()
    third = open_pictures(BUILT_IN_NAME)
    assert row_of(third).choice == MapChoice(Method.EIGEN_CAM)
    assert drawn_choice(third) == MapChoice(Method.EIGEN_CAM)
    assert not third.program.window.page.inspector.map_panel.has_outline


def test_a_stage_waits_for_a_picture_and_goes_where_the_model_has_none(
    open_pictures: Callable[[str], Bench], make_bench: Callable[..., Bench]
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    open_stages(bench)
    left = row_of(bench).choice
    bench.program.close()
    # A start without a picture asks nothing of the model, and forgets nothing.
    idle = make_bench(model=BUILT_IN_NAME)
    idle.until(lambda: idle.program.viewing.map_scale != 1.0)
    assert row_of(idle).choice == MapChoice(left.method)
    assert not idle.program.attention.gradients.is_opening
    idle.program.close()
    lesser = open_pictures(TINY)
    lesser.until(lambda: row_of(lesser).words() != "" and not lesser.program.attention.gradients.is_opening)
    assert row_of(lesser).choice == MapChoice(left.method)
    assert drawn_choice(lesser) == MapChoice(left.method)
    assert lesser.program.attention.methods.wanted == left
    row_of(lesser).stages_wanted.emit()
    lesser.until(lambda: "last stage only" in row_of(lesser).words())
    assert lesser.program.attention.methods.wanted == MapChoice(left.method)


def test_a_stage_of_before_writes_no_file_that_nobody_asked_for(
    open_pictures: Callable[[str], Bench], tmp_path: Path
) -> None:
    bench = open_pictures(BUILT_IN_NAME)
    open_stages(bench)
    row_of(bench).choose(MapChoice(Method.LAYER_CAM, 2))
    left = row_of(bench).choice
    written = Profile.below(tmp_path / "profile").cache / "gradients"
    bench.program.close()
    assert written.is_dir()
    shutil.rmtree(written)
    again = open_pictures(BUILT_IN_NAME)
    again.until(lambda: "Stage 2 was shown last" in row_of(again).words())
    again.program.window.grid.set_current_row(1)
    again.until(lambda: again.program.viewing.examined is not None)
    assert drawn_choice(again) == MapChoice(left.method)
    assert not written.exists()
    # Left alone it is remembered; asked for, it is the one that comes.
    assert again.program.attention.methods.wanted == left
    row_of(again).stages_wanted.emit()
    again.until(lambda: drawn_choice(again) == left)


def test_a_check_of_what_stood_in_goes_when_the_map_comes(open_pictures: Callable[[str], Bench]) -> None:
    bench = open_pictures(TINY)
    row, check = row_of(bench), bench.program.attention.check.panel
    row.choose(MapChoice(Method.OCCLUSION))
    check.check_requested.emit("grey")
    bench.until(lambda: "Area under deletion" in check.words())
    assert "Evidence, which is shown in place of Occlusion." in check.words()
    row.run_requested.emit()
    bench.until(lambda: drawn_choice(bench) == MapChoice(Method.OCCLUSION))
    assert check.words() == ""
    assert "logits lost where the cell is hidden" in bench.program.window.page.legend.text()
