"""One sidecar is read and replaced whole, in its old clothes."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from inference.exports.sidecar_file import (
    SidecarChangedError,
    SidecarError,
    SidecarFile,
    SidecarTrouble,
    remove_temporary,
    resolved,
)

ON_UNIX = pytest.mark.skipif(os.name == "nt", reason="owners and links as Unix has them")


def test_nothing_is_there(tmp_path: Path) -> None:
    file = SidecarFile.read(str(tmp_path / "a.xmp"))
    assert file.data is None
    file.replace(b"new", ".part")
    assert (tmp_path / "a.xmp").read_bytes() == b"new"
    assert [path.name for path in tmp_path.iterdir()] == ["a.xmp"]


def test_a_folder_that_is_missing_is_a_failure(tmp_path: Path) -> None:
    file = SidecarFile.read(str(tmp_path / "gone" / "a.xmp"))
    with pytest.raises(SidecarError) as caught:
        file.replace(b"new", ".part")
    assert caught.value.trouble is SidecarTrouble.FAILED


@ON_UNIX
def test_mode_and_owner_stay(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"old")
    path.chmod(0o604)
    if os.geteuid() == 0:
        os.chown(path, 12345, 23456)
    before = path.stat()
    SidecarFile.read(str(path)).replace(b"new", ".part")
    after = path.stat()
    assert path.read_bytes() == b"new"
    assert stat.S_IMODE(after.st_mode) == 0o604
    assert (after.st_uid, after.st_gid) == (before.st_uid, before.st_gid)


def test_a_file_that_changed_is_neither_replaced_nor_deleted(tmp_path: Path) -> None:
    path = tmp_path / "a.xmp"
    path.write_bytes(b"old")
    file = SidecarFile.read(str(path))
    path.write_bytes(b"theirs")
    with pytest.raises(SidecarChangedError):
        file.replace(b"new", ".part")
    with pytest.raises(SidecarChangedError):
        file.delete()
    assert path.read_bytes() == b"theirs"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.xmp"]


@ON_UNIX
def test_links_are_resolved(tmp_path: Path) -> None:
    (tmp_path / "a.xmp").write_bytes(b"old")
    (tmp_path / "link").symlink_to("a.xmp")
    (tmp_path / "lost").symlink_to("nothing")
    assert resolved(str(tmp_path / "link")) == str(tmp_path / "a.xmp")
    assert resolved(str(tmp_path / "new.xmp")) == str(tmp_path / "new.xmp")
    with pytest.raises(SidecarError, match="leads nowhere"):
        resolved(str(tmp_path / "lost"))


def test_what_a_killed_program_left_is_taken_away(tmp_path: Path) -> None:
    (tmp_path / ".part").write_bytes(b"half")
    remove_temporary(str(tmp_path), ".part")
    remove_temporary(str(tmp_path), ".part")
    assert list(tmp_path.iterdir()) == []
