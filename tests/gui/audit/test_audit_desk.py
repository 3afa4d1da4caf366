"""An audit goes its way: it reads what the gallery shows, is stopped, loses its session, and leads back to images."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QRectF
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog
from pytestqt.qtbot import QtBot

from gui.audit.audit_work import AuditRun
from gui.audit.class_table import AuditColumn
from gui.gallery.arrangement import Arrangement, ImageFilter, SortKey
from gui.main_window import View
from inference.classify.classifier import Classifier
from inference.classify.events import ModelOpened
from inference.models.contract import Label
from inference.sessions.session import Session
from tests.fakes import CLASSES, FakeNetwork
from tests.gui.audit.audited import (
    BIRD,
    MEADOW,
    NAMES,
    SEA,
    STRANGER,
    TOP,
    WAIT_MS,
    AuditBench,
    answered,
    mixed_session,
    one_cell,
    session_of,
)
from tests.gui.gallery.images import remove
from tests.inference.sessions.making import MODEL, OTHER_MODEL

_CRANE, _OTHER_CRANE = 134, 517
_MEADOWS, _BIRDS = list(range(1, 7)), list(range(7, 14))


@pytest.fixture
def make(qtbot: QtBot) -> Iterator[Callable[[Session], AuditBench]]:
    """Puts windows around sessions; each is closed at the end."""
    benches: list[AuditBench] = []

    def build(session: Session) -> AuditBench:
        benches.append(AuditBench(qtbot, session))
        return benches[-1]

    yield build
    for one in benches:
        one.close()


@pytest.fixture
def bench(make: Callable[[Session], AuditBench], tmp_path: Path) -> AuditBench:
    """Meadows that look at the border, birds that do not, and images that do not count."""
    return make(mixed_session(tmp_path))


def test_what_the_gallery_shows_is_audited_and_what_does_not_count_is_said(bench: AuditBench) -> None:
    dialog = bench.audit()
    assert bench.listed() == ["meadow", "bird"]
    assert dialog.classes.current_class == MEADOW
    assert dialog.words().splitlines()[0] == (
        "13 images count, as A tiny model sees them; of the others: "
        "1 is not classified yet, 1 could not be classified, 1 has no stored map, "
        "in 1 nothing speaks for its class, the map of 1 has no valid numbers. "
        "Evenly spread evidence would have 43.8% on the border."
    ).replace("%", "\N{NO-BREAK SPACE}%")
    assert "meadow: 100" in dialog.words()
    assert "most of it: top" in dialog.words()
    assert dialog.classes.isEnabled()


def test_another_class_has_its_own_map_sentence_and_strangers(bench: AuditBench) -> None:
    dialog = bench.audit()
    before = dialog.mean.grab().toImage()
    dialog.classes.choose(1)
    assert dialog.classes.current_class == BIRD
    assert dialog.words().splitlines()[1].startswith("bird: 14.3")
    assert dialog.mean.grab().toImage() != before
    assert dialog.outliers.key(0) == STRANGER
    assert dialog.outliers.rowCount() == len(_BIRDS)


def test_a_filter_in_force_decides_what_is_audited(bench: AuditBench) -> None:
    code = bench.table.vocabulary.find("bird")
    assert code is not None
    bench.images.set_arrangement(Arrangement(ImageFilter(suggestions=frozenset({code}))))
    bench.audit()
    assert bench.listed() == ["bird"]
    assert "7 images count, as" in bench.dialog.words()


def test_removed_images_are_left_out_and_lead_nowhere_later(bench: AuditBench) -> None:
    remove(bench.table, _MEADOWS[:4])
    dialog = bench.audit()
    assert "9 images count" in dialog.words()
    dialog.classes.choose(bench.listed().index("bird"))
    remove(bench.table, [STRANGER])
    dialog.tiles.image_chosen.emit(STRANGER)
    assert bench.window.view is View.GALLERY
    assert STRANGER not in bench.shown()


def test_a_click_on_a_stranger_opens_it_whatever_the_filter(bench: AuditBench) -> None:
    dialog = bench.audit()
    dialog.tiles.image_chosen.emit(STRANGER)
    assert bench.window.view is View.VIEWER
    assert bench.images.key_at(bench.window.grid.current_row()) == STRANGER
    bench.images.set_arrangement(Arrangement(ImageFilter(text="000002")))
    assert bench.shown() == [2]
    dialog.tiles.image_chosen.emit(12)
    assert bench.images.key_at(bench.window.grid.current_row()) == 12


def test_the_images_of_a_class_are_shown_in_the_order_in_force(bench: AuditBench) -> None:
    bench.images.set_arrangement(Arrangement(sort=SortKey.ADDED, descending=True))
    dialog = bench.audit()
    bench.window.show_view(View.VIEWER)
    dialog.images_requested.emit()
    assert bench.window.view is View.GALLERY
    # The image without a map is one of the class's too.
    assert bench.shown() == [16, *reversed(_MEADOWS)]
    dialog.classes.choose(1)
    dialog.classes.images_wanted.emit()
    assert bench.shown() == list(reversed(_BIRDS))


def test_two_classes_of_one_name_are_told_apart_and_the_gallery_says_that_it_shows_both(
    make: Callable[[Session], AuditBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in (_CRANE, _OTHER_CRANE):
        monkeypatch.setitem(NAMES, index, "crane")
    answers = [answered(key, _CRANE, one_cell((0, 3))) for key in (1, 2)]
    answers += [answered(3, _OTHER_CRANE, one_cell((4, 4))), answered(4, BIRD, one_cell((4, 4)))]
    bench = make(session_of(tmp_path, answers, 4))
    dialog = bench.audit()
    assert bench.listed() == ["crane (134)", "bird", "crane (517)"]
    assert dialog.words().splitlines()[1].startswith("crane (134): 100")
    assert "the gallery, which filters by name, shows the images of both" in dialog.words()
    dialog.images_requested.emit()
    assert bench.shown() == [1, 2, 3]
    dialog.classes.choose(1)
    assert "filters by name" not in dialog.words()


def test_a_namesake_without_a_map_is_shown_in_the_gallery_and_so_it_is_said(
    make: Callable[[Session], AuditBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for index in (_CRANE, _OTHER_CRANE):
        monkeypatch.setitem(NAMES, index, "crane")
    bench = make(session_of(tmp_path, [answered(1, _CRANE, one_cell(TOP)), answered(2, _OTHER_CRANE, None)], 2))
    dialog = bench.audit()
    assert bench.listed() == ["crane (134)"]
    assert "shows the images of both" in dialog.words()
    dialog.images_requested.emit()
    assert bench.shown() == [1, 2]


def test_a_class_whose_namesake_has_no_image_is_numbered_while_its_model_is_open(
    make: Callable[[Session], AuditBench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(NAMES, 2, "crane")
    bench = make(session_of(tmp_path, [answered(1, 2, one_cell((0, 3)))], 1))
    bench.audit()
    assert bench.listed() == ["crane"]
    network = FakeNetwork()
    cranes = tuple(Label("crane" if index in {2, 5} else f"class {index}") for index in range(CLASSES))
    network.contract, network.model_hash = replace(network.contract, labels=cranes), MODEL.model_hash
    bench.link.event_arrived.emit(ModelOpened("fake", Classifier(network, batch_size=1)))
    bench.desk.on_model_changed(network.model_hash)
    assert bench.listed() == ["crane (2)"]
    bench.dialog.middle_requested.emit()
    assert "crane (2): " in bench.dialog.words()
    bench.dialog.mean.box_drawn.emit(QRectF(0.25, 0.0, 0.5, 0.25), False)
    assert "crane (2): " in bench.dialog.words()
    # Another model's namesakes say nothing of this one's classes.
    bench.desk.on_model_changed("1" * 64)
    assert bench.listed() == ["crane"]


def test_the_images_of_a_class_are_those_that_were_audited(bench: AuditBench) -> None:
    bench.images.set_arrangement(Arrangement(ImageFilter(text="00001")))
    dialog = bench.audit()
    bench.images.set_arrangement(Arrangement())
    dialog.classes.choose(bench.listed().index("bird"))
    dialog.images_requested.emit()
    assert bench.shown() == [10, 11, 12, 13]


def test_it_can_be_stopped_and_begun_again(bench: AuditBench) -> None:
    bench.desk.open()
    bench.dialog.stop_requested.emit()
    assert bench.dialog.words().strip() == "The audit was stopped."
    # What the worker still had to say comes now, and nobody listens.
    bench.qtbot.wait(100)
    assert bench.desk.found is None
    assert not bench.dialog.classes.isEnabled()
    with bench.qtbot.waitSignal(bench.desk.ended, timeout=WAIT_MS):
        bench.dialog.again_requested.emit()
    assert bench.desk.found is not None
    assert bench.dialog.classes.isEnabled()


def test_closing_the_audit_stops_it(bench: AuditBench) -> None:
    bench.desk.open()
    with bench.qtbot.waitSignal(bench.desk.ended, timeout=WAIT_MS):
        bench.dialog.close()
    assert bench.desk.found is None
    assert not bench.dialog.isVisible()


def test_a_newer_audit_replaces_the_one_before(bench: AuditBench) -> None:
    bench.desk.open()
    bench.images.set_arrangement(Arrangement(ImageFilter(text="000001")))
    bench.audit()
    bench.qtbot.wait(50)
    assert bench.listed() == ["meadow"]
    assert "1 image counts, as" in bench.dialog.words()


def test_a_session_that_cannot_be_read_any_more_is_told(bench: AuditBench) -> None:
    bench.session.close()
    dialog = bench.audit()
    assert bench.desk.found is None
    assert len(dialog.words().strip()) > 20
    assert "Reading" not in dialog.words()
    assert not dialog.classes.isEnabled()


def test_another_session_closes_the_audit(bench: AuditBench) -> None:
    dialog = bench.audit()
    bench.table.clear()
    assert not dialog.isVisible()
    assert bench.desk.found is None
    assert bench.listed() == []
    assert dialog.outliers.rowCount() == 0


def test_a_session_that_goes_in_the_middle_of_an_audit_ends_it(
    bench: AuditBench, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = AuditRun.advance

    def advance_and_leave(run: AuditRun, cancel: object) -> None:
        real(run, cancel)  # type: ignore[arg-type]  # as it was given
        run.found = None

    monkeypatch.setattr(AuditRun, "advance", advance_and_leave)
    bench.desk.open()
    bench.qtbot.wait(30)
    bench.table.clear()
    assert not bench.dialog.isVisible()
    bench.qtbot.wait(50)
    assert bench.desk.found is None


def test_without_a_session_nothing_is_audited(bench: AuditBench) -> None:
    bench.holder.session = None
    bench.desk.open()
    assert bench.dialog.isVisible()
    assert bench.desk.found is None


def test_an_empty_gallery_a_model_without_maps_and_evidence_against_say_so(
    make: Callable[[Session], AuditBench], tmp_path: Path
) -> None:
    folders = [tmp_path / name for name in ("empty", "mapless", "against")]
    for folder in folders:
        folder.mkdir()
    bench = make(session_of(folders[0], [], 0))
    bench.audit()
    assert "The gallery shows no images" in bench.dialog.words()
    bench = make(session_of(folders[1], [answered(key, BIRD, None) for key in (1, 2)], 3))
    bench.audit()
    assert bench.dialog.words().strip() == (
        "None of these images counts: 1 is not classified yet, 2 have no stored map. "
        "Classify them with a model that has maps, then audit again."
    )
    assert not bench.dialog.classes.isEnabled()
    against = [answered(key, SEA, one_cell((0, 0), -0.5)) for key in (1, 2)]
    bench = make(session_of(folders[2], against, 2))
    bench.audit()
    assert bench.dialog.words().strip() == "None of these images counts: in 2 nothing speaks for their class."


def test_a_box_decides_the_order_and_can_be_taken_away(bench: AuditBench) -> None:
    dialog = bench.audit()
    outside = AuditColumn.OUTSIDE
    assert dialog.classes.isColumnHidden(outside)
    dialog.classes.choose(bench.listed().index("bird"))
    # Where meadows look: now it is the birds whose evidence lies outside.
    dialog.mean.box_drawn.emit(QRectF(0.25, 0.0, 0.5, 0.25), False)
    assert dialog.classes.isColumnHidden(outside)
    assert "outside the box" in dialog.words()
    dialog.mean.box_drawn.emit(QRectF(0.25, 0.0, 0.5, 0.25), True)
    assert not dialog.classes.isColumnHidden(outside)
    assert bench.listed() == ["bird", "meadow"]
    assert dialog.classes.current_class == BIRD
    assert dialog.classes.model().index(0, outside).data().startswith("85.7")
    assert dialog.classes.model().index(1, outside).data() == "0\N{NO-BREAK SPACE}%"
    dialog.clear_requested.emit()
    assert dialog.classes.isColumnHidden(outside)
    assert bench.listed() == ["meadow", "bird"]
    dialog.middle_requested.emit()
    assert bench.listed()[0] == "meadow"
    assert not dialog.classes.isColumnHidden(outside)


def test_a_box_stays_for_the_next_audit(bench: AuditBench) -> None:
    dialog = bench.audit()
    dialog.middle_requested.emit()
    bench.audit()
    assert not dialog.classes.isColumnHidden(AuditColumn.OUTSIDE)
    assert "outside the box" in dialog.words()


def test_below_the_map_lies_the_mean_of_the_kept_pictures(bench: AuditBench) -> None:
    green = io.BytesIO()
    Image.new("RGB", (60, 30), (0, 160, 0)).save(green, "JPEG")
    bench.holder.jpegs = dict.fromkeys(_MEADOWS, green.getvalue())
    dialog = bench.audit()
    bench.qtbot.waitUntil(lambda: "mean of the 6 images" in dialog.words(), timeout=WAIT_MS)
    dialog.mean.show_map(False)
    place = dialog.mean.picture_place()
    assert place.width() == pytest.approx(2 * place.height(), rel=0.05)
    seen = dialog.mean.grab().toImage()
    ratio = seen.devicePixelRatio()
    colour = seen.pixelColor(int(place.center().x() * ratio), int(place.center().y() * ratio))
    assert colour.green() > 120 > colour.red() + 60
    dialog.classes.choose(1)
    bench.qtbot.waitUntil(lambda: "plain ground" in dialog.words(), timeout=WAIT_MS)
    dialog.classes.choose(0)
    assert "mean of the 6 images" in dialog.words()


def test_the_table_is_written_as_the_command_writes_it(
    bench: AuditBench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dialog, target = bench.audit(), tmp_path / "audit.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: ("", ""))
    dialog.export_requested.emit()
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_named: (str(target), ""))
    dialog.export_requested.emit()
    bench.qtbot.waitUntil(lambda: "The table was written." in dialog.words(), timeout=WAIT_MS)
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert [(row["class"], row["pictures"]) for row in rows if row["kind"] == "class"][:2] == [
        ("meadow", "6"),
        ("bird", "7"),
    ]
    outliers = [row["path"] for row in rows if row["kind"] == "outlier" and row["class"] == "bird"]
    assert outliers[0] == f"/pictures/{STRANGER:06d}.jpg"
    assert [row["path"] for row in rows if row["kind"] == "failed"] == ["/pictures/000017.jpg"]
    bench.desk.export_to(str(tmp_path / "no such folder" / "audit.csv"))
    bench.qtbot.waitUntil(lambda: "The table was written." not in dialog.words(), timeout=WAIT_MS)
    assert dialog.words().startswith("audit.csv could not be written: No such file or directory.")


def test_a_small_picture_that_comes_later_is_shown(bench: AuditBench) -> None:
    dialog = bench.audit()
    dialog.classes.choose(1)
    changed: list[int] = []
    dialog.outliers.dataChanged.connect(lambda first, _last: changed.append(first.row()))
    picture = QImage(32, 32, QImage.Format.Format_RGB32)
    picture.fill(0xFF00FF)
    bench.table.set_thumbnail(STRANGER, picture)
    bench.table.set_thumbnail(1, picture)
    assert changed == [0]


def test_another_model_makes_it_one_of_before_until_its_own_is_open_again(bench: AuditBench) -> None:
    dialog = bench.audit()
    assert "Another model" not in dialog.words()
    # At the start an audit may come before its model is open.
    bench.desk.on_model_changed(MODEL.model_hash)
    assert "Another model" not in dialog.words()
    bench.desk.on_model_changed("b" * 64)
    assert "Another model is open now" in dialog.words()
    bench.desk.on_model_changed(MODEL.model_hash)
    assert "Another model" not in dialog.words()
    bench.desk.on_model_changed(OTHER_MODEL.model_hash)
    bench.session.set_model(OTHER_MODEL)
    bench.session.keep_answers([answered(1, MEADOW, one_cell(TOP), model=OTHER_MODEL.name)])
    bench.audit()
    assert "1 image counts, as Another model sees it" in dialog.words()
    assert "Another model is open now" not in dialog.words()


def test_another_model_makes_nothing_of_an_audit_that_found_nothing(
    make: Callable[[Session], AuditBench], tmp_path: Path
) -> None:
    bench = make(session_of(tmp_path, [answered(1, MEADOW, None)], 2))
    dialog = bench.audit()
    before = dialog.words()
    assert "None of these images counts" in before
    bench.desk.on_model_changed("b" * 64)
    assert dialog.words() == before
