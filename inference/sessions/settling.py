"""Give each image its own file back, after a scan that found other content under known names (renumbered files)."""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from inference.sessions.connection import Reader
from inference.sessions.identity import HASH_BYTES, hash_of_file
from inference.sessions.marks import UNMARKED, make_mark, with_removed
from inference.sessions.newest import HOMELESS
from inference.sessions.records import FoundFile

_GONE = b"\0gone %d"
"""Ends the path of an image whose file is gone and whose name another file has now; no file can be called so."""

_NO_SIZE = -1
"""No file has it."""


@dataclass(frozen=True, slots=True)
class ChangedImage:
    """An image under whose path the scan found another size or time.

    Attributes:
        key: of the image.
        file: what lies there now.
        size: of the file that the image was, in bytes.
        content_hash: SHA-256 of that file, or None where it was never read.
    """

    key: int
    file: FoundFile
    size: int
    content_hash: bytes | None


@dataclass(slots=True)
class Settlement:
    """What has to be put right. Without entries there is nothing to do.

    Attributes:
        same: images whose file has another time only, with its hash.
        moved: images that are another file of the scan, with its hash.
        new: files that belong to no image.
        homeless: images whose file is gone, while their name has another image's file.
        absorbed: keys of images that the scan added for files that turned out to be another image's, and about which
            nobody has decided anything. Where somebody has, the added image stays and the other one is homeless.
    """

    same: list[tuple[ChangedImage, bytes]] = field(default_factory=list)
    moved: list[tuple[int, FoundFile, bytes]] = field(default_factory=list)
    new: list[FoundFile] = field(default_factory=list)
    homeless: list[ChangedImage] = field(default_factory=list)
    absorbed: list[int] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether everything is as it should be."""
        return not (self.same or self.moved or self.new or self.homeless)


def settle(
    read: Reader,
    changed: Sequence[ChangedImage],
    began_at_key: int,
    hash_file: Callable[[str], bytes | None] = hash_of_file,
) -> Settlement:
    """Find out by content (SHA-256) which image each file is; nothing is written.

    Of several images or files with the same content, the one whose path has not changed is taken, else the first.

    Args:
        read: the session's way to read.
        changed: images under whose names the scan found other files.
        began_at_key: images with higher keys were added by the scan.
        hash_file: reads a file.
    """
    found = Settlement()
    if not changed:
        return found
    sizes = {image.size for image in changed if image.content_hash is not None}
    hashes = {image.key: hash_file(image.file.path) for image in changed}
    owners: dict[bytes, list[ChangedImage]] = {}
    for image in changed:
        if image.content_hash is not None and hashes[image.key] == image.content_hash:
            found.same.append((image, image.content_hash))
        elif image.content_hash is not None and len(image.content_hash) == HASH_BYTES:
            owners.setdefault(image.content_hash, []).append(image)
    same = {image.key for image, _ in found.same}
    taken: set[int] = set()
    claimed: set[int] = set()
    known = _KnownContent(read)
    for image in changed:
        if image.key not in same:
            owner = _owner_of(known, hashes[image.key], image.file, owners, taken)
            if owner is not None:
                found.moved.append((owner, image.file, hashes[image.key] or b""))
                claimed.add(image.key)
    replaced = _match_added(found, _added(read, sizes if owners else set(), began_at_key), owners, taken, hash_file)
    for image in changed:
        if image.key in taken and image.key not in claimed:
            found.new.append(image.file)
        if image.key in replaced or (image.key in claimed and image.key not in taken):
            found.homeless.append(image)
    return found


def _match_added(
    found: Settlement,
    added: Sequence[tuple[int, FoundFile, bool]],
    owners: dict[bytes, list[ChangedImage]],
    taken: set[int],
    hash_file: Callable[[str], bytes | None],
) -> set[int]:
    """Recognise images of the scan as earlier ones; the keys of those whose picture somebody has decided about anew."""
    replaced: set[int] = set()
    for key, file, is_decided in added:
        content_hash = hash_file(file.path)
        owner = _first(owners.get(content_hash or b"", ()), taken)
        if owner is None or content_hash is None:
            continue
        if is_decided:
            # The later decision about this picture counts; the earlier one must not stay with another picture.
            replaced.add(owner)
        else:
            found.moved.append((owner, file, content_hash))
            found.absorbed.append(key)
    return replaced


def _added(read: Reader, sizes: set[int], began_at_key: int) -> list[tuple[int, FoundFile, bool]]:
    """Images that the scan added, of these sizes, and whether somebody has decided about them already."""
    query = """SELECT i.id, i.path, i.size, i.mtime_ns, coalesce(d.mark, 0) FROM image i
        LEFT JOIN decision d ON d.image_id = i.id WHERE i.size = ? AND i.id > ?"""
    rows = [
        row
        for size in sorted(sizes)
        for row in read(lambda connection, size=size: connection.execute(query, (size, began_at_key)).fetchall())  # type: ignore[misc]  # a default binds the size
    ]
    return [
        (key, FoundFile(os.fsdecode(path), size, mtime_ns), mark != UNMARKED)
        for key, path, size, mtime_ns, mark in rows
    ]


class _KnownContent:
    """Finds images by size and content. All of one size are looked up once: a thousand files may have the same."""

    def __init__(self, read: Reader) -> None:
        self._read = read
        self._by_size: dict[int, dict[bytes, list[tuple[int, str]]]] = {}

    def images(self, size: int, content_hash: bytes) -> Sequence[tuple[int, str]]:
        """Key and path of the images with this content, keys ascending."""
        found = self._by_size.get(size)
        if found is None:
            found = self._by_size[size] = {}
            query = "SELECT id, path, content_hash FROM image WHERE size = ? AND content_hash IS NOT NULL ORDER BY id"
            for key, path, its in self._read(lambda connection: connection.execute(query, (size,)).fetchall()):
                found.setdefault(its, []).append((key, os.fsdecode(path)))
        return found.get(content_hash, ())


def _owner_of(
    known: _KnownContent,
    content_hash: bytes | None,
    file: FoundFile,
    owners: dict[bytes, list[ChangedImage]],
    taken: set[int],
) -> int | None:
    """The image that this content was: another one of the scan, or one whose own file is gone."""
    if content_hash is None:
        return None
    owner = _first(owners.get(content_hash, ()), taken)
    if owner is not None:
        return owner
    for key, path in known.images(file.size_bytes, content_hash):
        if key not in taken and not os.path.lexists(path):
            taken.add(key)
            return key
    return None


def _first(owners: Sequence[ChangedImage], taken: set[int]) -> int | None:
    for owner in owners:
        if owner.key not in taken:
            taken.add(owner.key)
            return owner.key
    return None


def still_open(connection: sqlite3.Connection, renewed: Sequence[ChangedImage]) -> list[ChangedImage]:
    """Those images about whose new files nobody has decided since they were found, and answered."""
    former = {row[0] for row in connection.execute("SELECT image_id FROM former")}
    return [image for image in renewed if image.key in former or -image.key not in former]


def still_holds(connection: sqlite3.Connection, found: Settlement) -> bool:
    """Whether nobody has decided about an absorbed image since it was found out, inside the caller's transaction."""
    query = "SELECT mark FROM decision WHERE image_id = ?"
    marks = (connection.execute(query, (key,)).fetchone() for key in found.absorbed)
    return all(row is None or row[0] == UNMARKED for row in marks)


