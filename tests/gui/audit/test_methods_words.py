"""A comparison of methods is told in full sentences: its cost, how far it is, why it ended, how it is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gui.audit.methods_words import (
    Ending,
    Standing,
    cost_words,
    curve_words,
    headings,
    reading_words,
    refusal_words,
    row_texts,
    standing_words,
)
from inference.attention.figures import MethodFigures
from inference.attention.methods import Method

_STANDING = Standing("Net {b}", 20, 1480, 7, (), Ending.UNDER_WAY)


def _plain(words: str) -> str:
    return words.replace("\N{NO-BREAK SPACE}", " ")


def test_how_far_it_is_and_how_long_it_takes() -> None:
    words = "7 of 20 images compared, drawn from 1,480, as Net {b} sees them."
    assert standing_words(_STANDING) == words
    assert standing_words(replace(_STANDING, seconds_left=180)) == f"{words} About 3 min left."
    assert standing_words(replace(_STANDING, ending=Ending.DONE, seconds_left=3)) == words
    one = standing_words(replace(_STANDING, wanted=1, drawn_from=1, compared=1))
    assert one == "1 of 1 image compared, drawn from 1, as Net {b} sees it."


def test_why_it_ended() -> None:
    stopped = replace(_STANDING, ending=Ending.STOPPED)
    assert standing_words(stopped).endswith("Stopped: the table is of the images so far.")
    assert standing_words(replace(stopped, compared=0)).endswith("Stopped before the first image was over.")
    other = standing_words(replace(_STANDING, ending=Ending.OTHER_MODEL))
    assert "Another model was opened, so the comparison ended" in other


def test_what_is_left_out_is_named_and_is_no_markup() -> None:
    failures = tuple((f"/p/{number}\u202e.jpg", "It is damaged.") for number in range(5))
    words = standing_words(replace(_STANDING, failures=failures))
    assert "5 images are left out: 0" in words
    assert ".jpg: It is damaged; 1" in words
    assert words.endswith("; and 2 more.")
    assert "\u202e" not in words
    assert "1 image is left out: 0" in standing_words(replace(_STANDING, failures=failures[:1]))


def test_what_the_costly_methods_cost() -> None:
    assert cost_words(Method.SCORE_CAM, 2048) == "Score-CAM: 2,048 more runs of the network for each image"
    assert "for each channel" in cost_words(Method.SCORE_CAM, 0)
    assert cost_words(Method.OCCLUSION, 2048) == "Occlusion: one more run of the network for each cell of the map"


def test_a_row_has_a_text_for_each_heading() -> None:
    row = row_texts(MethodFigures(Method.EIGEN_CAM, 4, 0.25, 0.5, 0.1234, None, 0.1, 204))
    assert [_plain(text) for text in row] == ["Eigen-CAM", "25.0 %", "50.0 %", "0.123", "", "51"]
    assert len(row) == len(headings())


def test_how_the_table_and_the_curves_are_read() -> None:
    assert "Less is better for drop and deletion, more for increase" in reading_words()
    assert "this model on these images" in reading_words()
    assert "hidden cells blurred" in reading_words()
    one = MethodFigures(Method.LAYER_CAM, 4, 0.25, 0.5, 0.0154716, 0.5, 0.1, 204)
    words = curve_words(one)
    assert words.startswith("LayerCAM, mean curves: deletion (dashed)")
    # To the digit what the table has.
    assert words.endswith(f"Areas {row_texts(one)[3]} and {row_texts(one)[4]}.")
    assert words.endswith("Areas 0.015 and 0.500.")


@pytest.mark.parametrize(
    ("has_model", "has_maps", "images", "word"),
    [(False, False, 3, "No model"), (True, False, 3, "no exact maps"), (True, True, 0, "no images")],
)
def test_why_nothing_can_be_compared(has_model: bool, has_maps: bool, images: int, word: str) -> None:
    assert word in refusal_words(has_model=has_model, has_maps=has_maps, images=images)
    assert refusal_words(has_model=True, has_maps=True, images=1) == ""
