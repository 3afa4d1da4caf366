"""The main job, through the window: drop, read, see the map, stop, go on."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, Qt, QUrl
from PySide6.QtGui import QGuiApplication, QImage

import main
from gui.action_table import ActionId
from gui.engine_events import PictureLoaded
from gui.gallery.image_state import ImageState
from gui.job_bar import JobState
from gui.main_window import View
from gui.user_message import MessageAction
from gui.viewer.map_mode import MapMode
from inference.classify.classifier import Classifier
from inference.results import Classification
from tests.flows.conftest import TINY, WAIT_MS, Bench, drop


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        image = Image.linear_gradient("L").resize((70, 50)).rotate(number * 7).convert("RGB")
        image.save(folder / f"{number}.png")
    return folder


def _runs(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The sizes of all runs of the network from now on."""
    runs: list[int] = []
    real = Classifier.classify

    def counted(self: Classifier, *arguments: object, **options: object) -> object:
        runs.append(1)
        return real(self, *arguments, **options)  # type: ignore[arg-type]

    del bench
    monkeypatch.setattr(Classifier, "classify", counted)
    return runs


def test_a_dropped_folder_is_classified_and_agrees_bit_for_bit_with_the_command(
    make_bench: Callable[..., Bench], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = _pictures(tmp_path / "pictures", 21)
    bench = make_bench(batch_size=4)
    assert bench.drop([str(folder)]) == Qt.DropAction.CopyAction
    bench.until_done(21)
    code = main.main(
        ["--profile", str(tmp_path / "p"), "classify", "--model", TINY, "--device", "cpu", "--batch-size", "4",
         "--format", "jsonl", str(folder)]
    )  # fmt: skip
    rows = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert code == 0
    images = bench.program.images
    assert [images.path_at(row) for row in range(21)] == [row["path"] for row in rows]
    for row, told in enumerate(rows):
        shown = bench.program.viewing.result_of(images.key_at(row))
        assert isinstance(shown, Classification)
        assert [(one.index, one.probability) for one in shown.predictions] == [
            (one["index"], one["probability"]) for one in told["predictions"]
        ]
    assert bench.program.window.view is View.GALLERY


def test_one_picture_opens_in_the_viewer_with_suggestions_and_a_map(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "one", 1)
    bench.drop([str(folder / "0.png")])
    bench.until_done(1)
    page = bench.program.window.page
    bench.until(lambda: page.legend.is_shown)
    assert bench.program.window.view is View.VIEWER
    assert page.inspector.suggestions.model().rowCount() == 6
    assert "logit" in page.legend.text()
    assert "The network saw" in page.inspector.facts.words()


def test_hovering_another_class_changes_the_map_without_a_run_of_the_network(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = _pictures(tmp_path / "one", 1)
    bench.drop([str(folder / "0.png")])
    page = bench.program.window.page
    bench.until(lambda: page.legend.is_shown and bench.program.viewing.has_inspection)
    runs = _runs(bench, monkeypatch)
    texts = {page.legend.text()}
    for place in range(1, 5):
        prediction = bench.program.viewing.classification.predictions[place]  # type: ignore[union-attr]
        page.inspector.suggestions.suggestion_hovered.emit(prediction.index)
        texts.add(page.legend.text())
        assert prediction.label in page.legend.text()
    page.inspector.class_search.class_chosen.emit(6)
    assert "grey" in page.legend.text()
    assert len(texts) == 5
    assert runs == []


def test_the_map_can_be_heat_or_off(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "one", 1) / "0.png")])
    page = bench.program.window.page
    bench.until(lambda: page.legend.is_shown)
    modes = []
    for action in (ActionId.MAP_MODE, ActionId.MAP_TOGGLE, ActionId.MAP_TOGGLE):
        bench.program.actions[action].trigger()
        modes.append((page.inspector.map_panel.mode, page.legend.is_shown))
    assert modes == [(MapMode.HEAT, True), (MapMode.OFF, False), (MapMode.HEAT, True)]


