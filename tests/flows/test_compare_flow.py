"""Pictures, classes and models side by side in the window: what is known needs no run, and every odd case says so."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog

from gui.action_table import ActionId
from gui.compare.comparing import Comparing
from gui.compare.comparison import Comparison, Kind
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.viewer.map_mode import MapMode
from gui.viewer.number_texts import percent_text
from inference.attention.picture import MARK_BYTES, is_map_png
from inference.classify import opening
from inference.engine.network import Network
from inference.errors import ModelLoadError
from inference.models.catalog import BUILT_IN_NAME
from inference.models.checksum import checksum_file, sha256_of
from inference.models.contract import MapKind
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY, Bench
from tests.flows.making import Originals, make_pictures
from tests.inference.commands.lesser_models import model_with

CAT = PROJECT_ROOT / "assets" / "samples" / "chelsea.png"


class Networks:
    """What networks did: how many runs, how many are open."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.runs = 0
        self.open = 0
        run, close, init = Network.run, Network.close, Network.__init__

        def counted_run(network: Network, *arguments: object, **options: object) -> object:
            self.runs += 1
            return run(network, *arguments, **options)  # type: ignore[arg-type]

        def counted_close(network: Network) -> None:
            self.open -= 1
            close(network)

        def counted_init(network: Network, *arguments: object, **options: object) -> None:
            self.open += 1
            init(network, *arguments, **options)  # type: ignore[arg-type]

        monkeypatch.setattr(Network, "run", counted_run)
        monkeypatch.setattr(Network, "close", counted_close)
        monkeypatch.setattr(Network, "__init__", counted_init)


@pytest.fixture
def networks(monkeypatch: pytest.MonkeyPatch) -> Networks:
    return Networks(monkeypatch)


@pytest.fixture
def start(make_bench: Callable[..., Bench], tmp_path: Path, networks: Networks) -> Callable[..., Bench]:
    """Starts a program whose gallery shows some pictures."""
    del networks

    def started(count: int = 3, *, model: str = BUILT_IN_NAME, installed: str = "", odd: bool = False) -> Bench:
        folder = make_pictures(tmp_path / "some", count, size=(120, 80))
        if odd:
            (folder / "001b.png").write_text("no picture")
        if installed:
            _install(tmp_path / "profile" / "data" / "models", installed)
        bench = make_bench(model=model)
        bench.drop([str(folder)])
        bench.until_done(count + odd)
        bench.program.window.show_view(View.GALLERY)
        return bench

    return started


def _install(models: Path, source: str) -> None:
    models.mkdir(parents=True, exist_ok=True)
    target = models / "other.onnx"
    shutil.copy(source, target)
    checksum_file(target).write_text(f"{sha256_of(target)}  {target.name}\n")


def comparing(bench: Bench) -> Comparing:
    return bench.program.attention.compare


def settled(bench: Bench) -> Comparison:
    """Wait until nothing more comes."""
    bench.until(lambda: (now := comparing(bench).now) is not None and now.is_settled)
    now = comparing(bench).now
    assert now is not None
    return now


