"""The review's sentences count, group digits and name states."""

import pytest

from gui.review.review_queue import QueueOrder
from gui.review.review_words import decision_text, order_text, pace_text, page_text, queue_text, reviewed_text
from inference.sessions.states import ImageState


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
