"""A file that another program overwrites is never shown with what was said of the picture before."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from gui.action_table import ActionId
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.viewing import Viewing
from inference.models.catalog import BUILT_IN_NAME
from tests.flows.conftest import Bench
from tests.flows.person import close_window, continue_last, label

BEHIND = b"something that no decoder reads"


@pytest.fixture
def bench(make_bench: Callable[..., Bench], tmp_path: Path) -> Bench:
    """Two pictures, the first of them in the viewer with its feature map."""
    (tmp_path / "two").mkdir()
    for name, color in (("a", "red"), ("b", "blue")):
        path = tmp_path / "two" / f"{name}.png"
        Image.new("RGB", (320, 240), color).save(path)
        path.write_bytes(path.read_bytes() + BEHIND)
    made = make_bench(model=BUILT_IN_NAME)
    made.drop([str(tmp_path / "two")])
    made.until_done(2)
    made.program.window.grid.set_current_row(0)
    made.program.window.show_view(View.VIEWER)
    made.until(lambda: made.program.viewing.examined is not None)
    return made


def overwrite(folder: Path) -> None:
    """Another program writes another picture over the first one."""
    Image.effect_noise((240, 320), 90).convert("RGB").save(folder / "two" / "a.png")


def is_answered_anew(bench: Bench) -> bool:
    """Whether the viewer shows the new picture's own answer, and said why."""
    examined = bench.program.viewing.examined
    is_new = examined is not None and examined.classification.facts.width == 240
    return is_new and bench.program.window.page.legend.is_shown and "E-109" in bench.message_ids()


def test_a_question_that_reads_the_file_finds_out(bench: Bench, tmp_path: Path) -> None:
    overwrite(tmp_path)
    bench.program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: is_answered_anew(bench))
    assert bench.program.attention.finer.examined is None
    assert bench.program.window.page.inspector.sentence == ""


@pytest.mark.parametrize("is_map_kept", [False, True])
def test_coming_back_to_it_finds_out_and_answers_anew(bench: Bench, tmp_path: Path, is_map_kept: bool) -> None:
    program = bench.program
    program.window.grid.set_current_row(1)
    bench.until(lambda: program.viewing.examined is not None)
    overwrite(tmp_path)
    program.viewing._picture.forget_all()
    if not is_map_kept:
        # With it the network would not be asked, and its pixels alone must tell.
        program.viewing._answers.inspections.clear()
    program.window.grid.set_current_row(0)
    bench.until(lambda: is_answered_anew(bench))
    table = program.images.table
    assert table.answer(0) is ImageState.SUGGESTED
    examined = program.viewing.examined
    assert examined is not None
    assert table.suggestion(0) == examined.classification.predictions[0].label


def test_left_before_its_answer_came_it_is_answered_all_the_same(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    room, table = program.link.room, program.images.table
    assert room is not None
    # As where the person is faster than the network: who is left is asked about no more.
    monkeypatch.setattr(room.service, "inspect", lambda *_given: None)
    overwrite(tmp_path)
    bench.program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: table.answer(0) is ImageState.QUEUED)
    program.window.grid.set_current_row(1)
    bench.until(lambda: table.answer(0) is ImageState.SUGGESTED)
    said = program.viewing.result_of(program.images.key_at(0))
    assert said is not None
    assert said.facts.width == 240


def test_two_that_were_left_are_answered_all_the_same(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    room, table = program.link.room, program.images.table
    assert room is not None
    monkeypatch.setattr(room.service, "inspect", lambda *_given: None)
    for key in (table.key(0), table.key(1)):
        # As where the pixels of the next one, read ahead, tell as soon as it is shown.
        program.viewing.file_changed.emit(key)
    monkeypatch.setattr(Viewing, "key", None)
    program.viewing.shown_changed.emit()
    bench.until(lambda: {table.answer(0), table.answer(1)} == {ImageState.SUGGESTED})


def _look_at_another_file_under_its_name(bench: Bench, folder: Path) -> None:
    """An editor keeps the original under another name, and the viewer finds the new picture."""
    program = bench.program
    (folder / "two" / "a.png").rename(folder / "two" / "a_orig.png")
    overwrite(folder)
    program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: is_answered_anew(bench))


def _facts(bench: Bench) -> dict[str, tuple[str, int]]:
    """By name: the label, and how wide the picture is that was answered last."""
    table = bench.program.images.table
    found = {}
    for place in range(len(table.columns.keys)):
        said = bench.program.viewing.result_of(table.key(place))
        if not table.is_removed(place) and table.answer(place) is ImageState.SUGGESTED:
            found[Path(table.path(place)).name] = (table.label(place), said.facts.width if said else 0)
    return found


@pytest.mark.parametrize("before", ["", "of the old one", "of the new one"])
def test_a_label_for_the_new_picture_stays_with_it(bench: Bench, tmp_path: Path, before: str) -> None:
    if before:
        label(bench, 0, before)
    _look_at_another_file_under_its_name(bench, tmp_path)
    # The same one again, too: it is said of another picture.
    label(bench, 0, "of the new one")
    bench.drop([str(tmp_path / "two")])
    expected = {"a.png": ("of the new one", 240), "a_orig.png": ("", 320), "b.png": ("", 320)}
    bench.until(lambda: _facts(bench) == expected)


