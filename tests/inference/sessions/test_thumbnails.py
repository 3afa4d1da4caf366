"""Tests of inference.sessions.thumbnails: a cache with a cap, for several programs."""

from __future__ import annotations

import hashlib
import sqlite3
from pathlib import Path

import pytest

from inference.profile import Profile
from inference.sessions import thumbnails
from inference.sessions.thumbnails import ThumbnailStore


def pair(number: int, size: int = 100) -> tuple[bytes, bytes]:
    return hashlib.sha256(b"%d" % number).digest(), b"%06d" % number + b"x" * (size - 6)


def test_what_was_put_is_got_also_later(tmp_path: Path) -> None:
    profile = Profile.below(tmp_path)
    store = ThumbnailStore.open(profile)
    pairs = [pair(number) for number in range(1200)]
    store.put(pairs)
    store.put(pairs[:5])
    assert store.get([key for key, _ in pairs]) == dict(pairs)
    assert store.get([b"unknown"]) == {}
    assert store.total_bytes() == 1200 * 200
    store.close()
    store.close()
    assert store.get([pairs[0][0]]) == {}
    store = ThumbnailStore.open(profile)
    assert store.get([pairs[7][0]]) == dict(pairs[7:8])
    store.close()


def test_the_least_recently_used_leave(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = ThumbnailStore(tmp_path / "t.sqlite", most_bytes=60 * 200)
    hour = 1
    monkeypatch.setattr(thumbnails, "_hour", lambda: hour)
    store.put([pair(number) for number in range(50)])
    hour = 2
    assert len(store.get([pair(number)[0] for number in range(5)])) == 5
    store.put([pair(number) for number in range(50, 90)])
    left = [number for number in range(90) if store.get([pair(number)[0]])]
    assert left == [*range(5), *range(35, 90)]
    assert store.total_bytes() == 60 * 200
    store.close()


def test_the_last_room_on_the_disk_is_left_to_labels(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    free = thumbnails.LEAST_FREE_BYTES
    monkeypatch.setattr(thumbnails, "_free_bytes", lambda _folder: free)
    store = ThumbnailStore(tmp_path / "t.sqlite")
    store.put([pair(1)])
    assert not store.lacks_room
    free -= 1
    store.put([pair(2)])
    assert store.lacks_room
    assert store.get([pair(1)[0], pair(2)[0]]) == dict([pair(1)]), "what is there is still used"
    free += 1
    store.put([pair(3)])
    assert not store.lacks_room
    assert store.get([pair(3)[0]]) == dict([pair(3)])
    store.close()


def test_room_is_made_in_slices(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    store = ThumbnailStore(path)
    store.put([pair(number) for number in range(1000)])
    store.close()
    store = ThumbnailStore(path, most_bytes=200 * 10)
    totals = []
    for _ in range(6):
        store.put([])
        totals.append(store.total_bytes() // 200)
    assert totals == [800, 600, 400, 200, 10, 10]
    store.close()


def test_a_second_program_reads_and_takes_over(tmp_path: Path) -> None:
    path = tmp_path / "t.sqlite"
    first, second = ThumbnailStore(path), ThumbnailStore(path)
    first.put([pair(1)])
    assert second.get([pair(1)[0]]) == dict([pair(1)])
    second.put([pair(2)])
    assert first.get([pair(2)[0]]) == {}
    first.put([pair(3)])
    assert second.get([pair(3)[0]]) == dict([pair(3)])
    first.close()
    second.put([pair(2)])
    assert second.get([pair(2)[0], pair(1)[0]]) == dict([pair(1), pair(2)])
    second.close()


@pytest.mark.parametrize("damage", ["text", "cut", "zeros", "no table", "other version", "empty"])
def test_a_damaged_store_is_begun_anew(tmp_path: Path, damage: str) -> None:
    path = tmp_path / "t.sqlite"
    store = ThumbnailStore(path)
    store.put([pair(number, 2000) for number in range(50)])
    store.close()
    data = path.read_bytes()
    if damage == "text":
        path.write_bytes(b"not a database " * 1000)
    elif damage == "cut":
        path.write_bytes(data[: len(data) // 2])
    elif damage == "zeros":
        path.write_bytes(data[:4096] + bytes(len(data) - 4096))
    elif damage == "empty":
        path.write_bytes(b"")
    else:
        connection = sqlite3.connect(path)
        connection.execute("DROP TABLE thumbnail" if damage == "no table" else "PRAGMA user_version=9")
        connection.close()
    store = ThumbnailStore(path)
    store.get([pair(1)[0]])
    for _ in range(2):
        store.put([pair(100)])
    assert store.get([pair(100)[0]]) == dict([pair(100)])
    store.close()


def test_a_cache_without_a_place_is_no_error(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    store = ThumbnailStore(tmp_path / "file" / "t.sqlite")
    store.put([pair(1)])
    assert store.get([pair(1)[0]]) == {}
    assert store.total_bytes() == 0
    store.close()


def test_a_full_disk_costs_only_what_is_put(tmp_path: Path) -> None:
    store = ThumbnailStore(tmp_path / "t.sqlite")
    store.put([pair(1)])
    assert store._connection is not None
    pages = store._connection.execute("PRAGMA page_count").fetchone()[0]
    store._connection.execute(f"PRAGMA max_page_count={pages}")
    store.put([pair(2, 50_000)])
    assert store.get([pair(1)[0], pair(2)[0]]) == dict([pair(1)])
    store._connection.execute("PRAGMA max_page_count=100000")
    store.put([pair(2, 50_000)])
    assert len(store.get([pair(1)[0], pair(2)[0]])) == 2
    store.close()
