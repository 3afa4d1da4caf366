"""Say which images are another file now than the one that something was said of (decision 0017)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Sequence

from inference.sessions.connection import Reader
from inference.sessions.identity import HASH_BYTES, hash_of_file, real_hash, storable_time
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

    Only files with another size or time are read; one that is gone or cannot be read is not among them.

    Args:
        read: the session's way to read.
        keys: of the images; each costs a look at its file.
    """
    query = "SELECT path, size, mtime_ns, content_hash FROM image WHERE content_hash IS NOT NULL AND id IN"
    rows = [
        row
        for some in portions(keys)
        for row in read(lambda connection, some=some: connection.execute(f"{query} {listed(some)}").fetchall())  # type: ignore[misc]  # a default binds the keys
    ]
    return [
        os.fsdecode(path)
        for path, size, mtime_ns, content_hash in rows
        if _is_other_file(os.fsdecode(path), (size, mtime_ns), real_hash(content_hash))
    ]


def _is_other_file(path: str, stamp: tuple[int, int], content_hash: bytes) -> bool:
    """Whether a file differs from what was known of it; one that was only touched has the same bytes."""
    try:
        facts = os.stat(path)  # noqa: PTH116 - paths stay str as given
    except (OSError, ValueError):
        return False
    if (facts.st_size, storable_time(facts.st_mtime_ns)) == stamp:
        return False
    found = hash_of_file(path)
    return found is not None and found != content_hash
