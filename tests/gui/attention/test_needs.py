"""Where nothing can be asked, what is missing is said as it is."""

from __future__ import annotations

from types import SimpleNamespace
from typing import cast

import pytest

from gui.attention.needs import needed_words
from gui.viewing import Viewing


@pytest.mark.parametrize(
    ("classification", "has_every_map", "words"),
    [
        (None, True, "Needs a picture that was classified"),
        (object(), False, "a model with exact maps"),
        (object(), True, "feature map of this picture"),
    ],
)
def test_what_is_missing_is_said(classification: object, has_every_map: bool, words: str) -> None:
    viewing = SimpleNamespace(classification=classification, has_every_map=has_every_map)
    assert words in needed_words(cast("Viewing", viewing))
