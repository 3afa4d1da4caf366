"""Tests of inference.sessions.copying: one state of a session, whole or not at all."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from inference.errors import SessionSaveError
from inference.sessions import copying
from inference.sessions.session import Session
from tests.inference.sessions.making import classified, found, label_step, labels_of, new_session

_TIMEOUT_S = 60.0


def test_a_copy_is_one_state_though_others_go_on_writing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(copying, "_PAGES_AT_ONCE", 1)
    session = new_session(tmp_path, 2000)
    session.keep_answers([classified(key) for key in range(1, 501)])
    session.carry_out(label_step(session, [1, 2], "before"))
    is_copied, has_written = threading.Event(), threading.Event()

    def write_on() -> None:
        key = 501
        while not is_copied.is_set():
            session.keep_answers([classified(key % 2000 + 1)])
            session.carry_out(label_step(session, [3], f"meanwhile {key}"))
            has_written.set()
            key += 1

    writer = threading.Thread(target=write_on)
    copier = threading.Thread(target=session.copy_to, args=(tmp_path / "copy.cardinal",), daemon=True)
    writer.start()
    assert has_written.wait(_TIMEOUT_S)
    copier.start()
    # A copy that begins anew with every change never ends: that is what the time limit tells.
    copier.join(_TIMEOUT_S)
    is_ended = not copier.is_alive()
    is_copied.set()
    writer.join()
    assert is_ended
    with_copy = Session.open(tmp_path / "copy.cardinal")
    with_copy.check()
    assert {key: label for key, label in labels_of(with_copy).items() if key < 3} == {1: "before", 2: "before"}
    assert with_copy.image_count() == 2000
    with_copy.close()
    session.close()


def test_the_session_can_be_used_after_a_copy(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    session.copy_to(tmp_path / "copy.cardinal")
    session.register(found(1, first=9))
    assert session.image_count() == 4
    session.close()
    assert sorted(path.name for path in tmp_path.glob("*copy*")) == ["copy.cardinal"]
    assert not list(tmp_path.glob(".*.tmp*"))


def test_nothing_is_overwritten_and_nothing_is_left_of_a_copy_that_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    session = new_session(tmp_path, 3)
    target = tmp_path / "copy.cardinal"
    target.write_text("mine")
    with pytest.raises(SessionSaveError):
        session.copy_to(target)
    assert target.read_text() == "mine"
    target.unlink()

    def fails(path: Path) -> None:
        raise OSError(28, "No space left on device", str(path))

    monkeypatch.setattr(copying, "sync", fails)
    with pytest.raises(SessionSaveError) as caught:
        session.copy_to(target)
    assert caught.value.is_disk_full
    assert not target.exists()
    assert not list(tmp_path.glob(".*.tmp*"))
    session.carry_out(label_step(session, [1], "still"))
    assert labels_of(session) == {1: "still"}
    session.close()
