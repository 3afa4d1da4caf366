"""Paths come back from rows byte for byte."""

import os

import pytest
from hypothesis import given

from inference.exports.row_paths import clean_text, path_bytes, path_of, path_text, relative_path, utc_time
from tests.inference.exports.labelled import FILE_NAMES


@pytest.mark.parametrize(
    ("path", "root", "expected"),
    [
        ("/a/b/c.jpg", "/a", "b/c.jpg"),
        ("/a/b/c.jpg", "/a/", "b/c.jpg"),
        ("/a/b.jpg", "/", "a/b.jpg"),
        ("/ab/c.jpg", "/a", "/ab/c.jpg"),
        ("/a//b.jpg", "/a", "/a//b.jpg"),
        ("/a/../b.jpg", "/a", "../b.jpg"),
        ("/a", "/a", "/a"),
        ("/a/b.jpg", None, "/a/b.jpg"),
        ("/a/b.jpg", "", "/a/b.jpg"),
    ],
)
def test_relative_only_where_joining_gives_it_back(path: str, root: str | None, expected: str) -> None:
    assert relative_path(path, root) == expected
    assert os.path.join(root or "", expected) == path  # noqa: PTH118 - must not normalise


@given(FILE_NAMES)
def test_every_name_comes_back(name: str) -> None:
    text, digits = path_text(name), path_bytes(name)
    text.encode()
    assert path_of(text, digits) == name
    assert bool(digits) == (os.fsencode(name) != text.encode())


def test_times_are_utc_to_the_millisecond() -> None:
    assert utc_time(0.0) == "1970-01-01T00:00:00.000Z"
    assert utc_time(-315_619_200.0) == "1960-01-01T00:00:00.000Z"
    assert utc_time(None) == utc_time(1e30) == utc_time(float("nan")) == ""


def test_lone_surrogates_are_replaced() -> None:
    assert clean_text("a\ud800\udcffb\U0001f426") == "a\ufffd\ufffdb\U0001f426"
