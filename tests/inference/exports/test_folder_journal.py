"""The list of what was made survives a kill, and cannot lead anybody out of the target."""

import json
import os
from pathlib import Path

import pytest

from inference.errors import OutputWriteError
from inference.exports.folder_journal import JOURNAL, FolderWay, MadeFile, open_journal, read_journal

MADE = MadeFile("jay", "\udcff\n.jpg", "/p/\udcfe.jpg", FolderWay.COPY, 3, -5, "ab")


def write(target: Path) -> None:
    with open_journal(str(target)) as journal:
        journal.begin("0123abcd", FolderWay.COPY, made_target=True)
        journal.folder("jay", "j/ay", made=True)
        journal.folder("_unsure", None, made=False)
        journal.file(MADE)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    assert read_journal(str(tmp_path)) is None
    write(tmp_path)
    record = read_journal(str(tmp_path))
    assert record is not None
    assert record.runs == ["0123abcd"]
    assert record.labels == {"j/ay": "jay"}
    assert record.unsure == "_unsure"
    assert record.made_folders == ["jay"]
    assert record.made_target
    assert record.files == {("jay", "\udcff\n.jpg"): MADE}
    assert (tmp_path / JOURNAL).read_bytes().isascii()


def test_half_a_line_counts_for_nothing_and_the_next_line_is_whole(tmp_path: Path) -> None:
    write(tmp_path)
    path = tmp_path / JOURNAL
    path.write_bytes(path.read_bytes()[:-9])
    record = read_journal(str(tmp_path))
    assert record is not None
    assert record.files == {}
    write(tmp_path)
    record = read_journal(str(tmp_path))
    assert record is not None
    assert list(record.files.values()) == [MADE]


@pytest.mark.parametrize("bad", ["../x", "..", "", "/x", "a/b", "a\0", 7, None, ["x"]])
def test_names_that_lead_elsewhere_count_for_nothing(tmp_path: Path, bad: object) -> None:
    write(tmp_path)
    path = tmp_path / JOURNAL
    entries = [json.loads(line) for line in path.read_text().splitlines()]
    file = entries[-1] | {"name_bytes": ""}
    lines = [{"kind": "folder", "label": "x", "made": True, "folder": bad}]
    lines += [file | {"folder": bad, "name": "x"}, file | {"name": bad}]
    with path.open("a") as journal:
        journal.writelines(json.dumps(line) + "\n" for line in [*lines, 5, [], {"kind": "begin", "run": "../../x"}, {}])
        journal.write("[" * 100_000 + "\n")
    record = read_journal(str(tmp_path))
    assert record is not None
    assert list(record.files.values()) == [MADE]
    assert record.labels == {"j/ay": "jay"}
    assert record.runs == ["0123abcd"]


def test_one_export_at_a_time(tmp_path: Path) -> None:
    with (
        open_journal(str(tmp_path)),
        pytest.raises(OutputWriteError, match="another export"),
        open_journal(str(tmp_path)),
    ):
        pass


def test_a_link_or_a_folder_in_its_place_is_refused(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.write_bytes(b"mine")
    target = tmp_path / "target"
    target.mkdir()
    (target / JOURNAL).symlink_to(outside)
    with pytest.raises(OutputWriteError), open_journal(str(target)):
        pass
    with pytest.raises(OutputWriteError):
        read_journal(str(target))
    assert outside.read_bytes() == b"mine"
    (target / JOURNAL).unlink()
    os.mkfifo(target / JOURNAL)
    with pytest.raises(OutputWriteError, match="not a regular file"), open_journal(str(target)):
        pass
    with pytest.raises(OutputWriteError, match="not a regular file"):
        read_journal(str(target))
