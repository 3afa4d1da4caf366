"""Scanning: which files become rows, in which order, and what is told about the rest."""

import os
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.cancel import Cancelled, CancelToken
from inference.pictures.scan import EXAMPLES, ScanReport, natural_key, scan

PNG = b"\x89PNG\r\n\x1a\n"


def found(*paths: str, recursive: bool = True) -> tuple[list[str], ScanReport]:
    report = ScanReport()
    return list(scan(paths, report=report, recursive=recursive)), report


def write(path: Path, content: bytes = b"x") -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return str(path)


def test_a_file_is_a_row_by_its_suffix_or_by_its_first_bytes(tmp_path: Path) -> None:
    write(tmp_path / "broken.jpg", b"not one")
    write(tmp_path / "layers.psd", b"")
    write(tmp_path / "no_suffix", PNG)
    write(tmp_path / "notes.txt", b"words")
    write(tmp_path / "really.txt", PNG)
    paths, report = found(str(tmp_path))
    assert [os.path.basename(path) for path in paths] == ["broken.jpg", "layers.psd", "no_suffix", "really.txt"]  # noqa: PTH119
    assert report.other_files == 1
    assert report.other_examples == [str(tmp_path / "notes.txt")]


def test_only_some_examples_are_kept(tmp_path: Path) -> None:
    for number in range(EXAMPLES + 5):
        write(tmp_path / f"{number}.txt")
    _, report = found(str(tmp_path))
    assert report.other_files == EXAMPLES + 5
    assert len(report.other_examples) == EXAMPLES


def test_files_come_before_folders_in_natural_order(tmp_path: Path) -> None:
    names = ["b10.jpg", "B2.jpg", "b1.jpg", "10/z.jpg", "9/a.jpg", "9/sub/a.jpg", "a.jpg"]
    for name in names:
        write(tmp_path / name)
    paths, _ = found(str(tmp_path))
    wanted = ["a.jpg", "b1.jpg", "B2.jpg", "b10.jpg", "9/a.jpg", "9/sub/a.jpg", "10/z.jpg"]
    assert paths == [str(tmp_path / name) for name in wanted]


