"""Options that commands share say in words what they want."""

from __future__ import annotations

import argparse

import pytest

from inference.commands.options import positive


def test_a_whole_number_of_at_least_one() -> None:
    assert positive("12") == 12
    for text, words in (("x", "must be a whole number, not 'x'"), ("1.5", "not '1.5'"), ("0", "at least 1")):
        with pytest.raises(argparse.ArgumentTypeError, match=words):
            positive(text)
