"""Each letter has one label and each label one letter, through any changes and through JSON."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.review.letters import FREE_LETTERS, Assignment, LetterKeys

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text() | st.sampled_from(list(FREE_LETTERS)), inner),
)


def test_a_letter_moves_to_another_label_and_that_is_told() -> None:
    keys = LetterKeys()
    assert keys.assign("m", "magpie") == Assignment("M", "magpie")
    assert keys.conflict("M", "jay") == "magpie"
    assert keys.conflict("m", "magpie") is None
    assert keys.assign("M", "jay") == Assignment("M", "jay", taken_from="magpie")
    assert keys.letter("magpie") is None
    assert keys.label("m") == "jay"


def test_a_label_gives_its_letter_up_for_another() -> None:
    keys = LetterKeys()
    keys.assign("M", "magpie")
    assert keys.assign("K", "magpie") == Assignment("K", "magpie", released="M")
    assert list(keys) == [("K", "magpie")]
    assert keys.assign("K", "magpie") == Assignment("K", "magpie")


def test_swap_gives_the_other_label_the_letter_that_became_free() -> None:
    keys = LetterKeys()
    keys.assign("M", "magpie")
    keys.assign("J", "jay")
    keys.swap("M", "jay")
    assert list(keys) == [("J", "magpie"), ("M", "jay")]
    keys.swap("M", "wren")
    assert list(keys) == [("J", "magpie"), ("M", "wren")]


def test_clear_and_rename() -> None:
    keys = LetterKeys()
    keys.assign("M", "magpie")
    keys.assign("J", "jay")
    keys.rename("magpie", "Eurasian magpie")
    keys.rename("nothing", "something")
    assert keys.label("M") == "Eurasian magpie"
    keys.rename("Eurasian magpie", "jay")
    assert list(keys) == [("J", "jay")]
    keys.clear("j")
    keys.clear("J")
    assert len(keys) == 0


@pytest.mark.parametrize("letter", ["S", "N", "AB", "", "1", "ß"])
def test_other_keys_cannot_be_given(letter: str) -> None:
    with pytest.raises(ValueError, match="not a free letter"):
        LetterKeys().assign(letter, "magpie")


def test_an_empty_label_gets_no_letter() -> None:
    with pytest.raises(ValueError, match="empty"):
        LetterKeys().assign("A", "")


@given(st.lists(st.tuples(st.sampled_from(["assign", "swap"]), st.sampled_from(FREE_LETTERS), st.text(min_size=1))))
def test_letters_and_labels_stay_one_to_one_and_survive_json(steps: list[tuple[str, str, str]]) -> None:
    keys = LetterKeys()
    for step, letter, label in steps:
        getattr(keys, step)(letter, label)
        assert keys.label(letter) == label
        assert keys.letter(label) == letter
    labels = [label for _, label in keys]
    assert len(set(labels)) == len(labels)
    assert list(LetterKeys.from_json(json.loads(json.dumps(keys.to_json())))) == list(keys)


@given(JSON_VALUES)
def test_any_json_value_gives_letters(value: object) -> None:
    keys = LetterKeys.from_json(value)
    assert all(letter in FREE_LETTERS and label for letter, label in keys)
