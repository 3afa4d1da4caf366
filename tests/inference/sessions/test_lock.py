"""Tests of inference.sessions.lock."""

from __future__ import annotations

import errno
import fcntl
import subprocess
import sys
from pathlib import Path

import pytest

from inference.sessions.lock import ProcessLock, lock_path

HOLD = """
import sys
from pathlib import Path
from inference.sessions.lock import ProcessLock
lock = ProcessLock(Path(sys.argv[1]))
print(lock.acquire(), flush=True)
sys.stdin.read()
"""


def test_one_holder_at_a_time(tmp_path: Path) -> None:
    path = lock_path(tmp_path / "a.cardinal")
    assert path.name == "a.cardinal.lock"
    first, second = ProcessLock(path), ProcessLock(path)
    assert first.acquire()
    assert first.acquire()
    assert not second.acquire()
    assert (first.is_held, second.is_held) == (True, False)
    first.release()
    first.release()
    assert second.acquire()
    second.release()


def test_a_killed_holder_holds_nothing(tmp_path: Path) -> None:
    path = tmp_path / "x.lock"
    holder = subprocess.Popen([sys.executable, "-c", HOLD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    assert holder.stdout is not None
    assert holder.stdout.readline() == b"True\n"
    lock = ProcessLock(path)
    assert not lock.acquire()
    holder.kill()
    holder.communicate()
    assert lock.acquire()
    lock.release()


def test_of_many_starts_at_once_one_wins(tmp_path: Path) -> None:
    starts = [
        subprocess.Popen(
            [sys.executable, "-c", HOLD, str(tmp_path / "x.lock")], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        for _ in range(8)
    ]
    answers = [start.stdout.readline() for start in starts if start.stdout is not None]
    for start in starts:
        start.communicate()
    assert sorted(answers) == [b"False\n"] * 7 + [b"True\n"]


def test_where_there_are_no_locks_nobody_is_said_to_have_one(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_handle: int, _operation: int) -> None:
        raise OSError(errno.ENOLCK, "No locks available")

    monkeypatch.setattr(fcntl, "flock", refuse)
    with pytest.raises(OSError, match="No locks"):
        ProcessLock(tmp_path / "x.lock").acquire()


def test_a_lock_file_that_cannot_be_made(tmp_path: Path) -> None:
    with pytest.raises(OSError, match="No such file"):
        ProcessLock(tmp_path / "nowhere" / "x.lock").acquire()
