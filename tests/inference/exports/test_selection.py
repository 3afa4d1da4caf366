"""Reviewed labels by default, suggestions only when asked for."""

from dataclasses import replace

from inference.exports.selection import Include, Selection, selected
from inference.sessions.marks import LabelSource
from inference.sessions.states import ImageState
from tests.inference.exports.labelled import PREDICTIONS, labelled, without_label

IMAGES = [
    labelled(0, "/a.jpg", "crow"),
    labelled(1, "/b.jpg", "magpie", state=ImageState.ACCEPTED, source=LabelSource.ACCEPTED, score=0.75),
    without_label(2, "/c.jpg", ImageState.SUGGESTED, predictions=PREDICTIONS),
    without_label(3, "/d.jpg", ImageState.SUGGESTED, predictions=(("jay", 0.5), ("crow", 0.25))),
    without_label(4, "/e.jpg", ImageState.UNSURE, predictions=PREDICTIONS),
    without_label(5, "/f.jpg", ImageState.REJECTED),
    without_label(6, "/g.jpg", ImageState.FAILED, failure="The file is empty (0 bytes)."),
    without_label(7, "/h.jpg", ImageState.QUEUED),
]


def keys(selection: Selection) -> list[int]:
    return [image.key for image in selected(IMAGES, selection)]


def test_only_reviewed_labels_by_default() -> None:
    assert list(selected(IMAGES, Selection())) == IMAGES[:2]


def test_suggestions_at_or_above_a_score_say_that_they_are_the_models() -> None:
    assert keys(Selection(Include.SUGGESTED, 0.76)) == [0, 1]
    assert keys(Selection(Include.SUGGESTED, 0.75)) == [0, 1, 2]
    assert keys(Selection(Include.SUGGESTED)) == [0, 1, 2, 3]
    suggestion = list(selected(IMAGES, Selection(Include.SUGGESTED)))[2]
    assert suggestion == replace(IMAGES[2], label="magpie", source=LabelSource.MODEL, score=0.75)
    assert suggestion.state is ImageState.SUGGESTED


def test_everything_has_its_state_and_no_label_that_nobody_gave() -> None:
    images = list(selected(IMAGES, Selection(Include.EVERYTHING, 0.75)))
    assert [image.key for image in images] == list(range(8))
    assert [image.label for image in images] == ["crow", "magpie", "magpie", "", "", "", "", ""]
    assert [image.state for image in images] == [image.state for image in IMAGES]


def test_labels_choose_among_the_selected() -> None:
    assert keys(Selection(Include.EVERYTHING, labels=frozenset({"jay", "crow"}))) == [0, 3]
    assert keys(Selection(labels=frozenset())) == []
