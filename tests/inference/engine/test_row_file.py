"""Rows are found again by key, the newest ones are kept, and neither a damaged file nor a full disk does harm."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.engine import row_file
from inference.engine.row_file import RowFile
from inference.errors import OutputWriteError

_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "new" / "folder" / "rows.json"


@pytest.fixture
def blocked(tmp_path: Path) -> Path:
    """In a folder that cannot be made until the file of its name is gone."""
    (tmp_path / "file").write_text("not a folder")
    return tmp_path / "file" / "rows.json"


@settings(max_examples=60)
@given(st.dictionaries(st.text(), _JSON, max_size=5))
def test_rows_are_found_again(tmp_path_factory: pytest.TempPathFactory, rows: dict[str, Any]) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.json"
    for key, row in rows.items():
        RowFile(path, 9).put(key, row)
    assert {key: RowFile(path, 9).get(key) for key in rows} == rows
    assert RowFile(path, 9).get("another key" * 9) is None


def test_the_rows_that_were_written_longest_ago_go_first(path: Path) -> None:
    rows = RowFile(path, 3)
    for key in "abcad":
        rows.put(key, {"of": key})
    assert [rows.get(key) for key in "abcd"] == [{"of": "a"}, None, {"of": "c"}, {"of": "d"}]


def test_a_row_is_taken_away(path: Path) -> None:
    rows = RowFile(path, 3)
    rows.remove("a")
    assert not path.exists()
    rows.put("a", 1)
    rows.put("b", 2)
    rows.remove("a")
    assert (rows.get("a"), rows.get("b")) == (None, 2)


@settings(max_examples=60)
@given(st.binary() | _JSON.map(lambda value: json.dumps(value).encode()) | st.sampled_from([b"[" * 10**5, b"9" * 5000]))
def test_a_damaged_file_has_no_rows_and_is_written_anew(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("rows") / "rows.json"
    path.write_bytes(content)
    rows = RowFile(path, 3)
    assert rows.get("a key that is longer than those above") is None
    rows.put("a", [1])
    assert json.loads(path.read_text())["a"] == rows.get("a") == [1]


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="there are no such files here")
def test_a_file_that_never_ends_has_no_rows(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "link.json").symlink_to("/dev/zero")
    assert RowFile(tmp_path / "pipe.json", 3).get("a") is None
    assert RowFile(tmp_path / "link.json", 3).get("a") is None


def test_what_the_disk_does_not_take_counts_until_the_program_ends(
    blocked: Path, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    RowFile(blocked, 3).put("a", {"pair": (1, 2)})
    # As it would have been read.
    assert RowFile(blocked, 3).get("a") == {"pair": [1, 2]}
    assert (RowFile(blocked, 3).get("b"), RowFile(path, 3).get("a")) == (None, None)
    assert blocked.parent.read_text() == "not a folder"
    with monkeypatch.context() as patch:
        patch.setattr(row_file, "_UNWRITTEN", {})
        assert RowFile(blocked, 3).get("a") is None
    RowFile(blocked, 3).remove("a")
    assert RowFile(blocked, 3).get("a") is None
    RowFile(blocked, 3).put("a", 1)
    blocked.parent.unlink()
    RowFile(blocked, 3).put("a", 2)
    assert RowFile(blocked, 3).get("a") == 2
    monkeypatch.setattr(row_file, "_UNWRITTEN", {})
    assert RowFile(blocked, 3).get("a") == 2


def test_a_full_disk_keeps_what_it_has_and_the_program_what_it_knows(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path) -> None:
        raise OutputWriteError(str(path), "No space left on device.")

    rows = RowFile(path, 3)
    rows.put("a", 1)
    rows.put("b", 2)
    text = path.read_text()
    with monkeypatch.context() as patch:
        patch.setattr(row_file, "replacing", full)
        rows.put("a", 3)
        rows.remove("b")
    assert (rows.get("a"), rows.get("b")) == (3, None)
    assert path.read_text() == text
    rows.put("b", 4)
    assert (rows.get("a"), rows.get("b")) == (3, 4)


def test_what_another_program_wrote_meanwhile_is_newer(blocked: Path) -> None:
    RowFile(blocked, 3).put("a", "mine")
    blocked.parent.unlink()
    blocked.parent.mkdir()
    assert RowFile(blocked, 3).get("a") == "mine"
    blocked.write_text(json.dumps({"a": "another program's"}))
    assert RowFile(blocked, 3).get("a") == "another program's"
