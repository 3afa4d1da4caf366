"""Tell which decision a key press means, in any keyboard layout, and whether the next image follows."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent

from gui.review.letters import FREE_LETTERS

_SUGGESTION_DIGITS = "12345"

_OTHER_MODIFIERS = (
    Qt.KeyboardModifier.ControlModifier
    | Qt.KeyboardModifier.AltModifier
    | Qt.KeyboardModifier.MetaModifier
    | Qt.KeyboardModifier.GroupSwitchModifier
)

_ENTER_KEYS = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})

_FIRST_DIGIT_SCAN_CODE = {"linux": 10, "win32": 2}
_STOP_SCAN_CODE = {"linux": 60, "win32": 52}


class LabelAction(StrEnum):
    """What a label key does, by the ids of the specification."""

    ACCEPT = "accept"
    NTH = "nth"
    TYPE = "type"
    AGAIN = "again"
    UNSURE = "unsure"
    REJECT = "reject"
    CLEAR = "clear"
    LETTER = "letter"


_BY_TEXT = {
    "p": LabelAction.ACCEPT,
    "t": LabelAction.TYPE,
    "/": LabelAction.TYPE,
    ".": LabelAction.AGAIN,
    "s": LabelAction.UNSURE,
    "x": LabelAction.REJECT,
    "u": LabelAction.CLEAR,
    "0": LabelAction.CLEAR,
}


@dataclass(frozen=True, slots=True)
class LabelKey:
    """A pressed label key.

    Attributes:
        action: what it asks for.
        nth: of `NTH`, which suggestion, 1 to 5; else 0.
        letter: of `LETTER`, an upper-case letter, whether or not it has a label; else empty.
        has_shift: Shift was held to invert auto-advance for this press.
    """

    action: LabelAction
    nth: int = 0
    letter: str = ""
    has_shift: bool = False


def label_key(event: QKeyEvent) -> LabelKey | None:
    """The label key of an event; None for any other key, and for a held key that repeats.

    Letters and signs go by what the layout writes. Shift turns digits into signs that differ from layout to layout,
    so there the place of the key tells the digit. Where a layout writes digits only with Shift (French), Shift says
    nothing else. The digits 6 to 9 are no label keys.
    """
    modifiers = event.modifiers()
    if event.isAutoRepeat() or modifiers & _OTHER_MODIFIERS:
        return None
    has_shift = bool(modifiers & Qt.KeyboardModifier.ShiftModifier)
    if event.key() in _ENTER_KEYS:
        return LabelKey(LabelAction.ACCEPT, has_shift=has_shift)
    text = event.text().lower()
    known = _key_of(text, has_shift=has_shift and text.isalpha())
    if known is None and has_shift and text and not text.isalnum():
        return _key_of(_text_without_shift(event.nativeScanCode()), has_shift=True)
    return known


def should_advance(*, in_review: bool, selected_count: int, advance_setting: bool, shift: bool) -> bool:
    """Whether the next image follows a decision.

    It does in Review, and elsewhere where the person chose so; Shift inverts that for one press. A decision about
    several selected images never moves.

    Args:
        in_review: Review is on screen.
        selected_count: how many images the decision is about.
        advance_setting: "Go to next after labelling" is checked; Review does not ask for it.
        shift: held with the label key.
    """
    if selected_count > 1:
        return False
    return (in_review or advance_setting) != shift


def _key_of(text: str, *, has_shift: bool) -> LabelKey | None:
    if len(text) != 1:
        return None
    if text in _SUGGESTION_DIGITS:
        return LabelKey(LabelAction.NTH, nth=int(text), has_shift=has_shift)
    if text.upper() in FREE_LETTERS:
        return LabelKey(LabelAction.LETTER, letter=text.upper(), has_shift=has_shift)
    action = _BY_TEXT.get(text)
    return LabelKey(action, has_shift=has_shift) if action is not None else None


def _text_without_shift(scan_code: int) -> str:
    """What the key at this place writes without Shift on most keyboards, as far as it is a label key; else nothing."""
    first = _FIRST_DIGIT_SCAN_CODE.get(sys.platform)
    if first is None:
        return ""
    if scan_code == _STOP_SCAN_CODE[sys.platform]:
        return "."
    place = scan_code - first
    return "1234567890"[place] if 0 <= place <= 9 else ""  # noqa: PLR2004  # ten digits in a row
