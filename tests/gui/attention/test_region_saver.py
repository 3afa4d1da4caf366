"""A region's file has the suffix of what the person chose: typed, or by the form in the dialog."""

from __future__ import annotations

import pytest

from gui.attention.region_saver import FORMS, with_suffix
from inference.attention.region_saving import REGION_SUFFIXES


def _form(suffix: str) -> str:
    return next(f"{text} (*{known})" for text, known in FORMS if known == suffix)


@pytest.mark.parametrize(
    ("chosen", "form", "wanted"),
    [
        ("/p/cow region.png", ".png", "/p/cow region.png"),
        ("/p/cow region.png", ".txt", "/p/cow region.txt"),
        ("/p/cow.npy", ".png", "/p/cow.npy"),
        ("/p/cow.JSON", ".txt", "/p/cow.JSON"),
        ("/p/cow", ".json", "/p/cow.json"),
        ("/p/cow.v2", ".npy", "/p/cow.v2.npy"),
    ],
)
def test_the_suffix(chosen: str, form: str, wanted: str) -> None:
    assert with_suffix(chosen, _form(form)) == wanted


def test_a_dialog_that_names_no_form_means_the_first() -> None:
    assert with_suffix("/p/cow", "") == "/p/cow.png"


def test_every_form_of_the_core_is_offered() -> None:
    assert tuple(suffix for _, suffix in FORMS) == REGION_SUFFIXES
