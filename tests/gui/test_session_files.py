"""What the window wants done with a session's file is done whole, and never while somebody has it open."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gui import session_files
from inference.errors import SessionDamagedError, SessionInUseError
from inference.sessions.session import Session
from tests.inference.sessions.making import label_step, labels_of, new_session


def _killed(folder: Path) -> Path:
    """A session of a program that was killed: its label is in the log beside the file."""
    folder.mkdir()
    session = new_session(folder, 2)
    session.carry_out(label_step(session, [1], "owl"))
    left = folder / "left"
    left.mkdir()
    for path in folder.glob("test.cardinal*"):
        shutil.copyfile(path, left / path.name)
    session.close()
    return left / "test.cardinal"


def test_a_session_is_made_whole_before_it_is_put_away(tmp_path: Path) -> None:
    path = _killed(tmp_path / "sessions")
    assert session_files.made_whole(path) == path
    alone = tmp_path / "alone.cardinal"
    shutil.move(path, alone)
    session = Session.open(alone)
    assert labels_of(session) == {1: "owl"}
    session.close()


def test_nothing_is_done_with_a_session_that_is_open(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.backup_now()
    for act in (session_files.made_whole, session_files.set_aside, session_files.restore):
        with pytest.raises(SessionInUseError):
            act(session.path)
    assert session.path.exists()
    session.close()


def test_the_newest_copy_takes_the_place_of_a_session_that_is_kept(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.carry_out(label_step(session, [1], "owl"))
    session.backup_now()
    session.carry_out(label_step(session, [2], "jay"))
    session.close()
    path, kept, labelled = session_files.restore(session.path)
    assert (path, labelled) == (str(session.path), 1)
    for where, labels in ((session.path, {1: "owl"}), (kept, {1: "owl", 2: "jay"})):
        opened = Session.open(where)
        assert labels_of(opened) == labels
        opened.close()


def test_a_session_without_copies_stays_as_it_is(tmp_path: Path) -> None:
    session = new_session(tmp_path, 2)
    session.close()
    assert session_files.newest_copy(session.path) is None
    with pytest.raises(SessionDamagedError):
        session_files.restore(session.path)
    kept = session_files.set_aside(session.path)
    assert kept.exists()
    assert not session.path.exists()
