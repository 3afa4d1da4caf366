"""No cell is a formula, and every text comes back."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from inference.exports.csv_cells import guarded, plain, unguarded
from tests.inference.exports.labelled import HOSTILE_LABELS, HOSTILE_NAMES

NASTY = st.text(st.sampled_from("'=+-@\t\r\n\0 \uff1da1\ufeff"), max_size=6) | st.text(max_size=20)
ACTED_ON = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@given(NASTY)
def test_what_is_guarded_comes_back(text: str) -> None:
    assert unguarded(guarded(text)) == text


@given(NASTY)
def test_what_is_plain_comes_back(text: str) -> None:
    assert unguarded(plain(text)) == text


@given(NASTY)
def test_no_guarded_cell_begins_as_a_formula(text: str) -> None:
    assert not guarded(text).lstrip(" \ufeff").startswith(ACTED_ON)


@pytest.mark.parametrize("text", [*HOSTILE_NAMES, *HOSTILE_LABELS])
def test_hostile_texts_come_back_through_a_table(text: str) -> None:
    buffer = io.StringIO()
    csv.writer(buffer).writerow([guarded(text), plain(text)])
    ((first, second),) = csv.reader(io.StringIO(buffer.getvalue(), newline=""))
    assert (unguarded(first), unguarded(second)) == (text, text)


@pytest.mark.parametrize("text", ["magpie", "'tis", "'", "", "it's = that", "a-b", "1", "\u201ca\u201d"])
def test_harmless_text_is_not_touched(text: str) -> None:
    assert guarded(text) == plain(text) == unguarded(text) == text
