"""Tests of inference.sessions.backups and daily_backup."""

from __future__ import annotations

import os
import sqlite3
import threading
from pathlib import Path

import pytest

from inference.errors import SessionInUseError, SessionSaveError
from inference.sessions import backups, daily_backup
from inference.sessions.backups import MOST_BACKUPS, Snapshot, backup_folder, list_backups, restore_backup, set_aside
from inference.sessions.session import Session
from inference.sessions.states import ImageState
from tests.inference.sessions.making import classified, found, label_step, labels_of, new_session, states_of


def filled(folder: Path) -> Session:
    session = new_session(folder, 5)
    session.keep_answers([classified(key) for key in range(1, 6)])
    session.carry_out(label_step(session, [1, 2], "cat"))
    return session


def test_a_backup_holds_all_but_what_can_be_computed(tmp_path: Path) -> None:
    session = filled(tmp_path)
    session.add_source("/pictures")
    path = session.backup_now()
    assert path is not None
    (backup,) = list_backups(session.path)
    assert (backup.path, backup.labelled) == (path, 2)
    session.carry_out(label_step(session, [3], "lost"))
    session.close()
    damaged = b"broken" * 1000
    session.path.write_bytes(damaged)
    kept = restore_backup(session.path, backup)
    assert kept.read_bytes() == damaged
    restored = Session.open(session.path)
    assert labels_of(restored) == {1: "cat", 2: "cat"}
    assert set(states_of(restored).values()) == {ImageState.SUGGESTED}
    assert restored.evidence_of([1]) == {}
    answer = restored.classification_of(1)
    assert answer is not None
    assert answer.evidence is None
    assert restored.sources() == ("/pictures",)
    assert restored.take_back() is not None
    restored.check()
    restored.forget_answers()
    restored.keep_answers([classified(1)])
    assert states_of(restored)[1] is ImageState.SUGGESTED
    restored.close()


def test_a_log_does_not_stay_beside_a_restored_session(tmp_path: Path) -> None:
    session = filled(tmp_path)
    session.backup_now()
    session.close()
    log = session.path.with_name(session.path.name + "-wal")
    log.write_bytes(b"of the damaged file")
    (backup,) = list_backups(session.path)
    kept = restore_backup(session.path, backup)
    assert not log.exists()
    assert kept.with_name(kept.name + "-wal").read_bytes() == b"of the damaged file"


def test_an_open_session_is_not_replaced(tmp_path: Path) -> None:
    session = filled(tmp_path)
    session.backup_now()
    (backup,) = list_backups(session.path)
    with pytest.raises(SessionInUseError):
        restore_backup(session.path, backup)
    with pytest.raises(SessionInUseError):
        set_aside(session.path)
    session.close()
    kept = set_aside(session.path)
    assert kept.exists()
    assert not session.path.exists()


def test_a_restoring_that_fails_leaves_the_session(tmp_path: Path) -> None:
    session = filled(tmp_path)
    session.backup_now()
    session.close()
    (backup,) = list_backups(session.path)
    before = session.path.read_bytes()
    backup.path.unlink()
    with pytest.raises(SessionSaveError):
        restore_backup(session.path, backup)
    assert session.path.read_bytes() == before
    assert not [entry for entry in tmp_path.iterdir() if entry.suffix == ".tmp"]


def test_only_the_newest_backups_are_kept_and_broken_ones_are_not_listed(tmp_path: Path) -> None:
    session = filled(tmp_path)
    made = []
    for number in range(MOST_BACKUPS + 3):
        path = session.backup_now()
        assert path is not None
        os.utime(path, (number, number))
        made.append(path)
    assert [backup.path for backup in list_backups(session.path)] == made[: -MOST_BACKUPS - 1 : -1]
    made[-1].write_bytes(b"nonsense" * 100)
    assert len(list_backups(session.path)) == MOST_BACKUPS - 1
    session.close()


