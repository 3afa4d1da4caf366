"""Sessions on a disk without room: labels can still be read and taken elsewhere, and whoever writes is told why not."""

from __future__ import annotations

import contextlib
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from inference.sessions.session import Session
from tests.inference.sessions.making import label_step, new_session

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits of Linux")

READ = """
import sys
from pathlib import Path
from inference.errors import SessionError
from inference.sessions.session import Session
try:
    session = Session.open(Path(sys.argv[1]), read_only=sys.argv[2] == "ro")
    print([image.label for image in session.labelled_images()])
    session.close()
except SessionError as error:
    print(error.is_disk_full, error)
"""


def _room_of(most_bytes: int) -> Callable[[], None]:
    def limit() -> None:
        import resource  # noqa: PLC0415 - in the child, on Unix

        resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    return limit


def _opened(path: Path, mode: str, most_bytes: int) -> str:
    """What a program says that opens a session where no file may grow beyond some bytes."""
    return subprocess.run(
        [sys.executable, "-c", READ, str(path), mode],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=_room_of(most_bytes),
        # What is compiled there would be cut off, and nobody could import it again.
        env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
    ).stdout


@pytest.fixture
def path(tmp_path: Path) -> Path:
    session = new_session(tmp_path, 2)
    session.carry_out(label_step(session, [1, 2], "kept"))
    session.close()
    return session.path


@pytest.mark.parametrize("most_bytes", [1, 4_096])
def test_a_session_on_a_full_disk_can_be_read(path: Path, most_bytes: int) -> None:
    before = path.read_bytes()
    for _ in range(2):
        # The second reader meets what the first one could not take away.
        assert _opened(path, "ro", most_bytes) == "['kept', 'kept']\n"
    assert path.read_bytes() == before
    session = Session.open(path)
    session.carry_out(label_step(session, [1], "later"))
    session.close()
    assert _opened(path, "ro", most_bytes) == "['later', 'kept']\n"


def test_whoever_writes_is_told_that_the_disk_is_full(path: Path) -> None:
    assert _opened(path, "rw", 4_096) == f"True {path} could not be saved: The disk is full.\n"


def test_a_log_that_cannot_be_read_is_not_left_out(path: Path) -> None:
    """Without its index the labels in the log would be missing."""
    with contextlib.closing(sqlite3.connect(path, isolation_level=None)) as holder:
        holder.execute("PRAGMA wal_autocheckpoint=0")
        holder.execute("PRAGMA user_version=1")
        log = path.with_name(f"{path.name}-wal").read_bytes()
        content = path.read_bytes()
    copy = path.with_name("copy.cardinal")
    copy.write_bytes(content)
    copy.with_name("copy.cardinal-wal").write_bytes(log)
    assert log
    assert _opened(copy, "ro", 4_096) == f"True {copy} could not be saved: The disk is full.\n"
