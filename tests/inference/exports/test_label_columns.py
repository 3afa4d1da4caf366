"""Columns are guessed where they are clear, and not where they are not."""

import pytest

from inference.exports.label_columns import column_names, guess_columns, guess_each, has_head
from inference.exports.label_rows import Columns

PICTURES = [["1", "a.jpg", "cat"], ["2", "b.PNG", "dog"]]


@pytest.mark.parametrize(
    ("columns", "expected"),
    [
        (["filename", "label"], ("filename", "label")),
        (["image_id", "class"], ("image_id", "class")),
        (["id", "breed"], ("id", "breed")),
        (["File Name", "Class-Name"], ("File Name", "Class-Name")),
        (["label", "path", "state"], ("path", "label")),
        (["name", "what it is"], ("name", "what it is")),
        (["label_1", "path", "probability_1"], None),
        (["a", "b"], None),
        (["path"], None),
    ],
)
def test_names_are_enough(columns: list[str], expected: tuple[str, str] | None) -> None:
    assert guess_columns(columns, []) == (None if expected is None else Columns(*expected))


def test_a_column_of_pictures_is_the_path() -> None:
    assert guess_columns(["id", "scan", "label"], PICTURES) == Columns("scan", "label")
    assert guess_columns(["id", "scan", "what"], PICTURES) is None
    assert guess_columns(["scan", "what"], [row[1:] for row in PICTURES]) == Columns("scan", "what")
    assert guess_columns(["a", "b", "label"], [["x.jpg", "y.jpg", "cat"]]) is None


def test_what_is_clear_of_unclear_columns_is_said() -> None:
    assert guess_each(["file", "bird", "checked"], [["a.jpg", "jay", "no"]]) == ("file", None)
    assert guess_each(["a", "b", "class"], [["1", "2", "jay"]]) == (None, "class")
    assert guess_each(["a", "b", "c"], [["1", "2", "3"]]) == (None, None)


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        ([["path", "label"], ["a.jpg", "cat"]], True),
        ([["bild", "art"], ["a.jpg", "cat"]], True),
        ([["a.jpg", "cat"], ["b.jpg", "dog"]], False),
        ([["a.jpg", "label"]], False),
        ([["x", "z"]], False),
    ],
)
def test_heads(rows: list[list[str]], expected: bool) -> None:
    assert has_head(rows) is expected


def test_every_column_has_a_name_of_its_own() -> None:
    assert column_names(["a", "", "a", "a"], 5) == ("a", "column 2", "a (2)", "a (3)", "column 5")
    assert column_names(None, 2) == ("column 1", "column 2")
