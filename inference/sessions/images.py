"""Take found files into a session: new, known, changed or moved."""

from __future__ import annotations

import os
import sqlite3
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial

from inference.cancel import CancelToken
from inference.errors import ImageProblem, InferenceError
from inference.sessions.connection import Reader
from inference.sessions.identity import HASH_BYTES
from inference.sessions.marks import is_removed, with_removed
from inference.sessions.moves import MoveFinder
from inference.sessions.newest import CURRENT_FAILURE, HOMELESS, LABELLED, REMOVED, listed
from inference.sessions.records import FoundFile
from inference.sessions.settling import ChangedImage

TRANSIENT = frozenset(
    {
        ImageProblem.MISSING.value,
        ImageProblem.NO_PERMISSION.value,
        ImageProblem.UNREADABLE.value,
        ImageProblem.TIMEOUT.value,
        ImageProblem.CRASHED.value,
        ImageProblem.OUT_OF_MEMORY.value,
        InferenceError.kind,
    }
)
"""Failures that may not happen again with the same file, so that finding it again means trying again."""

_PATHS_AT_ONCE = 500


@dataclass(slots=True)
class Findings:
    """What has to be done about some files.

    Attributes:
        new: (path, size, mtime) of files to be added.
        known: keys of images that have not changed.
        changed: (size, mtime, key) of images with another stamp.
        retried: keys of images that failed for a reason that may have passed.
        moved: (path, size, mtime, key) of images found elsewhere.
        removed: keys among the images above that somebody took off the list.
        returned: keys of moved images that were off the list because their file was gone.
        renewed: the images of `changed`, with what they were, and those that an interrupted scan left like this.
    """

    new: list[tuple[bytes, int, int]] = field(default_factory=list)
    known: array[int] = field(default_factory=lambda: array("q"))
    changed: list[tuple[int, int, int]] = field(default_factory=list)
    retried: list[int] = field(default_factory=list)
    moved: list[tuple[bytes, int, int, int]] = field(default_factory=list)
    removed: list[int] = field(default_factory=list)
    returned: list[int] = field(default_factory=list)
    renewed: list[ChangedImage] = field(default_factory=list)

    @property
    def needs_writing(self) -> bool:
        """Whether anything is to be written down."""
        return bool(self.new or self.changed or self.retried or self.moved or self.removed)


@dataclass(frozen=True, slots=True)
class _Known:
    key: int
    size: int
    mtime_ns: int
    mark: int
    problem: str | None
    content_hash: bytes | None
    former_size: int | None
    former_hash: bytes | None

    def renewed(self, file: FoundFile) -> ChangedImage:
        """The image and what it was before the first scan that did not come to its end."""
        if self.former_size is None:
            return ChangedImage(self.key, file, self.size, self.content_hash)
        return ChangedImage(self.key, file, self.former_size, self.former_hash)


def look_up(
    read: Reader,
    model_id: int,
    files: Sequence[FoundFile],
    moves: MoveFinder,
    cancel: CancelToken | None = None,
) -> Findings:
    """Find out what files are to the session; nothing is written, and files are read only to recognise moved ones.

    Args:
        read: the session's way to read.
        model_id: whose failures count.
        files: found by a scan, no path twice.
        moves: of the scan.
        cancel: ends it.

    Raises:
        Cancelled: nobody wants to know any more.
    """
    findings = Findings()
    moves.look_again()
    paths = [os.fsencode(file.path) for file in files]
    known = read(partial(_known_of, model_id=model_id, paths=paths))
    for path, file in zip(paths, files, strict=True):
        image = known.get(path)
        if image is None:
            _sort_in_unknown(findings, path, file, moves.find(file, cancel))
        else:
            _sort_in_known(findings, image, file)
    moved = [entry[-1] for entry in findings.moved]
    for key, is_homeless in read(partial(_removed_among, keys=moved)):
        (findings.returned if is_homeless else findings.removed).append(key)
    return findings


def _sort_in_unknown(findings: Findings, path: bytes, file: FoundFile, moved_key: int | None) -> None:
    if moved_key is None:
        findings.new.append((path, file.size_bytes, file.mtime_ns))
    else:
        findings.moved.append((path, file.size_bytes, file.mtime_ns, moved_key))


def _sort_in_known(findings: Findings, image: _Known, file: FoundFile) -> None:
    if is_removed(image.mark):
        findings.removed.append(image.key)
    # A file that cannot be looked at now has no stamp to compare.
    if file.size_bytes >= 0 and (file.size_bytes, file.mtime_ns) != (image.size, image.mtime_ns):
        findings.changed.append((file.size_bytes, file.mtime_ns, image.key))
        findings.renewed.append(image.renewed(file))
        return
    if file.size_bytes >= 0 and image.former_size is not None:
        findings.renewed.append(image.renewed(file))
    if image.problem in TRANSIENT:
        findings.retried.append(image.key)
    else:
        findings.known.append(image.key)