def test_files_that_fail_are_rows_with_a_reason_and_the_others_are_answered(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "mixed", 15)
    (folder / "empty.jpg").touch()
    (folder / "text.jpg").write_text("<b>not a picture</b>")
    if hasattr(os, "mkfifo"):
        os.mkfifo(folder / "pipe.jpg")
    bench.drop([str(folder)])
    bad = 3 if hasattr(os, "mkfifo") else 2
    bench.until_done(15 + bad)
    images = bench.program.images
    rows = [row for row in range(len(images)) if images.state_at(row) is ImageState.FAILED]
    reasons = {images.name_at(row): images.reason_at(row) for row in rows}
    assert reasons["empty.jpg"] == "The file is empty (0 bytes)."
    assert len(reasons) == bad
    assert bench.count(ImageState.SUGGESTED) == 15
    bench.program.window.grid.set_current_row(rows[0])
    bench.program.window.show_view(View.VIEWER)
    assert "empty" in bench.program.window.page.picture.message


def test_stop_keeps_results_and_classify_all_goes_on(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "many", 400)
    bench.drop([str(folder)])
    bench.until(lambda: len(bench.program.images) == 400 and bench.count(ImageState.SUGGESTED) > 0)
    bench.program.actions[ActionId.STOP].trigger()
    bench.until(lambda: bench.program.running.state is JobState.STOPPED)
    done = bench.count(ImageState.SUGGESTED)
    assert 0 < done < 400
    bench.drop([str(_pictures(tmp_path / "one more", 1))])
    bench.until(lambda: bench.count(ImageState.SUGGESTED) == done + 1)
    bench.qtbot.wait(300)
    assert bench.count(ImageState.QUEUED) == 400 - done
    bench.program.actions[ActionId.RUN].trigger()
    bench.until_done(401)


def test_pause_holds_the_run_and_resume_goes_on(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "many", 600)
    bench.drop([str(folder)])
    bench.until(lambda: len(bench.program.images) == 600 and bench.count(ImageState.SUGGESTED) > 0)
    bench.program.actions[ActionId.PAUSE].trigger()
    assert bench.program.running.state is JobState.PAUSED
    held = bench.until_still(lambda: bench.count(ImageState.SUGGESTED))
    bench.qtbot.wait(500)
    assert bench.count(ImageState.SUGGESTED) == held < 600
    bench.program.actions[ActionId.PAUSE].trigger()
    bench.until_done(600)


def test_stop_ends_a_run_whose_list_is_still_being_written(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "many", 700))])
    bench.until_done(700)
    # Or Stop might meet the end of this run, and the next one would never have begun.
    bench.until(lambda: not bench.program.running.is_under_way)
    bench.program.controller.reclassify(bench.program.images.table.keys())
    bench.until(lambda: bench.program.running.is_under_way)
    bench.program.actions[ActionId.STOP].trigger()
    bench.until(lambda: bench.program.running.state is JobState.STOPPED)
    done = bench.count(ImageState.SUGGESTED)
    bench.qtbot.wait(400)
    assert bench.count(ImageState.SUGGESTED) == done < 700
    room = bench.program.link.room
    assert room is not None
    assert len(room.service.queue) == 0


def test_stop_holds_while_the_folder_is_still_being_listed(bench: Bench, tmp_path: Path) -> None:
    first = next(_pictures(tmp_path / "one", 1).iterdir())
    folder = tmp_path / "long"
    folder.mkdir()
    for number in range(20_000):
        (folder / f"{number}.png").hardlink_to(first)
    jobs, running = bench.program.controller._jobs, bench.program.running
    bench.drop([str(folder)])
    bench.until(lambda: running.is_under_way)
    assert jobs.is_scanning
    bench.program.actions[ActionId.STOP].trigger()
    bench.until(lambda: running.state is JobState.STOPPED and not jobs.is_scanning)
    assert len(bench.program.images) == 20_000
    done = bench.until_still(lambda: bench.count(ImageState.SUGGESTED))
    assert done < 2000
    room = bench.program.link.room
    assert room is not None
    assert room.service.remaining == 0


