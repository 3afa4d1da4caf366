"""What the window's worker finds for a file of labels, and what it says of the rest."""

from __future__ import annotations

import contextlib
from pathlib import Path

from gui.exporting.import_work import FoundLabels, find_labels
from gui.exporting.label_match import NO_COLUMN, ImportSettings
from inference.cancel import CancelToken
from inference.sessions.session import Session
from tests.inference.commands.sessions import make_pictures, make_session


def _found(tmp_path: Path, content: str) -> FoundLabels:
    paths = make_pictures(tmp_path, ["x/1.png", "y/1.png", "y/2.png", "z/3.png"])
    make_session(tmp_path / "s.cardinal", dict.fromkeys(paths))
    labels = tmp_path / "elsewhere" / "labels.csv"
    labels.parent.mkdir()
    labels.write_text(content)
    with contextlib.closing(Session.open(tmp_path / "s.cardinal")) as session:
        session.add_source(f"{tmp_path}/y")
        return find_labels(session, ImportSettings(str(labels)), frozenset(), CancelToken())


def test_rows_that_fit_several_images_are_left_out_and_said(tmp_path: Path) -> None:
    found = _found(tmp_path, "path,label\n1.png,jay\n2.png,wren\nq/3.png,crow\nnone.png,tit\n")
    assert [(label, state) for _, label, state in found.labels] == [("wren", None), ("crow", None)]
    assert found.unmatched == ("none.png", "1.png")
    match = found.match
    assert (match.matched, match.unmatched) == (2, 2)
    assert [row.image for row in match.rows] == ["", f"{tmp_path}/y/2.png", f"{tmp_path}/z/3.png", ""]
    assert match.problems == (
        "Images found by their file name alone: 1.",
        "Rows left out because they fit several images: 1.",
    )


def test_rows_relative_to_what_the_folders_have_in_common_are_shown_with_their_images(tmp_path: Path) -> None:
    found = _found(tmp_path, "path,label\nx/1.png,jay\ny/1.png,wren\n")
    assert [label for _, label, _ in found.labels] == ["jay", "wren"]
    assert [row.image for row in found.match.rows] == [f"{tmp_path}/x/1.png", f"{tmp_path}/y/1.png"]
    assert found.match.problems == ()


def test_of_unclear_columns_whole_rows_are_shown_and_the_paths_that_are_clear(tmp_path: Path) -> None:
    match = _found(tmp_path, "file,bird,checked\nx/1.png,jay,no\nnone.png,wren,yes\n").match
    assert match.needs_columns
    assert (match.path_column, match.label_column) == (0, NO_COLUMN)
    assert [(row.path, row.label) for row in match.rows] == [("x/1.png, jay, no", ""), ("none.png, wren, yes", "")]
    assert [row.image for row in match.rows] == [f"{tmp_path}/x/1.png", ""]


def test_of_columns_that_say_nothing_none_is_taken(tmp_path: Path) -> None:
    match = _found(tmp_path, "a,b,c\n1,2,3\n4,5,6\n").match
    assert (match.path_column, match.label_column) == (NO_COLUMN, NO_COLUMN)
    assert [(row.path, row.label, row.image) for row in match.rows] == [
        ("a, b, c", "", ""),
        ("1, 2, 3", "", ""),
        ("4, 5, 6", "", ""),
    ]
