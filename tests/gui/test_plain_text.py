"""Test gui/plain_text.py: nothing that a stranger named a file reaches the screen as markup or as nothing."""

import os
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtGui import Qt

from gui.plain_text import elide_middle, file_name, for_menu, for_sentence, for_tooltip, name_of
from inference.texts import visible

_ANY_TEXT = st.text(st.characters(), max_size=80)  # surrogates, controls and all


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain.jpg", "plain.jpg"),
        ("Übergröße 猫 🐈.jpg", "Übergröße 猫 🐈.jpg"),
        ("a\nb\tc.jpg", "a\\nb\\tc.jpg"),
        ("cat\u202egpj.exe", "cat\\u202egpj.exe"),
        ("\udcff\udc80.jpg", "\\xff\\x80.jpg"),
        ("zero\u200bwidth", "zero\\u200bwidth"),
        ("del\x7f", "del\\x7f"),
        ("👩\u200d👩\u200d👧", "👩\u200d👩\u200d👧"),
    ],
)
def test_hidden_characters_are_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(_ANY_TEXT)
def test_visible_text_has_no_controls_can_be_encoded_and_stays(text: str) -> None:
    shown = visible(text)
    shown.encode("utf-8")
    assert not {unicodedata.category(character) for character in shown.replace("\u200c", "").replace("\u200d", "")} & {
        "Cc",
        "Cf",
        "Cs",
    }
    assert visible(shown) == shown


@given(_ANY_TEXT)
def test_tooltips_are_plain_or_escaped(text: str) -> None:
    tip = for_tooltip(text)
    inside = tip.removeprefix("<qt>").removesuffix("</qt>").replace("<br>", "")
    # Qt decides by this very function whether to draw markup; what it would draw holds no tag of the stranger's.
    assert "<" not in inside if Qt.mightBeRichText(tip) else tip == "\n".join(visible(x) for x in text.split("\n"))


def test_a_hostile_name_stays_text_in_a_tooltip() -> None:
    assert "<img" not in for_tooltip('<img src="/etc/passwd">.jpg')
    assert for_tooltip("Tom & Jerry.jpg\n71 %") == "<qt>Tom &amp; Jerry.jpg<br>71 %</qt>"


def test_menus_show_every_ampersand() -> None:
    assert for_menu("Tom & Jerry\n.jpg") == "Tom && Jerry\\n.jpg"


def test_right_to_left_names_are_isolated_in_sentences() -> None:
    assert for_sentence("\u05e9\u05dc.jpg") == "\u2068\u05e9\u05dc.jpg\u2069"
    assert for_sentence("cat.jpg") == "cat.jpg"


@given(_ANY_TEXT, st.integers(2, 40))
def test_eliding_keeps_both_ends_and_the_limit(text: str, limit: int) -> None:
    short = elide_middle(text, limit)
    assert len(short) <= limit
    if len(text) <= limit:
        assert short == text
    else:
        head, _, tail = short.partition("\u2026")
        assert text.startswith(head.split("\u2026")[0])
        assert not tail or text.endswith(tail)


@pytest.mark.parametrize(
    ("path", "name"), [("/a/b c.jpg", "b c.jpg"), ("/a/b/", "b"), ("/", "/"), ("x.jpg", "x.jpg"), ("/a/..", "..")]
)
def test_file_names_are_the_last_part_as_given(path: str, name: str) -> None:
    assert file_name(path.replace("/", os.sep)) == name.replace("/", os.sep)


def test_a_long_name_keeps_its_suffix_in_a_sentence() -> None:
    shown = name_of(os.sep + "x" * 255 + ".jpeg")
    assert len(shown) == 64
    assert shown.endswith(".jpeg")
