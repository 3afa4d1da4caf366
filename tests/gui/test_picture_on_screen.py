"""Test gui/picture_on_screen.py: a picture that there is no memory for is told of, and asked for again later."""

from __future__ import annotations

from collections.abc import Container
from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtGui import QImage
from pytestqt.qtbot import QtBot

from gui.engine_events import NoMemoryForPictureError, PictureLoaded
from gui.engine_room import EngineRoom
from gui.main_window import View
from gui.user_message import UserMessage
from inference.results import PictureFacts
from tests.gui.label_bench import LabelBench


class _Room:
    """Writes down what is to be read."""

    def __init__(self) -> None:
        self.service = SimpleNamespace(is_working=False, watch=lambda _key: None)
        self.wishes: list[tuple[int, bool, int]] = []

    def load_picture(self, key: int, _path: str, *, urgent: bool = True, detail: bool = False, wish: int = 0) -> None:
        del urgent
        self.wishes.append((key, detail, wish))

    def keep_pictures(self, _keys: Container[int]) -> list[int]:
        return []


@pytest.fixture
def bench(qtbot: QtBot) -> LabelBench:
    """Two images, none on screen."""
    made = LabelBench(qtbot, ("", ""))
    made.window.show_view(View.VIEWER)
    return made


@pytest.fixture
def room(bench: LabelBench) -> _Room:
    made = _Room()
    bench.viewing._link.room = cast("EngineRoom", made)  # type: ignore[misc]  # the link is the bench's
    return made


def test_the_waiting_ends_with_words_and_a_later_look_tries_again(bench: LabelBench, room: _Room) -> None:
    bench.viewing.show_key(0)
    [wish] = [wish for key, _, wish in room.wishes if key == 0]
    bench.viewing.on_picture(PictureLoaded(0, None, None, NoMemoryForPictureError(), False, wish))
    picture = bench.window.page.picture
    assert picture.message.startswith("IMG_000000.jpg cannot be shown.")
    assert "could not be classified" not in bench.window.page.inspector.sentence
    bench.viewing.show_key(1)
    bench.viewing.show_key(0)
    assert len([key for key, _, _ in room.wishes if key == 0]) == 2


def test_a_thumbnail_that_comes_later_takes_the_words_not_away(bench: LabelBench, room: _Room) -> None:
    bench.viewing.show_key(0)
    [wish] = [wish for key, _, wish in room.wishes if key == 0]
    bench.viewing.on_picture(PictureLoaded(0, None, None, NoMemoryForPictureError(), False, wish))
    said = bench.window.page.picture.message
    thumbnail = QImage(32, 24, QImage.Format.Format_RGB888)
    thumbnail.fill(0)
    bench.table.set_thumbnail(0, thumbnail)
    bench.viewing.show_thumbnail(0)
    assert said
    assert bench.window.page.picture.message == said
    assert bench.window.page.picture.placement is None


def test_a_picture_that_is_being_read_comes_where_only_its_answer_does_not_hold(bench: LabelBench, room: _Room) -> None:
    bench.viewing.show_key(0)
    [wish] = [wish for key, _, wish in room.wishes if key == 0]
    bench.viewing.forget_answers({0})
    pixels = QImage(40, 30, QImage.Format.Format_RGB888)
    pixels.fill(0)
    bench.viewing.on_picture(PictureLoaded(0, pixels, PictureFacts(40, 30, "PNG", 900), None, False, wish))
    assert bench.window.page.picture.placement is not None


def test_more_pixels_are_asked_for_again_by_the_next_zoom(bench: LabelBench, room: _Room) -> None:
    said: list[UserMessage] = []
    picture = bench.viewing._picture
    picture.message_raised.connect(said.append)
    bench.viewing.show_key(0)
    small = QImage(40, 30, QImage.Format.Format_RGB32)
    small.fill(0)
    bench.viewing.on_picture(
        PictureLoaded(0, small, PictureFacts(4000, 3000, "PNG", 900), None, False, room.wishes[0][2])
    )
    for times in (1, 2):
        bench.window.page.picture.detail_requested.emit()
        wishes = [wish for _, detail, wish in room.wishes if detail]
        assert len(wishes) == times
        bench.viewing.on_picture(PictureLoaded(0, None, None, NoMemoryForPictureError(), True, wishes[-1]))
        assert [one.id for one in said] == ["E-123"] * times
