"""A file arrives whole and right, or not at all; what came before a lost connection is kept."""

import hashlib
import os
import threading
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.errors import DownloadError
from inference.models import download as module
from inference.models.download import download
from inference.models.progress import Progress
from tests.inference.models.file_server import Shelf, serving

DATA = bytes(range(256)) * 4000
NAME = f"/net-{hashlib.sha256(DATA).hexdigest()[:8]}.pth"


def shelf(**options: object) -> Shelf:
    return Shelf(files={NAME: DATA}, **options)  # type: ignore[arg-type]  # options of Shelf


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []


def test_whole(tmp_path: Path) -> None:
    seen: list[Progress] = []
    with serving(shelf()) as base:
        path = download(base + NAME, tmp_path / "new folder", on_progress=seen.append)
    assert path.read_bytes() == DATA
    assert path.name == NAME[1:]
    assert left(tmp_path / "new folder") == [NAME[1:]]
    assert (seen[-1].done, seen[-1].total, seen[-1].unit) == (len(DATA), len(DATA), "B")


def test_what_is_there_is_not_fetched_again(tmp_path: Path) -> None:
    (tmp_path / NAME[1:]).write_bytes(DATA)
    box = shelf()
    with serving(box) as base:
        download(base + NAME, tmp_path)
    assert box.requests == []


def test_a_wrong_file_that_is_there_is_fetched_again(tmp_path: Path) -> None:
    (tmp_path / NAME[1:]).write_bytes(DATA[:-1])
    with serving(shelf()) as base:
        assert download(base + NAME, tmp_path).read_bytes() == DATA


def test_cut_off_then_resumed(tmp_path: Path) -> None:
    box = shelf(cut_after=300_000)
    with serving(box) as base:
        with pytest.raises(DownloadError, match=r"cut off. 0.3 MB of 1.0 MB are kept"):
            download(base + NAME, tmp_path)
        assert left(tmp_path) == [NAME[1:] + ".part", NAME[1:] + ".part.json"]
        box.cut_after = None
        path = download(base + NAME, tmp_path)
    assert path.read_bytes() == DATA
    assert [wanted for _, wanted in box.requests] == [None, "bytes=300000-"]
    assert left(tmp_path) == [NAME[1:]]


def test_resumed_without_an_etag(tmp_path: Path) -> None:
    box = shelf(cut_after=300_000, etag=None)
    with serving(box) as base:
        with pytest.raises(DownloadError):
            download(base + NAME, tmp_path)
        box.cut_after = None
        assert download(base + NAME, tmp_path).read_bytes() == DATA
    assert box.requests[-1][1] == "bytes=300000-"


@pytest.mark.parametrize("etag", ['"one"', None])
def test_a_file_that_changed_begins_again(etag: str | None, tmp_path: Path) -> None:
    box = Shelf(files={NAME: bytes(500_000)}, cut_after=200_000, etag=etag)
    with serving(box) as base:
        with pytest.raises(DownloadError):
            download(base + NAME, tmp_path)
        box.files[NAME], box.cut_after = DATA, None
        box.etag = '"two"' if etag else None
        assert download(base + NAME, tmp_path).read_bytes() == DATA


def test_a_changed_file_of_the_same_length_begins_again(tmp_path: Path) -> None:
    box = Shelf(files={NAME: bytes(len(DATA))}, cut_after=200_000)
    with serving(box) as base:
        with pytest.raises(DownloadError):
            download(base + NAME, tmp_path)
        box.files[NAME], box.cut_after, box.etag = DATA, None, '"two"'
        assert download(base + NAME, tmp_path).read_bytes() == DATA


def test_a_server_without_ranges_begins_again(tmp_path: Path) -> None:
    box = shelf(cut_after=300_000, ranges=False)
    with serving(box) as base:
        with pytest.raises(DownloadError):
            download(base + NAME, tmp_path)
        box.cut_after = None
        assert download(base + NAME, tmp_path).read_bytes() == DATA


def test_a_part_of_another_address_is_not_continued(tmp_path: Path) -> None:
    box = shelf(cut_after=300_000)
    with serving(box) as base, pytest.raises(DownloadError):
        download(base + NAME, tmp_path)
    second = shelf()
    with serving(second) as base:
        assert download(base + NAME, tmp_path).read_bytes() == DATA
    assert second.requests[0][1] is None


def test_a_complete_part_is_not_fetched_again(tmp_path: Path) -> None:
    box = shelf(cut_after=len(DATA) - 1)
    with serving(box) as base:
        with pytest.raises(DownloadError):
            download(base + NAME, tmp_path)
        (tmp_path / (NAME[1:] + ".part")).write_bytes(DATA)
        assert download(base + NAME, tmp_path).read_bytes() == DATA
    assert len(box.requests) == 1


def test_corrupted_leaves_nothing(tmp_path: Path) -> None:
    with serving(Shelf(files={NAME: DATA[:-1] + b"!"})) as base, pytest.raises(DownloadError, match="checksum differs"):
        download(base + NAME, tmp_path)
    assert left(tmp_path) == []


