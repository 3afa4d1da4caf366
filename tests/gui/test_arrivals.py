"""What is opened comes on screen; who only looks for new files stays where they are, and is told what came of it."""

from __future__ import annotations

from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import ImageFilter
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.program import Program
from gui.user_message import MessageAction, UserMessage

COUNT = 60


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder of files that are called like pictures."""
    made = tmp_path / "pictures"
    made.mkdir()
    add(made, 0, COUNT)
    return made


def add(folder: Path, first: int, count: int) -> None:
    for number in range(first, first + count):
        (folder / f"{number:03d}.jpg").write_bytes(b"%d" % number)


def scan(program: Program, qtbot: QtBot, folder: Path | None = None) -> None:
    """Open a folder, or look for new files in those that are open, and wait for the end."""
    with qtbot.waitSignal(program.intake.opened, timeout=10_000):
        if folder is None:
            program.labels.sessions.rescan()
        else:
            program.intake.open_paths([str(folder)])


def said(program: Program) -> UserMessage:
    return program.window.messages.history[-1]


def test_looking_for_new_files_stays_where_one_is(program: Program, folder: Path, qtbot: QtBot) -> None:
    scan(program, qtbot, folder)
    assert program.window.view is View.GALLERY
    program.window.grid.set_current_row(40)
    program.window.show_view(View.VIEWER)
    scan(program, qtbot)
    assert (program.window.view, program.window.grid.current_row()) == (View.VIEWER, 40)
    assert (said(program).id, said(program).text) == ("T-27", "No new files.")
    add(folder, COUNT, 2)
    (folder / "003.jpg").write_bytes(b"changed and longer")
    scan(program, qtbot)
    assert len(program.images) == COUNT + 2
    assert (program.window.view, program.window.grid.current_row()) == (View.VIEWER, 40)
    assert (said(program).text, said(program).actions) == ("Added 2 images.", (MessageAction.UNDO,))


def test_of_changed_files_it_says_so(program: Program, folder: Path, qtbot: QtBot) -> None:
    scan(program, qtbot, folder)
    (folder / "003.jpg").write_bytes(b"changed and longer")
    scan(program, qtbot)
    assert said(program).text == "No new files. 1 has changed and is classified again."


def test_new_files_of_an_empty_list_come_on_screen(program: Program, folder: Path, qtbot: QtBot) -> None:
    scan(program, qtbot, folder)
    program.action_runner.remove(program.images.table.keys())
    assert program.window.view is View.START
    add(folder, COUNT, 20)
    scan(program, qtbot)
    assert (program.window.view, len(program.images)) == (View.GALLERY, 20)


def test_images_that_the_filters_hide_are_told_and_can_be_seen(
    program: Program, folder: Path, qtbot: QtBot, tmp_path: Path
) -> None:
    scan(program, qtbot, folder)
    table = program.images.table
    program.desk.labelling.reject([int(program.images.key_at(0))])
    shown = ImageFilter(states=frozenset({ImageState.REJECTED}))
    program.labels.browsing.arrange(program.images.arrangement.with_filter(shown))
    assert len(program.images) == 1
    more = tmp_path / "more"
    more.mkdir()
    add(more, 0, 24)
    scan(program, qtbot, more)
    message = said(program)
    assert message.text == "Added 24 images. The filters hide them."
    assert message.actions == (MessageAction.CLEAR_FILTERS, MessageAction.UNDO)
    program.labels.carry_out(message, MessageAction.CLEAR_FILTERS)
    assert len(program.images) == len(table) == COUNT + 24
    program.desk.labelling.undo()
    assert len(program.images) == COUNT, "the newest step is that they came"
