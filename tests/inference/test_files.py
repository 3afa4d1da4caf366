"""A file is written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from inference.errors import OutputWriteError
from inference.files import replacing


def test_the_file_appears_when_the_block_ends(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")
    with replacing(target) as file:
        file.write(b"new")
        assert target.read_bytes() == b"old"
    assert target.read_bytes() == b"new"
    assert os.listdir(tmp_path) == ["rows.csv"]  # noqa: PTH208 - names only
    mask = os.umask(0)
    os.umask(mask)
    assert stat.S_IMODE(target.stat().st_mode) == 0o666 & ~mask


def test_an_exception_keeps_the_old_file_and_leaves_nothing(tmp_path: Path) -> None:
    target = tmp_path / "rows.csv"
    target.write_bytes(b"old")

    def interrupted() -> None:
        with replacing(target) as file:
            file.write(b"half")
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        interrupted()
    assert target.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["rows.csv"]  # noqa: PTH208


def test_a_missing_folder_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputWriteError, match="No such file or directory"), replacing(tmp_path / "no" / "rows.csv"):
        pass


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux's device that is always full")
def test_a_full_disk_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(prefix: str, suffix: str, dir: Path) -> tuple[int, str]:  # noqa: A002 - mkstemp's name
        del prefix, suffix
        (dir / "t").write_bytes(b"")
        return os.open("/dev/full", os.O_WRONLY), str(dir / "t")

    monkeypatch.setattr("inference.files.tempfile.mkstemp", full)
    with pytest.raises(OutputWriteError, match="No space left"), replacing(tmp_path / "rows.csv") as file:
        file.write(b"x" * 100_000)
    assert not (tmp_path / "rows.csv").exists()
