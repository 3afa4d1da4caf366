"""Test gui/thumbnail_desk.py: who gives a thumbnail, and what becomes of those that cannot be had now."""

from __future__ import annotations

from collections.abc import Container, Sequence
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.engine_events import ThumbnailsLoaded, ThumbnailsPutOff
from gui.engine_link import EngineLink
from gui.gallery.image_table import ImageTable
from gui.thumbnail_desk import ThumbnailDesk
from gui.viewing import Viewing
from tests.gui.gallery.images import append, paths, suggested


class _Room:
    """Writes down which thumbnails are to be read; a run is under way as the test says."""

    def __init__(self) -> None:
        self.service = SimpleNamespace(is_working=False)
        self.asked: list[int] = []

    def load_thumbnails(self, images: Sequence[tuple[int, str]]) -> None:
        self.asked += [key for key, _ in images]

    def keep_thumbnails(self, seen: Container[int]) -> list[int]:
        return [key for key in self.asked if key not in seen]


class _Bench:
    """Three images, the last of them queued."""

    def __init__(self) -> None:
        self.room = _Room()
        self.link = SimpleNamespace(room=self.room)
        self.shown: list[int] = []
        self.table = ImageTable()
        viewing = cast("Viewing", SimpleNamespace(show_thumbnail=self.shown.append))
        self.desk = ThumbnailDesk(cast("EngineLink", self.link), self.table, viewing)
        append(self.table, paths(3))
        self.table.apply_answers([suggested(0), suggested(1)])

    def look(self, qtbot: QtBot, *keys: int) -> None:
        """Views paint these."""
        with qtbot.waitSignal(self.table.thumbnails_wanted):
            for key in keys:
                assert self.table.thumbnail(key) is None


@pytest.fixture
def bench(qtbot: QtBot) -> _Bench:
    del qtbot
    return _Bench()


def _image() -> QImage:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(0)
    return image


def test_of_queued_images_it_comes_with_the_run_or_is_read_after_it(bench: _Bench, qtbot: QtBot) -> None:
    bench.room.service.is_working = True
    bench.look(qtbot, 0, 2)
    assert bench.room.asked == [0]
    bench.desk.ask_for_late_ones()
    assert bench.room.asked == [0], "the run goes on"
    bench.room.service.is_working = False
    bench.desk.ask_for_late_ones()
    bench.desk.ask_for_late_ones()
    assert bench.room.asked == [0, 2], "once"


def test_what_waited_for_a_run_is_of_the_session_that_was_left(bench: _Bench, qtbot: QtBot) -> None:
    bench.room.service.is_working = True
    bench.look(qtbot, 2)
    bench.table.clear()
    append(bench.table, paths(3))
    bench.room.service.is_working = False
    bench.desk.ask_for_late_ones()
    assert bench.room.asked == []


def test_before_the_engine_is_there_and_after_scrolling_on_views_ask_again(bench: _Bench, qtbot: QtBot) -> None:
    bench.link.room = None
    bench.look(qtbot, 0)
    bench.desk.keep(())
    bench.link.room = bench.room
    bench.look(qtbot, 0, 1)
    bench.desk.keep({1})
    bench.look(qtbot, 0)
    assert bench.room.asked == [0, 1, 0]


def test_what_came_is_shown_and_what_is_put_off_is_asked_for_again(bench: _Bench, qtbot: QtBot) -> None:
    bench.look(qtbot, 0, 1, 2)
    bench.table._thumbnails._pause.setInterval(1)
    with qtbot.waitSignal(bench.table.thumbnails_wanted):
        bench.desk.take(ThumbnailsLoaded(((0, _image()), (1, None))))
        bench.desk.take(ThumbnailsPutOff((2, 99)))
    assert bench.shown == [0]
    assert bench.table.thumbnail(0) is not None
    assert bench.table.thumbnail(1) is None
    qtbot.wait(20)
    assert bench.room.asked == [0, 1, 2, 2], "a picture that cannot be read is not asked for again and again"
