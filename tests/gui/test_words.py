"""Test gui/words.py: counts, shares and numbers as people read them."""

import pytest
from pytestqt.qtbot import QtBot

from gui import words


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (0.0, "0 %"),
        (0.0001, "< 1 %"),
        (0.005, "0 %"),
        (0.0051, "1 %"),
        (0.714, "71 %"),
        (0.99, "99 %"),
        (0.9999, "> 99 %"),
        (1.0, "100 %"),
    ],
)
def test_percent_never_claims_what_is_not_so(share: float, text: str) -> None:
    assert words.percent(share) == text


def test_counts_choose_the_form_and_group_digits(qtbot: QtBot) -> None:
    assert words.counted(1, "%n image", "%n images") == "1 image"
    assert words.counted(0, "%n image", "%n images") == "0 images"
    assert words.counted(12480, "Add %n image", "Add %n images") == "Add 12,480 images"


def test_sizes_have_units() -> None:
    assert words.size(7_759_462) == "7.4 MB"
