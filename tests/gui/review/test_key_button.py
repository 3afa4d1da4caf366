"""A button says its words and its key, to eyes and to screen readers, in any size."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QFont
from pytestqt.qtbot import QtBot

from gui.plain_text import for_sentence
from gui.review.key_button import KeyButton
from gui.theme import TARGET_PX
from tests.gui.review.helpers import HOSTILE, click


def test_words_and_key_are_told(qtbot: QtBot) -> None:
    button = KeyButton("S", "Unsure")
    qtbot.addWidget(button)
    assert button.accessibleName() == "Unsure, key S"
    button.set_words("Not sure")
    assert (button.words, button.key) == ("Not sure", "S")
    assert button.accessibleName() == "Not sure, key S"
    assert button.toolTip() == "Not sure"


def test_a_click_leaves_the_focus_where_it_is(qtbot: QtBot) -> None:
    button = KeyButton("S", "Unsure")
    qtbot.addWidget(button)
    assert button.focusPolicy() == Qt.FocusPolicy.TabFocus
    with qtbot.waitSignal(button.clicked):
        click(button)


@pytest.mark.parametrize("words", HOSTILE)
@pytest.mark.parametrize("direction", [Qt.LayoutDirection.LeftToRight, Qt.LayoutDirection.RightToLeft])
def test_any_words_are_painted_inside_any_width(qtbot: QtBot, words: str, direction: Qt.LayoutDirection) -> None:
    button = KeyButton("Ctrl+Z", for_sentence(words))
    qtbot.addWidget(button)
    button.setLayoutDirection(direction)
    for width in (30, 120, 400):
        button.resize(width, button.sizeHint().height())
        assert not button.grab().isNull()
    assert button.minimumSizeHint().width() <= button.sizeHint().width()


def test_it_is_easy_to_hit_and_grows_with_the_font(qtbot: QtBot) -> None:
    button = KeyButton("U", "Clear")
    qtbot.addWidget(button)
    usual = button.sizeHint()
    assert usual.height() >= TARGET_PX
    font = QFont(button.font())
    font.setPointSizeF(font.pointSizeF() * 2)
    button.setFont(font)
    assert button.sizeHint().height() > usual.height()
    assert button.sizeHint().width() > usual.width()


def test_focus_and_disabled_are_seen(qtbot: QtBot) -> None:
    button = KeyButton("U", "Clear")
    qtbot.addWidget(button)
    button.show()
    qtbot.waitExposed(button)
    plain = button.grab().toImage()
    button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(button.hasFocus)
    assert button.grab().toImage() != plain
    button.setEnabled(False)
    assert button.grab().toImage() != plain


def test_it_asks_for_more_room_for_longer_words_and_larger_fonts(qtbot: QtBot) -> None:
    button = KeyButton("S", "Unsure")
    qtbot.addWidget(button)
    before = button.sizeHint()
    assert button.sizeHint() == before
    button.set_words("Unsure of this one")
    longer = button.sizeHint()
    assert longer.width() > before.width()
    font = QFont(button.font())
    font.setPointSizeF(2 * font.pointSizeF())
    button.setFont(font)
    assert button.sizeHint().width() > longer.width()
    assert button.sizeHint().height() > longer.height()