def _known_of(connection: sqlite3.Connection, model_id: int, paths: Sequence[bytes]) -> dict[bytes, _Known]:
    known: dict[bytes, _Known] = {}
    for some in _portions_of_paths(paths):
        query = f"""SELECT i.path, i.id, i.size, i.mtime_ns, coalesce(d.mark, 0), f.problem, i.content_hash,
            w.size, w.content_hash
            FROM image i
            LEFT JOIN former w ON w.image_id = i.id
            LEFT JOIN decision d ON d.image_id = i.id
            LEFT JOIN failure f ON {CURRENT_FAILURE.replace(":model", "?")}
            WHERE i.path IN ({_places(some)})"""  # noqa: S608 - question marks
        for path, *facts in connection.execute(query, (model_id, *some)):
            known[path] = _Known(*facts)
    return known


def _removed_among(connection: sqlite3.Connection, keys: Sequence[int]) -> list[tuple[int, bool]]:
    """The keys of those that are off the list, and whether that is so because they have no file."""
    query = f"""SELECT i.id, {HOMELESS} FROM image i JOIN decision d ON d.image_id = i.id
        WHERE i.id IN {listed(keys)} AND d.mark IN {REMOVED}"""  # noqa: S608 - numbers
    return [(key, bool(is_homeless)) for key, is_homeless in connection.execute(query)]


def write_findings(connection: sqlite3.Connection, findings: Findings, *, restore_removed: bool) -> int:
    """Write down what was found out, inside the caller's transaction.

    Returns:
        The key of the first new image; the others follow it one by one.
    """
    first: int = last_key(connection) + 1
    connection.executemany(
        "INSERT INTO image (id, path, size, mtime_ns) VALUES (?, ?, ?, ?)",
        ((key, *facts) for key, facts in enumerate(findings.new, first)),
    )
    # Should the scan not come to its end, the next one still knows whose file it was.
    connection.executemany(
        "INSERT OR IGNORE INTO former (image_id, size, content_hash) "
        "SELECT id, size, content_hash FROM image WHERE id = ? AND length(content_hash) = ?",
        ((entry[-1], HASH_BYTES) for entry in findings.changed),
    )
    connection.executemany(
        "UPDATE image SET size = ?, mtime_ns = ?, content_hash = NULL, ignored = 0 WHERE id = ?", findings.changed
    )
    connection.executemany("UPDATE image SET path = ?, size = ?, mtime_ns = ? WHERE id = ?", findings.moved)
    stale = [entry[-1] for entry in findings.changed] + findings.retried + [entry[-1] for entry in findings.moved]
    connection.executemany("DELETE FROM failure WHERE image_id = ?", ((key,) for key in stale))
    _restore(connection, findings.returned)
    if restore_removed:
        _restore(connection, findings.removed)
    return first


def _restore(connection: sqlite3.Connection, keys: Sequence[int]) -> None:
    for key in keys:
        mark: int = connection.execute("SELECT mark FROM decision WHERE image_id = ?", (key,)).fetchone()[0]
        connection.execute("UPDATE decision SET mark = ? WHERE image_id = ?", (with_removed(mark, removed=False), key))


def last_key(connection: sqlite3.Connection) -> int:
    """The highest key, or 0."""
    key: int = connection.execute("SELECT coalesce(max(id), 0) FROM image").fetchone()[0]
    return key


def count_images(connection: sqlite3.Connection) -> int:
    """How many images are on the list."""
    count: int = connection.execute(
        f"SELECT (SELECT count(*) FROM image) - (SELECT count(*) FROM decision WHERE mark IN {REMOVED})"  # noqa: S608
    ).fetchone()[0]
    return count


def count_labels(connection: sqlite3.Connection) -> list[tuple[int, int]]:
    """(name, how many images on the list have it as label)."""
    return connection.execute(
        f"SELECT name, count(*) FROM decision WHERE mark IN {LABELLED} GROUP BY name"  # noqa: S608
    ).fetchall()


def path_of(connection: sqlite3.Connection, key: int) -> bytes | None:
    """The path of an image, or None."""
    row = connection.execute("SELECT path FROM image WHERE id = ?", (key,)).fetchone()
    return None if row is None else row[0]


def keys_of_paths(connection: sqlite3.Connection, paths: Sequence[bytes]) -> dict[bytes, int]:
    """The keys of those paths that are known."""
    found: dict[bytes, int] = {}
    for some in _portions_of_paths(paths):
        query = f"SELECT path, id FROM image WHERE path IN ({_places(some)})"  # noqa: S608 - question marks
        found.update(connection.execute(query, some).fetchall())
    return found


def _portions_of_paths(paths: Sequence[bytes]) -> Iterator[Sequence[bytes]]:
    for start in range(0, len(paths), _PATHS_AT_ONCE):
        yield paths[start : start + _PATHS_AT_ONCE]


def _places(values: Sequence[object]) -> str:
    return ", ".join("?" * len(values))
