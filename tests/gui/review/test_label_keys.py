"""Label keys follow the layout, ignore held keys, and Shift inverts auto-advance."""

import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent

from gui.review.label_keys import LabelAction, LabelKey, label_key, should_advance
from gui.review.letters import FREE_LETTERS

NONE, SHIFT = Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier
KEYPAD = Qt.KeyboardModifier.KeypadModifier


def press(
    text: str,
    modifiers: Qt.KeyboardModifier = NONE,
    *,
    key: int = 0,
    scan_code: int = 0,
    repeated: bool = False,
) -> LabelKey | None:
    """What a key press means."""
    return label_key(QKeyEvent(QEvent.Type.KeyPress, key, modifiers, scan_code, 0, 0, text, repeated))


@pytest.mark.parametrize(
    ("text", "action"),
    [
        ("p", LabelAction.ACCEPT),
        ("P", LabelAction.ACCEPT),
        ("t", LabelAction.TYPE),
        ("/", LabelAction.TYPE),
        (".", LabelAction.AGAIN),
        ("s", LabelAction.UNSURE),
        ("x", LabelAction.REJECT),
        ("u", LabelAction.CLEAR),
        ("0", LabelAction.CLEAR),
    ],
)
def test_each_key_has_its_decision_whatever_the_layout(text: str, action: LabelAction) -> None:
    assert press(text) == LabelKey(action)
    assert press(text, repeated=True) is None
    assert press(text, Qt.KeyboardModifier.ControlModifier) is None
    assert press(text, Qt.KeyboardModifier.AltModifier) is None


def test_enter_accepts_also_on_the_keypad_and_not_with_control() -> None:
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        assert press("\r", key=key) == LabelKey(LabelAction.ACCEPT)
        assert press("\r", KEYPAD, key=key) == LabelKey(LabelAction.ACCEPT)
        assert press("\r", SHIFT, key=key) == LabelKey(LabelAction.ACCEPT, has_shift=True)
        assert press("\r", Qt.KeyboardModifier.ControlModifier, key=key) is None
        assert press("\r", key=key, repeated=True) is None


def test_digits_choose_a_suggestion_and_6_to_9_do_nothing() -> None:
    for digit in "12345":
        assert press(digit) == press(digit, KEYPAD) == LabelKey(LabelAction.NTH, nth=int(digit))
    for digit in "6789":
        assert press(digit) is press(digit, KEYPAD) is None


def test_free_letters_are_told_in_upper_case_and_shift_is_not_caps_lock() -> None:
    for letter in FREE_LETTERS:
        assert press(letter.lower()) == press(letter) == LabelKey(LabelAction.LETTER, letter=letter)
        assert press(letter, SHIFT) == LabelKey(LabelAction.LETTER, letter=letter, has_shift=True)


@pytest.mark.skipif(sys.platform not in {"linux", "win32"}, reason="places of keys are told there only")
@pytest.mark.parametrize(("digit", "american", "german"), [("1", "!", "!"), ("2", "@", '"'), ("3", "#", "§")])
def test_shift_and_a_digit_choose_the_suggestion_in_any_layout(digit: str, american: str, german: str) -> None:
    first = 10 if sys.platform == "linux" else 2
    expected = LabelKey(LabelAction.NTH, nth=int(digit), has_shift=True)
    for written in (american, german):
        assert press(written, SHIFT, scan_code=first + int(digit) - 1) == expected
        assert press(written, scan_code=first + int(digit) - 1) is None


@pytest.mark.skipif(sys.platform not in {"linux", "win32"}, reason="places of keys are told there only")
def test_shift_and_the_full_stop_is_same_as_last() -> None:
    scan_code = 60 if sys.platform == "linux" else 52
    for written in ">:":
        assert press(written, SHIFT, scan_code=scan_code) == LabelKey(LabelAction.AGAIN, has_shift=True)
    assert press("V", SHIFT, scan_code=scan_code) == LabelKey(LabelAction.LETTER, letter="V", has_shift=True)


def test_layouts_that_need_shift_for_a_sign_mean_only_the_sign() -> None:
    assert press("2", SHIFT, scan_code=11) == LabelKey(LabelAction.NTH, nth=2)
    assert press("/", SHIFT, scan_code=16) == LabelKey(LabelAction.TYPE)


@given(st.text(max_size=2), st.integers(0, 300), st.booleans())
def test_no_other_text_is_a_label_key(text: str, scan_code: int, shift: bool) -> None:
    pressed = press(text, SHIFT if shift else NONE, scan_code=scan_code)
    if pressed is not None and not pressed.has_shift:
        assert len(text) == 1
        assert text.lower() in set("ptsxu/.012345") | set(FREE_LETTERS.lower())
    if text == "":
        assert pressed is None


@pytest.mark.parametrize(
    ("in_review", "setting", "shift", "expected"),
    [
        (True, False, False, True),
        (True, True, False, True),
        (True, True, True, False),
        (False, False, False, False),
        (False, False, True, True),
        (False, True, False, True),
        (False, True, True, False),
    ],
)
def test_one_image_goes_on_in_review_and_shift_inverts(
    in_review: bool, setting: bool, shift: bool, expected: bool
) -> None:
    for count in (0, 1):
        assert (
            should_advance(in_review=in_review, selected_count=count, advance_setting=setting, shift=shift) is expected
        )
    assert not should_advance(in_review=in_review, selected_count=2, advance_setting=setting, shift=shift)
