"""Labels are cleaned once, and compared as people compare them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.labelling_widgets.label_text import comparable
from inference.texts import LONGEST_LABEL, clean_label


@pytest.mark.parametrize(
    ("typed", "label"),
    [
        ("  wren \n young ", "wren young"),
        ("wr\u202een\u200b\udcff", "wren"),
        ("Creme\u0300", "Crem\u00e8"),
        ("x" * 300, "x" * LONGEST_LABEL),
        (" \t", ""),
        ("👩\u200d🌾", "👩\u200d🌾"),
    ],
)
def test_hidden_characters_and_spaces_go(typed: str, label: str) -> None:
    assert clean_label(typed) == label


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Crème brûlée", "creme  BRULEE", True),
        ("C++", "C", False),
        ("black-footed", "black footed", False),
        ("がき", "かき", False),
        ("STRASSE", "straße", True),
    ],
)
def test_only_case_accents_and_spaces_do_not_matter(one: str, other: str, same: bool) -> None:
    assert (comparable(one) == comparable(other)) is same


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    cleaned = clean_label(text)
    assert clean_label(cleaned) == cleaned
    cleaned.encode("utf-8")
