"""Keep the last steps of a person, so that they can be taken back after a restart, too."""

from __future__ import annotations

import sqlite3
import zlib
from dataclasses import dataclass

from inference.sessions.byte_order import integers, little_endian
from inference.sessions.marks import Marks
from inference.sessions.names import Names, pack_text, unpack_text
from inference.sessions.steps import Step, StepKind, kept_steps

_FAST = 1
_BYTES_PER_IMAGE = 8 + 2 * (1 + 4)
_COLUMNS = "SELECT id, kind, subject, at, images, changes FROM step"


@dataclass(frozen=True, slots=True)
class StoredStep:
    """A step and its place in the journal."""

    step_id: int
    step: Step


def append_step(connection: sqlite3.Connection, step: Step) -> int:
    """Add a step in force, inside the caller's transaction; what could be repeated or is too old is forgotten.

    Returns:
        Its number in the journal.
    """
    connection.execute("DELETE FROM step WHERE in_force = 0")
    size = len(step) * _BYTES_PER_IMAGE
    cursor = connection.execute(
        "INSERT INTO step (kind, subject, at, images, bytes, in_force, changes) VALUES (?, ?, ?, ?, ?, 1, ?)",
        (step.kind.value, pack_text(step.subject), step.at, len(step), size, _pack(step)),
    )
    _forget_oldest(connection)
    return cursor.lastrowid or 0


def _forget_oldest(connection: sqlite3.Connection) -> None:
    steps = connection.execute("SELECT id, images FROM step ORDER BY id").fetchall()
    forgotten = len(steps) - kept_steps([images for _, images in steps])
    if forgotten:
        connection.execute("DELETE FROM step WHERE id <= ?", (steps[forgotten - 1][0],))


def step_to_take_back(connection: sqlite3.Connection, names: Names) -> StoredStep | None:
    """The newest step in force, or None."""
    return _first(connection, names, "WHERE in_force = 1 ORDER BY id DESC LIMIT 1")


def step_to_repeat(connection: sqlite3.Connection, names: Names) -> StoredStep | None:
    """The oldest step that was taken back, or None."""
    return _first(connection, names, "WHERE in_force = 0 ORDER BY id LIMIT 1")


def set_in_force(connection: sqlite3.Connection, step_id: int, *, in_force: bool) -> None:
    """Note whether a step is in force, inside the caller's transaction."""
    connection.execute("UPDATE step SET in_force = ? WHERE id = ?", (in_force, step_id))


def read_journal(connection: sqlite3.Connection, names: Names) -> tuple[tuple[Step, ...], int]:
    """All steps, oldest first, and how many of them are in force."""
    rows = connection.execute(f"{_COLUMNS} ORDER BY id").fetchall()
    in_force: int = connection.execute("SELECT count(*) FROM step WHERE in_force = 1").fetchone()[0]
    names.refresh(connection)
    return tuple(_unpack(row, names).step for row in rows), in_force


def _first(connection: sqlite3.Connection, names: Names, which: str) -> StoredStep | None:
    row = connection.execute(f"{_COLUMNS} {which}").fetchone()
    names.refresh(connection)
    return None if row is None else _unpack(row, names)


def _pack(step: Step) -> bytes:
    before, after = step.before, step.after
    columns = (little_endian(after.keys), before.marks, little_endian(before.names))
    return zlib.compress(b"".join((*columns, after.marks, little_endian(after.names))), _FAST)


def _unpack(row: tuple[int, str, bytes, float, int, bytes], names: Names) -> StoredStep:
    """Read a stored step.

    Raises:
        ValueError, IndexError, zlib.error: it is damaged.
    """
    step_id, kind, subject, at, images, changes = row
    data = zlib.decompress(changes)
    if len(data) != images * _BYTES_PER_IMAGE:
        raise ValueError(len(data))
    keys, rest = integers("q", data[: images * 8]), data[images * 8 :]
    before = _marks(keys.tobytes(), rest[: images * 5], names)
    after = _marks(keys.tobytes(), rest[images * 5 :], names)
    return StoredStep(step_id, Step(StepKind(kind), unpack_text(subject), before, after, at))


def _marks(keys: bytes, data: bytes, names: Names) -> Marks:
    count = len(keys) // 8
    return Marks.of(memoryview(keys).cast("q"), data[:count], map(names.code, integers("i", data[count:])))