def select(bench: Bench, *rows: int) -> None:
    """Select these rows, as clicks with Ctrl do."""
    grid = bench.program.window.grid
    grid.set_current_row(rows[0])
    for row in rows[1:]:
        where = grid.visualRect(grid.images.index(row)).center()
        QTest.mouseClick(grid.viewport(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier, where)
    assert len(grid.selected_keys()) == len(rows)


def press_c(bench: Bench) -> None:
    window = bench.program.window
    place = window.page.picture if window.shows_picture else window.grid
    place.setFocus()
    QTest.keyClick(place, Qt.Key.Key_C)


def view(bench: Bench) -> View:
    return bench.program.window.view


def words(bench: Bench) -> list[str]:
    return [panel.words() for panel in bench.program.window.compare.panels]


def titles(bench: Bench) -> list[str]:
    return [panel.title for panel in bench.program.window.compare.panels]


def view_one(bench: Bench, row: int = 0) -> None:
    """Put one picture into the viewer, with its feature map."""
    bench.program.window.grid.set_current_row(row)
    bench.program.window.show_view(View.VIEWER)
    bench.until(lambda: bench.program.viewing.examined is not None)


def test_pictures_show_one_class_on_one_scale_and_switching_it_needs_no_run(
    start: Callable[..., Bench], networks: Networks
) -> None:
    bench = start()
    window, page = bench.program.window, bench.program.window.compare
    select(bench, 0, 2)
    press_c(bench)
    assert view(bench) is View.COMPARE
    now = settled(bench)
    assert (now.kind, titles(bench)) == (Kind.PICTURES, ["000.png", "002.png"])
    first = now.pictures[0].answer
    assert first is not None
    best = first.classification.predictions[0]
    assert words(bench)[0].startswith(f"{best.label}: {percent_text(best.probability)}")
    assert all(f"{best.label}: " in said and "first suggestion" in said and "= logit" in said for said in words(bench))
    assert f"for {best.label}" in page.legend.text()
    made, seen = networks.runs, {page.legend.text()}
    for number in page.strip.offered:
        page.strip.class_hovered.emit(number)
        seen.add(page.legend.text())
        assert all(now.choice.classes.names[number] in said for said in words(bench))
    assert len(seen) == len(page.strip.offered) > 1
    page.strip.class_hovered.emit(-1)
    assert f"for {best.label}" in page.legend.text()
    page.strip.search.setFocus()
    QTest.keyClicks(page.strip.search, now.choice.classes.names[150])
    QTest.keyClick(page.strip.search, Qt.Key.Key_Return)
    assert now.choice.shown == 150
    assert 150 in page.strip.offered
    for mode in MapMode:
        page.mode_chosen.emit(mode)
    assert networks.runs == made
    QTest.keyClick(page.panels[1].view, Qt.Key.Key_Escape)
    assert view(bench) is View.GALLERY
    assert len(window.grid.selected_keys()) == 2
    assert QApplication.focusWidget() is window.grid
    press_c(bench)
    settled(bench)
    assert networks.runs == made, "what was asked once is kept"


def test_every_class_is_what_the_viewer_says_of_it(start: Callable[..., Bench]) -> None:
    bench = start()
    view_one(bench)
    page = bench.program.window.page
    page.inspector.class_search.class_chosen.emit(42)
    legend = page.legend.text()
    bench.program.window.show_view(View.GALLERY)
    select(bench, 0, 1)
    press_c(bench)
    settled(bench)
    comparing(bench)._on_class(42)
    ledger = bench.program.window.compare.panels[0].lines()[2]
    assert ledger in legend


def test_one_or_none_selected_says_what_to_do_and_many_are_cut(start: Callable[..., Bench]) -> None:
    bench = start(6)
    window = bench.program.window
    select(bench, 0)
    press_c(bench)
    assert view(bench) is View.GALLERY
    assert bench.message_ids()[-1] == "E-430"
    window.grid.selectAll()
    press_c(bench)
    settled(bench)
    assert titles(bench) == ["000.png", "001.png", "002.png", "003.png"]
    assert "6 images are selected. The first 4" in window.compare.notice


def test_failed_and_unanswered_pictures_stand_beside_the_others(start: Callable[..., Bench]) -> None:
    bench = start(3, odd=True)
    program = bench.program
    table = program.images.table
    queued = program.images.key_at(3)
    table.forget_answers([queued])
    select(bench, 0, 2, 3)
    assert table.state(table.place_of(program.images.key_at(2)) or 0) is ImageState.FAILED
    press_c(bench)
    now = settled(bench)
    views = [panel.view for panel in program.window.compare.panels]
    assert views[1].message == table.reason(table.place_of(program.images.key_at(2)) or 0) != ""
    assert words(bench)[1] == ""
    assert [picture.pixels is not None for picture in now.pictures] == [True, False, True]
    assert "= logit" in words(bench)[2]
    content = comparing(bench).content()
    assert content is not None
    assert len(content.panels) == 2
    assert "1 of them cannot be shown." in content.lines


def test_a_file_that_went_is_said(start: Callable[..., Bench]) -> None:
    bench = start(2)
    place = bench.program.images.table.place_of(bench.program.images.key_at(1))
    assert place is not None
    Path(bench.program.images.table.path(place)).unlink()
    select(bench, 0, 1)
    press_c(bench)
    now = settled(bench)
    assert now.pictures[1].sentence
    assert bench.program.window.compare.panels[1].view.message == now.pictures[1].sentence
    assert now.pictures[0].pixels is not None


def test_classes_of_one_picture_and_the_way_back(start: Callable[..., Bench], networks: Networks) -> None:
    bench = start(2)
    view_one(bench, 1)
    window = bench.program.window
    window.page.picture.zoom_at(3.0, window.page.picture.rect().center().toPointF())
    zoom, made = window.page.picture.zoom, networks.runs
    press_c(bench)
    now = settled(bench)
    answer = now.pictures[0].answer
    assert (now.kind, answer is not None) == (Kind.CLASSES, True)
    assert answer is not None
    assert titles(bench) == [one.label for one in answer.classification.predictions[:4]]
    assert all("Score: " in said and "= logit" in said for said in words(bench))
    search = window.compare.panels[2].search
    search.setFocus()
    QTest.keyClicks(search, now.choice.classes.names[99])
    QTest.keyClick(search, Qt.Key.Key_Return)
    assert titles(bench)[2] == now.choice.classes.names[99]
    assert networks.runs == made
    views = [panel.view for panel in window.compare.panels]
    views[0].zoom_in()
    assert len({one.zoom for one in views}) == 1
    QTest.keyClick(views[0], Qt.Key.Key_Escape)
    assert view(bench) is View.VIEWER
    assert window.page.picture.zoom == zoom
    assert bench.program.viewing.examined is not None
    assert not any(one.zoom for one in views), "no pixels are kept"


def test_a_review_goes_on_where_it_was(start: Callable[..., Bench]) -> None:
    bench = start(3)
    window = bench.program.window
    bench.program.actions[ActionId.VIEW_REVIEW].trigger()
    assert view(bench) is View.REVIEW
    bench.until(lambda: bench.program.viewing.classification is not None)
    key = bench.program.viewing.key
    press_c(bench)
    settled(bench)
    QTest.keyClick(window.compare.panels[0].view, Qt.Key.Key_Escape)
    assert view(bench) is View.REVIEW
    assert bench.program.viewing.key == key
    assert not window.review_panel.isHidden()


def test_two_models_agree_about_classes_by_name(start: Callable[..., Bench], networks: Networks) -> None:
    bench = start(2, model=TINY, installed=TINY)
    view_one(bench)
    press_c(bench)
    settled(bench)
    before = networks.open
    page = bench.program.window.compare
    page.models_wanted.emit()
    comparing(bench).compare_with("other")
    now = settled(bench)
    assert now.kind is Kind.MODELS
    assert networks.open == before, "the second model is closed again"
    # The same network twice: the same words twice.
    assert words(bench)[0] == words(bench)[1] != ""
    made = networks.runs
    for number in page.strip.offered:
        page.strip.class_chosen.emit(number)
        assert words(bench)[0] == words(bench)[1]
    assert networks.runs == made
    comparing(bench).compare_with("")
    assert settled(bench).kind is Kind.CLASSES


def test_a_class_that_only_one_model_knows(start: Callable[..., Bench]) -> None:
    bench = start(2, installed=TINY)
    view_one(bench)
    press_c(bench)
    settled(bench)
    comparing(bench).compare_with("other")
    now = settled(bench)
    assert titles(bench) == [now.speaker.contract.title, "Tiny test network"]
    first, second = words(bench)
    assert "= logit" in first
    assert "does not know" in second
    assert "first suggestion" in second
    assert now.second_answer is not None
    own = now.choice.classes.of_second(now.second_answer.classification.predictions[0].index)
    comparing(bench)._on_class(own)
    first, second = words(bench)
    assert "does not know" in first
    assert "= logit" in second
    scale, usual = now.scale(1.0), now.speaker.contract.evidence_scale
    assert usual is not None
    assert scale >= usual


def test_a_second_model_that_cannot_be_opened_says_why(
    start: Callable[..., Bench], monkeypatch: pytest.MonkeyPatch, networks: Networks
) -> None:
    bench = start(2, installed=TINY)
    view_one(bench)
    press_c(bench)
    settled(bench)
    before = networks.open

    def fail(*_arguments: object, **_options: object) -> object:
        raise ModelLoadError("other.onnx", "it is damaged.")

    monkeypatch.setattr("gui.compare.compare_work.open_classifier", fail)
    comparing(bench).compare_with("other")
    now = settled(bench)
    assert now.second_sentence
    assert now.second_sentence in words(bench)[1]
    assert "= logit" in words(bench)[0]
    assert networks.open == before
    assert opening.open_classifier is not fail


def test_leaving_the_page_closes_the_second_model(start: Callable[..., Bench], networks: Networks) -> None:
    bench = start(2, installed=TINY)
    view_one(bench)
    press_c(bench)
    settled(bench)
    before = networks.open
    comparing(bench).compare_with("other")
    bench.program.window.compare.back_requested.emit()
    assert view(bench) is View.VIEWER
    assert comparing(bench).now is None
    bench.qtbot.wait(700)
    assert networks.open == before


def test_another_model_begins_the_comparison_anew(start: Callable[..., Bench]) -> None:
    bench = start(3)
    bench.program.viewing.show_nothing()
    select(bench, 0, 1)
    press_c(bench)
    settled(bench)
    bench.program.models.choose(TINY)
    bench.until(lambda: "Another model" in bench.program.window.compare.notice)
    now = settled(bench)
    assert "Tiny test network" in bench.program.window.compare.title
    assert len(now.choice.classes.names) < 20
    assert view(bench) is View.COMPARE


@pytest.mark.parametrize("maps", [MapKind.NONE, MapKind.APPROXIMATE])
def test_models_without_exact_maps_are_compared_all_the_same(
    start: Callable[..., Bench], tmp_path: Path, maps: MapKind
) -> None:
    bench = start(2, model=model_with(maps, tmp_path))
    select(bench, 0, 1)
    press_c(bench)
    now = settled(bench)
    said = {MapKind.NONE: "has no maps", MapKind.APPROXIMATE: "approximate"}[maps]
    assert all(said in one and "%" in one for one in words(bench))
    assert bench.program.window.compare.legend.is_shown == (maps is MapKind.APPROXIMATE)
    answer = now.pictures[0].answer
    assert answer is not None
    assert answer.inspection is None
    last = answer.classification.predictions[-1]
    comparing(bench)._on_class(last.index)
    assert percent_text(last.probability) in words(bench)[0]
    if maps is MapKind.APPROXIMATE:
        assert "five best classes" in words(bench)[0]


def test_a_comparison_is_saved_whole_and_never_over_an_original(
    start: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = start(3)
    guard = Originals()
    guard.guard(tmp_path / "some")
    select(bench, 0, 1, 2)
    press_c(bench)
    settled(bench)
    target = tmp_path / "out" / "three"
    chosen = [str(target), str(tmp_path / "some" / "001.png"), str(target.with_suffix(".png"))]
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (chosen.pop(0), ""))
    target.parent.mkdir()
    comparing(bench).save()
    bench.until(lambda: bench.message_ids()[-1:] == ["T-15"])
    written = target.with_suffix(".png")
    assert is_map_png(written.read_bytes()[:MARK_BYTES])
    with Image.open(written) as opened:
        assert opened.width > 3 * 280
    comparing(bench).save()
    bench.until(lambda: bench.message_ids()[-1:] != ["T-15"])
    assert guard.changed() == []
    comparing(bench)._on_mode(MapMode.OFF)
    before = written.read_bytes()
    comparing(bench).save()
    bench.until(lambda: bench.message_ids()[-1:] == ["T-15"])
    assert written.read_bytes() != before
    assert sorted(path.name for path in target.parent.iterdir()) == ["three.png"]


def test_larger_and_smaller_by_the_windows_keys(start: Callable[..., Bench]) -> None:
    bench = start(2)
    select(bench, 0, 1)
    press_c(bench)
    settled(bench)
    shown = bench.program.window.compare.panels[0].view
    tile, zoom = bench.program.action_runner.tile_px, shown.zoom
    QTest.keyClick(shown, Qt.Key.Key_Plus, Qt.KeyboardModifier.ControlModifier)
    assert shown.zoom > zoom
    QTest.keyClick(shown, Qt.Key.Key_Minus, Qt.KeyboardModifier.ControlModifier)
    assert shown.zoom == pytest.approx(zoom)
    assert bench.program.action_runner.tile_px == tile
