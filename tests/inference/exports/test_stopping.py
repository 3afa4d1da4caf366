"""What goes through many rows ends soon after somebody wants to stop, and says nothing of what it had."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import count
from pathlib import Path

import pytest

from inference.cancel import Cancelled, CancelToken
from inference.exports.importing import label_columns, match, read_labels
from inference.exports.label_rows import ImportedRow
from inference.exports.stopping import stoppable


def test_all_items_come_where_nobody_stops() -> None:
    assert list(stoppable(range(1200), CancelToken())) == list(stoppable(range(1200), None)) == list(range(1200))


def test_an_endless_row_of_items_ends() -> None:
    cancel, seen = CancelToken(), list[int]()

    def numbers() -> Iterator[int]:
        for number in count():
            seen.append(number)
            if number == 700:
                cancel.cancel()
            yield number

    with pytest.raises(Cancelled):
        sum(stoppable(numbers(), cancel))
    assert len(seen) < 1500


@pytest.mark.parametrize("name", ["labels.csv", "labels.jsonl"])
@pytest.mark.parametrize("read", [lambda path, cancel: read_labels(path, None, cancel), label_columns])
def test_reading_a_file_of_labels_ends(tmp_path: Path, name: str, read: Callable[[Path, CancelToken], object]) -> None:
    path = tmp_path / name
    line = "{}.jpg,cat\n" if name.endswith("csv") else '{{"path": "{}.jpg", "label": "cat"}}\n'
    path.write_text("path,label\n" * name.endswith("csv") + "".join(line.format(number) for number in range(9)))
    cancel = CancelToken()
    assert read_labels(path, None, cancel).rows
    cancel.cancel()
    with pytest.raises(Cancelled):
        read(path, cancel)


@pytest.mark.parametrize("folder", ["/s", "/elsewhere"])
def test_looking_for_images_ends(folder: str) -> None:
    cancel = CancelToken()

    def rows() -> Iterator[ImportedRow]:
        yield from (ImportedRow(number, f"{number}.jpg", "cat") for number in range(40))
        cancel.cancel()

    paths = [f"/s/{number}.jpg" for number in range(40)]
    if folder == "/s":
        assert len(match(rows(), paths, folder, cancel=cancel).found) == 40, "it was too late to stop"
    else:
        with pytest.raises(Cancelled):
            match(rows(), paths, folder, cancel=cancel)
