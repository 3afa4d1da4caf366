"""Untrusted text is shown as one harmless line, and nothing is hidden."""

import os

from hypothesis import given
from hypothesis import strategies as st

from inference.texts import is_unicode, unicode_path, visible


def test_control_direction_and_undecodable_characters_are_shown() -> None:
    assert visible("a\nb\t\x1b[31m\u202egpj.exe") == "a\\nb\\t\\x1b[31m\\u202egpj.exe"
    assert visible(os.fsdecode(b"caf\xe9.jpg")) == "caf\\xe9.jpg"


def test_ordinary_text_of_any_language_stays() -> None:
    for text in ("Füße.jpg", "写真 📷.png", "نص.jpg", "👨\u200d👩.jpg", "<b>x</b> & =1+1"):
        assert visible(text) == text


@given(st.binary(max_size=40))
def test_any_path_becomes_text_that_can_be_encoded(raw: bytes) -> None:
    path = os.fsdecode(raw)
    unicode_path(path).encode("utf-8")
    visible(path).encode("utf-8")
    assert is_unicode(path) == (os.fsencode(path).decode("utf-8", "replace") == path)
