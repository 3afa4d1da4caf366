"""Tests of inference.sessions.opening, checking and schema: two windows, damage, links, versions, kills."""

from __future__ import annotations

import contextlib
import ctypes
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest

from inference.errors import (
    SessionDamagedError,
    SessionError,
    SessionInUseError,
    SessionNewerError,
    SessionSaveError,
)
from inference.sessions import lock, schema
from inference.sessions.backups import list_backups
from inference.sessions.session import Session
from tests.inference.sessions.making import classified, found, label_step, labels_of, new_session

HOLD_OPEN = """
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from inference.sessions.session import Session
session = Session.open(Path(sys.argv[1]))
session.remember("holder", 1)
print("open", flush=True)
sys.stdin.read()
"""


def small_session(folder: Path) -> Path:
    session = new_session(folder, 60)
    session.keep_answers([classified(key) for key in range(1, 61)])
    for key in range(1, 21):
        session.carry_out(label_step(session, [key], f"label {key}"))
    session.close()
    return session.path


def test_of_two_programs_the_second_is_told_and_can_read(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    holder = subprocess.Popen(
        [sys.executable, "-c", HOLD_OPEN, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    )
    try:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"open\n"
        with pytest.raises(SessionInUseError):
            Session.open(path)
        second = Session.open(path, read_only=True)
        assert second.is_read_only
        assert second.read_only_reason
        assert len(labels_of(second)) == 20
        for change in (
            lambda: second.carry_out(label_step(second, [30], "x")),
            lambda: second.keep_answers([classified(30)]),
            lambda: second.register(found(70)),
            lambda: second.remember("x", 1),
            second.take_back,
        ):
            with pytest.raises(SessionSaveError) as caught:
                change()
            assert caught.value.is_read_only
        second.close()
        holder.send_signal(signal.SIGKILL)
        holder.wait()
        session = Session.open(path)
        assert session.was_interrupted
        assert session.remembered("holder") == 1
        session.close()
        again = Session.open(path)
        assert not again.was_interrupted
        again.close()
    finally:
        holder.kill()
        holder.communicate()


def test_a_window_that_only_reads_sees_what_the_other_writes(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    first = Session.open(path)
    second = Session.open(path, read_only=True)
    second.vocabulary.code("only here")
    first.carry_out(label_step(first, [40], "only there"))
    first.keep_answers([classified(41, labels=("fresh", "dog"))])
    assert labels_of(second)[40] == "only there"
    kept = second.classification_of(41)
    assert kept is not None
    assert kept.predictions[0].label == "fresh"
    code = second.vocabulary.find("only there")
    assert code is not None
    assert second.label_counts()[code] == 1
    second.close()
    first.carry_out(label_step(first, [42], "still writing"))
    first.close()


def test_opening_through_a_link_meets_the_same_lock(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    link = tmp_path / "elsewhere" / "link.cardinal"
    link.parent.mkdir()
    link.symlink_to(path)
    session = Session.open(link)
    with pytest.raises(SessionInUseError):
        Session.open(path)
    session.carry_out(label_step(session, [50], "x"))
    session.close()
    assert [entry.name for entry in link.parent.iterdir()] == ["link.cardinal"]


def test_create_takes_no_name_that_is_taken(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    before = path.read_bytes()
    with pytest.raises(SessionSaveError, match="exists"):
        Session.create(path)
    assert path.read_bytes() == before
    session = Session.create(tmp_path / "new folder" / "b.cardinal")
    assert (session.name, session.saved_at, session.was_interrupted, session.model) == ("b", None, False, None)
    session.close()


def test_a_log_that_was_left_behind_does_not_get_into_a_new_session(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    session = Session.open(path)
    session.carry_out(label_step(session, [50], "x"))
    log = path.with_name(path.name + "-wal").read_bytes()
    session.close()
    path.unlink()
    path.with_name(path.name + "-wal").write_bytes(log)
    session = Session.create(path)
    assert session.image_count() == 0
    session.close()
    kept = [entry.read_bytes() for entry in tmp_path.iterdir() if entry.name.endswith("-wal")]
    assert kept == [log]


def test_time_of_the_last_change(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    first = Session.open(path)
    saved_at = first.saved_at
    assert saved_at is not None
    first.close()
    second = Session.open(path)
    assert second.saved_at == saved_at
    second.close()


def test_a_read_only_opening_changes_nothing(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    before = path.read_bytes()
    session = Session.open(path, read_only=True)
    assert session.image_count() == 60
    session.check()
    session.close()
    assert path.read_bytes() == before
    assert sorted(entry.name for entry in tmp_path.iterdir()) == [path.name, f"{path.name}.lock"]


def test_who_only_reads_takes_nothing_from_those_who_still_read_or_write(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    first, second = Session.open(path, read_only=True), Session.open(path, read_only=True)
    assert (first.image_count(), second.image_count()) == (60, 60)
    first.close()
    with contextlib.closing(Session.open(path)) as writer:
        writer.carry_out(label_step(writer, [30], "written meanwhile"))
        assert labels_of(second)[30] == "written meanwhile"
        second.close()
        writer.carry_out(label_step(writer, [31], "and after"))
    with contextlib.closing(Session.open(path)) as after:
        assert (labels_of(after)[30], labels_of(after)[31]) == ("written meanwhile", "and after")


READ = """
import sys
from pathlib import Path
from inference.errors import SessionSaveError
from inference.sessions.session import Session
try:
    session = Session.open(Path(sys.argv[1]), read_only=True)
except SessionSaveError as error:
    print(error.is_read_only, error.reason)
else:
    session.check()
    print(session.labelled_count())
    session.close()
"""


def _as_a_person_without_privileges() -> None:
    """Even the administrator may then not write where nobody may."""
    for privilege in (1, 2):  # CAP_DAC_OVERRIDE, CAP_DAC_READ_SEARCH
        ctypes.CDLL(None).prctl(24, privilege, 0, 0, 0)  # PR_CAPBSET_DROP


@pytest.mark.skipif(sys.platform != "linux", reason="privileges of Linux")
@pytest.mark.parametrize("has_log", [False, True])
def test_a_folder_that_may_not_be_written_can_be_read_unless_labels_would_be_missing(
    tmp_path: Path, has_log: bool
) -> None:
    folder = tmp_path / "read-only"
    folder.mkdir()
    path = folder / "test.cardinal"
    source = small_session(tmp_path)
    session = Session.open(source)
    session.carry_out(label_step(session, [50], "in the log"))
    for suffix in ("", "-wal") if has_log else ("",):
        if not has_log:
            session.close()
        shutil.copyfile(f"{source}{suffix}", f"{path}{suffix}")
    session.close()
    folder.chmod(0o555)
    child = subprocess.run(
        [sys.executable, "-c", READ, str(path)],
        check=True,
        capture_output=True,
        text=True,
        preexec_fn=_as_a_person_without_privileges,
    )
    folder.chmod(0o755)
    if has_log:
        assert child.stdout.startswith("True Its newest changes are in a file beside it")
    else:
        assert child.stdout == "21\n"


def test_a_folder_in_which_no_log_can_be_made_can_be_read(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    # A folder stands where SQLite wants to make its file, as good as a folder that may not be written.
    path.with_name(path.name + "-shm").mkdir()
    session = Session.open(path, read_only=True)
    assert len(labels_of(session)) == 20
    session.close()


def damage(path: Path, kind: int) -> None:
    """Twenty ways to break a file: none, cut, zeros, other bytes, foreign content."""
    source = random.Random(kind)  # noqa: S311 - the same damage every time
    data = bytearray(path.read_bytes())
    if kind == 0:
        data = bytearray()
    elif kind == 1:
        data = bytearray(b"This is a letter, not a session.\n" * 400)
    elif kind == 2:
        data[:4096] = bytes(4096)
    elif kind == 3:
        data[:16] = b"SQLite format 2\0"
    elif kind < 8:
        del data[source.randrange(len(data)) :]
    elif kind < 12:
        start = source.randrange(4096, len(data) - 4096)
        data[start : start + 9000] = bytes(min(9000, len(data) - start))
    else:
        for _ in range(10 ** (kind % 4 + 1)):
            data[source.randrange(len(data))] = source.randrange(256)
    path.write_bytes(data)


@pytest.mark.parametrize("kind", range(20))
def test_a_damaged_file_is_kept_and_crashes_nothing(tmp_path: Path, kind: int) -> None:
    path = small_session(tmp_path)
    damage(path, kind)
    before = path.read_bytes()
    try:
        session = Session.open(path, read_only=kind % 2 == 1)
    except SessionDamagedError:
        assert path.read_bytes() == before
        return
    assert kind >= 8, "a cut or foreign file was taken for a session"
    # Damage inside a value can be found by nobody; reading it all must not raise anything else.
    try:
        session.check()
        for rows in session.load():
            assert len(rows.paths) == len(rows.keys)
            for key in rows.keys:
                session.classification_of(key)
        list(session.labelled_images())
        session.journal()
        if not session.is_read_only:
            session.take_back()
            session.carry_out(label_step(session, [33], "new"))
    except SessionError:
        pass
    finally:
        session.close()


def test_a_session_without_its_log_opens_as_it_was_before_or_is_damaged(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    session = Session.open(path)
    for key in range(21, 41):
        session.carry_out(label_step(session, [key], "in the log only"))
    torn = tmp_path / "torn"
    torn.mkdir()
    shutil.copyfile(path, torn / path.name)
    session.close()
    session = Session.open(torn / path.name)
    assert len(labels_of(session)) == 20
    session.check()
    session.close()


def test_a_hot_log_belongs_to_the_session(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    session = Session.open(path)
    session.carry_out(label_step(session, [33], "in the log only"))
    copy = tmp_path / "copy"
    copy.mkdir()
    for suffix in ("", "-wal"):
        shutil.copyfile(f"{path}{suffix}", f"{copy / path.name}{suffix}")
    session.close()
    for read_only in (True, False):
        session = Session.open(copy / path.name, read_only=read_only)
        assert labels_of(session)[33] == "in the log only"
        session.close()


@pytest.mark.parametrize("read_only", [False, True])
def test_a_missing_file_is_said_to_be_missing(tmp_path: Path, read_only: bool) -> None:
    with pytest.raises(SessionDamagedError, match="missing"):
        Session.open(tmp_path / "nowhere.cardinal", read_only=read_only)


def test_a_folder_is_said_to_be_no_file(tmp_path: Path) -> None:
    with pytest.raises(SessionDamagedError, match="It is not a file"):
        Session.open(tmp_path)


def test_damage_found_later_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_session(tmp_path)
    monkeypatch.setattr("inference.sessions.checking.CHECKED_AT_ONCE_BYTES", 0)
    data = bytearray(path.read_bytes())
    connection = sqlite3.connect(path)
    page = connection.execute("SELECT rootpage FROM sqlite_master WHERE name = 'image'").fetchone()[0] - 1
    connection.close()
    data[page * 4096 : page * 4096 + 100] = b"\xff" * 100
    path.write_bytes(data)
    session = Session.open(path)
    with pytest.raises(SessionDamagedError):
        session.check()
    with pytest.raises(SessionDamagedError):
        list(session.load())
    session.close()


def set_version(path: Path, version: int) -> None:
    connection = sqlite3.connect(path)
    connection.execute(f"PRAGMA user_version={version}")
    connection.close()


def test_a_newer_session_opens_for_reading_only(tmp_path: Path) -> None:
    path = small_session(tmp_path)
    set_version(path, schema.VERSION + 1)
    before = path.read_bytes()
    with pytest.raises(SessionNewerError) as caught:
        Session.open(path)
    assert caught.value.version == schema.VERSION + 1
    assert path.read_bytes() == before
    session = Session.open(path, read_only=True)
    assert "newer" in session.read_only_reason
    assert len(labels_of(session)) == 20
    session.close()
    # The lock was given back.
    set_version(path, schema.VERSION)
    Session.open(path).close()


NEXT = {1: ("ALTER TABLE image ADD COLUMN rating INTEGER", "UPDATE image SET rating = 5")}


def next_version(monkeypatch: pytest.MonkeyPatch, migrations: Mapping[int, Sequence[str]]) -> None:
    monkeypatch.setattr(schema, "VERSION", 2)
    monkeypatch.setattr(schema, "MIGRATIONS", migrations)


def test_an_older_session_is_backed_up_and_migrated(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_session(tmp_path)
    next_version(monkeypatch, NEXT)
    session = Session.open(path)
    with session._database.read() as connection:
        assert schema.version_of(connection) == 2
        assert connection.execute("SELECT DISTINCT rating FROM image").fetchall() == [(5,)]
    assert len(labels_of(session)) == 20
    session.close()
    (backup,) = list_backups(path)
    assert backup.labelled == 20
    kept = sqlite3.connect(backup.path)
    assert kept.execute("PRAGMA user_version").fetchone() == (1,)
    assert kept.execute("SELECT count(*) FROM bulk").fetchone() == (60,)
    kept.close()


def test_an_older_session_is_not_opened_for_reading_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_session(tmp_path)
    next_version(monkeypatch, NEXT)
    with pytest.raises(SessionSaveError, match="older version") as caught:
        Session.open(path, read_only=True)
    assert caught.value.is_read_only


def test_a_migration_that_fails_leaves_the_session_as_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_session(tmp_path)
    next_version(monkeypatch, {1: (*NEXT[1], "INSERT INTO nothing VALUES (1)")})
    with pytest.raises(SessionError):
        Session.open(path)
    next_version(monkeypatch, {})
    with pytest.raises(SessionDamagedError, match="version"):
        Session.open(path)
    monkeypatch.setattr(schema, "VERSION", 1)
    session = Session.open(path)
    with session._database.read() as connection:
        assert "rating" not in [row[1] for row in connection.execute("PRAGMA table_info(image)")]
    assert len(labels_of(session)) == 20
    session.close()


DIE_MIGRATING = """
import os, signal, sys
from pathlib import Path
from inference.sessions import schema, session_file
from inference.sessions.session import Session
schema.VERSION = 2
at = int(sys.argv[2])
statements = ["ALTER TABLE image ADD COLUMN rating INTEGER", "UPDATE image SET rating = 5", "DELETE FROM memo"]
class Deadly(list):
    def __iter__(self):
        for place, statement in enumerate(statements):
            if place == at:
                os.kill(os.getpid(), signal.SIGKILL)
            yield statement
        if at == len(statements):
            os.kill(os.getpid(), signal.SIGKILL)
schema.MIGRATIONS = {1: Deadly()}
Session.open(Path(sys.argv[1]))
"""


@pytest.mark.skipif(os.name == "nt", reason="SIGKILL is POSIX")
def test_a_migration_that_is_killed_can_be_done_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = small_session(tmp_path)
    for at in range(4):
        died = subprocess.run([sys.executable, "-c", DIE_MIGRATING, str(path), str(at)], check=False)
        assert died.returncode == -signal.SIGKILL
        session = Session.open(path, read_only=True)
        assert len(labels_of(session)) == 20
        session.close()
    next_version(monkeypatch, NEXT)
    session = Session.open(path)
    assert len(labels_of(session)) == 20
    session.close()
    assert len(list_backups(path)) >= 1


def test_nothing_is_left_of_a_session_that_cannot_be_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(schema, "TABLES", (*schema.TABLES, "CREATE TABLE image (id)"))
    with pytest.raises(SessionSaveError):
        Session.create(tmp_path / "x.cardinal")
    assert [entry.name for entry in tmp_path.iterdir()] == ["x.cardinal.lock"]
    monkeypatch.undo()
    Session.create(tmp_path / "x.cardinal").close()


def test_a_folder_that_may_not_be_written_is_met_at_the_opening(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = small_session(tmp_path)

    def refuse(_path: Path) -> object:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(lock.ProcessLock, "acquire", refuse)
    with pytest.raises(SessionSaveError) as caught:
        Session.open(path)
    assert caught.value.is_read_only
    session = Session.open(path, read_only=True)
    assert len(labels_of(session)) == 20
    session.close()