def test_absent(tmp_path: Path) -> None:
    with serving(Shelf()) as base, pytest.raises(DownloadError, match="does not have it"):
        download(base + NAME, tmp_path)


def test_no_connection(tmp_path: Path) -> None:
    with serving(Shelf()) as base:
        pass
    with pytest.raises(DownloadError, match="no connection"):
        download(base + NAME, tmp_path)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://example.org/net-01234567.pth", "only https"),
        ("file:///etc/net-01234567.pth", "only https"),
        ("https://example.org/net.pth", "does not end in its checksum"),
    ],
)
def test_addresses_that_are_refused_before_any_connection(url: str, words: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match=words):
        download(url, tmp_path)


def test_disk_without_room(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_SPARE_BYTES", 2**62)
    with serving(shelf()) as base, pytest.raises(DownloadError, match=r"the disk has .* 1.0 MB are needed"):
        download(base + NAME, tmp_path)


def test_folder_that_cannot_be_made(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with serving(shelf()) as base, pytest.raises(DownloadError, match="cannot be written"):
        download(base + NAME, tmp_path / "file" / "folder")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full here")
def test_disk_that_becomes_full(tmp_path: Path) -> None:
    (tmp_path / (NAME[1:] + ".part")).symlink_to("/dev/full")
    with serving(shelf()) as base, pytest.raises(DownloadError, match="the disk is full"):
        download(base + NAME, tmp_path)


def test_cancel_while_the_server_is_silent(tmp_path: Path) -> None:
    box = shelf(stall_after=1000)
    cancel = CancelToken()
    arrived = threading.Event()
    outcome: list[BaseException] = []

    with serving(box) as base:

        def work() -> None:
            try:
                download(base + NAME, tmp_path, on_progress=lambda _: arrived.set(), cancel=cancel)
            except BaseException as error:  # noqa: BLE001 - handed to the test
                outcome.append(error)

        thread = threading.Thread(target=work)
        thread.start()
        # All that comes has come; the thread waits for more, or is about to.
        assert arrived.wait(20)
        cancel.cancel()
        thread.join(20)
        assert not thread.is_alive()
        assert isinstance(outcome[0], Cancelled)
        # What came is used by the next try.
        box.stall_after = None
        assert download(base + NAME, tmp_path).read_bytes() == DATA


def test_cancelled_before_it_began(tmp_path: Path) -> None:
    cancel = CancelToken()
    cancel.cancel()
    box = shelf()
    with serving(box) as base, pytest.raises(Cancelled):
        download(base + NAME, tmp_path, cancel=cancel)
    assert box.requests == []


def test_the_part_is_never_longer_than_what_came(tmp_path: Path) -> None:
    box = shelf(cut_after=1000)
    with serving(box) as base, pytest.raises(DownloadError):
        download(base + NAME, tmp_path)
    assert os.stat(tmp_path / (NAME[1:] + ".part")).st_size == 1000  # noqa: PTH116 - the size on the disk


@pytest.mark.parametrize("kept", [False, True])
def test_a_server_that_always_sends_another_part_is_given_up(kept: bool, tmp_path: Path) -> None:
    box = shelf(cut_after=300_000 if kept else None, part_of_its_own="" if kept else "bytes 7-9/10")
    with serving(box) as base:
        if kept:
            with pytest.raises(DownloadError, match="cut off"):
                download(base + NAME, tmp_path)
            box.part_of_its_own, box.cut_after = "bytes 7-9/10", None
            box.requests.clear()
        with pytest.raises(DownloadError, match="sends another part of the file than was asked for"):
            download(base + NAME, tmp_path)
    assert len(box.requests) == 2


@pytest.mark.parametrize(
    ("target", "words"),
    [
        ("http://mirror.example/a.pth", "only https addresses are used"),
        ("ftp://mirror.example/a.pth", "only https addresses are used"),
        ("https://[bad/a.pth", "points to what is not a web address"),
        ("https://\u00fc.example:99999999/a.pth", "not a web address"),
    ],
)
def test_a_redirect_away_from_https_is_refused(target: str, words: str, tmp_path: Path) -> None:
    with serving(shelf(redirects={"/moved" + NAME: target})) as base, pytest.raises(DownloadError, match=words):
        download(f"{base}/moved{NAME}", tmp_path)
    assert left(tmp_path) == []


def test_a_redirect_that_stays_safe_is_followed(tmp_path: Path) -> None:
    box = shelf(redirects={"/moved" + NAME: NAME})
    with serving(box) as base:
        assert download(f"{base}/moved{NAME}", tmp_path).read_bytes() == DATA


@pytest.mark.parametrize("url", ["https://[bad/net-01234567.pth", "https://a.example/\u00fc/net-01234567.pth"])
def test_what_is_no_web_address_gets_a_sentence(url: str, tmp_path: Path) -> None:
    with pytest.raises(DownloadError, match="web address"):
        download(url, tmp_path)