def test_an_image_that_moves_on_while_it_is_on_screen_is_shown_as_what_it_is(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    label(bench, 0, "of the old one")
    _look_at_another_file_under_its_name(bench, tmp_path)
    bench.drop([str(tmp_path / "two")])
    expected = {"a_orig.png": ("of the old one", 320), "b.png": ("", 320), "a.png": ("", 240)}
    bench.until(lambda: _facts(bench) == expected)
    bench.until(lambda: program.viewing.examined is not None)
    examined, table = program.viewing.examined, program.images.table
    assert examined is not None
    assert Path(examined.path).name == "a_orig.png"
    assert examined.classification.facts.width == 320
    assert table.suggestion(0) == examined.classification.predictions[0].label
    assert "a_orig.png" in program.window.page.inspector.facts.words()


def test_a_scan_that_finds_the_picture_on_screen_changed_shows_the_new_one(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    overwrite(tmp_path)
    bench.drop([str(tmp_path / "two")])
    bench.until(lambda: _facts(bench).get("a.png") == ("", 240))
    bench.until(lambda: program.viewing.examined is not None and program.window.page.legend.is_shown)
    placement = program.window.page.picture.placement
    assert placement is not None
    assert (placement.width, placement.height) == (240, 320)


def test_until_it_is_answered_nothing_of_the_old_picture_can_be_accepted(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    room = program.link.room
    assert room is not None
    key, page = program.viewing.key, program.window.page
    assert key is not None
    inspect = room.service.inspect
    monkeypatch.setattr(room.service, "inspect", lambda *_given: None)
    overwrite(tmp_path)
    program.viewing._picture.forget_all()
    program.window.grid.set_current_row(1)
    program.window.grid.set_current_row(0)
    bench.until(lambda: "E-109" in bench.message_ids())
    assert program.viewing.examined is None
    assert program.viewing.result_of(key) is None
    assert program.images.table.answer(0) is ImageState.QUEUED
    assert not page.legend.is_shown
    for action in (ActionId.LABEL_ACCEPT, ActionId.MAP_DUEL):
        assert not program.actions[action].isEnabled()
    QTest.keyClick(page.picture, Qt.Key.Key_Return)
    assert program.images.table.label(0) == ""
    monkeypatch.setattr(room.service, "inspect", inspect)
    program.viewing.classify_now()
    bench.until(lambda: is_answered_anew(bench))


def test_after_a_restart_the_sessions_answer_is_not_put_over_it(
    bench: Bench, make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    close_window(bench)
    overwrite(tmp_path)
    again = make_bench(model=BUILT_IN_NAME)
    continue_last(again)
    again.until(lambda: len(again.program.images) == 2)
    again.program.window.grid.set_current_row(0)
    again.program.window.show_view(View.VIEWER)
    again.until(lambda: is_answered_anew(again))


def test_the_same_bytes_at_another_time_are_no_change(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "two" / "a.png"
    facts = path.stat()
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns + 10**9))
    finer = bench.program.attention.finer
    finer.panel.look_requested.emit(2, False)
    bench.until(lambda: finer.examined is not None)


def test_other_bytes_of_the_same_size_and_time_are_one(bench: Bench, tmp_path: Path) -> None:
    path = tmp_path / "two" / "a.png"
    facts, content = path.stat(), path.read_bytes()
    assert content.endswith(BEHIND)
    path.write_bytes(content.removesuffix(BEHIND) + BEHIND[::-1])
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))
    assert path.stat().st_size == facts.st_size
    bench.program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: "E-109" in bench.message_ids())


def test_a_map_of_a_file_that_changed_is_not_saved_on_closing(
    bench: Bench, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    keep = bench.program.attention.keep
    kept = keep._map_on_screen()
    assert kept is not None
    overwrite(tmp_path)
    keep.save_to(str(tmp_path / "map.png"), kept)
    close_window(bench)
    assert not (tmp_path / "map.png").exists()
    assert "changed on disk" in caplog.text
    caplog.clear()


def test_a_file_that_changes_all_the_time_is_not_asked_about_without_end(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = bench.program
    room = program.link.room
    assert room is not None
    asked: list[int] = []
    inspect = room.service.inspect

    def changing(key: int, path: str) -> None:
        asked.append(key)
        Image.effect_noise((240, 320), 10 + len(asked)).convert("RGB").save(tmp_path / "two" / "a.png")
        inspect(key, path)

    monkeypatch.setattr(room.service, "inspect", changing)
    overwrite(tmp_path)
    program.attention.finer.panel.look_requested.emit(2, False)
    bench.until(lambda: "E-109" in bench.message_ids())
    bench.qtbot.wait(1500)
    assert len(asked) <= 6
    assert bench.message_ids().count("E-109") <= 3


@pytest.mark.parametrize("is_looked_at", [False, True])
def test_labels_follow_their_bytes_also_where_the_other_file_was_looked_at(
    bench: Bench, tmp_path: Path, is_looked_at: bool
) -> None:
    program, folder = bench.program, tmp_path / "two"
    for row, text in enumerate(("red", "blue")):
        label(bench, row, text)
    (folder / "a.png").unlink()
    (folder / "b.png").rename(folder / "a.png")
    if is_looked_at:
        program.viewing._picture.forget_all()
        program.viewing._answers.inspections.clear()
        program.window.grid.set_current_row(1)
        program.window.grid.set_current_row(0)
        bench.until(lambda: "E-109" in bench.message_ids() and program.viewing.examined is not None)
    bench.drop([str(folder)])
    table = program.images.table

    def labels() -> dict[str, str]:
        places = [place for place in range(len(table.columns.keys)) if not table.is_removed(place)]
        return {Path(table.path(place)).name: table.label(place) for place in places}

    bench.until(lambda: labels() == {"a.png": "blue"})