def test_what_is_dropped_right_after_stop_runs_without_the_rest(bench: Bench, tmp_path: Path) -> None:
    one = _pictures(tmp_path / "one more", 1)
    bench.drop([str(_pictures(tmp_path / "many", 400))])
    bench.until(lambda: len(bench.program.images) == 400 and bench.count(ImageState.SUGGESTED) > 0)
    bench.program.actions[ActionId.STOP].trigger()
    # Before the run has ended.
    bench.drop([str(one)])
    bench.until(lambda: len(bench.program.images) == 401)
    images = bench.program.images
    new = next(row for row in range(401) if images.path_at(row).startswith(str(one)))
    bench.until(lambda: images.state_at(new) is ImageState.SUGGESTED)
    done = bench.until_still(lambda: bench.count(ImageState.SUGGESTED))
    assert done < 401
    assert bench.count(ImageState.QUEUED) == 401 - done


def test_another_model_while_paused_stays_paused(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "many", 400))])
    bench.until(lambda: len(bench.program.images) == 400 and bench.count(ImageState.SUGGESTED) > 0)
    bench.program.actions[ActionId.PAUSE].trigger()
    other = tmp_path / "other.onnx"
    other.write_bytes(Path(TINY).read_bytes())
    bench.program.models.choose(str(other))
    bench.until(lambda: bench.program.models.name == str(other))
    bench.until(lambda: bench.program.running.state is JobState.PAUSED)
    bench.program.actions[ActionId.PAUSE].trigger()
    bench.until_done(400)


def test_a_model_that_cannot_be_opened_leaves_the_one_before(bench: Bench) -> None:
    bench.until(lambda: bool(bench.program.models.name))
    line = bench.program.window.model_line.text()
    bench.program.models.choose("no-such-model")
    start_page = bench.program.window.start_page
    bench.until(lambda: start_page.message is not None and start_page.message.id == "E-321")
    assert bench.program.models.name == TINY
    assert bench.program.window.model_line.text() == line


def test_a_picture_asked_for_again_during_a_run_is_answered(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "many", 200))])
    bench.until(lambda: bench.program.running.is_under_way and len(bench.program.images) == 200)
    for row in (150, 150, 199, 3, 150):
        key = bench.program.images.key_at(row)
        bench.program.controller.reclassify([key])
        bench.program.controller.prefer([key])
    bench.until_done(200)
    assert bench.count(ImageState.SUGGESTED) == 200