def test_a_clock_that_was_ahead_costs_no_new_backup(tmp_path: Path) -> None:
    session = filled(tmp_path)
    for _ in range(MOST_BACKUPS):
        path = session.backup_now()
        assert path is not None
        os.utime(path, (4e9, 4e9))
    new = session.backup_now()
    assert new is not None
    assert new in [backup.path for backup in list_backups(session.path)]
    assert len(list_backups(session.path)) == MOST_BACKUPS
    session.close()


def test_nothing_is_backed_up_of_an_empty_session(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    assert session.backup_now() is None
    session.close()


def test_the_first_change_of_a_day_is_preceded_by_a_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = filled(tmp_path)
    assert list_backups(session.path) == []
    monkeypatch.setattr(daily_backup, "today", lambda: "2999-01-01")
    session.carry_out(label_step(session, [3], "dog"))
    session.carry_out(label_step(session, [4], "dog"))
    session.close()
    (backup,) = list_backups(session.path)
    assert backup.labelled == 2
    session = Session.open(session.path)
    session.carry_out(label_step(session, [5], "dog"))
    session.close()
    assert len(list_backups(session.path)) == 1
    monkeypatch.setattr(daily_backup, "today", lambda: "2999-01-02")
    session = Session.open(session.path)
    session.remember("x", 1)
    session.close()
    assert [backup.labelled for backup in list_backups(session.path)] == [5, 2]


def test_changes_do_not_wait_for_the_backup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = filled(tmp_path)
    may_copy = threading.Event()
    real = Snapshot.copy

    def slow(snapshot: Snapshot) -> Path:
        may_copy.wait(30)
        return real(snapshot)

    monkeypatch.setattr(Snapshot, "copy", slow)
    monkeypatch.setattr(daily_backup, "today", lambda: "2999-01-01")
    session.carry_out(label_step(session, [3], "dog"))
    assert labels_of(session)[3] == "dog"
    may_copy.set()
    session.close()
    (backup,) = list_backups(session.path)
    assert backup.labelled == 2


def test_a_backup_that_fails_stops_no_change_and_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = filled(tmp_path)
    monkeypatch.setattr(daily_backup, "today", lambda: "2999-01-01")

    def full(_path: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backups, "sync", full)
    session.carry_out(label_step(session, [3], "dog"))
    assert labels_of(session)[3] == "dog"
    session.close()
    assert list(backups.backup_folder(session.path).iterdir()) == []


def test_without_a_log_the_backup_comes_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("inference.sessions.connection.is_network_folder", lambda _folder: True)
    session = filled(tmp_path)
    monkeypatch.setattr(daily_backup, "today", lambda: "2999-01-01")
    session.carry_out(label_step(session, [3], "dog"))
    assert [backup.labelled for backup in list_backups(session.path)] == [2]
    session.close()


def test_a_copy_can_be_broken_off(tmp_path: Path) -> None:
    session = filled(tmp_path)
    snapshot = Snapshot(session.path)
    snapshot.drop()
    snapshot.interrupt()
    with pytest.raises(SessionSaveError):
        snapshot.copy()
    assert list(backups.backup_folder(session.path).iterdir()) == []
    session.close()


def test_a_backup_forgets_no_number_of_results(tmp_path: Path) -> None:
    session = new_session(tmp_path)
    session.register(found(2))
    session.keep_answers([classified(1), classified(2)])
    session.forget_answers()
    path = session.backup_now()
    session.close()
    assert path is not None
    copy = sqlite3.connect(path)
    assert copy.execute("SELECT seq FROM sqlite_sequence WHERE name = 'result'").fetchone() == (2,)
    copy.close()


def test_what_a_killed_program_left_of_a_backup_is_taken_away(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    folder = backup_folder(session.path)
    folder.mkdir(parents=True)
    old, new = folder / ".0123.tmp", folder / ".4567.tmp"
    for file in (old, new):
        file.write_bytes(b"half a backup")
    os.utime(old, (1, 1))
    session.backup_now()
    session.close()
    # Another program may be writing the newer one.
    assert not old.exists()
    assert new.exists()
