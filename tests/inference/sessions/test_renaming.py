"""Tests of inference.sessions.renaming: what lies beside a session goes along, and no label is left behind."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from inference.errors import SessionDamagedError, SessionInUseError, SessionSaveError
from inference.sessions.backups import list_backups
from inference.sessions.renaming import rename_session, whole_in_one_file
from inference.sessions.session import Session
from inference.sessions.suffix import sidecar_list
from tests.inference.sessions.making import label_step, labels_of, new_session

_BESIDE = ("", "-wal", "-shm")


def _killed(tmp_path: Path) -> Path:
    """What is left of a session whose program was killed right after the first label: the label is in the log."""
    (tmp_path / "open").mkdir()
    session = new_session(tmp_path / "open", 3)
    session.carry_out(label_step(session, [1, 2], "kept"))
    path = tmp_path / "killed.cardinal"
    for suffix in _BESIDE:
        shutil.copyfile(f"{session.path}{suffix}", f"{path}{suffix}")
    session.close()
    return path


def test_a_session_whose_program_was_killed_takes_its_newest_labels_along(tmp_path: Path) -> None:
    path = _killed(tmp_path)
    renamed = rename_session(path, "other")
    assert renamed == tmp_path / "other.cardinal"
    assert not any(Path(f"{path}{suffix}").exists() for suffix in _BESIDE)
    session = Session.open(renamed)
    assert session.was_interrupted
    assert labels_of(session) == {1: "kept", 2: "kept"}
    session.close()


def test_the_file_alone_holds_everything_while_nobody_can_open_it(tmp_path: Path) -> None:
    path = _killed(tmp_path)
    with whole_in_one_file(path):
        shutil.copyfile(path, tmp_path / "copy.cardinal")
        with pytest.raises(SessionInUseError):
            Session.open(path)
    session = Session.open(tmp_path / "copy.cardinal")
    assert labels_of(session) == {1: "kept", 2: "kept"}
    session.close()


def test_an_open_session_keeps_its_name(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    with pytest.raises(SessionInUseError):
        rename_session(session.path, "other")
    session.carry_out(label_step(session, [1], "kept"))
    assert labels_of(session) == {1: "kept"}
    session.close()


def test_the_log_of_a_damaged_session_stays_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "broken.cardinal"
    path.write_bytes(b"no session at all" * 100)
    Path(f"{path}-wal").write_bytes(b"its log")
    renamed = rename_session(path, "other")
    assert Path(f"{renamed}-wal").read_bytes() == b"its log"
    assert not path.exists()
    with pytest.raises(SessionDamagedError):
        Session.open(renamed)


def test_backups_and_the_list_of_sidecars_go_along(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.backup_now()
    session.close()
    sidecar_list(session.path).write_text("{}")
    renamed = rename_session(session.path, "other")
    assert len(list_backups(renamed)) == 1
    assert sidecar_list(renamed).read_text() == "{}"


def test_names_that_are_taken_or_no_names_are_refused(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    session.close()
    (tmp_path / "taken.cardinal").write_text("mine")
    for name in ("taken", "", "a/b", ".hidden"):
        with pytest.raises(SessionSaveError):
            rename_session(session.path, name)
    assert (tmp_path / "taken.cardinal").read_text() == "mine"
    assert rename_session(session.path, "test") == session.path