def test_a_map_is_drawn_on_a_picture_that_comes_after_its_answer(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "late", 2)
    bench.until(lambda: bench.program.link.room is not None)
    room = bench.program.link.room
    assert room is not None
    asked: list[int] = []
    room.load_picture = lambda key, _path, **_options: asked.append(key)  # type: ignore[method-assign]
    bench.drop([str(folder / "0.png"), str(folder / "1.png")])
    bench.until_done(2)
    page, viewing = bench.program.window.page, bench.program.viewing
    bench.until(lambda: page.legend.is_shown)
    image = QImage(70, 50, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    key = bench.program.images.key_at(0)
    said = viewing.classification
    assert said is not None
    viewing.on_picture(PictureLoaded(key, image, said.facts))
    assert asked[0] == key
    assert "framed" in page.picture.statusTip()
    assert _has_magenta(page.picture.snapshot())
    bench.program.window.grid.set_current_row(1)
    assert not _has_magenta(page.picture.snapshot())


def test_pixels_that_were_asked_for_before_the_file_changed_are_not_shown(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "late", 2)
    bench.until(lambda: bench.program.link.room is not None)
    room = bench.program.link.room
    assert room is not None
    wishes: list[int] = []
    room.load_picture = lambda key, _path, *, wish, **_options: wishes.append(wish)  # type: ignore[method-assign]
    bench.drop([str(folder / "0.png"), str(folder / "1.png")])
    bench.until_done(2)
    bench.until(lambda: bench.program.window.page.legend.is_shown)
    picture, viewing = bench.program.window.page.picture, bench.program.viewing
    key, said = bench.program.images.key_at(0), viewing.classification
    assert said is not None
    early = wishes[0]
    viewing.renew({key})
    assert wishes[-1] > early, "asked for again, though the first one is still on its way"
    image = QImage(70, 50, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.magenta)
    viewing.on_picture(PictureLoaded(key, image, said.facts, wish=early))
    assert not _has_magenta(picture.snapshot())
    viewing.on_picture(PictureLoaded(key, image, said.facts, wish=wishes[-1]))
    assert _has_magenta(picture.snapshot())


def test_a_thumbnail_that_came_before_the_answer_takes_the_place_of_the_picture_with_it(
    bench: Bench, tmp_path: Path
) -> None:
    (tmp_path / "large").mkdir()
    Image.linear_gradient("L").resize((2000, 1000)).convert("RGB").save(tmp_path / "large" / "0.png")
    bench.until(lambda: bench.program.link.room is not None)
    room = bench.program.link.room
    assert room is not None
    room.load_picture = lambda _key, _path, **_options: None  # type: ignore[method-assign]
    bench.drop([str(tmp_path / "large" / "0.png")])
    bench.until_done(1)
    page, viewing = bench.program.window.page, bench.program.viewing
    bench.until(lambda: page.legend.is_shown and page.picture.placement is not None)
    thumbnail = QImage(256, 128, QImage.Format.Format_RGB32)
    thumbnail.fill(Qt.GlobalColor.gray)
    # As it is where the thumbnail comes first: maps and frame lie in original pixels, this does not.
    page.picture.show_placeholder(thumbnail, original_size=None)
    viewing.refresh()
    placement = page.picture.placement
    assert placement is not None
    assert (placement.width, placement.height) == (2000, 1000)
    assert page.picture.zoom == pytest.approx(placement.scale * page.picture.devicePixelRatioF())
    assert "framed" in page.picture.statusTip()


def test_the_same_folder_again_adds_nothing_and_says_so(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "few", 3)
    bench.drop([str(folder)])
    bench.until_done(3)
    bench.drop([str(folder)])
    bench.until(lambda: "E-204" in bench.message_ids())
    assert len(bench.program.images) == 3


def test_a_folder_without_pictures_leaves_the_start_page_with_a_sentence(bench: Bench, tmp_path: Path) -> None:
    (tmp_path / "bare").mkdir()
    (tmp_path / "bare" / "notes.txt").write_text("x")
    bench.drop([str(tmp_path / "bare")])
    page = bench.program.window.start_page
    bench.until(lambda: page.message is not None)
    assert page.message is not None
    assert page.message.id == "E-203"
    assert bench.program.window.view is View.START


def test_a_web_link_is_refused(bench: Bench) -> None:
    mime = QMimeData()
    mime.setUrls([QUrl("https://example.com/cat.jpg")])
    assert drop(bench.program.window, mime) is None
    assert "web link" in bench.program.window.statusBar().currentMessage()


def test_a_pasted_picture_is_kept_and_classified(bench: Bench, tmp_path: Path) -> None:
    picture = QImage(40, 30, QImage.Format.Format_RGB32)
    picture.fill(Qt.GlobalColor.darkGreen)
    QGuiApplication.clipboard().setImage(picture)
    bench.program.actions[ActionId.PASTE].trigger()
    bench.until_done(1)
    path = Path(bench.program.images.path_at(0))
    assert path.parent == tmp_path / "profile" / "data" / "dropped"
    assert bench.count(ImageState.SUGGESTED) == 1


def test_a_dropped_model_is_added_and_can_be_used(bench: Bench, tmp_path: Path) -> None:
    source = tmp_path / "mine.onnx"
    source.write_bytes(Path(TINY).read_bytes())
    bench.drop([str(_pictures(tmp_path / "few", 2))])
    bench.until_done(2)
    bench.drop([str(source)])
    bench.until(lambda: "T-10" in bench.message_ids())
    bench.program.models.choose("mine")
    bench.until(lambda: bench.program.models.name == "mine")
    bench.until_done(2)
    bench.drop([str(source)])
    bench.until(lambda: bench.message_ids().count("T-10") == 2)
    assert {"mine", "mine-2"} <= {model.name for model in bench.program.models.installed().models}


def test_images_can_be_removed_and_the_list_emptied(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "few", 3))])
    bench.until_done(3)
    bench.program.window.grid.selectAll()
    bench.program.actions[ActionId.REMOVE].trigger()
    assert len(bench.program.images) == 2, "the viewer removes the picture that it shows"
    bench.program.window.show_view(View.GALLERY)
    bench.program.window.grid.selectAll()
    bench.program.actions[ActionId.REMOVE].trigger()
    assert len(bench.program.images) == 0
    removed = bench.program.window.messages.history[-1]
    assert removed.id == "T-04"
    bench.program.message_actions.carry_out(removed, MessageAction.UNDO)
    bench.until_done(2)
    shown = (bench.program.window.view, bench.program.window.grid.current_row())
    assert shown == (View.VIEWER, 0)
    bench.program.window.grid.selectAll()
    bench.program.window.show_view(View.GALLERY)
    bench.program.actions[ActionId.REMOVE].trigger()
    assert bench.program.window.view is View.START
    bench.drop([str(tmp_path / "few")])
    bench.until_done(3)


