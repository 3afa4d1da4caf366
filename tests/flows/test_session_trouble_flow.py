"""Sessions in trouble: open elsewhere, damaged, on a full disk, left in the middle, full of damaged pictures."""

from __future__ import annotations

import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PIL import Image, ImageStat
from PySide6.QtCore import QFile, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QFileDialog

from gui import decision_writer
from gui.action_table import ActionId
from gui.exporting.export_settings import ExportSettings
from gui.gallery.image_state import ImageState
from gui.job_bar import JobState
from gui.main_window import View
from gui.user_message import MessageAction
from inference.errors import SessionSaveError
from inference.sessions.backups import list_backups
from inference.sessions.session import Session
from inference.sessions.steps import Step
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import Bench
from tests.flows.making import (
    Originals,
    Work,
    labels_in,
    labels_shown,
    looked_up,
    make_pictures,
    press,
    session_file,
    until_loaded,
    until_saved,
)
from tests.flows.person import choose, close_window, label, message, shift_drop, until_ready

pytestmark = pytest.mark.flow

RETRY_MS = 300
"""So soon a test sees what is tried again by itself."""

HOLDER = """
import sys
from pathlib import Path
from inference.sessions.backups import list_backups
from inference.sessions.session import Session
session = Session.open(Path(sys.argv[1]))
print("open", flush=True)
sys.stdin.read()
"""
"""A program that has a session open until its input ends."""


