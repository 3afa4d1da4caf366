"""Folder counts agree with a naive count, fast enough for 100,000 paths."""

import os
import time
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.library.folder_counts import FolderCount, folder_counts

NAMES = st.sampled_from(["a", "b", "b2", "b10", "é", "a.b", "\udcff", " "])
FOLDERS = st.lists(NAMES, max_size=4).map(lambda parts: "/" + "/".join(parts))
FILES = st.tuples(FOLDERS, st.sampled_from(["x.jpg", "a", "b"])).map(lambda pair: f"{pair[0].rstrip('/')}/{pair[1]}")

pytestmark = pytest.mark.skipif(os.sep != "/", reason="the paths of these tests are POSIX paths")


def naive(paths: list[str], sources: list[str]) -> dict[str, tuple[int, dict[str, int]]]:
    """For each source, its images and those of each folder directly below it that is no source itself."""
    bare = {source.rstrip("/") for source in sources}
    result = {}
    for source in bare:
        inside = [path[len(source) + 1 :] for path in paths if path.startswith(f"{source}/")]
        below = Counter(f"{source}/{rest.split('/')[0]}" for rest in inside if "/" in rest)
        result[source] = len(inside), {folder: n for folder, n in below.items() if folder not in bare}
    return result


@given(paths=st.lists(FILES, max_size=40), sources=st.lists(FOLDERS, max_size=4), most=st.integers(0, 5))
def test_counts_are_those_of_a_naive_count(paths: list[str], sources: list[str], most: int) -> None:
    expected = naive(paths, sources)
    found = folder_counts(paths, sources, most_subfolders=most)
    tops = [entry for entry in found if entry.level == 0]
    assert [entry.folder.rstrip("/") for entry in tops] == list(dict.fromkeys(s.rstrip("/") for s in sources))
    current = ""
    listed: dict[str, dict[str, int]] = {}
    for entry in found:
        if entry.level == 0:
            current = entry.folder.rstrip("/")
            count, below = expected[current]
            assert entry.count == count
            assert entry.unlisted == max(0, len(below) - most)
            listed[current] = {}
        else:
            listed[current][entry.folder] = entry.count
    for source, shown in listed.items():
        below = expected[source][1]
        assert len(shown) == min(most, len(below))
        assert all(below[folder] == count for folder, count in shown.items())
        hidden = [count for folder, count in below.items() if folder not in shown]
        assert not shown or not hidden or min(shown.values()) >= max(hidden), "the largest folders are listed"


def test_folders_come_in_natural_order_below_their_source() -> None:
    paths = ["/s/day 10/a.jpg", "/s/day 2/a.jpg", "/s/day 2/deep/b.jpg", "/s/c.jpg", "/t/d.jpg", "/elsewhere/e.jpg"]
    assert folder_counts(paths, ["/t/", "/s"]) == [
        FolderCount("/t/", 1),
        FolderCount("/s", 4),
        FolderCount("/s/day 2", 2, level=1),
        FolderCount("/s/day 10", 1, level=1),
    ]


def test_a_source_inside_a_source_stands_by_itself() -> None:
    found = folder_counts(["/s/in/a.jpg", "/s/in/deep/b.jpg"], ["/s", "/s/in"])
    assert found == [FolderCount("/s", 2), FolderCount("/s/in", 2), FolderCount("/s/in/deep", 1, level=1)]


def test_neighbours_with_the_same_beginning_are_told_apart() -> None:
    assert folder_counts(["/birds2/a.jpg"], ["/birds"]) == [FolderCount("/birds", 0)]


def test_the_root_is_a_folder_too() -> None:
    assert folder_counts(["/a.jpg", "/b/c.jpg"], ["/"]) == [FolderCount("/", 2), FolderCount("/b", 1, level=1)]


def test_a_hundred_thousand_paths_are_counted_between_two_frames() -> None:
    paths = [f"/home/birds/2026-{i % 12:02}/day {i % 700}/IMG_{i:06}.jpg" for i in range(100_000)]
    durations = []
    for _turn in range(3):
        start = time.perf_counter()
        found = folder_counts(paths, ["/home/birds", "/home/other"])
        durations.append(time.perf_counter() - start)
    assert found[0] == FolderCount("/home/birds", 100_000)
    # Twice the budget of 0.1 s: the machines that run tests are shared.
    assert min(durations) < 0.2