def test_a_model_that_is_missing_is_said_and_pictures_can_still_be_seen(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench(model="no-such-model")
    bench.until(lambda: "E-301" in bench.message_ids())
    bench.drop([str(_pictures(tmp_path / "one", 1))])
    bench.until(lambda: bench.program.window.page.picture.placement is not None)
    assert bench.count(ImageState.QUEUED) == 1


def test_settings_and_window_are_kept_for_the_next_start(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    first = make_bench(profile=tmp_path / "kept")
    first.until(lambda: bool(first.program.models.name))
    first.program.actions[ActionId.THEME_DARK].trigger()
    first.program.window.page.inspector.map_panel.set_mode(MapMode.HEAT)
    first.program.window.showMaximized()
    first.program.close()
    second = make_bench(profile=tmp_path / "kept")
    assert second.program.actions[ActionId.THEME_DARK].isChecked()
    assert second.program.window.page.inspector.map_panel.mode is MapMode.HEAT
    assert second.program.window.isMaximized()
    second.program.actions[ActionId.THEME_LIGHT].trigger()


def test_closing_during_a_run_is_quick_and_clean(bench: Bench, tmp_path: Path) -> None:
    bench.drop([str(_pictures(tmp_path / "many", 200))])
    bench.until(lambda: bench.count(ImageState.SUGGESTED) > 0)
    with bench.qtbot.waitSignal(bench.program.closed, timeout=WAIT_MS):
        bench.program.window.close()
    assert not bench.program.window.isVisible()
    bench.program.close()


def test_closing_while_the_engine_starts_is_clean(make_bench: Callable[..., Bench]) -> None:
    bench = make_bench()
    bench.program.close()


@pytest.mark.skipif(os.name == "nt", reason="names of bytes are a matter of Unix")
def test_names_that_are_not_text_are_shown_and_classified(bench: Bench, tmp_path: Path) -> None:
    folder = _pictures(tmp_path / "names", 1)
    raw = os.fsencode(folder)
    for name in (b"caf\xe9.png", b"new\nline.png", b"<img src=x>.png"):
        os.link(os.path.join(raw, b"0.png"), os.path.join(raw, name))  # noqa: PTH118 - bytes
    bench.drop([str(folder)])
    bench.until_done(4)
    assert bench.count(ImageState.SUGGESTED) == 4
    names = {bench.program.images.name_at(row) for row in range(4)}
    assert "new\nline.png" not in names


def _has_magenta(image: QImage) -> bool:
    """Whether the middle of a picture is magenta, with or without a map over it."""
    if image.isNull():
        return False
    colour = image.pixelColor(image.width() // 2, image.height() // 2)
    return colour.red() - colour.green() > 60 and colour.blue() - colour.green() > 60