def write_settlement(connection: sqlite3.Connection, found: Settlement, first_key: int) -> list[int]:
    """Write down what was found out, inside the caller's transaction; new files get keys from `first_key` on.

    Returns:
        The keys of images that have been without a file and are on the list again. What a person took off the list
        stays off it, wherever its file lies.
    """
    query = f"SELECT i.id FROM image i WHERE i.id = ? AND {HOMELESS}"  # noqa: S608 - made of constants
    returned = [key for key, _, _ in found.moved if connection.execute(query, (key,)).fetchone() is not None]
    connection.executemany(
        "UPDATE image SET content_hash = ? WHERE id = ?",
        ((content_hash, image.key) for image, content_hash in found.same),
    )
    for key in found.absorbed:
        # It stays as an image that nobody sees or finds: steps that can be taken back may be about it.
        connection.execute(
            "UPDATE image SET path = CAST(path || ? AS BLOB), size = ?, mtime_ns = 0, content_hash = NULL WHERE id = ?",
            (_GONE % key, _NO_SIZE, key),
        )
        connection.execute("DELETE FROM failure WHERE image_id = ?", (key,))
        _set_removed(connection, key, removed=True)
    # First out of each other's way: no two images have one path.
    connection.executemany("UPDATE image SET path = ? WHERE id = ?", ((_GONE % key, key) for key, _, _ in found.moved))
    connection.executemany(
        "UPDATE image SET path = ? WHERE id = ?",
        ((os.fsencode(image.file.path) + _GONE % image.key, image.key) for image in found.homeless),
    )
    for key, file, content_hash in found.moved:
        connection.execute(
            "UPDATE image SET path = ?, size = ?, mtime_ns = ?, content_hash = ? WHERE id = ?",
            (os.fsencode(file.path), file.size_bytes, file.mtime_ns, content_hash, key),
        )
        connection.execute("DELETE FROM failure WHERE image_id = ?", (key,))
    for key in returned:
        _set_removed(connection, key, removed=False)
    for image in found.homeless:
        # What it was stays known, for the day on which its file is found somewhere.
        connection.execute(
            "UPDATE image SET size = ?, content_hash = ? WHERE id = ?", (image.size, image.content_hash, image.key)
        )
        _set_removed(connection, image.key, removed=True)
    connection.executemany(
        "INSERT INTO image (id, path, size, mtime_ns) VALUES (?, ?, ?, ?)",
        (
            (key, os.fsencode(file.path), file.size_bytes, file.mtime_ns)
            for key, file in enumerate(found.new, first_key)
        ),
    )
    return returned


def forget_former(connection: sqlite3.Connection, keys: Sequence[int]) -> None:
    """The scan has come to its end: nothing is open about these images, inside the caller's transaction."""
    connection.executemany("DELETE FROM former WHERE image_id IN (?, ?)", ((key, -key) for key in keys))


def _set_removed(connection: sqlite3.Connection, key: int, *, removed: bool) -> None:
    row = connection.execute("SELECT mark FROM decision WHERE image_id = ?", (key,)).fetchone()
    if row is not None:
        mark = with_removed(row[0], removed=removed)
        connection.execute("UPDATE decision SET mark = ? WHERE image_id = ?", (mark, key))
    elif removed:
        connection.execute(
            "INSERT INTO decision (image_id, mark, name, at) VALUES (?, ?, -1, 0)", (key, make_mark(removed=True))
        )
