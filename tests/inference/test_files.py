"""A file is written whole or not at all."""

import os
import stat
from pathlib import Path

import pytest

from inference.errors import OutputWriteError
from inference.files import replacing

ON_UNIX = pytest.mark.skipif(os.name == "nt", reason="links, pipes and devices as Unix has them")


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
    def full(target: Path) -> tuple[int, Path]:
        temporary = target.parent / "t"
        temporary.write_bytes(b"")
        return os.open("/dev/full", os.O_WRONLY), temporary

    monkeypatch.setattr("inference.files._create_beside", full)
    with pytest.raises(OutputWriteError, match="No space left"), replacing(tmp_path / "rows.csv") as file:
        file.write(b"x" * 100_000)
    assert not any(tmp_path.iterdir())


def test_a_folder_is_refused_before_anything_is_written(tmp_path: Path) -> None:
    (tmp_path / "rows.csv").mkdir()
    begun = False
    with pytest.raises(OutputWriteError, match="it is a folder"), replacing(tmp_path / "rows.csv"):
        begun = True
    assert not begun


@ON_UNIX
@pytest.mark.parametrize("is_there", [True, False])
def test_a_link_stays_and_what_it_leads_to_is_replaced(tmp_path: Path, is_there: bool) -> None:
    real, link = tmp_path / "below" / "real.csv", tmp_path / "link.csv"
    real.parent.mkdir()
    if is_there:
        real.write_bytes(b"old")
    link.symlink_to("below/real.csv")
    with replacing(link) as file:
        file.write(b"new")
    assert link.is_symlink()
    assert real.read_bytes() == b"new"


@ON_UNIX
def test_a_pipe_stays_a_pipe_and_gets_the_bytes(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    # A reader that does not wait, so that opening for writing does not wait, either.
    reader = os.open(pipe, os.O_RDONLY | os.O_NONBLOCK)
    with replacing(pipe) as file:
        file.write(b"rows")
    assert os.read(reader, 100) == b"rows"
    os.close(reader)
    assert pipe.is_fifo()


@ON_UNIX
def test_a_device_stays_a_device() -> None:
    before = os.stat(os.devnull)  # noqa: PTH116
    with replacing(Path(os.devnull)) as file:
        file.write(b"rows")
    after = os.stat(os.devnull)  # noqa: PTH116
    assert (before.st_ino, before.st_mode) == (after.st_ino, after.st_mode)


def test_the_mask_of_the_process_is_never_changed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another thread that makes a file in that moment would make one that everybody may write."""

    def forbidden(mask: int) -> int:
        raise AssertionError(mask)

    monkeypatch.setattr(os, "umask", forbidden)
    with replacing(tmp_path / "rows.csv") as file:
        file.write(b"new")
    assert (tmp_path / "rows.csv").read_bytes() == b"new"


@ON_UNIX
def test_the_longest_name_can_be_written(tmp_path: Path) -> None:
    target = tmp_path / ("\U0001f4f7" * 63)
    with replacing(target) as file:
        file.write(b"new")
    assert target.read_bytes() == b"new"


@pytest.mark.skipif(not Path("/dev/fd").exists(), reason="needs names of open descriptors")
def test_an_open_descriptor_is_written_to_and_its_file_is_kept(tmp_path: Path) -> None:
    log = tmp_path / "log"
    log.write_bytes(b"before\n")
    with log.open("ab", buffering=0) as stream:
        for name in (f"/dev/fd/{stream.fileno()}", f"/proc/self/fd/{stream.fileno()}"):
            if Path(name).exists():
                with replacing(Path(name)) as file:
                    file.write(b"rows\n")
        link = tmp_path / "link"
        link.symlink_to(f"/dev/fd/{stream.fileno()}")
        with replacing(link) as file:
            file.write(b"linked\n")
        stream.write(b"after\n")
    lines = log.read_bytes().splitlines()
    assert lines[0] == b"before"
    assert lines[-2:] == [b"linked", b"after"]
    assert link.is_symlink()
