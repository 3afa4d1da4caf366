"""A shortcut is seen in the window: audit the gallery, read the first row, look at the images; the network rests."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QSpinBox

from gui.action_table import ActionId
from gui.audit import methods_work
from gui.audit.audit_dialog import AuditDialog
from gui.audit.methods_desk import MethodsDesk
from gui.main_window import View
from inference.attention.figures import PictureFigures, compare_methods, measure_methods
from inference.attention.finer import view_order
from inference.attention.making import InspectedPicture
from inference.attention.runs import CopyRunner, SeenPicture
from inference.classify.preprocess import prepare_picture
from inference.engine.network import Network
from inference.models.contract import MapKind
from tests.flows.conftest import TINY, Bench
from tests.flows.making import hashes
from tests.inference.commands.lesser_models import model_with
from tests.make_bright import BRIGHT
from tests.shortcut import make_shortcut

COUNT = 6


def _audited(bench: Bench) -> AuditDialog:
    """Audit what the gallery shows, to the end."""
    desk = bench.program.attention.audit
    ended: list[bool] = []
    desk.ended.connect(lambda: ended.append(True))
    bench.program.actions[ActionId.AUDIT].trigger()
    bench.until(lambda: bool(ended))
    assert desk.dialog is not None
    return desk.dialog


def _listed(dialog: AuditDialog) -> list[str]:
    table = dialog.classes.model()
    return [table.index(row, 0).data() for row in range(table.rowCount())]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Pictures of a class that lives on the border, of a sound one, and one that nobody can read."""
    made = make_shortcut(tmp_path / "pictures", COUNT)
    (made / "broken.jpg").write_text("not a picture")
    return made


@pytest.fixture
def bench(make_bench: Callable[..., Bench], folder: Path) -> Bench:
    """All of it classified by the network that answers to brightness."""
    made = make_bench(model=str(BRIGHT))
    made.drop([str(folder)])
    made.until_done(2 * COUNT + 1)
    return made


def test_the_class_that_lives_on_the_border_comes_first_without_a_run(
    bench: Bench, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_arguments: object, **_options: object) -> None:
        raise AssertionError("the network was run")

    before = hashes(folder)
    monkeypatch.setattr(Network, "run", refuse)
    dialog = _audited(bench)
    assert _listed(dialog) == ["bright", "dark"]
    words = dialog.words()
    assert words.startswith(
        "12 images count, as Brightness test network sees them; of the others: 1 could not be classified."
    )
    assert "most of it: top." in words
    bench.until(lambda: "mean of the 6 images" in dialog.words())
    found = bench.program.attention.audit.found
    assert found is not None
    first, last = (one for _, one in sorted(found.classes.items()))
    assert first.border > 0.6 > found.border_if_even > last.border
    assert hashes(folder) == before


def test_enter_shows_the_images_of_the_class_and_the_next_audit_is_of_them(bench: Bench) -> None:
    dialog, program = _audited(bench), bench.program
    QTest.keyClick(dialog.classes, Qt.Key.Key_Return)
    assert program.window.view is View.GALLERY
    names = [program.images.name_at(row) for row in range(len(program.images))]
    assert names == [f"border {number}.png" for number in range(COUNT)]
    _audited(bench)
    assert _listed(dialog) == ["bright"]
    program.labels.browsing.show_all()
    assert len(program.images) == 2 * COUNT + 1


def test_a_stranger_opens_in_the_viewer(bench: Bench) -> None:
    dialog, program = _audited(bench), bench.program
    QTest.keyClick(dialog.classes, Qt.Key.Key_Down)
    dialog.tiles.setCurrentIndex(dialog.outliers.index(0, 0))
    QTest.keyClick(dialog.tiles, Qt.Key.Key_Return)
    assert program.window.view is View.VIEWER
    assert program.images.name_at(program.window.grid.current_row()).startswith("middle")
    assert program.viewing.key == dialog.outliers.key(0)


