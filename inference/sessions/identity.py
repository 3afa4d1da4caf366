"""Say which file is the same picture: by its bytes, or else by its size and time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import stat

from inference.cancel import CancelToken

MOST_BYTES = 512 * 1024 * 1024
"""Larger files are no pictures that the program opens, so they are not read."""

HASH_BYTES = 32

_LATEST_NS = 2**63 - 1
"""In the year 2262; file systems know later times, SQLite's whole numbers end here."""

_CHUNK_BYTES = 1024 * 1024
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_NONBLOCK", 0)


def hash_of_file(path: str, cancel: CancelToken | None = None) -> bytes | None:
    """SHA-256 of a regular file's bytes (32 bytes), or None where it cannot be read or is too large.

    Raises:
        Cancelled: nobody wants to know any more.
    """
    if cancel is not None:
        cancel.raise_if_set()
    with contextlib.suppress(OSError):
        # Not to be blocked for ever by a pipe that took the file's place.
        handle = os.open(path, _FLAGS)
        with os.fdopen(handle, "rb") as stream:
            facts = os.fstat(handle)
            if not stat.S_ISREG(facts.st_mode) or facts.st_size > MOST_BYTES:
                return None
            digest = hashlib.sha256()
            while chunk := stream.read(_CHUNK_BYTES):
                digest.update(chunk)
                if cancel is not None:
                    cancel.raise_if_set()
            return digest.digest()
    return None


def stand_in(path: bytes, size: int, mtime_ns: int) -> bytes:
    """What stands for a content hash where nobody computed one: other bytes for another path, size or time.

    It is one byte longer than a hash, so that nobody takes it for one.
    """
    return b"\0" + hashlib.sha256(b"%d %d " % (size, mtime_ns) + path).digest()


def storable_time(mtime_ns: int) -> int:
    """The time of a file's last change as a session holds it."""
    return max(-_LATEST_NS, min(mtime_ns, _LATEST_NS))


def real_hash(content_hash: bytes | None) -> bytes:
    """A stored hash; empty where there is none, or only what stands for one."""
    return content_hash if content_hash is not None and len(content_hash) == HASH_BYTES else b""
