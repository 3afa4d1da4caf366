"""Lists are stratified, the same for one seed, and share no content."""

import errno
import hashlib
import os
import random
from collections import Counter
from pathlib import Path
from typing import NoReturn

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from inference.errors import OutputWriteError
from inference.exports.importing import read_labels
from inference.exports.splits import Splits, split, write_splits
from inference.sessions.records import LabelledImage
from inference.sessions.states import ImageState
from tests.inference.exports.labelled import HOSTILE_LABELS, HOSTILE_NAMES, labelled, without_label


def images(counts: dict[str, int]) -> list[LabelledImage]:
    return [
        labelled(
            0, f"/p/{label}/{number}.jpg", label, content_hash=hashlib.sha256(f"{label}{number}".encode()).digest()
        )
        for label, count in counts.items()
        for number in range(count)
    ]


def counts_of(splits: Splits, label: str) -> list[int]:
    return [sum(image.label == label for image in part) for part in splits.parts]


def test_every_class_is_split_by_itself() -> None:
    splits = split(images({"magpie": 100, "jay": 10, "crow": 33, "rook": 7}), seed=1)
    assert counts_of(splits, "magpie") == [80, 10, 10]
    assert counts_of(splits, "jay") == [8, 1, 1]
    # 26.4, 3.3, 3.3: one is left for the largest remainder. 5.6, 0.7, 0.7: two are left.
    assert counts_of(splits, "crow") == [27, 3, 3]
    assert counts_of(splits, "rook") == [5, 1, 1]
    assert splits.undivided == ()


def test_one_or_two_images_go_to_one_part() -> None:
    splits = split(images({"one": 1, "two": 2, "many": 10}), seed=1)
    assert counts_of(splits, "one") == [1, 0, 0]
    assert counts_of(splits, "two") == [2, 0, 0]
    assert splits.undivided == ("one", "two")
    assert counts_of(split(images({"two": 2}), (0.0, 0.5, 0.5), seed=1), "two") == [0, 2, 0]


def test_the_order_of_the_input_does_not_matter_and_the_seed_does() -> None:
    some = images({"magpie": 50, "jay": 20})
    mixed = random.Random(5).sample(some, len(some))  # noqa: S311 - no secret
    assert split(some, seed=7) == split(mixed, seed=7)
    assert split(some, seed=7).test != split(some, seed=8).test


def test_images_without_a_label_are_left_out() -> None:
    splits = split([*images({"jay": 10}), without_label(0, "/x.jpg", ImageState.UNSURE)])
    assert sum(map(len, splits.parts)) == 10


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 30)), max_size=120),
    st.sampled_from([(0.8, 0.1, 0.1), (0.5, 0.5, 0.0), (1.0, 0.0, 0.0), (0.0, 0.0, 1.0), (0.34, 0.33, 0.33)]),
    st.integers(0, 3),
)
def test_no_content_is_in_two_parts_and_nothing_is_lost(
    facts: list[tuple[str, int]], shares: tuple[float, float, float], seed: int
) -> None:
    some = [
        labelled(i, f"/{i}.jpg", label, content_hash=bytes([content]) * 32) for i, (label, content) in enumerate(facts)
    ]
    splits = split(some, shares, seed=seed)
    assert sorted(image.key for part in splits.parts for image in part) == list(range(len(some)))
    contents = [{image.content_hash for image in part} for part in splits.parts]
    assert sum(map(len, contents)) == len(set().union(*contents))
    assert all(not part for part, share in zip(splits.parts, shares, strict=True) if share == 0)


@pytest.mark.parametrize("shares", [(0.5, 0.5, 0.5), (-0.1, 0.6, 0.5), (float("nan"), 0.5, 0.5), (1.0, 0.0)])
def test_shares_must_add_up(shares: tuple[float, float, float]) -> None:
    with pytest.raises(ValueError, match="shares"):
        split([], shares)


def test_the_files_say_how_they_were_made(tmp_path: Path) -> None:
    paths = write_splits(split(images({"magpie": 10, "two": 2}), seed=42), tmp_path, "/p")
    assert [path.name for path in paths] == ["train.txt", "val.txt", "test.txt"]
    lines = (tmp_path / "val.txt").read_text().splitlines()
    assert lines[:-1] == [
        "# cardinal split 1",
        "# part val",
        "# seed 42",
        "# shares train 0.8 val 0.1 test 0.1",
        "# images train 10 val 1 test 1",
        '# class "magpie" train 8 val 1 test 1',
        '# class "two" train 2 val 0 test 0',
    ]
    assert lines[-1].endswith("\tmagpie")


def test_hostile_names_and_labels_come_back_from_the_files(tmp_path: Path) -> None:
    labels = [label for label in HOSTILE_LABELS if label != "\ufeff"]
    some = [
        labelled(i, f"/p/{i}/{name}", labels[i % len(labels)])
        for i, name in enumerate([*HOSTILE_NAMES, *HOSTILE_NAMES])
    ]
    read = [row for path in write_splits(split(some, seed=1), tmp_path, "/p") for row in read_labels(path).rows]
    assert Counter((f"/p/{row.path}", row.label) for row in read) == Counter((one.path, one.label) for one in some)


def test_a_list_of_somebody_else_stays(tmp_path: Path) -> None:
    (tmp_path / "val.txt").write_text("mine\n")
    with pytest.raises(OutputWriteError, match="not of Cardinal's making"):
        write_splits(split(images({"jay": 3})), tmp_path)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("val.txt", "mine\n")]


def test_the_folder_of_the_lists_is_made_and_a_missing_one_above_is_a_sentence(tmp_path: Path) -> None:
    splits = split(images({"jay": 3}))
    assert len(write_splits(splits, tmp_path / "lists")) == 3
    assert len(write_splits(splits, tmp_path / "lists")) == 3
    with pytest.raises(OutputWriteError, match="No such file"):
        write_splits(splits, tmp_path / "nowhere" / "lists")


def test_a_disk_that_fails_writes_none_of_the_lists(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(descriptor: int) -> NoReturn:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OutputWriteError, match="No space left"):
        write_splits(split(images({"jay": 10})), tmp_path)
    assert not any(tmp_path.iterdir())