def test_another_session_closes_the_audit(bench: Bench, tmp_path: Path) -> None:
    dialog = _audited(bench)
    other = make_shortcut(tmp_path / "other", 1)
    bench.program.actions[ActionId.SESSION_NEW].trigger()
    bench.until(lambda: not dialog.isVisible())
    assert bench.program.attention.audit.found is None
    bench.drop([str(other)])
    bench.until_done(2)
    assert _listed(_audited(bench)) != []


def test_approximate_maps_are_audited_and_a_model_without_maps_says_so(
    make_bench: Callable[..., Bench], folder: Path, tmp_path: Path
) -> None:
    for maps in (MapKind.APPROXIMATE, MapKind.NONE):
        place = tmp_path / maps.value
        place.mkdir()
        bench = make_bench(model=model_with(maps, place), profile=place / "profile")
        bench.drop([str(folder)])
        bench.until_done(2 * COUNT + 1)
        dialog = _audited(bench)
        if maps is MapKind.NONE:
            assert "12 have no stored map" in dialog.words()
            assert "Classify them with a model that has maps" in dialog.words()
            assert _listed(dialog) == []
        else:
            assert "on the border" in dialog.words()
            assert _listed(dialog)


def test_another_model_makes_an_audit_one_of_the_model_before(bench: Bench) -> None:
    dialog, program = _audited(bench), bench.program
    assert "Orange speaks for the class" in dialog.words()
    assert "Another model" not in dialog.words()
    program.models.open(TINY)
    bench.until(lambda: "Another model is open now" in dialog.words())
    arrangement = program.images.arrangement
    program.window.show_view(View.VIEWER)
    QTest.keyClick(dialog.classes, Qt.Key.Key_Return)
    assert program.images.arrangement == arrangement
    assert program.window.view is View.VIEWER
    bench.until_done(2 * COUNT + 1)
    _audited(bench)
    assert "Another model" not in dialog.words()


def test_the_model_of_the_audit_opened_again_makes_it_current_again(bench: Bench) -> None:
    dialog, program = _audited(bench), bench.program
    program.models.open(TINY)
    bench.until(lambda: "Another model is open now" in dialog.words())
    program.models.open(str(BRIGHT))
    bench.until(lambda: "Another model" not in dialog.words())
    bench.until_done(2 * COUNT + 1)