def test_paths_are_joined_to_a_folder_as_it_was_written(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write(tmp_path / "d" / "a.jpg")
    monkeypatch.chdir(tmp_path)
    assert found("./d/")[0] == ["./d/a.jpg"]
    assert found("d/../d")[0] == ["d/../d/a.jpg"]


def test_without_recursion_inner_folders_stay_out(tmp_path: Path) -> None:
    here = write(tmp_path / "a.jpg")
    write(tmp_path / "inner" / "b.jpg")
    assert found(str(tmp_path), recursive=False)[0] == [here]


def test_what_was_given_by_name_is_always_answered(tmp_path: Path) -> None:
    missing, hidden = str(tmp_path / "gone.jpg"), write(tmp_path / ".hidden.jpg")
    text = write(tmp_path / "notes.txt")
    paths, report = found(missing, hidden, text, "nul\0byte.jpg")
    assert paths == [missing, hidden, "nul\0byte.jpg"]
    assert report.other_examples == [text]


def test_hidden_files_and_folders_are_skipped_and_counted(tmp_path: Path) -> None:
    write(tmp_path / ".a.jpg")
    write(tmp_path / ".cache" / "b.jpg")
    paths, report = found(str(tmp_path))
    assert (paths, report.hidden) == ([], 2)
    assert found(str(tmp_path / ".cache"))[0] == [str(tmp_path / ".cache" / "b.jpg")]


def test_links_to_files_are_rows_and_links_to_folders_are_not_followed(tmp_path: Path) -> None:
    real = write(tmp_path / "real" / "a.jpg")
    (tmp_path / "real" / "link.jpg").symlink_to(real)
    (tmp_path / "real" / "loop").symlink_to(tmp_path / "real")
    (tmp_path / "real" / "dangling.jpg").symlink_to(tmp_path / "nowhere")
    (tmp_path / "given").symlink_to(tmp_path / "real")
    paths, report = found(str(tmp_path / "given"))
    assert paths == [str(tmp_path / "given" / name) for name in ("a.jpg", "dangling.jpg", "link.jpg")]
    assert report.link_examples == [str(tmp_path / "given" / "loop")]


def test_each_path_is_a_row_and_each_folder_is_visited_once(tmp_path: Path) -> None:
    first = write(tmp_path / "in" / "a.jpg")
    os.link(first, tmp_path / "in" / "twin.jpg")
    outer = write(tmp_path / "b.jpg")
    paths, report = found(str(tmp_path / "in"), str(tmp_path), str(tmp_path / "in"))
    assert paths == [first, str(tmp_path / "in" / "twin.jpg"), outer]
    assert report.repeated_folders == 2


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no named pipes in folders")
def test_pipes_never_hold_a_scan_up(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "x.jpg")
    os.mkfifo(tmp_path / "pipe")
    paths, report = found(str(tmp_path), str(tmp_path / "pipe"))
    # By its suffix one is a row (reading it will say what it is); the other only because somebody named it.
    assert paths == [str(tmp_path / "x.jpg"), str(tmp_path / "pipe")]
    assert report.other_examples == [str(tmp_path / "pipe")]


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not take any bytes as a name")
def test_names_of_every_kind_come_back_as_they_are(tmp_path: Path) -> None:
    names = [
        b"new\nline.jpg",
        "\N{CAMERA}.jpg".encode(),
        b"<img src=x>.jpg",
        b"caf\xe9.jpg",
        b"-rf.jpg",
        b"a" * 251 + b".jpg",
    ]
    for name in names:
        with open(os.path.join(os.fsencode(tmp_path), name), "wb"):  # noqa: PTH118, PTH123 - bytes
            pass
    paths, _ = found(str(tmp_path))
    assert {os.path.basename(os.fsencode(path)) for path in paths} == set(names)  # noqa: PTH119 - bytes


def test_a_deep_tree_is_no_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    depth = sys.getrecursionlimit() + 200
    monkeypatch.chdir(tmp_path)
    for _ in range(depth):
        os.mkdir("d")  # noqa: PTH102 - the full path would be too long
        os.chdir("d")
    Path("a.jpg").touch()
    os.chdir(tmp_path)
    try:
        paths, report = found("d")
        assert paths == ["d/" * depth + "a.jpg"]
        assert report.unreadable_folders == []
    finally:
        # pytest's own clearing up is recursive.
        Path("d/" * depth + "a.jpg").unlink()
        for level in range(depth, 0, -1):
            Path("d/" * level).rmdir()


def test_a_folder_that_cannot_be_opened_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = write(tmp_path / "a.jpg")
    write(tmp_path / "locked" / "b.jpg")
    locked = str(tmp_path / "locked")
    really = os.scandir

    def refuse(path: str) -> object:
        if path == locked:
            raise PermissionError(13, "Permission denied", path)
        return really(path)

    monkeypatch.setattr(os, "scandir", refuse)
    paths, report = found(str(tmp_path))
    assert paths == [kept]
    assert report.unreadable_folders == [locked]


def test_the_first_path_comes_after_reading_one_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    for folder in range(20):
        write(tmp_path / f"{folder}" / "a.jpg")
    read: list[str] = []
    really = os.scandir

    def watch(path: str) -> object:
        read.append(path)
        return really(path)

    monkeypatch.setattr(os, "scandir", watch)
    paths = scan([str(tmp_path)], report=ScanReport())
    assert next(paths) == str(tmp_path / "0" / "a.jpg")
    assert read == [str(tmp_path), str(tmp_path / "0")]


def test_a_cancelled_scan_stops_between_two_paths(tmp_path: Path) -> None:
    for name in "abc":
        write(tmp_path / f"{name}.jpg")
    cancel = CancelToken()
    paths = scan([str(tmp_path)], report=ScanReport(), cancel=cancel)
    next(paths)
    cancel.cancel()
    with pytest.raises(Cancelled):
        next(paths)
    assert len(found(str(tmp_path))[0]) == 3


@given(st.lists(st.text(min_size=1, max_size=12)))
def test_natural_order_is_total(names: list[str]) -> None:
    backwards = names[::-1]
    assert sorted(backwards, key=natural_key) == sorted(names, key=natural_key)


@given(st.text(alphabet="ab-. ", max_size=5), st.integers(0, 10**12), st.integers(0, 10**12))
def test_numbers_in_names_count_as_numbers(stem: str, one: int, other: int) -> None:
    in_order = natural_key(f"{stem}{one}.jpg") < natural_key(f"{stem}{other}.jpg")
    assert in_order == (one < other)
