"""A picture's true class is the name of its folder, where that is a class."""

from __future__ import annotations

from dataclasses import replace

import pytest

from inference.models.catalog import read_model
from inference.models.contract import Label
from inference.models.quantize.truth import UNKNOWN, TrueClasses
from tests.make_data import TINY

LABELS = (Label("Jay", "n01580077"), Label("crane", "n02012849"), Label("crane", "n03126707"))
CLASSES = TrueClasses.of(replace(read_model(TINY).contract, labels=LABELS))


@pytest.mark.parametrize(
    ("path", "wanted"),
    [
        ("/pictures/jay/1.png", 0),
        ("/pictures/N01580077/1.png", 0),
        ("/pictures/n03126707/1.png", 2),
        # Two classes have this name.
        ("/pictures/crane/1.png", UNKNOWN),
        # Neither the file's name nor a folder further up counts.
        ("/jay/more/jay.png", UNKNOWN),
        ("jay.png", UNKNOWN),
    ],
)
def test_the_class_of_a_folder(path: str, wanted: int) -> None:
    assert CLASSES.of_picture(path) == wanted
