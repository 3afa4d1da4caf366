"""Tests of inference.sessions.folder: list, name and find the sessions of a profile."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from inference.profile import Profile
from inference.sessions.folder import find_session_of, list_sessions, new_session_path, sessions_folder
from inference.sessions.session import Session
from tests.inference.sessions.making import found, label_step


def test_sessions_are_listed_newest_first_and_damaged_ones_as_such(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    assert list_sessions(profile) == []
    for name, count in (("first", 2), ("second", 3)):
        session = Session.create(new_session_path(profile, name))
        session.add_source(f"/pictures/{name}")
        session.add_source("/pictures/both")
        session.register(found(count))
        session.carry_out(label_step(session, [1], "x"))
        session.close()
    folder = sessions_folder(profile)
    (folder / "broken.cardinal").write_bytes(b"x" * 5000)
    (folder / "empty.cardinal").touch()
    (folder / "folder.cardinal").mkdir()
    (folder / "other.txt").touch()
    names = {entry.name for entry in folder.iterdir()}
    listed = list_sessions(profile)
    assert sorted(one.name for one in listed if one.is_damaged) == ["broken", "empty"]
    second, first = (one for one in listed if not one.is_damaged)
    assert (second.name, second.images, second.labelled) == ("second", 3, 1)
    assert first.sources == ("/pictures/first", "/pictures/both")
    assert second.changed_at > first.changed_at > 1e9
    assert find_session_of(profile, "/pictures/first") == first.path
    assert find_session_of(profile, "/pictures/both") == second.path
    assert find_session_of(profile, "/pictures") is None
    assert {entry.name for entry in folder.iterdir()} == names


CLOSE_IN_ANOTHER = """
import sqlite3, sys
outside = sqlite3.connect(sys.argv[1])
outside.execute("SELECT count(*) FROM image").fetchone()
outside.close()
"""


def test_a_list_takes_no_locks_away_from_an_open_session(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    path = new_session_path(profile, "a")
    Session.create(path).close()
    session = Session.open(path)
    assert len(list_sessions(profile)) == 1
    Session.open(path, read_only=True).close()
    # Another program that closes the file would remove the log, were it the only one.
    session.register(found(4))
    subprocess.run([sys.executable, "-c", CLOSE_IN_ANOTHER, str(path)], check=True)
    assert path.with_name(path.name + "-wal").stat().st_size > 0
    session.register(found(5))
    session.close()


def test_an_open_session_is_listed_as_it_is_now(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    session = Session.create(new_session_path(profile, "a"))
    session.register(found(4))
    (summary,) = list_sessions(profile)
    assert summary.images == 4
    session.register(found(5))
    session.close()


@pytest.mark.parametrize(
    ("name", "file"),
    [
        ("birds", "birds 3.cardinal"),
        ("BIRDS", "BIRDS 3.cardinal"),
        ("a/b\\c:d\n", "a_b_c_d_.cardinal"),
        ("..", "session.cardinal"),
        ("", "session.cardinal"),
        ("con", "con_.cardinal"),
        ("bad\udcff", "bad_.cardinal"),
        ("鳥" * 200, "鳥" * 40 + ".cardinal"),
        ("\u202egpj", "\u202egpj.cardinal"),
    ],
)
def test_new_names_are_free_and_safe(tmp_path: Path, name: str, file: str) -> None:
    profile = Profile.below(tmp_path)
    sessions_folder(profile).mkdir(parents=True)
    for taken in ("birds.cardinal", "birds 2.cardinal"):
        (sessions_folder(profile) / taken).touch()
    path = new_session_path(profile, name)
    assert path == sessions_folder(profile) / file
    path.touch()
