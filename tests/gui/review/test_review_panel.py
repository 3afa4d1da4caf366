"""Everything that can be decided is in the panel, by pointer, by keys and by name."""

import itertools
from collections.abc import Iterator

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QFont
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from gui.review.key_button import KeyButton
from gui.review.my_keys import MyKeys
from gui.review.review_panel import ReviewPanel
from gui.review.review_suggestions import ReviewSuggestions
from gui.theme import DARK, LIGHT, palette_of
from gui.viewer.suggestions_model import NO_CLASS
from inference.results import Prediction
from tests.gui.review.helpers import HOSTILE, click, double_click, too_small, unnamed
from tests.gui.viewer.pictures import some_predictions

PREDICTIONS = some_predictions()


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[ReviewPanel]:
    """A panel with everything in it."""
    panel = ReviewPanel()
    qtbot.addWidget(panel)
    panel.show_predictions(PREDICTIONS, class_count=1000)
    panel.set_last_label("magpie")
    panel.set_letters([("J", "jay"), ("M", "magpie")])
    panel.show_decision("magpie (corrected)")
    panel.resize(panel.usual_width, 760)
    panel.show()
    qtbot.waitExposed(panel)
    yield panel
    panel.close()


def button(panel: ReviewPanel, key: str) -> KeyButton:
    """The button of a key."""
    return next(found for found in panel.findChildren(KeyButton) if found.key == key)


def middle_of(view: ReviewSuggestions, row: int) -> QPoint:
    """A point in the middle of a row."""
    return view.visualRect(view.model().index(row, 0)).center()


@pytest.mark.parametrize(
    ("key", "signal"),
    [
        ("Enter", "accept_requested"),
        ("T", "type_requested"),
        (".", "again_requested"),
        ("S", "unsure_requested"),
        ("X", "reject_requested"),
        ("U", "clear_requested"),
    ],
)
def test_each_button_asks_for_its_decision(panel: ReviewPanel, qtbot: QtBot, key: str, signal: str) -> None:
    with qtbot.waitSignal(getattr(panel, signal)):
        click(button(panel, key))


def test_the_letters_are_buttons_too(panel: ReviewPanel, qtbot: QtBot) -> None:
    with qtbot.waitSignal(panel.letter_requested) as told:
        click(button(panel, "M"))
    assert told.args == ["M"]
    choose = panel.my_keys.findChild(QPushButton, options=Qt.FindChildOption.FindDirectChildrenOnly)
    assert isinstance(choose, QPushButton)
    with qtbot.waitSignal(panel.letters_requested):
        click(choose)


def test_letters_come_and_go(panel: ReviewPanel, qtbot: QtBot) -> None:
    assert [found.accessibleName() for found in panel.my_keys.buttons] == ["jay, key J", "magpie, key M"]
    panel.set_letters([("W", "a\nwren")])
    assert [found.accessibleName() for found in panel.my_keys.buttons] == ["a\\nwren, key W"]
    panel.set_letters([])
    assert panel.my_keys.buttons == ()
    with qtbot.waitSignal(panel.letter_requested) as told:
        panel.set_letters([(letter, letter * 3) for letter in "ABJKLMQVWY"])
        QApplication.processEvents()
        click(button(panel, "Y"))
    assert told.args == ["Y"]


def test_letters_are_found_where_they_are_looked_for(panel: ReviewPanel) -> None:
    assert isinstance(panel.my_keys, MyKeys)
    tops = [found.mapTo(panel, QPoint()).y() for found in panel.my_keys.buttons]
    assert min(tops) > button(panel, "U").mapTo(panel, QPoint()).y()
    assert max(tops) - panel.my_keys.mapTo(panel, QPoint()).y() < 80


def test_what_cannot_be_done_is_disabled_and_says_so(panel: ReviewPanel) -> None:
    assert button(panel, "Enter").words == f"Accept {PREDICTIONS[0].label}"
    assert button(panel, ".").words == "Same as last (magpie)"
    panel.show_sentence("Classifying…")
    panel.set_last_label("")
    panel.show_decision("")
    assert panel.sentence == "Classifying…"
    assert panel.decision == "none yet"
    assert [key for key in ("Enter", "T", ".", "S", "X", "U") if not button(panel, key).isEnabled()] == [
        "Enter",
        ".",
        "U",
    ]
    panel.show_predictions(PREDICTIONS, class_count=1000)
    assert panel.sentence == ""
    assert button(panel, "Enter").isEnabled()


