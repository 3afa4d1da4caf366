"""Tests of inference.sessions.connection and faults: durability, faults at every point, full disks, locks of others."""

from __future__ import annotations

import errno
import os
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from inference.errors import SessionDamagedError, SessionError, SessionSaveError
from inference.sessions import connection as connection_module
from inference.sessions.faults import from_sqlite, translated
from inference.sessions.session import Session
from tests.inference.sessions.making import classified, found, label_step, labels_of, new_session


def test_decisions_are_durable_and_answers_need_not_be(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = new_session(tmp_path, 2)
    seen: list[int] = []
    commit_watcher = session._names.write_new

    def watch(connection: sqlite3.Connection) -> int:
        seen.append(connection.execute("PRAGMA synchronous").fetchone()[0])
        return commit_watcher(connection)

    monkeypatch.setattr(session._names, "write_new", watch)
    session.carry_out(label_step(session, [1], "a"))
    session.keep_answers([classified(1)])
    session.take_back()
    session.repeat()
    session.keep_answers([classified(2)])
    normal, full = 1, 2
    assert seen == [full, normal, full, full, normal]
    session.close()


def test_the_connections_are_as_they_must_be(tmp_path: Path) -> None:
    session = new_session(tmp_path, 1)
    database = session._database
    assert database.journal_mode == "wal"
    assert session.notice == ""
    with database.read() as reader:
        assert reader.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
        assert reader.execute("PRAGMA mmap_size").fetchone() in {(0,), None}
        with pytest.raises(sqlite3.OperationalError):
            reader.execute("DELETE FROM image")
    session.close()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["test.cardinal", "test.cardinal.lock"]


def test_a_folder_without_write_ahead_log_goes_on_and_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "is_network_folder", lambda _folder: True)
    session = new_session(tmp_path, 2)
    assert session._database.journal_mode == "truncate"
    assert "another machine" in session.notice
    session.carry_out(label_step(session, [1], "a"))
    session.keep_answers([classified(2)])
    session.close()
    session = Session.open(tmp_path / "test.cardinal")
    assert labels_of(session) == {1: "a"}
    session.close()


@pytest.mark.parametrize("reads_on", [False, True])
def test_a_closed_session_is_whole_in_its_one_file_whoever_reads_it(tmp_path: Path, reads_on: bool) -> None:
    session = new_session(tmp_path, 500)
    session.carry_out(label_step(session, range(1, 501), "a"))
    reader = connection_module.connect(session.path, "ro")
    try:
        if reads_on:
            # In the middle of a reading, which ends while the session is closed.
            reader.execute("BEGIN")
            reader.execute("SELECT count(*) FROM image").fetchone()
            session.carry_out(label_step(session, range(1, 501), "b"))
            timer = threading.Timer(0.2, reader.execute, ["COMMIT"])
            timer.start()
            session.close()
            timer.join()
        else:
            reader.execute("SELECT count(*) FROM image").fetchone()
            session.close()
    finally:
        reader.close()
    copied = tmp_path / "copied"
    copied.mkdir()
    alone = Session.open(Path(shutil.copy(session.path, copied)))
    assert alone.image_count() == 500
    assert set(labels_of(alone).values()) == {"b" if reads_on else "a"}
    alone.close()


class Faulty:
    """A connection whose k-th statement fails."""

    def __init__(self, real: sqlite3.Connection, fails_at: int, error: sqlite3.Error) -> None:
        self._real, self._left, self._error = real, fails_at, error

    def _count(self) -> None:
        self._left -= 1
        if self._left == 0:
            raise self._error

    def execute(self, statement: str, *values: Any) -> sqlite3.Cursor:  # noqa: ANN401 - as SQLite's
        # Taking back must be possible, or SQLite itself has done it.
        if statement != "ROLLBACK":
            self._count()
        return self._real.execute(statement, *values)

    def executemany(self, statement: str, rows: Iterable[Any]) -> sqlite3.Cursor:
        self._count()
        return self._real.executemany(statement, rows)

    def __getattr__(self, name: str) -> Any:  # noqa: ANN401 - as SQLite's
        return getattr(self._real, name)


def disk_error(code: int) -> sqlite3.OperationalError:
    error = sqlite3.OperationalError("database or disk is full")
    error.sqlite_errorcode = code
    return error


CHANGES: dict[str, Callable[[Session], object]] = {
    "label": lambda session: session.carry_out(label_step(session, [2], "new")),
    "take back": lambda session: session.take_back(),
    "answers": lambda session: session.keep_answers([classified(2), classified(3)]),
    "register": lambda session: session.register(found(6)),
    "remember": lambda session: session.remember("x", 1),
}


@pytest.mark.parametrize("what", CHANGES)
def test_a_change_that_fails_at_any_statement_changes_nothing(tmp_path: Path, what: str) -> None:
    session = new_session(tmp_path, 4)
    session.carry_out(label_step(session, [1], "old"))
    real = session._database._writer
    assert real is not None
    for fails_at in range(1, 200):
        before = dump(session)
        session._database._writer = Faulty(real, fails_at, disk_error(sqlite3.SQLITE_FULL))  # type: ignore[assignment]
        error = error_of(CHANGES[what], session)
        session._database._writer = real
        if error is None:
            break
        assert error.is_disk_full
        assert error.reason == "The disk is full."
        assert dump(session) == before
    assert fails_at > 3
    assert dump(session) != before
    assert labels_of(session).get(1) == (None if what == "take back" else "old")
    session.carry_out(label_step(session, [4], "afterwards"))
    session.close()


