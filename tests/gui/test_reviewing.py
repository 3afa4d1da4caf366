"""A review goes through a fixed queue, one decision at a time, and undo returns to the image that it changed."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_state import ImageState
from gui.main_window import View
from gui.review.review_queue import QueueOrder
from tests.gui.gallery.images import append, paths, suggested
from tests.gui.label_bench import LabelBench

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def bench(qtbot: QtBot) -> LabelBench:
    """Five images, the least certain first: three jays, two crows."""
    return LabelBench(qtbot, ("jay", "jay", "crow", "jay", "crow"))


def test_each_decision_brings_the_next_image(bench: LabelBench) -> None:
    bench.reviewing.start()
    assert bench.view() is View.REVIEW
    seen = []
    for key in (Qt.Key.Key_Return, Qt.Key.Key_S, Qt.Key.Key_X, Qt.Key.Key_P):
        seen.append(bench.reviewing.current)
        bench.press(key)
    assert seen == [0, 1, 2, 3]
    assert bench.states() == ["accepted jay", "unsure", "rejected", "accepted jay", "suggested"]
    assert bench.reviewing.current == 4
    assert bench.window.review_header.text.startswith("1 unlabelled")
    assert "reviewed 4" in bench.window.review_header.text
    assert bench.ids() == [], "a review says nothing: the strip does"


def test_shift_stays_at_the_image(bench: LabelBench) -> None:
    bench.reviewing.start()
    bench.press(Qt.Key.Key_S, Qt.KeyboardModifier.ShiftModifier)
    assert bench.reviewing.current == 0
    assert bench.state(0) is ImageState.UNSURE


def test_the_strip_says_the_last_decision_and_undo_returns_to_it(bench: LabelBench) -> None:
    bench.labelling.note_added([0, 1])
    bench.reviewing.start()
    strip = bench.window.review_strip
    assert strip.sentence == "", "the opening of a folder is no decision"
    bench.press(Qt.Key.Key_Return)
    assert strip.sentence == "Accepted jay"
    bench.press(Qt.Key.Key_X)
    assert strip.sentence == "Rejected"
    bench.reviewing.step(1)
    bench.labelling.undo()
    assert bench.reviewing.current == 1
    assert bench.viewing.key == 1
    assert strip.sentence == "Accepted jay"
    assert "reviewed 1" in bench.window.review_header.text
    bench.labelling.redo()
    assert bench.reviewing.current == 1
    assert bench.state(1) is ImageState.REJECTED


def test_the_queue_holds_what_was_shown_and_waits(bench: LabelBench) -> None:
    bench.labelling.accept([0])
    bench.images.set_arrangement(Arrangement(ImageFilter(text="IMG_00000")))
    append(bench.table, paths(1, "later"))
    bench.images.set_arrangement(Arrangement(ImageFilter(suggestions=frozenset({bench.table.suggestion_code(2)}))))
    bench.reviewing.start()
    assert bench.reviewing.current == 2
    bench.table.apply_answers([suggested(5, "crow", 0.2, 0.001)])
    bench.press(Qt.Key.Key_Return)
    assert bench.reviewing.current == 4, "what comes later does not shuffle the queue"


def test_nothing_to_review_is_said_and_the_gallery_stays(bench: LabelBench) -> None:
    bench.labelling.reject(range(5))
    bench.reviewing.start()
    assert bench.ids()[-1] == "T-24"
    assert bench.view() is View.GALLERY
    assert not bench.reviewing.is_active


def test_the_end_is_said_and_done_leaves_at_the_image(bench: LabelBench) -> None:
    bench.reviewing.start()
    for _ in range(5):
        bench.press(Qt.Key.Key_Return)
    assert [message.text for message in bench.messages] == ["Review finished: 5 images reviewed."]
    bench.reviewing.go_to(2)
    bench.reviewing.stop()
    assert bench.view() is View.GALLERY
    assert bench.window.grid.current_row() == 2
    assert not bench.reviewing.is_active


def test_removed_images_leave_the_queue_and_come_back(bench: LabelBench) -> None:
    bench.reviewing.start()
    bench.labelling.remove([0])
    assert bench.reviewing.current != 0
    bench.labelling.undo()
    assert bench.reviewing.current == 0


def test_the_image_after_a_removed_one_comes_on_screen(bench: LabelBench) -> None:
    bench.reviewing.start()
    bench.labelling.remove([0])
    assert bench.reviewing.current == bench.viewing.key == 1
    bench.labelling.remove([2, 3, 4])
    assert bench.reviewing.current == 1
    bench.labelling.remove([1])
    assert not bench.reviewing.is_active, "nothing is left to look at"


def test_an_image_whose_file_is_gone_leaves_the_screen(bench: LabelBench) -> None:
    bench.reviewing.start()
    bench.table.lose_files([0])
    assert bench.reviewing.current == bench.viewing.key == 1
    assert bench.window.review_header.text.startswith("4 unlabelled")


def test_what_undo_leaves_decided_does_not_wait_again(bench: LabelBench) -> None:
    bench.reviewing.start()
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Return):
        bench.press(key)
    bench.reviewing.go_to(0)
    bench.press(Qt.Key.Key_X)
    bench.labelling.undo()
    assert bench.state(0) is ImageState.ACCEPTED
    assert bench.window.review_header.text.startswith("3 unlabelled")
    bench.labelling.clear([0])
    assert bench.window.review_header.text.startswith("4 unlabelled")
    bench.labelling.undo()
    assert bench.window.review_header.text.startswith("3 unlabelled"), "its label is back"
    bench.reviewing.advance()
    assert bench.reviewing.current == 2


def test_images_whose_opening_is_taken_back_leave_the_review(bench: LabelBench) -> None:
    bench.labelling.note_added([3, 4])
    bench.reviewing.start()
    bench.labelling.undo()
    assert bench.window.review_header.text.startswith("3 unlabelled")
    bench.labelling.redo()
    assert bench.window.review_header.text.startswith("5 unlabelled")


def test_a_cleared_table_ends_the_review(bench: LabelBench, qtbot: QtBot) -> None:
    bench.reviewing.start()
    with qtbot.waitSignal(bench.reviewing.ended):
        bench.table.clear()
    assert not bench.reviewing.is_active


# By class.


def by_class(bench: LabelBench) -> None:
    bench.reviewing.start(QueueOrder.BY_CLASS)
    assert bench.view() is View.CLASSES


def test_a_page_is_accepted_in_one_step_without_those_left_out(bench: LabelBench) -> None:
    by_class(bench)
    page = bench.window.class_page
    assert page.heading == "jay  page 1 of 1 (3 of 3)"
    bench.press(Qt.Key.Key_Space, at=page.tiles)
    bench.press(Qt.Key.Key_Return, CONTROL, at=page.tiles)
    accepted = [key for key in range(5) if bench.state(key) is ImageState.ACCEPTED]
    assert len(accepted) == 2
    assert all(bench.table.label(key) == "jay" for key in accepted)
    assert len(bench.labelling.steps) == 1
    assert page.heading == "crow  page 1 of 1 (2 of 2)"
    bench.labelling.undo()
    assert page.heading.startswith("jay"), "back to the page that was changed"
    assert bench.states() == ["suggested"] * 5


def test_after_the_last_page_those_left_out_are_counted(bench: LabelBench) -> None:
    by_class(bench)
    tiles = bench.window.class_page.tiles
    bench.press(Qt.Key.Key_Space, at=tiles)
    bench.press(Qt.Key.Key_Return, CONTROL, at=tiles)
    bench.press(Qt.Key.Key_Return, CONTROL, at=tiles)
    assert bench.messages[-1].text == "That was the last page. 1 image was left out and waits for a decision."


def test_another_order_is_chosen_on_the_page_too(bench: LabelBench) -> None:
    by_class(bench)
    bench.window.class_page.order_chosen.emit(QueueOrder.LEAST_CERTAIN)
    assert bench.view() is View.REVIEW
    assert bench.reviewing.order is QueueOrder.LEAST_CERTAIN


def test_one_image_of_a_page_can_be_looked_at_and_left_again(bench: LabelBench) -> None:
    by_class(bench)
    bench.window.class_page.image_activated.emit(1)
    assert bench.view() is View.REVIEW
    assert bench.reviewing.current == 1
    assert bench.reviewing.back_to_page()
    assert bench.view() is View.CLASSES
    assert not bench.reviewing.back_to_page(), "from the page Escape leaves the review"
