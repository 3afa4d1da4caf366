"""Questions about maps in the window: answered at once from the feature map, confirmed by a real run where asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QComboBox, QFileDialog

from gui.action_table import ActionId
from gui.main_window import View
from gui.viewer.class_search import ClassSearch
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS
from inference.attention.evidence import evidence_map
from inference.attention.region import Box, ask_region
from inference.attention.region_saving import REGION_SUFFIXES
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench
from tests.flows.test_what_if_flow import paint, settled


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """One picture in the viewer, with its feature map."""
    folder = tmp_path / "one"
    folder.mkdir()
    Image.effect_noise((320, 240), 80).convert("RGB").save(folder / "noise.png")
    made = make_bench(model=BUILT_IN_NAME)
    made.drop([str(folder)])
    made.until_done(1)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def test_classes_and_duels_switch_without_a_run_and_are_confirmed_by_one(
    bench: Bench, runs: list[tuple[int, ...]]
) -> None:
    program = bench.program
    page, panel = program.window.page, program.attention.duel.panel
    before = len(runs)
    page.picture.setFocus()
    QTest.keyClick(page.picture, Qt.Key.Key_D)
    assert panel.is_wanted
    assert "rather than" in page.legend.text()
    assert "leads" in panel.words()
    shown = {page.legend.text()}
    for index in (3, 17, NO_CLASS):
        page.hover_class(index)
        shown.add(page.legend.text())
    assert len(shown) == 3
    examined = program.viewing.examined
    assert examined is not None
    panel.rival_chosen.emit(42)
    assert examined.contract.labels[42].name.split(",")[0] in page.legend.text()
    for mode in MapMode:
        program.viewing.set_mode(mode)
    assert len(runs) == before
    panel.confirm_requested.emit()
    bench.until(lambda: "real run" in panel.words())
    assert len(runs) == before + 1
    (rivals,) = panel.findChildren(QComboBox)
    assert rivals.count() > 0
    program.actions[ActionId.MAP_DUEL].trigger()
    assert "rather than" not in page.legend.text()
    assert panel.words() == ""
    # The next picture's runner-up is another class.
    assert rivals.count() == 0


def test_the_gap_is_the_difference_of_the_logits(bench: Bench) -> None:
    program = bench.program
    program.actions[ActionId.MAP_DUEL].trigger()
    examined = program.viewing.examined
    assert examined is not None
    first, second = sorted(examined.inspection.logits.tolist(), reverse=True)[:2]
    assert f"by {first - second:.2f} logits" in program.attention.duel.panel.words()


def test_another_picture_asks_anew(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    program.actions[ActionId.MAP_DUEL].trigger()
    said = program.attention.duel.panel.words()
    Image.effect_noise((240, 320), 20).convert("RGB").save(tmp_path / "other.png")
    bench.drop([str(tmp_path / "other.png")])
    bench.until_done(2)
    program.viewing.show_key(program.images.key_at(1))
    bench.until(lambda: program.viewing.examined is not None and program.attention.duel.panel.words() not in {"", said})


def test_a_region_answers_while_it_is_drawn_without_a_run(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    picture, panel = program.window.page.picture, program.attention.region.panel
    placement = picture.placement
    assert placement is not None
    before = len(runs)
    start, end = (QPoint(*map(round, placement.to_view(*at))) for at in ((60, 60), (200, 180)))
    shift = Qt.KeyboardModifier.ShiftModifier
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, shift, start)
    for step in (0.3, 0.6, 1.0):
        QTest.mouseMove(picture, start + (end - start) * step)
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, shift, end)
    region = program.attention.region.region
    assert region is not None
    assert abs(region.left() - 60) < 2
    assert abs(region.bottom() - 180) < 2
    assert "%" in panel.words()
    assert "cells" in panel.words()
    assert len(runs) == before
    QTest.mouseClick(picture, Qt.MouseButton.LeftButton, shift, start)
    assert program.attention.region.region is None
    assert "Shift" in panel.words()


def test_the_whole_of_what_the_network_saw_says_what_the_network_says(bench: Bench) -> None:
    program = bench.program
    examined = program.viewing.examined
    assert examined is not None
    crop = examined.classification.crop
    program.attention.region.ask(QRectF(crop.left, crop.top, crop.right - crop.left, crop.bottom - crop.top))
    first = examined.classification.predictions[0]
    assert program.attention.region.panel.words().count(percent_text(first.probability)) == 2
    program.attention.region.ask(QRectF(0, 0, crop.left * 0.5, 20))
    assert "saw nothing" in program.attention.region.panel.words()


def test_a_suggestion_becomes_the_rival_by_ctrl_click_menu_search_and_swap(
    bench: Bench, runs: list[tuple[int, ...]]
) -> None:
    program = bench.program
    page, duel = program.window.page, program.attention.duel
    suggestions = page.inspector.suggestions
    examined = program.viewing.examined
    assert examined is not None
    before = len(runs)
    first, second, third = (one.index for one in examined.classification.predictions[:3])
    control = Qt.KeyboardModifier.ControlModifier
    middle = suggestions.visualRect(suggestions.model().index(2, 0)).center()
    QTest.mouseClick(suggestions.viewport(), Qt.MouseButton.LeftButton, control, middle)
    assert (page.class_shown, duel.rival) == (first, third)
    assert duel.section.is_open
    assert suggestions.chosen == first
    duel.panel.swap_requested.emit()
    assert (page.class_shown, duel.rival) == (third, first)
    gap = examined.inspection.logits[third] - examined.inspection.logits[first]
    assert f"leads {examined.contract.labels[third].name.split(',')[0]}" in duel.panel.words()
    assert f"by {-gap:.2f} logits" in duel.panel.words()
    suggestions.why_not_requested.emit(second)
    assert (page.class_shown, duel.rival) == (first, second)
    far = int(examined.inspection.logits.argmin())
    search = duel.panel.findChild(ClassSearch)
    assert search is not None
    QTest.keyClicks(search, examined.contract.labels[far].name)
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert (page.class_shown, duel.rival) == (first, far)
    assert len(runs) == before


def test_a_region_is_moved_pulled_and_dismissed_without_a_run(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    picture, region = program.window.page.picture, program.attention.region
    before = len(runs)
    region.ask(QRectF(80, 60, 100, 80))
    said = {region.panel.words()}
    picture.setFocus()
    control, shift = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
    for modifiers in (control, control | shift):
        for _ in range(3):
            QTest.keyClick(picture, Qt.Key.Key_Right, modifiers)
        said.add(region.panel.words())
    placement = picture.placement
    assert placement is not None
    assert region.region is not None
    inside = QPoint(*map(round, placement.to_view(region.region.center().x(), region.region.center().y())))
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, inside)
    QTest.mouseMove(picture, inside + QPoint(0, 40))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier, inside + QPoint(0, 40))
    said.add(region.panel.words())
    assert len(said) == 4
    key = program.viewing.key
    QTest.keyClick(picture, Qt.Key.Key_Escape)
    assert region.region is None
    assert program.window.view is View.VIEWER
    assert program.viewing.key == key
    assert len(runs) == before


def test_the_map_gives_a_region_that_holds_half_of_the_evidence(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    region, examined = program.attention.region, program.viewing.examined
    assert examined is not None
    assert examined.inspection.features is not None
    before = len(runs)
    region.panel.map_requested.emit()
    cells = region.cells
    assert cells is not None
    first = program.window.page.class_shown
    contributions = evidence_map(examined.inspection.features, examined.head.weight[first])
    positive = contributions.clip(min=0)
    assert 0.5 * positive.sum() <= positive[cells].sum() < positive.sum()
    assert "half of the evidence" in region.panel.words()
    answer = ask_region(examined.inspection.features, examined.head, cells.astype(float))
    assert answer is not None
    assert percent_text(float(answer.probabilities.max())) in region.panel.words()
    assert len(runs) == before
    QTest.keyClick(program.window.page.picture, Qt.Key.Key_Escape)
    assert region.cells is None


def test_the_network_is_asked_about_the_region_alone_once(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    region = program.attention.region
    before = len(runs)
    region.ask(QRectF(80, 60, 100, 80))
    region.panel.run_requested.emit()
    bench.until(lambda: "to the network" in region.panel.words())
    assert len(runs) == before + 1
    region.ask(QRectF(81, 60, 100, 80))
    assert "to the network" not in region.panel.words()
    region.panel.run_requested.emit()
    region.clear()
    bench.qtbot.wait(300)
    assert "Shift" in region.panel.words()


def test_a_region_is_saved_in_four_forms_and_never_over_anything(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    region, examined = program.attention.region, program.viewing.examined
    assert examined is not None
    subject = examined.classification.predictions[0].index
    original = Path(examined.path).read_bytes()
    box = Box(10.0, 20.0, 110.0, 70.0)
    for suffix in REGION_SUFFIXES:
        target = tmp_path / f"part{suffix}"
        region.saver.save_to(str(target), examined, box, subject)
        bench.until(target.exists)
    mask = np.load(tmp_path / "part.npy")
    assert mask.shape == (240, 320)
    assert mask.sum() == 100 * 50
    assert (tmp_path / "part.txt").read_text().split()[0] == str(subject)
    bench.until(lambda: bench.message_ids().count("T-15") == 4)
    region.saver.save_to(examined.path, examined, box, subject)
    bench.until(lambda: bench.message_ids()[-1] != "T-15")
    assert Path(examined.path).read_bytes() == original


def test_the_dialog_gives_the_name_its_forms_suffix(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    region = bench.program.attention.region
    region.ask(QRectF(10, 20, 100, 50))

    def choose(*_arguments: object, **_options: object) -> tuple[str, str]:
        return str(tmp_path / "chosen.png"), "YOLO row (*.txt)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    region.panel.save_requested.emit()
    bench.until((tmp_path / "chosen.txt").exists)
    assert not (tmp_path / "chosen.png").exists()


def test_cells_of_a_classs_map_are_saved_as_that_class_and_the_dialog_names_it(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    region, page = program.attention.region, program.window.page
    first, examined = page.class_shown, program.viewing.examined
    assert examined is not None
    region.panel.map_requested.emit()
    titles: list[str] = []

    def choose(_window: object, title: str, *_arguments: object, **_options: object) -> tuple[str, str]:
        titles.append(title)
        return str(tmp_path / f"{len(titles)}.txt"), "YOLO row (*.txt)"

    monkeypatch.setattr(QFileDialog, "getSaveFileName", choose)
    other = (first + 1) % len(examined.contract.labels)
    page.inspector.suggestions.choose(other)
    assert page.class_shown == other
    region.panel.save_requested.emit()
    # A box is of no class: it is saved as the one on screen.
    region.ask(QRectF(10, 20, 100, 50))
    region.panel.save_requested.emit()
    bench.until(lambda: all((tmp_path / f"{number}.txt").exists() for number in (1, 2)))
    written = [(tmp_path / f"{number}.txt").read_text().split()[0] for number in (1, 2)]
    assert written == [str(first), str(other)]
    labels = examined.contract.labels
    assert titles == [f"Save the region as {labels[index].name}" for index in (first, other)]


def test_a_check_runs_the_network_and_goes_with_its_picture(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    panel, before = program.attention.check.panel, len(runs)
    panel.check_requested.emit("grey")
    bench.until(lambda: "rank correlation" in panel.words())
    assert "painted grey" in panel.words()
    assert "Area under deletion" in panel.words()
    assert len(runs) > before + 1
    program.viewing.show_nothing()
    assert panel.words() == ""


def test_a_check_can_be_stopped(bench: Bench) -> None:
    program = bench.program
    panel = program.attention.check.panel
    panel.check_requested.emit("blur")
    assert program.attention.parts.examiner.is_open("check")
    panel.checking.stop_requested.emit()
    assert not program.attention.parts.examiner.is_open("check")
    bench.qtbot.wait(300)
    assert panel.words() == ""


def test_a_region_without_numbers_says_so_and_can_still_be_run_alone(bench: Bench) -> None:
    program, region = bench.program, bench.program.attention.region
    examined, key = program.viewing.examined, program.viewing.key
    assert examined is not None
    assert key is not None
    lost = replace(examined.inspection, features=np.full_like(examined.inspection.features, np.nan))
    program.viewing.on_inspection(key, lost)
    region.ask(QRectF(80, 60, 100, 80))
    assert "no valid numbers" in region.panel.words()
    assert "\N{EN DASH}" not in region.panel.words()
    region.panel.run_requested.emit()
    bench.until(lambda: "run by itself" in region.panel.words())
    region.panel.map_requested.emit()
    assert region.region is None
    assert "no valid numbers" in region.panel.words()


def test_deciding_cells_go_while_the_picture_is_classified_again(bench: Bench) -> None:
    program, picture = bench.program, bench.program.window.page.picture
    bench.until(lambda: picture.placement is not None)
    program.viewing.set_mode(MapMode.OFF)
    plain = picture.grab().toImage()
    program.actions[ActionId.MAP_DUEL].trigger()
    assert picture.grab().toImage() != plain
    hatched = picture.grab().toImage()
    program.window.page.show_sentence("Classifying\N{HORIZONTAL ELLIPSIS}")
    assert picture.grab().toImage() == plain
    assert program.attention.duel.panel.words() == ""
    program.viewing.refresh()
    assert picture.grab().toImage() == hatched
    assert "leads" in program.attention.duel.panel.words()


def test_what_was_confirmed_is_there_again_when_the_pointer_leaves(bench: Bench) -> None:
    program = bench.program
    page, panel = program.window.page, program.attention.duel.panel
    program.actions[ActionId.MAP_DUEL].trigger()
    panel.confirm_requested.emit()
    # The pointer goes over other classes while the network runs.
    page.hover_class(3)
    page.hover_class(NO_CLASS)
    bench.until(lambda: "real run" in panel.words())
    said = panel.words()
    page.hover_class(3)
    assert "real run" not in panel.words()
    page.hover_class(NO_CLASS)
    assert panel.words() == said
    program.viewing.show_nothing()
    assert "real run" not in panel.words()


def test_a_duel_is_checked_as_a_duel(bench: Bench) -> None:
    program = bench.program
    check, page = program.attention.check.panel, program.window.page
    program.actions[ActionId.MAP_DUEL].trigger()
    check.check_requested.emit("blur")
    bench.until(lambda: "Area under" in check.words())
    assert "its lead over" in check.words()
    assert "Of the score of" in check.words()
    # Another class under the pointer changes nothing; another comparison does.
    page.hover_class(3)
    page.hover_class(NO_CLASS)
    assert "its lead over" in check.words()
    program.attention.duel.panel.rival_chosen.emit(42)
    assert check.words() == ""
    check.check_requested.emit("blur")
    bench.until(lambda: "Area under" in check.words())
    program.actions[ActionId.MAP_DUEL].trigger()
    assert check.words() == ""


def test_each_part_is_found_from_the_menu(bench: Bench) -> None:
    program, attention = bench.program, bench.program.attention
    view = program.window.page.inspector.viewport()
    for action, section in (
        (ActionId.MAP_CHECK, attention.check.section),
        (ActionId.MAP_REGION, attention.region.section),
        (ActionId.MAP_CLOSER, attention.finer.section),
    ):
        assert not section.is_open
        program.actions[action].trigger()
        assert section.is_open
        bench.until(
            lambda section=section: 0 <= section.mapTo(view, QPoint(0, 0)).y() < view.height() - section.height()
        )


def test_every_part_says_what_it_waits_for(bench: Bench) -> None:
    attention = bench.program.attention
    bench.program.viewing.show_nothing()
    needs = "Needs a picture that was classified, and a model with exact maps."
    assert attention.duel.panel.words() == needs
    assert attention.region.panel.words() == needs
    assert attention.finer.panel.words() == needs
    assert attention.check.panel.about() == needs
    assert attention.what_if.panel.words() == needs


def test_in_a_review_nothing_is_asked_that_nothing_could_answer(bench: Bench) -> None:
    program = bench.program
    page, attention = program.window.page, program.attention
    asking = (ActionId.MAP_DUEL, ActionId.WHAT_IF, ActionId.MAP_REGION, ActionId.MAP_CLOSER, ActionId.MAP_CHECK)
    assert all(program.actions[action].isEnabled() for action in asking)
    attention.region.ask(QRectF(10, 20, 100, 50))
    program.actions[ActionId.MAP_DUEL].trigger()
    program.actions[ActionId.WHAT_IF].trigger()
    paint(bench, (100, 60), (160, 120))
    settled(bench)
    assert attention.what_if.is_painted
    program.actions[ActionId.VIEW_REVIEW].trigger()
    assert program.window.view is View.REVIEW
    bench.until(lambda: program.viewing.classification is not None)
    assert not any(program.actions[action].isEnabled() for action in asking)
    assert not attention.what_if.is_painted
    assert not attention.what_if.panel.has_brush
    assert attention.region.region is None
    assert attention.duel.rival is None
    bench.until(lambda: page.legend.is_shown)
    assert "painted" not in page.legend.text()
    assert "rather than" not in page.legend.text()
    page.picture.region_drawn.emit(QRectF(10, 20, 100, 50))
    assert attention.region.region is None
    program.window.show_view(View.VIEWER)
    assert all(program.actions[action].isEnabled() for action in asking)
    page.picture.region_drawn.emit(QRectF(10, 20, 100, 50))
    assert attention.region.region is not None