def error_of(change: Callable[[Session], object], session: Session) -> SessionSaveError | None:
    try:
        change(session)
    except SessionSaveError as error:
        return error
    return None


def dump(session: Session) -> list[str]:
    reader = sqlite3.connect(session.path)
    try:
        return list(reader.iterdump())
    finally:
        reader.close()


def test_a_really_full_file_loses_nothing(tmp_path: Path) -> None:
    session = new_session(tmp_path, 50)
    session.carry_out(label_step(session, [1], "kept"))
    writer = session._database._writer
    assert writer is not None
    pages = writer.execute("PRAGMA page_count").fetchone()[0]
    writer.execute(f"PRAGMA max_page_count={pages + 2}")
    with pytest.raises(SessionSaveError) as caught:
        session.keep_answers([classified(key) for key in range(1, 51)])
    assert caught.value.is_disk_full
    assert labels_of(session) == {1: "kept"}
    writer.execute("PRAGMA max_page_count=1000000")
    session.keep_answers([classified(key) for key in range(1, 51)])
    assert session.classification_of(50) is not None
    session.close()


def test_a_lock_of_another_program_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection_module, "_BUSY_S", 0.05)
    session = new_session(tmp_path, 1)
    outside = sqlite3.connect(session.path, isolation_level=None)
    outside.execute("BEGIN IMMEDIATE")
    with pytest.raises(SessionSaveError, match="Another program"):
        session.carry_out(label_step(session, [1], "a"))
    assert labels_of(session) == {}
    outside.execute("ROLLBACK")
    outside.close()
    session.carry_out(label_step(session, [1], "a"))
    session.close()


@pytest.mark.parametrize(
    ("code", "kind", "says"),
    [
        (sqlite3.SQLITE_CORRUPT_VTAB, SessionDamagedError, "broken"),
        (sqlite3.SQLITE_NOTADB, SessionDamagedError, "not a database"),
        (sqlite3.SQLITE_IOERR_FSYNC, SessionSaveError, "The disk reports an error."),
        (sqlite3.SQLITE_CANTOPEN, SessionSaveError, "too many files"),
        (sqlite3.SQLITE_READONLY_DBMOVED, SessionSaveError, "written to"),
    ],
)
def test_codes_of_sqlite_become_sentences(code: int, kind: type[Exception], says: str) -> None:
    error = from_sqlite(Path("x"), disk_error(code))
    assert type(error) is kind
    assert says in str(error)


@pytest.mark.parametrize(
    ("number", "flag"),
    [(errno.ENOSPC, "is_disk_full"), (errno.EROFS, "is_read_only"), (errno.EACCES, "is_read_only")],
)
def test_errors_of_the_disk_become_sentences(number: int, flag: str) -> None:
    with pytest.raises(SessionSaveError) as caught, translated(Path("x")):
        raise OSError(number, "")
    assert getattr(caught.value, flag)
    with pytest.raises(SessionSaveError, match="Too many open files"), translated(Path("x")):
        raise OSError(errno.EMFILE, "")


@pytest.mark.skipif(os.name == "nt", reason="resource is POSIX")
def test_too_many_open_files_are_a_sentence_and_pass(tmp_path: Path) -> None:
    import resource  # noqa: PLC0415 - POSIX only

    session = new_session(tmp_path, 1)
    session.close()
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    for more in range(6):
        lowest_free = os.dup(0)
        os.close(lowest_free)
        resource.setrlimit(resource.RLIMIT_NOFILE, (lowest_free + more, before[1]))
        try:
            error = error_of_opening(session.path)
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        if more == 0:
            assert isinstance(error, SessionSaveError)
        assert error is None or "open" in str(error)
    session = Session.open(session.path)
    session.carry_out(label_step(session, [1], "afterwards"))
    session.close()


def error_of_opening(path: Path) -> SessionError | None:
    try:
        Session.open(path).close()
    except SessionError as error:
        return error
    return None


def test_closing_breaks_a_long_check_off(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    session = new_session(tmp_path, 10)
    started = threading.Event()
    errors: list[SessionError] = []

    def check_for_ever(connection: sqlite3.Connection, _path: Path) -> None:
        started.set()
        endless = "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT count(*) FROM n"
        connection.execute(endless).fetchone()

    def check() -> None:
        try:
            session.check()
        except SessionError as error:
            errors.append(error)

    monkeypatch.setattr("inference.sessions.session_file.require_sound", check_for_ever)
    checking = threading.Thread(target=check)
    checking.start()
    started.wait(30)
    time.sleep(0.05)
    session.close()
    checking.join(30)
    assert not checking.is_alive()
    assert [type(error) for error in errors] == [SessionSaveError]


def test_nothing_is_written_into_a_file_that_lost_its_name(tmp_path: Path) -> None:
    session = new_session(tmp_path, 3)
    session.path.unlink()
    with pytest.raises(SessionSaveError, match="deleted or replaced"):
        session.carry_out(label_step(session, [1], "owl"))
    elsewhere = tmp_path / "elsewhere.cardinal"
    session.copy_to(elsewhere)
    session.close()
    copy = Session.open(elsewhere)
    assert copy.image_count() == 3
    copy.close()
