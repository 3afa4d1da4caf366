"""Say which images are another file now than the one that something was said of (decision 0017)."""

from __future__ import annotations

import os
import sqlite3
import stat
from collections.abc import Sequence
from functools import partial

from inference.sessions.connection import Reader
from inference.sessions.identity import HASH_BYTES, hash_of_file, storable_time
from inference.sessions.newest import listed, portions


def answered_anew(connection: sqlite3.Connection) -> frozenset[int]:
    """Images whose new file a model has answered, while decisions are still about the file before.

    Whoever decides the same again says it of the new picture: `decisions.carry_out` then has it stay there.
    """
    found = connection.execute(
        """SELECT i.id FROM former w JOIN image i ON i.id = w.image_id
        WHERE length(i.content_hash) = ? AND i.content_hash != w.content_hash""",
        (HASH_BYTES,),
    )
    return frozenset(key for (key,) in found)


def changed_on_disk(read: Reader, keys: Sequence[int]) -> list[str]:
    """The paths of those images whose file is another one than the session has an answer for.

    Of an image that a scan found changed, and that was not answered since, the answer is of the file before (`former`).
    Only files of the same size at another time are read; one that is gone or is no regular file is not among them.

    Args:
        read: the session's way to read.
        keys: of the images; each costs a look at its file.
    """
    query = """SELECT i.path, coalesce(w.size, i.size), i.mtime_ns, coalesce(w.content_hash, i.content_hash), w.size
        FROM image i LEFT JOIN former w ON w.image_id = i.id AND i.content_hash IS NULL
        WHERE length(coalesce(w.content_hash, i.content_hash)) = ? AND i.id IN"""
    rows: list[tuple[bytes, int, int, bytes, int | None]] = []
    for some in portions(keys):
        few = f"{query} {listed(some)}"
        rows += read(partial(_fetch, few))
    return [
        os.fsdecode(path)
        for path, size, mtime_ns, content_hash, former_size in rows
        # The time of the file before is not known any more.
        if _is_other_file(os.fsdecode(path), size, mtime_ns if former_size is None else None, content_hash)
    ]


def _fetch(query: str, connection: sqlite3.Connection) -> list[tuple[bytes, int, int, bytes, int | None]]:
    return connection.execute(query, (HASH_BYTES,)).fetchall()


def _is_other_file(path: str, size: int, mtime_ns: int | None, content_hash: bytes) -> bool:
    """Whether a file differs from what was known of it; one that was only touched has the same bytes."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - paths stay str as given
    except (OSError, ValueError):
        return False
    if not stat.S_ISREG(facts.st_mode):
        return False
    if facts.st_size != size:
        return True
    if storable_time(facts.st_mtime_ns) == mtime_ns:
        return False
    found = hash_of_file(path)
    return found is not None and found != content_hash
