"""Tests of inference.sessions.identity."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest

from inference.sessions import identity
from inference.sessions.identity import hash_of_file, real_hash, stand_in


def test_the_hash_is_that_of_the_bytes(tmp_path: Path) -> None:
    path = tmp_path / "x"
    data = os.urandom(3_000_000)
    path.write_bytes(data)
    assert hash_of_file(str(path)) == hashlib.sha256(data).digest()


def test_what_is_no_readable_file_has_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert hash_of_file(str(tmp_path / "pipe")) is None
    assert hash_of_file(str(tmp_path)) is None
    assert hash_of_file(str(tmp_path / "nowhere")) is None
    monkeypatch.setattr(identity, "MOST_BYTES", 3)
    (tmp_path / "large").write_bytes(b"1234")
    assert hash_of_file(str(tmp_path / "large")) is None


def test_what_stands_for_a_hash_is_not_taken_for_one() -> None:
    assert len({stand_in(b"/a", 1, 2), stand_in(b"/a", 2, 2), stand_in(b"/a", 1, 3), stand_in(b"/b", 1, 2)}) == 4
    assert real_hash(stand_in(b"/a", 1, 2)) == b""
    assert real_hash(None) == b""
    assert real_hash(bytes(32)) == bytes(32)
