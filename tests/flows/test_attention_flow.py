"""Questions about maps in the window: answered at once from the feature map, confirmed by a real run where asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QPoint, QRectF, Qt
from PySide6.QtTest import QTest

from gui.action_table import ActionId
from gui.main_window import View
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from gui.viewer.suggestions_model import NO_CLASS
from inference.engine.network import Network
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench


@pytest.fixture
def runs(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Grows with every run of a network."""
    made: list[int] = []
    real = Network.run

    def run(self: Network, *arguments: object, **options: object) -> object:
        made.append(1)
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(Network, "run", run)
    return made


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


def test_classes_and_duels_switch_without_a_run_and_are_confirmed_by_one(bench: Bench, runs: list[int]) -> None:
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
    program.actions[ActionId.MAP_DUEL].trigger()
    assert "rather than" not in page.legend.text()
    assert panel.words() == ""


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


def test_a_region_answers_while_it_is_drawn_without_a_run(bench: Bench, runs: list[int]) -> None:
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


def test_a_check_runs_the_network_and_goes_with_its_picture(bench: Bench, runs: list[int]) -> None:
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
    panel.stop_requested.emit()
    assert not program.attention.parts.examiner.is_open("check")
    bench.qtbot.wait(300)
    assert panel.words() == ""
