"""A file is another one when its bytes are: what the model has said meanwhile decides whose decisions stand."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from inference.sessions import changed_files
from inference.sessions.session import Session
from tests.inference.sessions.making import MODEL, answer_file, content, files_in, label_step


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Files that nobody decodes."""
    (tmp_path / "pictures").mkdir()
    for name in ("a.jpg", "b.jpg"):
        (tmp_path / "pictures" / name).write_bytes(name.encode())
    return tmp_path / "pictures"


@pytest.fixture
def session(tmp_path: Path, folder: Path) -> Iterator[Session]:
    """Both are answered."""
    session = Session.create(tmp_path / "test.cardinal")
    session.set_model(MODEL)
    session.register(files_in(folder))
    session.finish_scan()
    for path in folder.iterdir():
        answer_file(session, path)
    yield session
    session.close()


def _key(session: Session, path: Path) -> int:
    [key] = session.keys_of_paths([str(path)]).values()
    return key


def test_a_new_picture_is_one_once_it_is_answered_and_until_somebody_decides(session: Session, folder: Path) -> None:
    path = folder / "a.jpg"
    key = _key(session, path)
    path.write_bytes(b"another picture")
    session.register(files_in(folder))
    assert session.answered_anew() == frozenset()
    answer_file(session, path)
    assert session.answered_anew() == {key}
    session.carry_out(label_step(session, [key], "said of it"))
    assert session.answered_anew() == frozenset()
    session.take_back()
    assert session.answered_anew() == {key}
    session.register(files_in(folder))
    session.finish_scan()
    assert session.answered_anew() == frozenset()


def test_the_same_bytes_at_another_time_are_no_new_picture(session: Session, folder: Path) -> None:
    path = folder / "a.jpg"
    os.utime(path, ns=(10**18, 10**18))
    assert session.changed_on_disk([_key(session, path)]) == []
    session.register(files_in(folder))
    answer_file(session, path)
    assert session.answered_anew() == frozenset()


def test_other_bytes_are_a_change_for_as_long_as_they_are_not_answered(session: Session, folder: Path) -> None:
    path = folder / "a.jpg"
    keys = [_key(session, folder / name) for name in ("a.jpg", "b.jpg")]
    path.write_bytes(content(1))
    assert session.changed_on_disk(keys) == [str(path)]
    assert session.changed_on_disk(keys[1:]) == []
    answer_file(session, path)
    assert session.changed_on_disk(keys) == []


def test_what_cannot_be_read_or_was_never_answered_is_no_change(session: Session, folder: Path) -> None:
    path = folder / "c.jpg"
    path.write_bytes(b"new")
    session.register(files_in(folder))
    keys = [_key(session, folder / name) for name in ("a.jpg", "b.jpg", "c.jpg")]
    path.write_bytes(b"newer")
    (folder / "a.jpg").unlink()
    (folder / "b.jpg").unlink()
    (folder / "b.jpg").mkdir()
    assert session.changed_on_disk(keys) == []


def test_a_change_that_a_scan_has_found_is_one_until_it_is_answered(session: Session, folder: Path) -> None:
    path, other = folder / "a.jpg", folder / "b.jpg"
    keys = [_key(session, path), _key(session, other)]
    path.write_bytes(b"another picture")
    os.utime(other, ns=(10**18, 10**18))
    session.register(files_in(folder))
    assert session.changed_on_disk(keys) == [str(path)], "b.jpg was only touched"
    answer_file(session, path)
    assert session.changed_on_disk(keys) == []


def test_a_file_of_another_size_is_not_read(session: Session, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = folder / "a.jpg"
    path.write_bytes(b"a longer picture than before")
    monkeypatch.setattr(changed_files, "hash_of_file", lambda path: pytest.fail("its size tells"))
    assert session.changed_on_disk([_key(session, path)]) == [str(path)]
