"""Carry out, take back and repeat steps: marks and journal change together or not at all."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Sequence
from itertools import repeat

from inference.sessions.identity import HASH_BYTES
from inference.sessions.journal import append_step, set_in_force, step_to_repeat, step_to_take_back
from inference.sessions.marks import Marks, make_mark
from inference.sessions.names import Names
from inference.sessions.newest import HOMELESS
from inference.sessions.steps import Step

# Steps may be about images that a scan has taken off the list since, because their file is gone: they stay off it.
_DECIDE = f"""INSERT INTO decision (image_id, mark, name, at)
    SELECT i.id, ?2 | iif({HOMELESS}, {make_mark(removed=True)}, 0), ?3, ?4 FROM image i WHERE i.id = ?1
    ON CONFLICT (image_id) DO UPDATE SET mark = excluded.mark, name = excluded.name, at = excluded.at"""  # noqa: S608


def carry_out(connection: sqlite3.Connection, step: Step) -> None:
    """Do a step and note it in the journal, inside the caller's transaction.

    Raises:
        ValueError: before and after are not about the same images.
    """
    if step.before.keys != step.after.keys:
        raise ValueError("A step's marks before and after are of different images.")
    write_marks(connection, step.after, step.at)
    step_id = append_step(connection, step)
    if step.kind.is_about_pictures:
        _lay_former_files_aside(connection, step.after.keys, step_id)


def _lay_former_files_aside(connection: sqlite3.Connection, keys: Sequence[int], step_id: int) -> None:
    """What was decided is about the files that were answered last, and does not follow those that were there before.

    An image whose new file has not been answered yet (a scan was interrupted) keeps what it was. Rows of others get the
    negative of their image's key, under which nobody looks for them, and the step's number behind their hash: who takes
    back that step, and no other one, has the decision before it follow its file again.
    """
    if connection.execute("SELECT EXISTS (SELECT 1 FROM former)").fetchone()[0]:
        connection.executemany(
            """UPDATE OR REPLACE former SET image_id = -image_id, content_hash = CAST(content_hash || ?3 AS BLOB)
            WHERE image_id = ?1 AND (SELECT length(content_hash) FROM image WHERE id = ?1) = ?2""",
            ((key, HASH_BYTES, _numbered(step_id)) for key in keys),
        )


def _take_former_files_up(connection: sqlite3.Connection, keys: Sequence[int], step_id: int) -> None:
    """What stands now is about the files that were there before, and follows them again."""
    if connection.execute("SELECT EXISTS (SELECT 1 FROM former WHERE image_id < 0)").fetchone()[0]:
        connection.executemany(
            """UPDATE OR IGNORE former SET image_id = -image_id, content_hash = substr(content_hash, 1, ?2)
            WHERE image_id = ?1 AND substr(content_hash, ?2 + 1) = ?3""",
            ((-key, HASH_BYTES, _numbered(step_id)) for key in keys),
        )


def _numbered(step_id: int) -> bytes:
    return step_id.to_bytes(8, "big")


def take_back(connection: sqlite3.Connection, names: Names) -> Step | None:
    """Undo the newest step in force, inside the caller's transaction; None where there is none."""
    stored = step_to_take_back(connection, names)
    if stored is None:
        return None
    # Who takes a step back decides for what stood there before, now.
    write_marks(connection, stored.step.before, time.time())
    if stored.step.kind.is_about_pictures:
        _take_former_files_up(connection, stored.step.before.keys, stored.step_id)
    set_in_force(connection, stored.step_id, in_force=False)
    return stored.step


def repeat_step(connection: sqlite3.Connection, names: Names) -> Step | None:
    """Do again the step that was taken back last, inside the caller's transaction; None where there is none."""
    stored = step_to_repeat(connection, names)
    if stored is None:
        return None
    write_marks(connection, stored.step.after, stored.step.at)
    if stored.step.kind.is_about_pictures:
        _lay_former_files_aside(connection, stored.step.after.keys, stored.step_id)
    set_in_force(connection, stored.step_id, in_force=True)
    return stored.step


def write_marks(connection: sqlite3.Connection, marks: Marks, at: float) -> None:
    """Write decisions, inside the caller's transaction; those about images that are not there (any more) are left out.

    Args:
        connection: that writes.
        marks: what stands from now on.
        at: when it was decided, seconds since 1970.
    """
    connection.executemany(_DECIDE, zip(marks.keys, marks.marks, marks.names, repeat(at), strict=False))
