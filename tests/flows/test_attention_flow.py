"""Questions about maps in the window: answered at once from the feature map, confirmed by a real run where asked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.action_table import ActionId
from gui.main_window import View
from gui.viewer.map_mode import MapMode
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
