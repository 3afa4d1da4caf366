"""Do in a window what a person does with sessions: read messages and click their verbs, label, drop, close."""

from __future__ import annotations

import time
from pathlib import Path

from PySide6.QtCore import QMimeData, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QApplication, QPushButton

from gui.engine_room import EngineRoom
from gui.user_message import MessageAction, UserMessage
from tests.flows.conftest import Bench, busy

QUICK_S = 2.0
"""Closing takes less on a machine that has nothing else to do, whatever goes on; usually a few tenths of a second."""


def message(bench: Bench, message_id: str) -> UserMessage:
    """The newest message of an id, when it has come."""
    window = bench.program.window

    def found() -> list[UserMessage]:
        shown = [] if window.start_page.message is None else [window.start_page.message]
        return [one for one in [*window.messages.history, *shown] if one.id == message_id]

    bench.until(lambda: bool(found()))
    return found()[-1]


def choose(bench: Bench, message_id: str, action: MessageAction) -> None:
    """Click a verb of a message."""
    said = message(bench, message_id)
    assert action in said.actions
    bench.program.message_actions.carry_out(said, action)


def close_window(bench: Bench) -> None:
    """Close the window as a person does; it must be quick."""
    began = time.monotonic()
    bench.program.window.close()
    bench.program.close()
    assert time.monotonic() - began < QUICK_S * busy()


def label(bench: Bench, row: int, text: str) -> None:
    """Label the image in a row."""
    bench.program.desk.labelling.choose([bench.program.images.key_at(row)], text)


def suggestions_shown(bench: Bench) -> dict[str, str]:
    """By path: what the model says first."""
    table = bench.program.images.table
    return {table.path(place): table.suggestion(place) for place in range(len(table.columns))}


def shift_drop(bench: Bench, folder: Path) -> None:
    """Drop a folder with Shift held down."""
    mime = QMimeData()
    mime.setUrls([QUrl.fromLocalFile(str(folder))])
    copy, left, shift = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ShiftModifier
    where = QPointF(50, 50)
    QApplication.sendEvent(bench.program.window, QDragEnterEvent(where.toPoint(), copy, mime, left, shift))
    QApplication.sendEvent(bench.program.window, QDropEvent(where, copy, mime, left, shift))


def until_ready(bench: Bench) -> EngineRoom:
    """Wait for engine and model; the engine room."""
    bench.until(lambda: bool(bench.program.link.room and bench.program.models.name))
    room = bench.program.link.room
    assert room is not None
    return room


def continue_last(bench: Bench) -> None:
    """Press Continue on the page that the window begins with."""
    page = bench.program.window.start_page

    def buttons() -> list[QPushButton]:
        return [one for one in page.findChildren(QPushButton) if one.text() == "Continue" and one.isVisible()]

    bench.until(lambda: bool(buttons()))
    buttons()[0].click()
