"""A run that is stopped leaves the keys where they were and a way to go on; a failed folder that comes back counts."""

from __future__ import annotations

from pathlib import Path

from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton

from gui.action_table import ActionId
from gui.gallery.image_state import ImageState
from gui.job_bar import JobState
from gui.labels import ElidedLabel
from gui.running import SHOWN_AFTER_MS
from tests.flows.conftest import Bench


def _pictures(folder: Path, count: int) -> Path:
    folder.mkdir(parents=True)
    for number in range(count):
        Image.new("RGB", (40, 30), (number % 256, 90, 30)).save(folder / f"{number:04}.png")
    return folder


def _button(bench: Bench, text: str) -> QPushButton:
    buttons = bench.program.window.job_bar.findChildren(QPushButton)
    return next(button for button in buttons if button.text() == text)


def test_after_stop_keys_label_and_resume_goes_on(bench: Bench, tmp_path: Path) -> None:
    program = bench.program
    bench.drop([str(_pictures(tmp_path / "many", 400))])
    bench.until(lambda: len(program.images) == 400 and bench.count(ImageState.SUGGESTED) > 0)
    program.window.activateWindow()
    program.window.grid.setFocus()
    program.window.job_bar.show()
    QTest.mouseClick(_button(bench, "Stop"), Qt.MouseButton.LeftButton)
    bench.until(lambda: program.running.state is JobState.STOPPED)
    assert program.window.grid.hasFocus()
    QTest.keyClick(program.window.grid, Qt.Key.Key_X)
    assert bench.count(ImageState.REJECTED) == 1
    bench.qtbot.wait(SHOWN_AFTER_MS)
    assert program.window.job_bar.isVisible()
    QTest.mouseClick(_button(bench, "Resume"), Qt.MouseButton.LeftButton)
    bench.until(lambda: program.images.table.count_answered(ImageState.QUEUED) == 0)
    bench.until(lambda: program.running.state is JobState.FINISHED)
    assert not program.window.job_bar.has_rest


def test_a_folder_that_was_away_for_a_while_is_counted_as_what_was_done(bench: Bench, tmp_path: Path) -> None:
    program, folder = bench.program, _pictures(tmp_path / "many", 300)
    bench.drop([str(folder)])
    bench.until(lambda: program.running.is_under_way)
    program.running.pause()
    bench.until(lambda: len(program.images) == 300)
    folder.rename(tmp_path / "away")
    program.running.resume()
    bench.until(lambda: program.running.state.is_over)
    failed = bench.count(ImageState.FAILED)
    assert failed > 0
    (tmp_path / "away").rename(folder)
    program.actions[ActionId.RESCAN].trigger()
    bench.until(lambda: bench.count(ImageState.SUGGESTED) == 300)
    bench.until(lambda: program.running.state is JobState.FINISHED)
    [counts, *_] = [label.text() for label in program.window.job_bar.findChildren(ElidedLabel)]
    assert counts == f"{failed} of {failed}"