class FullDisk:
    """Lets decisions fail while `is_full`, as a disk without room does."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, only: Path) -> None:
        self.is_full = True
        real = Session.carry_out

        def carry_out(session: Session, step: Step) -> None:
            if self.is_full and session.path == only:
                raise SessionSaveError(str(session.path), "The disk is full.", is_disk_full=True)
            real(session, step)

        monkeypatch.setattr(Session, "carry_out", carry_out)


@contextmanager
def _held(path: Path) -> Iterator[None]:
    """Another program has the session open."""
    command = [sys.executable, "-c", HOLDER, str(path)]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=PROJECT_ROOT, stdin=pipe, stdout=pipe) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"open\n"
        yield


def test_a_session_that_is_open_elsewhere_can_be_looked_at_and_not_changed(
    make_bench: Callable[..., Bench], tmp_path: Path, work: Work
) -> None:
    folder = make_pictures(tmp_path / "birds", 4)
    first = make_bench()
    first.drop([str(folder)])
    first.until_done(4)
    label(first, 0, "magpie")
    close_window(first)
    work.runs = 0
    with _held(session_file(tmp_path / "profile", "birds")):
        second = make_bench()
        until_ready(second)
        second.drop([str(folder)])
        choose(second, "E-403", MessageAction.OPEN_READ_ONLY)
        until_loaded(second, 4)
        grid = second.program.window.grid
        assert labels_shown(second) == {"000.png": "magpie"}
        assert "read-only" in second.program.window.windowTitle()
        second.program.window.show_view(View.GALLERY)
        grid.set_current_row(1)
        for key in ("p", "2", "x", "s", "u"):
            press(grid, key)
        second.program.actions[ActionId.REMOVE].trigger()
        assert labels_shown(second) == {"000.png": "magpie"}
        assert len(second.program.images) == 4
        second.program.window.show_view(View.VIEWER)
        second.until(lambda: second.program.viewing.classification is not None)
        close_window(second)
    assert work.runs == 0
    third = make_bench()
    third.drop([str(folder)])
    until_loaded(third, 4)
    assert "E-602" not in third.message_ids()
    label(third, 1, "jay")
    until_saved(third)


def test_a_damaged_session_is_kept_and_its_copy_restored(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "birds", 4)
    file = session_file(tmp_path / "profile", "birds")
    first = make_bench()
    first.drop([str(folder)])
    first.until_done(4)
    label(first, 0, "magpie")
    until_saved(first)
    session = first.program.desk.session
    assert session is not None
    session.backup_now()
    label(first, 1, "jay")
    close_window(first)
    file.write_bytes(damaged := b"SQLite format 3\0" + b"\xa5" * 9000)
    second = make_bench()
    until_ready(second)
    second.drop([str(folder)])
    assert "1 label" in message(second, "E-404").text
    assert list(file.parent.glob("*.cardinal")) == [file], "no empty session took its place unasked"
    choose(second, "E-404", MessageAction.RESTORE_COPY)
    until_loaded(second, 4)
    assert labels_shown(second) == {"000.png": "magpie"}
    message(second, "T-21")
    [kept] = file.parent.glob("*.damaged-*")
    assert kept.read_bytes() == damaged


def test_what_cannot_be_saved_waits_and_is_saved_later(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_writer, "RETRY_MS", RETRY_MS)
    bench = make_bench()
    bench.drop([str(make_pictures(tmp_path / "birds", 4))])
    bench.until_done(4)
    file = session_file(tmp_path / "profile", "birds")
    disk = FullDisk(monkeypatch, only=file)
    label(bench, 0, "magpie")
    message(bench, "E-401")
    label(bench, 1, "jay")
    bench.program.desk.labelling.undo()
    label(bench, 2, "crow")
    assert labels_shown(bench) == {"000.png": "magpie", "002.png": "crow"}
    assert labels_in(file) == {}
    disk.is_full = False
    choose(bench, "E-401", MessageAction.TRY_AGAIN)
    until_saved(bench)
    assert labels_in(file) == {"000.png": "magpie", "002.png": "crow"}
    # Somewhere else, where there is room.
    disk.is_full = True
    label(bench, 3, "rook")
    bench.until(lambda: bench.message_ids().count("E-401") > 1)
    elsewhere = tmp_path / "elsewhere.cardinal"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_args, **_options: (str(elsewhere), ""))
    choose(bench, "E-401", MessageAction.SAVE_ELSEWHERE)
    bench.until(lambda: bench.program.desk.is_loaded and bench.program.desk.session is not None)
    bench.until(lambda: bench.program.window.windowTitle().startswith("elsewhere"))
    until_loaded(bench, 4)
    assert labels_in(elsewhere) == labels_shown(bench) == {"000.png": "magpie", "002.png": "crow", "003.png": "rook"}
    label(bench, 1, "jay")
    until_saved(bench)
    assert labels_in(elsewhere)["001.png"] == "jay"


def test_a_session_that_is_left_unsaved_holds_up_no_other_and_is_saved_when_there_is_room(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decision_writer, "RETRY_MS", RETRY_MS)
    bench = make_bench()
    for name in ("full", "free"):
        make_pictures(tmp_path / name, 3)
    full, free = (session_file(tmp_path / "profile", name) for name in ("full", "free"))
    bench.drop([str(tmp_path / "full")])
    bench.until_done(3)
    disk = FullDisk(monkeypatch, only=full)
    label(bench, 0, "magpie")
    message(bench, "E-401")
    bench.program.labels.sessions.begin_new()
    bench.drop([str(tmp_path / "free")])
    bench.until_done(3)
    label(bench, 1, "jay")
    bench.until(lambda: labels_in(free) == {"001.png": "jay"})
    assert labels_in(full) == {}
    disk.is_full = False
    bench.until(lambda: labels_in(full) == {"000.png": "magpie"})
    bench.program.labels.sessions.open(str(full))
    until_loaded(bench, 3)
    assert labels_shown(bench) == {"000.png": "magpie"}


def test_nothing_of_a_session_that_was_left_comes_into_the_next(
    make_bench: Callable[..., Bench], tmp_path: Path, work: Work
) -> None:
    """Keys are 1, 2, 3... in both."""
    bench = make_bench(batch_size=4)
    old, new = make_pictures(tmp_path / "old", 36, first=4), make_pictures(tmp_path / "new", 40, first=100)
    make_pictures(old, 4, size=(1600, 1200))
    work.pause_s = 0.05
    bench.drop([str(old)])
    bench.until(lambda: 0 < bench.count(ImageState.SUGGESTED) < 30)
    bench.program.window.grid.set_current_row(0)
    bench.program.window.show_view(View.VIEWER)  # its picture is being read when the session is left
    shift_drop(bench, new)
    until_loaded(bench, 40)
    table = bench.program.images.table
    assert all(Path(table.path(place)).parent == new for place in range(40))
    bench.until(lambda: all(table.thumbnail(key) is not None for key in range(1, 41)))
    for place in range(40):
        thumbnail = table.thumbnail(table.key(place))
        assert thumbnail is not None
        assert _mean_colour(thumbnail) == pytest.approx(_mean_colour_of(table.path(place)), abs=6)
    bench.until(lambda: bench.program.running.state is JobState.FINISHED)
    session = bench.program.desk.session
    assert session is not None
    for place in range(40):
        known = session.classification_of(table.key(place))
        assert known is not None
        assert (known.path, known.predictions[0].label) == (table.path(place), table.suggestion(place))
    bench.program.window.show_view(View.VIEWER)
    for row in range(6):
        bench.program.window.grid.set_current_row(row)
        bench.until(lambda: bench.program.window.page.picture.placement is not None)


def _mean_colour(image: QImage) -> list[int]:
    pixel = image.scaled(1, 1, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
    colour = pixel.pixelColor(0, 0)
    return [colour.red(), colour.green(), colour.blue()]


def _mean_colour_of(path: str) -> list[float]:
    with Image.open(path) as picture:
        return ImageStat.Stat(picture.convert("RGB")).mean


@pytest.mark.parametrize("moment", ["scan", "load", "run", "export"])
def test_quitting_is_quick_and_loses_no_decision(
    make_bench: Callable[..., Bench],
    tmp_path: Path,
    work: Work,
    monkeypatch: pytest.MonkeyPatch,
    moment: str,
) -> None:
    folder = make_pictures(tmp_path / "birds", 30)
    file = session_file(tmp_path / "profile", "birds")
    bench = make_bench()
    bench.drop([str(folder)])
    bench.until_done(30)
    slow = Session.carry_out

    def carry_out(session: Session, step: Step) -> None:
        time.sleep(0.05)
        slow(session, step)

    monkeypatch.setattr(Session, "carry_out", carry_out)
    for row in range(10):
        label(bench, row, f"bird {row}")
    assert bench.program.writer.unsaved > 5
    if moment == "scan":
        bench.drop([str(make_pictures(tmp_path / "more", 30, first=40))])
    elif moment == "load":
        bench.program.labels.sessions.begin_new()
        bench.program.labels.sessions.open(str(file))
    elif moment == "run":
        work.pause_s = 0.1
        bench.program.controller.reclassify(bench.program.images.table.keys())
        bench.until(lambda: bench.program.running.is_under_way)
    else:
        bench.program.labels.exports._export(ExportSettings(target=str(tmp_path / "labels.csv")))
    close_window(bench)
    assert labels_in(file) == {f"{row:03}.png": f"bird {row}" for row in range(10)}
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    assert not [path for path in tmp_path.iterdir() if path.name.startswith(".")]
    again = make_bench()
    again.drop([str(folder)])
    again.until(lambda: again.program.desk.is_loaded and len(labels_shown(again)) == 10)
    assert "E-602" not in again.message_ids()


def test_a_session_that_is_put_away_leaves_no_copies_to_the_next_of_its_name(
    make_bench: Callable[..., Bench], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_away: list[str] = []

    def to_trash(path: str) -> bool:
        if not Path(path).exists():
            return False
        put_away.append(Path(path).name)
        shutil.move(path, tmp_path / f"trash {len(put_away)}")
        return True

    monkeypatch.setattr(QFile, "moveToTrash", to_trash)
    bench = make_bench()
    bench.drop([str(make_pictures(tmp_path / "birds", 3))])
    bench.until_done(3)
    label(bench, 0, "magpie")
    until_saved(bench)
    session = bench.program.desk.session
    assert session is not None
    session.backup_now()
    bench.program.labels.sessions._on_trash_wanted(str(session.path))
    bench.until(lambda: len(put_away) > 1)
    assert put_away[:2] == ["birds.cardinal", "birds"]
    assert bench.program.desk.session is None
    assert labels_in(tmp_path / "trash 1") == {"000.png": "magpie"}
    assert list_backups(session.path) == []


def test_what_cannot_be_put_away_is_said_and_opened_again_only_where_it_was_open(
    make_bench: Callable[..., Bench], tmp_path: Path
) -> None:
    bench = make_bench()
    bench.drop([str(make_pictures(tmp_path / "birds", 3))])
    bench.until_done(3)
    sessions, file = bench.program.labels.sessions, session_file(tmp_path / "profile", "birds")
    sessions._on_rename_wanted(str(file), ".hidden")
    assert "cannot be the name of a file" in message(bench, "E-423").text
    until_loaded(bench, 3)
    bench.until(lambda: "T-16" in bench.message_ids())
    sessions.begin_new()
    bench.until(lambda: not bench.program.holder._closing)
    with _held(file):
        sessions._on_trash_wanted(str(file))
        message(bench, "E-403")
    assert bench.program.desk.session is None
    assert file.exists()


def test_every_failing_file_is_one_row_and_changes_nothing_in_the_others(
    make_bench: Callable[..., Bench], tmp_path: Path, originals: Originals
) -> None:
    sound = make_pictures(tmp_path / "sound", 450, size=(24, 20))
    mixed = tmp_path / "mixed"
    mixed.mkdir()
    for path in sound.iterdir():
        (mixed / path.name).hardlink_to(path)
    content = (sound / "000.png").read_bytes()
    damages = (b"", b"no picture", content[:-40], content[:60] + b"\0" * 40 + content[100:], b"\x89PNG\r\n\x1a\n")
    for number in range(50):
        (mixed / f"{number * 9:03}b.png").write_bytes(damages[number % len(damages)] + b"\n" * (number % len(damages)))
    originals.guard(mixed)
    first = make_bench(profile=tmp_path / "with")
    first.drop([str(mixed)])
    first.until_done(500)
    table = first.program.images.table
    failed = [place for place in range(500) if table.state(place) is ImageState.FAILED]
    assert {Path(table.path(place)).name for place in failed} == {f"{number * 9:03}b.png" for number in range(50)}
    assert all(table.reason(place) for place in failed)
    with_them = _answers(first)
    second = make_bench(profile=tmp_path / "without")
    second.drop([str(sound)])
    second.until_done(450)
    assert with_them == _answers(second)


def _answers(bench: Bench) -> dict[str, tuple[str, float | None, float | None]]:
    """By file name: suggestion, score and margin of every image that has one."""
    table = bench.program.images.table
    return {
        Path(table.path(place)).name: (table.suggestion(place), table.score(place), table.margin(place))
        for place in range(len(table.columns))
        if table.state(place) is ImageState.SUGGESTED
    }
