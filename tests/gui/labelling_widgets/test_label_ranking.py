"""A few typed letters find the label that a person means."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gui.labelling_widgets.label_ranking import LabelMatch, LabelNames, MatchKind, begins_with_slip, ranked_labels
from gui.labelling_widgets.label_text import comparable
from gui.viewer.class_ranking import folded

_OWN = ("magpie (young)", "wren", "C++", "Crème", "🐦")
_CLASSES = ("magpie", "jay", "black-footed ferret", "magnetic compass", "tabby, tabby cat", "wren", "warren", "creme")
_NAMES = LabelNames.of(_OWN, _CLASSES)

_texts = st.text(alphabet=st.sampled_from("aAbcé -\u0301\udcff\n\u202e<&🐦"), max_size=9) | st.text(max_size=9)


def _found(query: str) -> list[tuple[str, MatchKind]]:
    return [(_NAMES.names[match.index], match.kind) for match in ranked_labels(query, _NAMES)]


def test_own_labels_come_before_classes_and_prefixes_before_the_rest() -> None:
    assert _found("mag") == [
        ("magpie (young)", MatchKind.OWN_PREFIX),
        ("magpie", MatchKind.CLASS_PREFIX),
        ("magnetic compass", MatchKind.CLASS_PREFIX),
    ]
    assert _found("ferret") == [("black-footed ferret", MatchKind.WORD_PREFIX)]
    assert _found("oot")[0] == ("black-footed ferret", MatchKind.PART)
    assert _found("cat tab") == [("tabby, tabby cat", MatchKind.WORDS)]


def test_what_was_typed_in_full_is_first_whoever_has_it() -> None:
    assert _found("magpie")[0] == ("magpie", MatchKind.SAME)
    assert [kind for _, kind in _found("CREME")] == [MatchKind.SAME, MatchKind.SAME]


@pytest.mark.parametrize("slip", ["magpei", "mapgie", "mgpie", "maggpie", "nagpie", "amgpie", "magpi3"])
def test_one_slip_is_forgiven(slip: str) -> None:
    assert ("magpie", MatchKind.TYPO) in _found(slip)


def test_letters_in_order_are_found_last() -> None:
    assert _found("wrn") == [("wren", MatchKind.SPREAD), ("warren", MatchKind.SPREAD)]
    assert _found("bff") == [("black-footed ferret", MatchKind.SPREAD)]


def test_names_of_signs_only_can_be_found_and_a_name_stands_once() -> None:
    assert _found("🐦") == [("🐦", MatchKind.SAME)]
    assert _NAMES.names.count("wren") == 1
    assert _NAMES.own_count == len(_OWN)


@pytest.mark.parametrize("query", ["", "  ", "\u200b", "\udcff", "zzzz"])
def test_nothing_is_found_for_nothing(query: str) -> None:
    assert _found(query) == []


@given(query=_texts, own=st.lists(_texts, max_size=12), classes=st.lists(_texts, max_size=12), limit=st.integers(1, 6))
def test_every_match_has_its_reason(query: str, own: list[str], classes: list[str], limit: int) -> None:
    names = LabelNames.of(own, classes)
    matches = ranked_labels(query, names)
    wanted = folded(query) or comparable(query)
    assert len({match.index for match in matches}) == len(matches)
    assert [match.kind for match in matches] == sorted(match.kind for match in matches)
    for match in matches:
        assert _is_justified(match, wanted, query, names)
    holding = {index for index, name in enumerate(names.folded) if wanted and wanted in name}
    assert holding == {match.index for match in matches if match.kind <= MatchKind.PART}
    assert ranked_labels(query, names, limit=limit)[0:1] == matches[0:1]


def _is_justified(match: LabelMatch, wanted: str, query: str, names: LabelNames) -> bool:
    name = names.folded[match.index]
    starts = [0, *(at + 1 for at, letter in enumerate(name) if letter == " ")]
    rest = iter(name)
    reasons = {
        MatchKind.SAME: comparable(names.names[match.index]) == comparable(query),
        MatchKind.OWN_PREFIX: name.startswith(wanted) and match.index < names.own_count,
        MatchKind.CLASS_PREFIX: name.startswith(wanted) and match.index >= names.own_count,
        MatchKind.WORD_PREFIX: f" {wanted}" in name,
        MatchKind.PART: wanted in name,
        MatchKind.WORDS: all(word in name for word in wanted.split()),
        MatchKind.TYPO: any(begins_with_slip(wanted, name[start:]) for start in starts),
        MatchKind.SPREAD: all(letter in rest for letter in wanted.replace(" ", "")),
    }
    return reasons[match.kind]


@given(
    word=st.text(alphabet="abcde", min_size=5, max_size=9),
    place=st.integers(0, 8),
    letter=st.sampled_from("abcdex"),
    before=st.sampled_from(["", "other ", "one two "]),
)
def test_every_single_slip_is_found(word: str, place: int, letter: str, before: str) -> None:
    at = place % len(word)
    slips = {
        word[:at] + word[at + 1 :],
        word[:at] + letter + word[at + 1 :],
        word[:at] + letter + word[at:],
        word[:at] + word[at : at + 2][::-1] + word[at + 2 :],
    }
    names = LabelNames.of([], ["zz", before + word])
    for slip in slips:
        assert [match.index for match in ranked_labels(slip, names)] == [1], (slip, word)


def test_many_names_stay_in_order() -> None:
    names = LabelNames.of([], [f"bird {number}" for number in range(3000)])
    assert [match.index for match in ranked_labels("bird", names, limit=3)] == [0, 1, 2]
    assert len(ranked_labels("bird", names)) == 200
