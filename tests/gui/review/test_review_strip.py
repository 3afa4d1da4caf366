"""The strip keeps the current image in sight, goes to any other, and takes the last decision back."""

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from gui.review.key_button import KeyButton
from gui.review.review_strip import ReviewStrip
from gui.review.strip_frame import StripEntry
from gui.theme import DARK, LIGHT, palette_of
from inference.sessions.states import ImageState
from tests.gui.review.helpers import HOSTILE, click, entries_of, picture, too_small, unnamed


@pytest.fixture
def strip(qtbot: QtBot) -> Iterator[ReviewStrip]:
    """A strip on screen, as wide as the narrowest window."""
    strip = ReviewStrip()
    qtbot.addWidget(strip)
    strip.resize(900, strip.sizeHint().height())
    strip.show()
    qtbot.waitExposed(strip)
    yield strip
    strip.close()


def shown_keys(strip: ReviewStrip) -> list[int]:
    """The keys on screen, from left to right."""
    frames = sorted(strip.frames, key=lambda frame: frame.x())
    return [frame.entry.key for frame in frames if frame.entry is not None]


@pytest.mark.parametrize("current", [0, 1, 10, 18, 19])
def test_the_current_image_is_always_among_those_that_fit(strip: ReviewStrip, current: int) -> None:
    strip.set_entries(entries_of(20, decided=current), current)
    keys = shown_keys(strip)
    assert current in keys
    assert keys == list(range(keys[0], keys[0] + len(keys)))
    assert [frame.entry.key for frame in strip.frames if frame.entry and frame.is_current] == [current]
    assert all(frame.geometry().right() <= strip.width() for frame in strip.frames)


def test_a_frame_says_name_label_and_state(strip: ReviewStrip) -> None:
    strip.set_entries(entries_of(3, decided=1), 1)
    assert [frame.accessibleName() for frame in strip.frames] == [
        "IMG_0.jpg, jay, Accepted",
        "IMG_1.jpg, wren, Suggested, on screen",
        "IMG_2.jpg, wren, Suggested",
    ]


def test_a_click_goes_to_the_image(strip: ReviewStrip, qtbot: QtBot) -> None:
    strip.set_entries(entries_of(6, decided=2), 2)
    with qtbot.waitSignal(strip.entry_clicked) as told:
        click(strip.frames[4])
    assert told.args == [4]


def test_the_last_decision_is_readable_and_can_be_taken_back(strip: ReviewStrip, qtbot: QtBot) -> None:
    undo = strip.findChild(KeyButton)
    assert isinstance(undo, KeyButton)
    assert not undo.isEnabled()
    strip.show_decision("Labelled jay")
    assert strip.sentence == "Labelled jay"
    with qtbot.waitSignal(strip.undo_requested):
        click(undo)
    strip.show_decision("")
    assert not undo.isEnabled()


def test_pictures_are_asked_for_and_taken(strip: ReviewStrip, qtbot: QtBot) -> None:
    with qtbot.waitSignal(strip.thumbnails_wanted) as told:
        strip.set_entries(entries_of(3, thumbnails=False), 0)
    assert told.args == [[0, 1, 2]]
    before = strip.frames[1].grab().toImage()
    strip.set_thumbnail(1, picture("#aa3333"))
    strip.set_thumbnail(77, picture())
    assert strip.frames[1].grab().toImage() != before
    with qtbot.assertNotEmitted(strip.thumbnails_wanted):
        strip.set_entries(entries_of(3), 0)


def test_images_that_cannot_be_read_are_not_asked_for(strip: ReviewStrip, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(strip.thumbnails_wanted):
        strip.set_entries([StripEntry(1, ImageState.FAILED)], 1)
    assert strip.frames[0].accessibleName() == "Failed, on screen"


def test_fewer_entries_leave_no_old_frames(strip: ReviewStrip) -> None:
    strip.set_entries(entries_of(8), 0)
    strip.set_entries(entries_of(2), 1)
    assert shown_keys(strip) == [0, 1]
    assert sum(child.isVisible() for child in strip.findChildren(type(strip.frames[0]))) == 2
    strip.set_entries([], None)
    assert strip.frames == ()


def test_a_wider_window_shows_more(strip: ReviewStrip) -> None:
    strip.set_entries(entries_of(30), 15)
    few = len(strip.frames)
    strip.resize(1600, strip.height())
    QApplication.processEvents()
    assert len(strip.frames) > few
    assert 15 in shown_keys(strip)


def test_from_right_to_left_the_first_is_on_the_right(strip: ReviewStrip) -> None:
    strip.setLayoutDirection(Qt.LayoutDirection.RightToLeft)
    strip.set_entries(entries_of(4), 0)
    assert shown_keys(strip) == [3, 2, 1, 0]
    assert not strip.grab().isNull()


@pytest.mark.parametrize("state", ImageState)
def test_every_state_has_its_shape_and_word(strip: ReviewStrip, state: ImageState) -> None:
    strip.set_entries([StripEntry(1, state, "", "a.jpg", picture())], None)
    frame = strip.frames[0]
    assert frame.accessibleName().lower() == f"a.jpg, {state.word}"
    one = frame.grab().toImage()
    other = ImageState.QUEUED if state is not ImageState.QUEUED else ImageState.REJECTED
    strip.set_entries([StripEntry(1, other, "", "a.jpg", picture())], None)
    assert strip.frames[0].grab().toImage() != one


def test_it_is_named_easy_to_hit_and_grows_with_the_font(strip: ReviewStrip) -> None:
    strip.set_entries(entries_of(6), 2)
    assert unnamed(strip) == []
    assert too_small(strip) == []
    height = strip.sizeHint().height()
    font = QFont(strip.font())
    font.setPointSizeF(font.pointSizeF() * 2)
    strip.setFont(font)
    assert strip.sizeHint().height() > height
    assert strip.minimumSizeHint().width() <= 900


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_labels_are_shown_as_they_are(strip: ReviewStrip, text: str) -> None:
    strip.set_entries([StripEntry(1, ImageState.CORRECTED, text, text, picture())], 1)
    assert not strip.grab().isNull()
    assert "\n" not in strip.frames[0].accessibleName()
    assert "\u202e" not in strip.frames[0].accessibleName()


def test_it_follows_the_theme_and_shows_the_focus(strip: ReviewStrip, qtbot: QtBot) -> None:
    strip.set_entries(entries_of(3), 0)
    images = []
    for theme in (LIGHT, DARK):
        strip.setPalette(palette_of(theme))
        images.append(strip.grab().toImage())
    assert images[0] != images[1]
    strip.frames[0].setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(strip.frames[0].hasFocus)
    assert strip.grab().toImage() != images[1]
