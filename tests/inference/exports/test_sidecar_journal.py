"""The journal says after any end what was written."""

from __future__ import annotations

from pathlib import Path

import pytest

from inference.errors import OutputWriteError
from inference.exports.sidecar_journal import SidecarJournal, read_journal

NAMES = ["/p/a.jpg.xmp", "/p/line\nbreak \U0001f408.xmp", "/p/\udcff\udc80.xmp", '/p/"\u202e.xmp']


def test_what_was_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with SidecarJournal.appending(path) as journal:
        for name in NAMES:
            journal.note(name, made=True)
        run = journal.run
    record = read_journal(path)
    assert record.sidecars == dict.fromkeys(NAMES, True)
    assert record.last == {run: NAMES[-1]}


def test_a_second_run_adds_to_the_first(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    with SidecarJournal.appending(path) as journal:
        journal.note("/a", made=True)
    with SidecarJournal.appending(path) as journal:
        journal.note("/a", made=False)
        journal.note("/b", made=False)
    record = read_journal(path)
    assert record.sidecars == {"/a": True, "/b": False}
    assert len(record.last) == 2


@pytest.mark.parametrize("cut", [1, 2, 10, 30])
def test_half_a_line_hides_no_other(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "journal.jsonl"
    with SidecarJournal.appending(path) as journal:
        journal.note("/a", made=True)
        journal.note("/b", made=True)
    path.write_bytes(path.read_bytes()[:-cut])
    with SidecarJournal.appending(path) as journal:
        journal.note("/c", made=False)
    assert set(read_journal(path).sidecars) >= {"/a", "/c"}


def test_damaged_lines_count_for_nothing(tmp_path: Path) -> None:
    path = tmp_path / "journal.jsonl"
    path.write_bytes(
        b'\xff\n[]\n{"kind":"sidecar"}\n{"kind":"sidecar","path":"/a","path_bytes":"xx","made":true}\n[' * 2
    )
    assert read_journal(path).sidecars == {}


def test_no_journal_is_an_empty_one(tmp_path: Path) -> None:
    assert read_journal(tmp_path / "none").sidecars == {}


def test_a_journal_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    with pytest.raises(OutputWriteError), SidecarJournal.appending(tmp_path):
        pass
    with pytest.raises(OutputWriteError):
        read_journal(tmp_path)
