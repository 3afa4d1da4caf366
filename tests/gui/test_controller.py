"""Test gui/controller.py: what was told or said of an image finds it, and no other one with its key."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QSignalSpy
from pytestqt.qtbot import QtBot

from gui.engine_events import ThumbnailsLoaded, ThumbnailsPutOff
from gui.engine_room import EngineRoom
from gui.gallery.image_state import ImageState
from gui.program import Program
from gui.session_desk import SessionDesk
from inference.pictures.decode_pool import DecodePool
from tests.gui.gallery.images import append, paths, suggested


@pytest.fixture
def room(program: Program) -> EngineRoom:
    """Of the program; nothing of it has started, so it tells what a test has it tell."""
    made = EngineRoom(program.link._profile, cast("DecodePool", None), program.holder, program.link._event_told.emit)
    program.link._room = made
    return made


def _thumbnail() -> QImage:
    image = QImage(8, 6, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    return image


def test_no_thumbnail_of_a_session_that_was_left_appears_in_the_next_one(
    program: Program, room: EngineRoom, qtbot: QtBot
) -> None:
    """Keys begin anew there; the window takes what it is told one by one, some of it after the session was left."""
    table = program.images.table
    append(table, paths(3, "old"))
    for key in range(2):
        room._tell(ThumbnailsLoaded(((key, _thumbnail()),)), room._generation)
    room._tell(ThumbnailsPutOff((2,)), room._generation)
    program.desk.leave()
    append(table, paths(3, "new"))
    came = QSignalSpy(table.thumbnail_changed)
    qtbot.wait(50)
    assert came.count() == 0
    assert not table._thumbnails._put_off, "nor is one of the next session kept waiting"


@pytest.mark.parametrize("is_read_only", [False, True])
def test_what_another_model_said_of_a_file_before_it_changed_does_not_come_back(
    program: Program, room: EngineRoom, monkeypatch: pytest.MonkeyPatch, is_read_only: bool
) -> None:
    table, controller = program.images.table, program.controller
    append(table, paths(2))
    table.apply_answers([suggested(0), suggested(1)])
    program.viewing.file_changed.emit(0)
    # Another model is opened; the session knows what it said of the file before.
    controller._jobs.has_model = True
    session = SimpleNamespace(is_read_only=is_read_only)
    monkeypatch.setattr(controller, "_desk", cast("SessionDesk", SimpleNamespace(session=session)))
    table.apply_answers([suggested(0, "jay")])
    program.recalling.answers_matched.emit()
    assert [table.answer(place) for place in range(2)] == [ImageState.QUEUED, ImageState.SUGGESTED]
    assert len(room.service.queue) == (0 if is_read_only else 1)
    # Answered as it is now, it keeps its answers.
    controller._apply([suggested(0, "owl")])
    program.recalling.answers_matched.emit()
    assert table.suggestion(0) == "owl"
