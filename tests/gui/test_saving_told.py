"""Test gui/saving_told.py: what waits for the disk is counted, and what cannot be written is told once."""

from __future__ import annotations

from typing import cast

import pytest
from PySide6.QtCore import QObject, Signal
from pytestqt.qtbot import QtBot

from gui.decision_writer import DecisionWriter
from gui.gallery.image_model import ImageModel
from gui.main_window import MainWindow
from gui.saving_told import SavingTold
from gui.user_message import UserMessage
from inference.errors import SessionSaveError


class _Writer(QObject):
    """Tells what the test says of the disk."""

    written = Signal()
    saved = Signal()
    failed = Signal(object)
    unsaved_changed = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.unsaved = 0

    def wait_for_disk(self, count: int) -> None:
        self.unsaved = count
        self.unsaved_changed.emit(count)


class _Bench:
    def __init__(self, qtbot: QtBot) -> None:
        self.window = MainWindow(ImageModel())
        qtbot.addWidget(self.window)
        self.writer = _Writer()
        self.saving = SavingTold(self.window, cast("DecisionWriter", self.writer))
        self.saving._waiting.setInterval(1)
        self.said: list[UserMessage] = []
        self.saving.message_raised.connect(self.said.append)
        self.saving.message_raised.connect(self.window.messages.show_message)

    @property
    def counted(self) -> str:
        return self.window._unsaved.text()


@pytest.fixture
def bench(qtbot: QtBot) -> _Bench:
    return _Bench(qtbot)


def test_what_waits_for_a_while_is_counted(bench: _Bench, qtbot: QtBot) -> None:
    bench.writer.wait_for_disk(1)
    assert bench.counted == ""
    bench.writer.wait_for_disk(2)
    qtbot.waitUntil(lambda: bench.counted == "Saving 2 decisions...")
    bench.writer.wait_for_disk(0)
    assert bench.counted == ""
    bench.writer.wait_for_disk(1)
    bench.writer.wait_for_disk(0)
    assert not bench.saving._waiting.isActive()


def test_what_cannot_be_written_is_told_once_until_it_is_or_its_session_is_left(bench: _Bench) -> None:
    full = SessionSaveError("/p/a.cardinal", "The disk is full.", is_disk_full=True)
    bench.writer.unsaved = 3
    for _ in range(3):
        bench.writer.failed.emit(full)
    assert [one.id for one in bench.said] == ["E-401"]
    assert bench.counted == "Saving 3 decisions...", "at once"
    for ending in (bench.writer.saved.emit, bench.saving.forget):
        ending()
        assert not list(bench.window.messages.shown)
        bench.writer.failed.emit(full)
        assert list(bench.window.messages.shown) == [bench.said[-1]]
    assert len(bench.said) == 3
    bench.writer.written.emit()
    assert list(bench.window.messages.shown) == [bench.said[-1]], "more waits"
    bench.writer.failed.emit(full)
    assert len(bench.said) == 4
    bench.writer.failed.emit(SessionSaveError("/p/a.cardinal", "It is read-only.", is_read_only=True))
    assert bench.said[-1].id == "E-402", "another reason"


def test_after_the_end_nothing_is_counted(bench: _Bench) -> None:
    bench.writer.wait_for_disk(1)
    bench.saving.close()
    bench.writer.wait_for_disk(2)
    assert not bench.saving._waiting.isActive()
