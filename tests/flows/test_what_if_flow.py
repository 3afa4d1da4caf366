"""The what-if brush in the window: every stroke is a real run, the latest counts, and nothing outlives the picture."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QKeyEvent, QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from gui.action_table import ActionId
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.viewer.map_choice import MapChoice
from gui.viewer.map_mode import MapMode
from gui.viewer.picture_canvas import PictureCanvas
from inference.attention.methods import Method
from inference.classify.postprocess import softmax
from inference.classify.service import ClassifyService
from inference.engine.network import Network
from inference.errors import InferenceError
from inference.models.catalog import BUILT_IN_NAME
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import Bench

LEFT = Qt.MouseButton.LeftButton
PLAIN = Qt.KeyboardModifier.NoModifier
CAT = PROJECT_ROOT / "assets" / "samples" / "chelsea.png"


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """Two pictures, the first of them in the viewer with its feature map, and the brush in the hand."""
    folder = tmp_path / "two"
    folder.mkdir()
    Image.effect_noise((320, 240), 80).convert("RGB").save(folder / "a.png")
    Image.linear_gradient("L").resize((240, 320)).convert("RGB").save(folder / "b.png")
    made = make_bench(model=BUILT_IN_NAME)
    # Its counts come a moment later and may widen it, which would make the picture another size.
    made.program.window.library_dock.set_wish(is_wished=False)
    made.drop([str(folder)])
    made.until_done(2)
    made.program.window.grid.set_current_row(0)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    # Its own pixels, not those of the thumbnail, which come on a way of their own.
    made.until(lambda: not made.program.window.page.picture._is_placeholder)
    made.program.window.page.picture.setFocus()
    QTest.keyClick(made.program.window.page.picture, Qt.Key.Key_I)
    assert made.program.attention.what_if.panel.has_brush
    return made


def paint(bench: Bench, *points: tuple[float, float]) -> None:
    """One stroke through points of the original."""
    picture = bench.program.window.page.picture
    placement = picture.placement
    assert placement is not None
    first, *rest = (QPoint(*map(round, placement.to_view(*point))) for point in points)
    QTest.mousePress(picture, LEFT, PLAIN, first)
    for point in rest:
        QTest.mouseMove(picture, point)
    QTest.mouseRelease(picture, LEFT, PLAIN, rest[-1] if rest else first)


def settled(bench: Bench) -> None:
    """Wait until the network has answered for the last stroke."""
    what_if = bench.program.attention.what_if
    bench.until(lambda: what_if.is_settled)


def test_the_brush_does_not_wait_for_a_map_of_many_runs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    attention, methods = bench.program.attention, bench.program.window.page.inspector.map_panel.methods
    gate, real = threading.Event(), ClassifyService.give_way

    def give_way(service: ClassifyService) -> None:
        # The map is not done before the brush was answered, however quick the machine is.
        real(service)
        while not gate.is_set() and not service._errands.is_closed:
            time.sleep(0.005)
            real(service)

    monkeypatch.setattr(ClassifyService, "give_way", give_way)
    methods.choose(MapChoice(Method.SCORE_CAM))
    methods.run_requested.emit()
    paint(bench, (100, 60), (160, 120))
    settled(bench)
    assert attention.what_if.now is not None
    assert methods.can_stop
    gate.set()
    methods.stop_requested.emit()  # the map takes a thousand runs, and is made in other tests
    bench.until(lambda: not methods.can_stop)


def test_scores_and_map_follow_the_brush_and_come_back(
    bench: Bench, runs: list[tuple[int, ...]], tmp_path: Path
) -> None:
    program = bench.program
    page, what_if = program.window.page, program.attention.what_if
    files = {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("two/*")}
    before, legend, strength = len(runs), page.legend.text(), page.inspector.map_panel.strength
    original = page.snapshot()
    paint(bench, (100, 60), (160, 120), (220, 180))
    settled(bench)
    assert len(runs) > before
    assert "\N{RIGHTWARDS ARROW}" in what_if.panel.words()
    assert "painted over" in page.legend.text()
    assert page.legend.text() != legend
    painted = page.snapshot()
    assert painted != original
    # What is said now is what the network says of exactly these pixels.
    now, examined = what_if.now, program.viewing.examined
    assert now is not None
    assert examined is not None
    changed = (now.image != examined.inspection.image).any(axis=2)
    assert 0.02 < changed.mean() < 0.9
    for index in (0, examined.classification.predictions[1].index):
        page.hover_class(index)
        assert examined.contract.labels[index].name.split(",")[0] in page.legend.text()
        assert "painted over" in page.legend.text()
    page.hover_class(-1)
    assert page.snapshot() == painted
    # Without a map a painted picture would be taken for the photograph.
    page.inspector.map_panel.set_mode(MapMode.OFF)
    what_if.redraw()
    assert not page.legend.is_shown
    assert page.snapshot().height() > page.picture.snapshot().height()
    page.inspector.map_panel.set_mode(MapMode.EVIDENCE)
    what_if.redraw()
    assert page.snapshot() == painted
    made = len(runs)
    QTest.keyClick(page.picture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not what_if.is_painted
    assert page.legend.text() == legend
    assert page.snapshot() == original
    assert page.inspector.map_panel.strength == strength
    assert len(runs) == made
    QTest.keyClick(page.picture, Qt.Key.Key_Y, Qt.KeyboardModifier.ControlModifier)
    assert what_if.is_painted
    settled(bench)
    assert page.snapshot() == painted
    assert {path: hashlib.sha256(path.read_bytes()).hexdigest() for path in tmp_path.glob("two/*")} == files


def test_undo_takes_strokes_before_decisions(bench: Bench) -> None:
    program = bench.program
    page, what_if = program.window.page, program.attention.what_if
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    assert not what_if.panel.has_brush
    assert program.window.view is View.VIEWER
    program.labels.deciding.accept()
    bench.until(program.actions[ActionId.UNDO].isEnabled)
    program.window.grid.set_current_row(0)
    bench.until(lambda: program.viewing.examined is not None and program.viewing.examined.key == program.viewing.key)
    what_if.toggle()
    paint(bench, (160, 120))
    QTest.keyClick(page.picture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert not what_if.is_painted
    assert program.images.count(ImageState.ACCEPTED) == 1
    # One too many takes back nothing else; with the brush laid down it does.
    QTest.keyClick(page.picture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert program.images.count(ImageState.ACCEPTED) == 1
    assert "Esc lays the brush down" in what_if.panel.words()
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    QTest.keyClick(page.picture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert program.images.count(ImageState.ACCEPTED) == 0


def test_a_brush_that_has_painted_nothing_leaves_undo_to_decisions(bench: Bench) -> None:
    program = bench.program
    page, what_if = program.window.page, program.attention.what_if
    QTest.keyClick(page.picture, Qt.Key.Key_Escape)
    program.labels.deciding.accept()
    bench.until(program.actions[ActionId.UNDO].isEnabled)
    program.window.grid.set_current_row(0)
    bench.until(lambda: program.viewing.examined is not None and program.viewing.examined.key == program.viewing.key)
    what_if.toggle()
    assert what_if.panel.has_brush
    QTest.keyClick(page.picture, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert program.images.count(ImageState.ACCEPTED) == 0


def test_one_run_at_most_waits_and_the_last_stroke_counts(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    what_if, before = program.attention.what_if, len(runs)
    for x in range(60, 260, 4):
        paint(bench, (x, 120))
    settled(bench)
    assert what_if.now is not None
    assert (what_if.now.image == what_if.copy_now()).all()
    assert 1 <= len(runs) - before < 50


def test_another_picture_ends_it(bench: Bench) -> None:
    program = bench.program
    page, what_if = program.window.page, program.attention.what_if
    paint(bench, (160, 120))
    program.window.grid.set_current_row(1)
    assert not what_if.is_painted
    assert not what_if.panel.has_brush
    bench.until(lambda: program.viewing.examined is not None and page.legend.is_shown)
    assert "painted over" not in page.legend.text()
    program.window.grid.set_current_row(0)
    bench.until(lambda: program.viewing.examined is not None and page.legend.is_shown)
    assert "painted over" not in page.legend.text()
    assert what_if.now is None


def test_every_way_of_drawing_stays_the_painted_ones(bench: Bench) -> None:
    program = bench.program
    page = program.window.page
    paint(bench, (160, 120))
    settled(bench)
    seen = []
    for _ in range(4):
        program.actions[ActionId.MAP_MODE].trigger()
        assert "painted over" in page.legend.text()
        seen.append(page.snapshot())
    assert all(one != other for place, one in enumerate(seen) for other in seen[:place])
    program.actions[ActionId.MAP_TOGGLE].trigger()
    assert page.inspector.map_panel.mode is MapMode.OFF
    assert not page.legend.is_shown
    patched = page.snapshot()
    program.attention.what_if.panel.restart_requested.emit()
    assert page.snapshot() != patched


def test_keys_and_wheel_change_the_brush_and_ctrl_still_zooms(bench: Bench) -> None:
    program = bench.program
    picture, panel = program.window.page.picture, program.attention.what_if.panel
    size, key, zoom = panel.brush_size, program.viewing.key, picture.zoom
    strength = program.window.page.inspector.map_panel.strength
    QTest.keyClick(picture, Qt.Key.Key_BracketRight)
    assert panel.brush_size > size
    QTest.keyClick(picture, Qt.Key.Key_BracketLeft)
    assert panel.brush_size == size
    assert program.window.page.inspector.map_panel.strength == strength
    for modifier in (PLAIN, Qt.KeyboardModifier.ControlModifier):
        at = QPointF(picture.rect().center())
        turned = QWheelEvent(
            at, picture.mapToGlobal(at), QPoint(), QPoint(0, 120), Qt.MouseButton.NoButton, modifier,
            Qt.ScrollPhase.NoScrollPhase, False,
        )  # fmt: skip
        QApplication.sendEvent(picture, turned)
    assert panel.brush_size > size
    assert program.viewing.key == key
    assert picture.zoom > zoom
    panel.take_brush(taken=False)
    QApplication.sendEvent(picture, QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_BracketRight, PLAIN, "]"))
    assert panel.brush_size > size


def test_what_fails_is_said(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(self: Network, *arguments: object, **options: object) -> object:
        del self, arguments, options
        raise InferenceError("the card is gone.")

    monkeypatch.setattr(Network, "run", fail)
    panel = bench.program.attention.what_if.panel
    paint(bench, (160, 120))
    bench.until(lambda: "the card is gone" in panel.words())


def test_grey_over_the_cat_takes_the_cat_away(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench(model=BUILT_IN_NAME)
    bench.drop([str(CAT)])
    bench.until_done(1)
    program = bench.program
    program.window.show_view(View.VIEWER)
    bench.until(lambda: program.viewing.examined is not None)
    examined = program.viewing.examined
    assert examined is not None
    what_if = program.attention.what_if
    what_if.toggle()
    what_if.panel.filling_chosen.emit("grey")
    crop, first = examined.classification.crop, examined.classification.predictions[0]
    what_if.panel.step_size(100)
    for share in (0.2, 0.5, 0.8):
        y = crop.top + share * (crop.bottom - crop.top)
        paint(bench, (crop.left + 1, y), (crop.right - 1, y))
    settled(bench)
    assert what_if.now is not None
    assert softmax(what_if.now.logits)[first.index] < first.probability / 2
    assert "leads" in what_if.panel.words()


def test_nothing_is_called_painted_over_before_the_network_has_seen_it(bench: Bench) -> None:
    page, what_if = bench.program.window.page, bench.program.attention.what_if
    what_if.hand.stroke_began.emit(QPointF(160, 120))
    what_if.redraw()
    assert what_if.now is None
    assert "before it was painted over" in page.legend.text()
    settled(bench)
    assert "painted over" in page.legend.text()
    assert "before" not in page.legend.text()


def test_a_run_that_fails_leaves_no_numbers_of_other_strokes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    page, what_if = bench.program.window.page, bench.program.attention.what_if
    paint(bench, (160, 120))
    settled(bench)
    assert "\N{RIGHTWARDS ARROW}" in what_if.panel.words()

    def fail(self: Network, *_arguments: object, **_options: object) -> object:
        del self
        raise InferenceError("the card is gone.")

    with monkeypatch.context() as broken:
        broken.setattr(Network, "run", fail)
        paint(bench, (200, 60))
        bench.until(lambda: "the card is gone" in what_if.panel.words() and what_if.is_settled)
        assert what_if.now is None
        assert not page.legend.is_shown
        assert "\N{RIGHTWARDS ARROW}" not in what_if.panel.words()
        assert "leads" not in what_if.panel.words()
    paint(bench, (100, 60))
    settled(bench)
    assert "painted over" in page.legend.text()
    assert "the card is gone" not in what_if.panel.words()


def test_cells_that_decide_are_not_hatched_over_what_is_painted(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    program, picture = bench.program, bench.program.window.page.picture
    program.actions[ActionId.MAP_DUEL].trigger()
    hatched = picture.snapshot()
    marks: list[int] = []
    real = PictureCanvas.set_marked_cells

    def mark(canvas: PictureCanvas, cells: frozenset[tuple[int, int]]) -> None:
        marks.append(len(cells))
        real(canvas, cells)

    monkeypatch.setattr(PictureCanvas, "set_marked_cells", mark)
    paint(bench, (160, 120))
    settled(bench)
    assert marks[-1] == 0
    program.window.page.hover_class(3)
    assert marks[-1] == 0
    program.window.page.hover_class(-1)
    program.attention.what_if.panel.restart_requested.emit()
    assert marks[-1] > 0
    assert picture.snapshot() == hatched


def test_a_check_says_that_it_is_not_about_what_is_painted(bench: Bench) -> None:
    attention = bench.program.attention
    assert attention.check.panel.about() == ""
    paint(bench, (160, 120))
    settled(bench)
    assert "without what is painted" in attention.check.panel.about()
    attention.what_if.panel.restart_requested.emit()
    assert attention.check.panel.about() == ""


def test_a_region_is_hidden_without_a_pointer(bench: Bench, runs: list[tuple[int, ...]]) -> None:
    program = bench.program
    attention, page = program.attention, program.window.page
    QTest.keyClick(page.picture, Qt.Key.Key_I)
    assert not attention.what_if.panel.has_brush
    attention.region.panel.middle_requested.emit()
    before = len(runs)
    attention.region.panel.hide_requested.emit()
    settled(bench)
    assert len(runs) == before + 1
    now, examined = attention.what_if.now, program.viewing.examined
    assert now is not None
    assert examined is not None
    # The middle half of each side, and nothing else.
    changed = (now.image != examined.inspection.image).any(axis=2)
    rows, columns = changed.nonzero()
    size = changed.shape[0]
    assert abs(rows.min() - size / 4) <= 1
    assert abs(rows.max() + 1 - size * 3 / 4) <= 1
    assert abs(columns.min() - size / 4) <= 1
    assert 0.2 < changed.mean() <= 0.26
    assert "painted over" in page.legend.text()
    attention.what_if.panel.undo_requested.emit()
    assert not attention.what_if.is_painted
    # The cells of the map, beside a look whose cells are others.
    attention.region.panel.map_requested.emit()
    attention.region.panel.hide_requested.emit()
    settled(bench)
    assert attention.what_if.is_painted