def test_hover_shows_a_map_click_keeps_it_and_a_double_click_labels(panel: ReviewPanel, qtbot: QtBot) -> None:
    view = panel.suggestions
    hovered: list[int] = []
    panel.suggestion_hovered.connect(hovered.append)
    steps = itertools.count()

    def is_hovered() -> bool:
        # A first move may come before the window is laid out, and one to the same place is none.
        QTest.mouseMove(view.viewport(), middle_of(view, 1) + QPoint(next(steps) % 2, 0))
        return hovered[-1:] == [PREDICTIONS[1].index]

    qtbot.waitUntil(is_hovered)
    with qtbot.waitSignal(panel.suggestion_chosen) as chosen, qtbot.assertNotEmitted(panel.nth_requested):
        QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=middle_of(view, 2))
    assert chosen.args == [PREDICTIONS[2].index]
    with qtbot.waitSignal(panel.nth_requested) as told:
        double_click(view.viewport(), middle_of(view, 3))
    assert told.args == [4]


def test_the_row_of_the_other_classes_is_no_label(panel: ReviewPanel, qtbot: QtBot) -> None:
    with qtbot.assertNotEmitted(panel.nth_requested):
        double_click(panel.suggestions.viewport(), middle_of(panel.suggestions, 5))
        double_click(panel.suggestions.viewport(), middle_of(panel.suggestions, 1), Qt.MouseButton.RightButton)


def test_enter_labels_with_the_row_of_the_focus_and_digits_with_theirs(panel: ReviewPanel, qtbot: QtBot) -> None:
    view = panel.suggestions
    view.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(view.hasFocus)
    hovered: list[int] = []
    panel.suggestion_hovered.connect(hovered.append)
    QTest.keyClick(view, Qt.Key.Key_Down)
    assert hovered[-1] == PREDICTIONS[1].index
    with qtbot.waitSignal(panel.nth_requested) as told:
        QTest.keyClick(view, Qt.Key.Key_Return)
    assert told.args == [2]
    with qtbot.waitSignal(panel.nth_requested) as told, qtbot.assertNotEmitted(panel.suggestion_chosen):
        QTest.keyClick(view, Qt.Key.Key_3)
    assert told.args == [3]
    with qtbot.assertNotEmitted(panel.nth_requested), qtbot.assertNotEmitted(panel.suggestion_chosen):
        for key in (Qt.Key.Key_7, Qt.Key.Key_Space, Qt.Key.Key_S):
            QTest.keyClick(view, key)
    view.clearFocus()
    assert hovered[-1] == NO_CLASS


def test_everything_is_named_easy_to_hit_and_leaves_the_focus(panel: ReviewPanel) -> None:
    assert unnamed(panel) == []
    assert too_small(panel) == []
    buttons = panel.findChildren(QPushButton)
    assert all(found.focusPolicy() == Qt.FocusPolicy.TabFocus for found in buttons)
    rows = [panel.suggestions.visualRect(panel.suggestions.model().index(row, 0)).height() for row in range(6)]
    assert min(rows) >= 24


@pytest.mark.parametrize("scale", [1.0, 2.0])
def test_a_low_or_narrow_place_scrolls_and_cuts_nothing_off(qtbot: QtBot, panel: ReviewPanel, scale: float) -> None:
    font = QFont(panel.font())
    font.setPointSizeF(font.pointSizeF() * scale)
    panel.setFont(font)
    panel.resize(panel.minimumSizeHint().width(), 300)
    qtbot.waitUntil(lambda: panel.verticalScrollBar().maximum() > 0)
    column = panel.widget()
    assert column is not None
    assert column.width() <= panel.viewport().width()
    for found in panel.findChildren(QPushButton):
        if found.isVisible():
            place = found.mapTo(column, QPoint())
            assert place.x() >= 0
            assert place.x() + found.width() <= column.width()
            assert place.y() + found.height() <= column.height()


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_names_are_shown_as_they_are(panel: ReviewPanel, text: str) -> None:
    panel.show_predictions((Prediction(3, text, 0.9, 4.0),), class_count=2)
    panel.set_last_label(text)
    panel.set_letters([("A", text)])
    assert not panel.grab().isNull()
    assert "\n" not in button(panel, "Enter").words
    assert "\u202e" not in button(panel, ".").words
    assert "\u202e" not in panel.my_keys.buttons[0].accessibleName()


def test_it_follows_the_theme(panel: ReviewPanel) -> None:
    images = []
    for theme in (LIGHT, DARK):
        panel.setPalette(palette_of(theme))
        images.append(panel.grab().toImage())
    assert images[0] != images[1]
