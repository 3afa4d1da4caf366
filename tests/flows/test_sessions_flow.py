"""Sessions through the window: continued, gone on with after a stop or a kill, found again, seen by two models."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import onnx
import pytest
from PySide6.QtCore import Qt

from gui.action_table import ActionId
from gui.gallery.arrangement import Arrangement, SortKey
from gui.gallery.image_state import ImageState
from gui.job_bar import JobState
from gui.main_window import View
from inference.cancel import CancelToken
from inference.sessions.session import Session
from tests.conftest import PROJECT_ROOT
from tests.flows.conftest import TINY, WAIT_MS, Bench
from tests.flows.making import (
    Originals,
    Work,
    labels_in,
    labels_shown,
    looked_up,
    make_pictures,
    press,
    session_file,
    states_shown,
    until_loaded,
    until_saved,
)
from tests.flows.person import close_window, continue_last, label, shift_drop, suggestions_shown, until_ready

pytestmark = pytest.mark.flow


def _decodes(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> list[tuple[str, str]]:
    """What the decode workers get from now on: function and file."""
    room = until_ready(bench)
    asked: list[tuple[str, str]] = []
    real = room._pool.submit

    def submit(function: Callable[..., object], path: str, *rest: object, **options: object) -> object:
        asked.append((function.__name__, Path(path).name))
        return real(function, path, *rest, **options)  # type: ignore[arg-type]

    monkeypatch.setattr(room._pool, "submit", submit)
    return asked


def test_a_session_is_continued_without_a_run_of_the_network(
    make_bench: Callable[..., Bench],
    tmp_path: Path,
    work: Work,
    originals: Originals,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folder = originals.guard(make_pictures(tmp_path / "birds", 12))
    first = make_bench()
    first.drop([str(folder)])
    first.until_done(12)
    label(first, 0, "magpie")
    label(first, 1, "jay")
    by_score = Arrangement(sort=SortKey.SCORE, descending=True)
    first.program.labels.browsing.arrange(by_score)
    suggestions = suggestions_shown(first)
    close_window(first)
    assert labels_in(session_file(tmp_path / "profile", "birds")) == {"000.png": "magpie", "001.png": "jay"}
    work.runs = 0

    second = make_bench()
    asked = _decodes(second, monkeypatch)
    continue_last(second)
    until_loaded(second, 12)
    _assert_all_is_back(second, suggestions, by_score)
    assert "T-16" in second.message_ids()
    second.program.labels.sessions.begin_new()
    assert second.program.window.view is View.START
    second.drop([f"{folder}/"])
    until_loaded(second, 12)
    _assert_all_is_back(second, suggestions, by_score)
    assert [one for one in asked if one[0] != "view_picture"] == [], "thumbnails and answers were on the disk"
    assert work.runs == 0

    shift_drop(second, folder)
    second.until(lambda: second.program.desk.session is not None and second.program.desk.session.name == "birds 2")
    second.until_done(12)
    assert labels_shown(second) == {}
    assert work.runs == 12
    close_window(second)
    assert labels_in(session_file(tmp_path / "profile", "birds")) == {"000.png": "magpie", "001.png": "jay"}


def _assert_all_is_back(bench: Bench, suggestions: dict[str, str], arrangement: Arrangement) -> None:
    images, table = bench.program.images, bench.program.images.table
    assert labels_shown(bench) == {"000.png": "magpie", "001.png": "jay"}
    assert suggestions_shown(bench) == suggestions
    assert images.arrangement == arrangement
    bench.until(lambda: all(table.thumbnail(key) is not None for key in range(1, 13)))
    undo = bench.program.desk.labelling.next_undo
    assert undo is not None
    assert undo.subject == "jay"


def test_a_run_that_was_stopped_goes_on_with_the_rest_only(
    make_bench: Callable[..., Bench], tmp_path: Path, work: Work, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = make_pictures(tmp_path / "many", 60)
    work.pause_s = 0.02
    first = make_bench(batch_size=4)
    first.drop([str(folder)])
    first.until(lambda: first.count(ImageState.SUGGESTED) >= 36)
    first.program.actions[ActionId.STOP].trigger()
    first.until(lambda: first.program.running.state is JobState.STOPPED)
    done = first.count(ImageState.SUGGESTED)
    assert done < 60
    close_window(first)
    work.runs = 0
    second = make_bench()
    asked = _decodes(second, monkeypatch)
    continue_last(second)
    until_loaded(second, 60)
    assert work.runs == 60 - done
    assert len({name for function, name in asked if function == "prepare_picture"}) == 60 - done


@pytest.mark.skipif(os.name == "nt", reason="signals are a matter of Unix")
def test_a_killed_program_is_continued_where_it_was(
    make_bench: Callable[..., Bench], tmp_path: Path, work: Work, originals: Originals
) -> None:
    folder = make_pictures(tmp_path / "many", 1, size=(1600, 1200))
    content = (folder / "000.png").read_bytes()
    for number in range(1, 120):
        # Slow to read, so that the kill meets the run; what follows the picture makes it another file.
        (folder / f"{number:03}.png").write_bytes(content + b"%d" % number)
    originals.guard(folder)
    file = session_file(tmp_path / "profile", "many")
    command = [sys.executable, "main.py", "--profile", str(tmp_path / "profile"), "--model", TINY, "--device", "cpu"]
    process = subprocess.Popen([*command, str(folder)], cwd=PROJECT_ROOT, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + WAIT_MS / 1000
        while _answered(file) < 72 and time.monotonic() < deadline:
            time.sleep(0.002)
    finally:
        process.send_signal(signal.SIGKILL)
        process.wait()
    kept = _answered(file)
    assert 72 <= kept < 120
    assert looked_up(file, "PRAGMA integrity_check") == [("ok",)]
    bench = make_bench()
    bench.drop([str(folder)])
    until_loaded(bench, 120)
    assert "E-602" in bench.message_ids()
    assert work.runs == 120 - kept


def _answered(file: Path) -> int:
    try:
        [(count,)] = looked_up(file, "SELECT count(*) FROM result")
    except Exception:  # noqa: BLE001 - it is being made
        return 0
    return int(str(count))


def test_files_that_were_renamed_moved_changed_or_deleted_keep_their_labels(
    bench: Bench, tmp_path: Path, work: Work
) -> None:
    folder = make_pictures(tmp_path / "birds", 14)
    bench.drop([str(folder)])
    bench.until_done(14)
    for row in range(14):
        label(bench, row, f"bird {row}")
    until_saved(bench)
    work.runs = 0
    (folder / "000.png").rename(folder / "renamed.png")
    (folder / "away").mkdir()
    (folder / "001.png").rename(folder / "away" / "moved.png")
    make_pictures(tmp_path / "others", 1, first=50)
    os.replace(tmp_path / "others" / "050.png", folder / "002.png")  # noqa: PTH105
    (folder / "003.png").unlink()
    bench.program.actions[ActionId.REMOVE].trigger()  # the current one, the first
    assert len(bench.program.images) == 13
    press(bench.program.window, Qt.Key.Key_F5)
    bench.until(lambda: "moved.png" in labels_shown(bench))
    bench.until(lambda: work.runs == 1)
    bench.until(lambda: bench.program.images.table.count_answered(ImageState.QUEUED) == 0)
    expected = {"renamed.png": 0, "moved.png": 1, **{f"{number:03}.png": number for number in range(2, 14)}}
    assert labels_shown(bench) == {name: f"bird {number}" for name, number in expected.items()}
    assert "renamed.png" not in states_shown(bench), "looking for new files brings back what was taken off the list"
    assert len(bench.program.images) == 13
    until_saved(bench)
    session = bench.program.desk.session
    assert session is not None
    assert labels_in(session.path) == labels_shown(bench)


@pytest.mark.parametrize("is_answered_before", [False, True])
def test_labels_and_suggestions_follow_a_series_that_is_renumbered(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, is_answered_before: bool
) -> None:
    """Also where the network has answered under the wrong names before the scan has found out."""
    folder = make_pictures(tmp_path / "birds", 14)
    bench.drop([str(folder)])
    bench.until_done(14)
    for row in range(14):
        label(bench, row, f"bird {row}")
    until_saved(bench)
    before = _suggestions(bench)
    (folder / "000.png").unlink()
    for number in range(1, 14):
        (folder / f"{number:03}.png").rename(folder / f"{number - 1:03}.png")
    if is_answered_before:
        finish, answered = Session.finish_scan, threading.Event()

        def finish_late(session: Session, cancel: CancelToken) -> object:
            answered.wait(10)
            return finish(session, cancel)

        monkeypatch.setattr(Session, "finish_scan", finish_late)
    press(bench.program.window, Qt.Key.Key_F5)
    if is_answered_before:
        table = bench.program.images.table
        bench.until(lambda: table.count_answered(ImageState.QUEUED) > 0)
        bench.until(lambda: table.count_answered(ImageState.QUEUED) == 0)
        answered.set()
    bench.until(lambda: len(bench.program.images) == 13)
    bench.until(lambda: bench.program.images.table.count_answered(ImageState.QUEUED) == 0)
    bench.until(lambda: not bench.program.running.is_under_way)
    assert labels_shown(bench) == {f"{number - 1:03}.png": f"bird {number}" for number in range(1, 14)}
    assert _suggestions(bench) == {f"{number - 1:03}.png": before[f"{number:03}.png"] for number in range(1, 14)}
    until_saved(bench)
    session = bench.program.desk.session
    assert session is not None
    kept = labels_in(session.path)
    assert {name: text for name, text in kept.items() if "\0" not in name} == labels_shown(bench)
    assert [text for name, text in kept.items() if "\0" in name] == ["bird 0"], "it waits for its file"


def test_undo_brings_no_image_back_whose_file_is_gone(make_bench: Callable[..., Bench], tmp_path: Path) -> None:
    folder = make_pictures(tmp_path / "birds", 6)
    bench = make_bench()
    bench.drop([str(folder)])
    bench.until_done(6)
    for row in range(6):
        label(bench, row, f"bird {row}")
    (folder / "000.png").unlink()
    (folder / "001.png").rename(folder / "000.png")
    # The scan takes this for a new image, and finds out at its end that it was there before.
    (folder / "004.png").rename(folder / "009.png")
    make_pictures(folder, 1, first=4)
    (folder / "004.png").write_bytes((folder / "004.png").read_bytes() + b"another one")
    press(bench.program.window, Qt.Key.Key_F5)
    bench.until(lambda: len(bench.program.images) == 6 and "009.png" in labels_shown(bench))
    bench.until(lambda: bench.program.images.table.count_answered(ImageState.QUEUED) == 0)
    for is_restarted in (False, True):
        if is_restarted:
            close_window(bench)
            bench = make_bench()
            bench.drop([str(folder)])
            until_loaded(bench, 6)
        expected = {"000.png": 1, "002.png": 2, "003.png": 3, "005.png": 5, "009.png": 4}
        labelling, session = bench.program.desk.labelling, bench.program.desk.session
        assert session is not None
        steps = len(labelling.steps)
        for _ in range(steps - 1):
            labelling.undo()
            assert set(states_shown(bench)) == set(expected), "with the last step the new one was taken back"
        until_saved(bench)
        assert session.image_count() == 5
        for _ in range(steps - 1):
            labelling.redo()
        labels = {name: text for name, text in labels_shown(bench).items() if "\0" not in name}
        assert labels == {name: f"bird {number}" for name, number in expected.items()}
        until_saved(bench)
        assert session.image_count() == 6


def _suggestions(bench: Bench) -> dict[str, str]:
    """What the model says of each image, whatever a person decided."""
    images = bench.program.images
    return {Path(images.path_at(row)).name: images.suggestion_at(row) for row in range(len(images))}


def _other_model(folder: Path) -> Path:
    """The tiny model with other names of its classes."""
    model = onnx.load(TINY)
    for entry in model.metadata_props:
        entry.value = entry.value.replace('"grey"', '"ash"').replace('"red"', '"ruby"').replace('"blue"', '"navy"')
        entry.value = entry.value.replace('"green"', '"leaf"').replace('"name": "tiny"', '"name": "other"')
    path = folder / "other.onnx"
    onnx.save(model, path)
    return path


def test_another_model_has_its_own_suggestions_and_the_labels_stay(bench: Bench, tmp_path: Path, work: Work) -> None:
    bench.drop([str(make_pictures(tmp_path / "birds", 14))])
    bench.until_done(14)
    label(bench, 0, "magpie")
    before = suggestions_shown(bench)
    other = _other_model(tmp_path)
    work.runs = 0
    bench.program.models.choose(str(other))
    bench.until(lambda: bench.program.models.name == str(other) and work.runs >= 14)
    bench.until(lambda: bench.program.images.table.count_answered(ImageState.QUEUED) == 0)
    changed = suggestions_shown(bench)
    assert changed != before
    work.runs = 0
    assert labels_shown(bench) == {"000.png": "magpie"}
    bench.program.models.choose(TINY)
    bench.until(lambda: bench.program.models.name == TINY and suggestions_shown(bench) == before)
    bench.program.models.choose(str(other))
    bench.until(lambda: bench.program.models.name == str(other) and suggestions_shown(bench) == changed)
    assert work.runs <= 2, "both have answered before; the picture in the viewer may be looked at for its maps"
    assert labels_shown(bench) == {"000.png": "magpie"}