class Second:
    """Holds the second picture of a comparison in the network's thread until it may go on."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.may_go_on = threading.Event()
        self.begun = threading.Event()
        self._measured = 0
        self._real = measure_methods
        monkeypatch.setattr(methods_work, "measure_methods", self._measure)

    def _measure(self, *arguments: Any, **options: Any) -> tuple[PictureFigures, ...]:  # noqa: ANN401 - passed on
        self._measured += 1
        if self._measured > 1:
            self.begun.set()
            assert self.may_go_on.wait(60)
        return self._real(*arguments, **options)


def _comparing(make_bench: Callable[..., Bench], folder: Path) -> tuple[Bench, AuditDialog, MethodsDesk, list[bool]]:
    """A comparison that has begun with the tiny model, and a list that grows when it ends."""
    bench = make_bench()
    bench.drop([str(folder)])
    bench.until_done(2 * COUNT + 1)
    dialog = _audited(bench)
    dialog.show_methods(True)
    desk = bench.program.attention.audit.methods
    ended: list[bool] = []
    desk.ended.connect(lambda: ended.append(True))
    dialog.methods.findChildren(QSpinBox)[0].setValue(2 * COUNT + 1)
    assert dialog.methods.asking.can_ask
    dialog.methods.asking.asked.emit()
    return bench, dialog, desk, ended


def test_the_methods_are_compared_while_other_images_are_looked_at(
    make_bench: Callable[..., Bench], folder: Path, tmp_path: Path
) -> None:
    before = hashes(folder)
    bench, dialog, desk, ended = _comparing(make_bench, folder)
    program = bench.program
    program.window.grid.set_current_row(3)
    program.window.show_view(View.VIEWER)
    program.window.grid.set_current_row(5)
    bench.drop([str(make_shortcut(tmp_path / "more", 1))])
    bench.until(lambda: bool(ended))
    bench.until_done(2 * COUNT + 3)
    words = dialog.methods.words()
    assert "12 of 13 images compared, drawn from 13" in words
    assert "1 image is left out: broken.jpg: It is not an image" in words
    assert "Stopped" not in words
    network = Network.open(Path(TINY), device="cpu")
    try:
        assert network.head is not None
        expected = compare_methods(
            CopyRunner(network), _looked_at(network, folder), network.head, dialog.methods.methods, with_curves=True
        )
    finally:
        network.close()
    for one, other in zip(desk.figures, expected, strict=True):
        assert (one.method, one.pictures, one.runs) == (other.method, other.pictures, other.runs)
        assert one.average_increase == other.average_increase
        assert one.average_drop == pytest.approx(other.average_drop, abs=1e-5)
        assert one.deletion_area == pytest.approx(other.deletion_area, abs=1e-5)
        assert one.insertion_area == pytest.approx(other.insertion_area, abs=1e-5)
    assert hashes(folder) == before


def _looked_at(network: Network, folder: Path) -> Iterator[InspectedPicture]:
    order = view_order(network.contract.preprocessing)
    for path in sorted(folder.glob("*.png")):
        image = prepare_picture(str(path), order).input
        outputs = network.run(image[None], features=True)
        assert outputs.features is not None
        yield InspectedPicture(SeenPicture(image, outputs.logits[0]), outputs.features[0])


def test_stop_keeps_the_images_that_were_compared(
    make_bench: Callable[..., Bench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Second(monkeypatch)
    bench, dialog, desk, ended = _comparing(make_bench, folder)
    bench.until(second.begun.is_set)
    bench.until(lambda: bool(desk.figures))
    dialog.methods.asking.stop_requested.emit()
    second.may_go_on.set()
    assert ended == [True]
    assert "Stopped: the table is of the images so far." in dialog.methods.words()
    assert {one.pictures for one in desk.figures} == {1}
    assert dialog.methods.asking.can_ask


def test_the_audit_called_again_brings_a_comparison_to_the_front_and_does_not_end_it(
    make_bench: Callable[..., Bench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Second(monkeypatch)
    bench, dialog, desk, ended = _comparing(make_bench, folder)
    bench.until(second.begun.is_set)
    bench.program.actions[ActionId.AUDIT].trigger()
    assert desk.is_under_way
    assert bench.program.attention.audit.found is not None
    second.may_go_on.set()
    bench.until(lambda: bool(ended))
    assert "12 of 13 images compared" in dialog.methods.words()


def test_closing_the_audit_stops_the_comparison_and_keeps_its_table(
    make_bench: Callable[..., Bench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Second(monkeypatch)
    bench, dialog, desk, ended = _comparing(make_bench, folder)
    bench.until(second.begun.is_set)
    bench.until(lambda: bool(desk.figures))
    QTest.keyClick(dialog, Qt.Key.Key_Escape)
    second.may_go_on.set()
    assert ended == [True]
    assert not desk.is_under_way
    assert {one.pictures for one in desk.figures} == {1}
    _audited(bench)
    assert "Stopped: the table is of the images so far." in dialog.methods.words()


def test_another_model_ends_the_comparison(
    make_bench: Callable[..., Bench], folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    second = Second(monkeypatch)
    bench, dialog, desk, ended = _comparing(make_bench, folder)
    room = bench.program.link.room
    assert room is not None
    real = room.service.open_model

    def open_model(*arguments: Any) -> None:  # noqa: ANN401 - passed on
        real(*arguments)
        second.may_go_on.set()

    bench.until(second.begun.is_set)
    monkeypatch.setattr(room.service, "open_model", open_model)
    bench.program.models.open(str(BRIGHT))
    bench.until(lambda: bool(ended))
    assert "Another model was opened, so the comparison ended" in dialog.methods.words()
    assert {one.pictures for one in desk.figures} <= {1, 2}
    bench.until_done(2 * COUNT + 1)
    assert "Another model was opened" in dialog.methods.words()
