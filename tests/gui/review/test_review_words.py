"""The review's sentences count, group digits and name states."""

import pytest

from gui.review.review_queue import QueueOrder
from gui.review.review_words import (
    decision_text,
    done_text,
    order_text,
    pace_text,
    page_text,
    queue_text,
    reviewed_text,
)
from inference.sessions.marks import Marks
from inference.sessions.states import ImageState
from inference.sessions.steps import Step, StepKind


def test_the_header_says_how_many_and_in_which_order() -> None:
    assert queue_text(2114, QueueOrder.LEAST_CERTAIN) == "2,114 unlabelled, least certain first"
    assert queue_text(1, QueueOrder.LEAST_CERTAIN) == "1 unlabelled"
    assert queue_text(100, QueueOrder.RANDOM_100, seed=4711) == "100 unlabelled, drawn at random (seed 4711)"
    assert "most confident first" in queue_text(3, QueueOrder.DISAGREES)


@pytest.mark.parametrize("order", QueueOrder)
def test_each_order_has_a_name_and_an_end(order: QueueOrder) -> None:
    assert order_text(order)
    assert queue_text(0, order) == "Everything here is reviewed."
    assert "1,234" in queue_text(1234, order)
    assert "1,234" not in queue_text(1, order)


def test_counts_and_pace() -> None:
    assert reviewed_text(1086) == "reviewed 1,086"
    assert pace_text(31) == "31 per min"
    assert pace_text(None) == ""
    assert page_text(2, 7, 20, 133) == "page 2 of 7 (20 of 133)"


def test_decisions() -> None:
    assert decision_text(ImageState.CORRECTED, "magpie") == "magpie (corrected)"
    assert decision_text(ImageState.UNSURE) == "unsure"
    assert decision_text(ImageState.SUGGESTED, "magpie") == ""
    assert decision_text(ImageState.CORRECTED, "a\nb") == "a\\nb (corrected)"


def step(kind: StepKind, count: int, subject: str = "") -> Step:
    """A step over so many images."""
    marks = Marks.same(range(count), 0)
    return Step(kind, subject, marks, marks, 0.0)


@pytest.mark.parametrize(
    ("kind", "one", "many"),
    [
        (StepKind.LABEL, "Labelled {j}\\n", "Labelled 1,200 images as {j}\\n"),
        (StepKind.ACCEPT, "Accepted {j}\\n", "Accepted 1,200 suggestions"),
        (StepKind.UNSURE, "Marked unsure", "Marked 1,200 images as unsure"),
        (StepKind.REJECT, "Rejected", "Rejected 1,200 images"),
        (StepKind.CLEAR, "Cleared the label", "Cleared the labels of 1,200 images"),
        (StepKind.IMPORT, "Imported 1 label", "Imported 1,200 labels"),
        (StepKind.ADD, "", ""),
    ],
)
def test_what_was_done_is_said_in_the_past(kind: StepKind, one: str, many: str) -> None:
    assert done_text(step(kind, 1, "{j}\n")) == one
    assert done_text(step(kind, 1200, "{j}\n")) == many


@pytest.mark.parametrize("kind", StepKind)
def test_every_kind_of_step_has_words(kind: StepKind) -> None:
    assert bool(done_text(step(kind, 2))) == (kind is not StepKind.ADD)
