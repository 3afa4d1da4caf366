"""Rows find their images; what is not clear is said, not guessed."""

from inference.exports.importing import match
from inference.exports.label_matching import images_of
from inference.exports.label_rows import ImportedRow
from inference.sessions.states import ImageState

PATHS = [
    "/s/a/1.jpg",
    "/s/b/1.jpg",
    "/s/a/2.jpg",
    "/s/a/3.png",
    "/t/4.jpg",
    "/s/\udcff.jpg",
    "/s/a\\b.jpg",
    "/u/../v.jpg",
]


def rows(*pairs: tuple[str, str]) -> list[ImportedRow]:
    return [ImportedRow(number, path, label) for number, (path, label) in enumerate(pairs, 1)]


def test_exact_relative_and_by_name() -> None:
    some = rows(
        *[("/s/a/1.jpg", "whole"), ("b/1.jpg", "below a root"), ("./4.jpg", "below the file"), ("x/y/2.jpg", "name")],
        *[("3", "id"), ("\udcff.jpg", "bytes"), ("a\\b.jpg", "backslash"), ("../u/../v.jpg", "as it is")],
    )
    result = match(some, PATHS, "/t", roots=["/s"])
    assert result.found == {
        "/s/a/1.jpg": "whole",
        "/s/b/1.jpg": "below a root",
        "/t/4.jpg": "below the file",
        "/s/a/2.jpg": "name",
        "/s/a/3.png": "id",
        "/s/\udcff.jpg": "bytes",
        "/s/a\\b.jpg": "backslash",
        "/u/../v.jpg": "as it is",
    }
    assert result.by_name == 3
    assert result.unmatched == result.ambiguous == ()
    assert result.contradictory == ()


def test_paths_of_windows() -> None:
    assert match(rows(("a\\1.jpg", "cat"), ("C:\\x\\2.jpg", "dog")), PATHS, "/s").found == {
        "/s/a/1.jpg": "cat",
        "/s/a/2.jpg": "dog",
    }


def test_what_is_not_clear_is_said() -> None:
    some = rows(("1.jpg", "which?"), ("9.jpg", "none"), ("a/2.jpg", "cat"), ("/s/a/2.jpg", "dog"), ("q/2.jpg", "late"))
    result = match(some, PATHS, "/s")
    assert result.found == {}
    assert [row.number for row in result.ambiguous] == [1]
    assert [row.number for row in result.unmatched] == [2, 5]
    assert [(one.path, [row.label for row in one.rows]) for one in result.contradictory] == [
        ("/s/a/2.jpg", ["cat", "dog"])
    ]


def test_a_path_that_fits_below_several_folders_is_not_guessed() -> None:
    result = match(rows(("1.jpg", "cat"), ("2.jpg", "dog")), PATHS, "/elsewhere", roots=["/s/a", "/s/b"])
    assert result.found == {"/s/a/2.jpg": "dog"}
    assert [row.number for row in result.ambiguous] == [1]
    assert images_of(rows(("1.jpg", "cat"), ("2.jpg", "dog"), ("q/4.jpg", "?")), PATHS, ["/s/a", "/s/b"]) == [
        "",
        "/s/a/2.jpg",
        "/t/4.jpg",
    ]


def test_paths_of_an_export_lie_below_what_the_folders_have_in_common() -> None:
    result = match(rows(("a/1.jpg", "cat"), ("b/1.jpg", "dog")), PATHS, "/elsewhere", roots=["/s/a", "/s/b"])
    assert result.found == {"/s/a/1.jpg": "cat", "/s/b/1.jpg": "dog"}


def test_the_same_said_twice_is_no_contradiction() -> None:
    assert match(rows(("a/2.jpg", "cat"), ("/s/a/2.jpg", "cat")), PATHS, "/s").found == {"/s/a/2.jpg": "cat"}


def test_two_rows_that_find_one_image_by_its_name_must_agree() -> None:
    result = match(rows(("train/4.jpg", "cat"), ("val/4.jpg", "dog")), PATHS)
    assert result.found == {}
    assert [one.path for one in result.contradictory] == ["/t/4.jpg"]


def test_states_without_a_label() -> None:
    some = [ImportedRow(1, "/t/4.jpg", "", ImageState.UNSURE), ImportedRow(2, "/s/a/2.jpg", "cat", ImageState.ACCEPTED)]
    result = match(some, PATHS)
    assert result.found == {"/s/a/2.jpg": "cat"}
    assert result.states == {"/t/4.jpg": ImageState.UNSURE, "/s/a/2.jpg": ImageState.ACCEPTED}
