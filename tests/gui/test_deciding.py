"""Decisions are about the images at hand, and go on to the next one where that is wanted."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from gui.gallery.arrangement import Arrangement, ImageFilter
from gui.gallery.image_state import ImageState
from gui.main_window import View
from tests.gui.label_bench import LabelBench, classification

SHIFT = Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def bench(qtbot: QtBot) -> LabelBench:
    """Five images: three jays, a crow, and one that waits for the model."""
    return LabelBench(qtbot, ("jay", "jay", "crow", "jay", ""))


def open_viewer(bench: LabelBench, row: int) -> None:
    bench.window.grid.set_current_row(row)
    bench.window.grid.current_changed.connect(lambda row: bench.viewing.show_key(bench.images.key_at(row)))
    bench.window.show_view(View.VIEWER)
    bench.viewing.show_key(row)


# Which images.


def test_in_the_gallery_it_is_the_selection_or_the_current_image(bench: LabelBench) -> None:
    assert list(bench.deciding.targets()) == [0]
    bench.window.grid.selectAll()
    assert list(bench.deciding.targets()) == [0, 1, 2, 3, 4]
    bench.window.grid.clearSelection()
    assert list(bench.deciding.targets()) == [0], "without a selection the current image is meant"


def test_in_viewer_and_review_it_is_the_image_on_screen(bench: LabelBench) -> None:
    bench.window.grid.selectAll()
    open_viewer(bench, 2)
    assert list(bench.deciding.targets()) == [2]
    bench.reviewing.start()
    assert list(bench.deciding.targets()) == [bench.reviewing.current]
    bench.window.show_view(View.START)
    assert list(bench.deciding.targets()) == []


# What a key does.


def test_one_image_in_the_gallery_says_nothing_and_does_not_move(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_P)
    assert bench.states()[:2] == ["accepted jay", "suggested"]
    assert bench.window.grid.current_row() == 0
    assert bench.ids() == []


def test_many_images_are_one_step_and_are_told_with_undo(bench: LabelBench) -> None:
    bench.window.grid.selectAll()
    bench.press(Qt.Key.Key_P)
    assert bench.states() == ["accepted jay", "accepted jay", "accepted crow", "accepted jay", "queued"]
    assert [message.text for message in bench.messages] == ["Accepted 4 suggestions."]
    assert len(bench.labelling.steps) == 1
    bench.press(Qt.Key.Key_X)
    bench.press(Qt.Key.Key_S)
    bench.press(Qt.Key.Key_U)
    assert bench.ids() == ["T-02", "T-03", "T-17", "T-18"]
    assert bench.states() == ["suggested"] * 4 + ["queued"]


def test_same_as_last_and_own_letters(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_Period)
    assert bench.states()[0] == "suggested", "nothing was given before"
    bench.deciding.letters.assign("M", "magpie")
    bench.press(Qt.Key.Key_M)
    bench.window.grid.set_current_row(1)
    bench.press(Qt.Key.Key_Period)
    assert bench.states()[:2] == ["corrected magpie", "corrected magpie"]
    bench.press(Qt.Key.Key_K)
    assert bench.states()[1] == "corrected magpie", "K is nobody's letter"


def test_the_nth_suggestion_is_that_of_the_current_image(bench: LabelBench) -> None:
    bench.viewing.on_result(1, classification("jay", "magpie", "crow"), None)
    bench.window.grid.selectAll()
    bench.window.grid.selectionModel().setCurrentIndex(
        bench.images.index(1), bench.window.grid.selectionModel().SelectionFlag.NoUpdate
    )
    bench.press(Qt.Key.Key_2)
    assert bench.states() == ["corrected magpie"] * 5


def test_a_suggestion_that_is_not_at_hand_is_looked_up(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_3)
    assert bench.recalling.asked == [0]
    assert bench.states()[0] == "suggested"
    bench.window.grid.set_current_row(2)
    bench.recalling.answer_recalled.emit(1, classification("x", "y", "z"))
    assert bench.states()[:3] == ["suggested"] * 3, "that was somebody else's question"
    bench.press(Qt.Key.Key_1)
    assert bench.recalling.asked == [0, 2]
    bench.recalling.answer_recalled.emit(2, classification("crow", "jay"))
    assert bench.states()[:3] == ["suggested", "suggested", "accepted crow"]


def test_fast_fingers_lose_no_digit(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_2)
    bench.window.grid.set_current_row(1)
    bench.press(Qt.Key.Key_1)
    for key in (0, 1):
        bench.recalling.answer_recalled.emit(key, classification("jay", "magpie"))
    assert bench.states()[:2] == ["corrected magpie", "accepted jay"]
    assert bench.window.grid.current_row() == 1


def test_a_late_answer_does_not_skip_an_image(bench: LabelBench) -> None:
    bench.reviewing.start()
    first = bench.reviewing.current
    assert first is not None
    bench.press(Qt.Key.Key_2)
    bench.reviewing.step(1)
    second = bench.reviewing.current
    bench.recalling.answer_recalled.emit(first, classification("jay", "magpie"))
    assert bench.state(first) is ImageState.CORRECTED
    assert bench.reviewing.current == second != first


def test_there_is_no_sixth_suggestion_and_none_behind_the_last(bench: LabelBench) -> None:
    bench.viewing.on_result(0, classification("jay", "crow"), None)
    bench.press(Qt.Key.Key_3)
    bench.press(Qt.Key.Key_6)
    assert bench.states()[0] == "suggested"
    assert bench.recalling.asked == []


# Going on.


def test_the_viewer_goes_on_and_shift_stays(bench: LabelBench) -> None:
    open_viewer(bench, 0)
    bench.press(Qt.Key.Key_P)
    assert bench.window.grid.current_row() == 1
    bench.press(Qt.Key.Key_P, SHIFT)
    assert bench.window.grid.current_row() == 1
    bench.deciding.advances = False
    bench.press(Qt.Key.Key_X)
    assert bench.window.grid.current_row() == 1
    bench.press(Qt.Key.Key_X, SHIFT)
    assert bench.window.grid.current_row() == 2, "Shift inverts; the answer was given before, but it is an answer"
    assert bench.states()[:3] == ["accepted jay", "rejected", "suggested"]


def test_clearing_stays(bench: LabelBench) -> None:
    open_viewer(bench, 0)
    bench.press(Qt.Key.Key_U)
    assert bench.window.grid.current_row() == 0


def test_what_cannot_be_accepted_does_not_go_on(bench: LabelBench) -> None:
    open_viewer(bench, 4)
    bench.window.grid.set_current_row(4)
    bench.press(Qt.Key.Key_P)
    assert bench.window.grid.current_row() == 4
    assert bench.states()[4] == "queued"


# Undo.


def test_undo_selects_what_it_changed_and_shows_it_past_the_filter(bench: LabelBench) -> None:
    bench.labelling.reject([2])
    bench.images.set_arrangement(Arrangement(ImageFilter(states=frozenset({ImageState.REJECTED}))))
    assert len(bench.images) == 1
    bench.labelling.undo()
    assert bench.images.key_at(bench.window.grid.current_row()) == 2
    assert bench.window.gallery.bar.is_also_shown
    assert bench.messages[-1].text == "Undone: reject 1 image."
    bench.images.arrange_now()
    assert len(bench.images) == 0
    assert not bench.window.gallery.bar.is_also_shown


def test_undo_without_a_filter_brings_no_chip(bench: LabelBench) -> None:
    bench.labelling.reject([2])
    bench.labelling.undo()
    assert not bench.window.gallery.bar.is_also_shown
    bench.labelling.redo()
    assert bench.ids() == ["T-14", "T-20"]


# Sessions that cannot be changed.


def test_a_read_only_session_says_why_nothing_happens(bench: LabelBench) -> None:
    assert bench.desk.session is not None
    bench.desk.session.is_read_only = True
    for key in (Qt.Key.Key_P, Qt.Key.Key_X, Qt.Key.Key_U, Qt.Key.Key_T):
        bench.press(key)
    assert bench.ids() == ["E-420"] * 4
    assert bench.states()[0] == "suggested"
    assert bench.window.palette_of_labels.isHidden()


def test_without_a_session_there_is_nothing_to_say(bench: LabelBench) -> None:
    bench.desk.session = None
    bench.press(Qt.Key.Key_P)
    assert bench.ids() == []
    assert bench.states()[0] == "suggested"


def test_letters_come_with_the_session(bench: LabelBench) -> None:
    bench.deciding.letters.assign("M", "magpie")
    bench.desk.notes["letters"] = bench.deciding.letters.to_json()
    bench.deciding.letters.rename("magpie", "crow")
    bench.desk.loaded.emit(None)
    assert bench.deciding.letters.label("M") == "magpie"
    bench.deciding.rename_letter("magpie", "pica")
    assert bench.deciding.letters.label("M") == "pica"
    assert bench.desk.notes["letters"] == bench.deciding.letters.to_json()


def test_a_digit_that_waits_labels_nothing_in_the_next_session(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_2)
    assert bench.recalling.asked == [0]
    bench.desk.left.emit()
    bench.recalling.answer_recalled.emit(0, classification("jay", "magpie"))
    assert bench.states()[0] == "suggested", "the answer is of an image that has the same key there"


def test_a_later_decision_counts_more_than_a_digit_that_waits(bench: LabelBench) -> None:
    bench.press(Qt.Key.Key_2)
    bench.press(Qt.Key.Key_X)
    bench.recalling.answer_recalled.emit(0, classification("jay", "magpie"))
    assert bench.states()[0] == "rejected"
