"""Hold what a person decided about images: one byte and one name for each, in columns."""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from inference.sessions.states import ImageState

NO_NAME = -1
"""Stands where there is no label; other numbers are codes of a `Vocabulary`."""

UNMARKED = 0
"""The mark of an image about which nobody has decided anything."""

_STATE_BITS = 0b111
_IMPORTED = 0b1000
_REMOVED = 0b10000


class LabelSource(StrEnum):
    """Who stands behind a label."""

    ACCEPTED = "accepted"
    """A person agreed with the model's first suggestion."""
    CORRECTED = "corrected"
    """A person chose the label."""
    IMPORTED = "imported"
    """It came from a file or from folder names."""
    MODEL = "model"
    """Nobody: it is a suggestion, exported because somebody asked for suggestions."""


def make_mark(state: ImageState | None = None, *, imported: bool = False, removed: bool = False) -> int:
    """The byte of a decision: ACCEPTED, CORRECTED, UNSURE or REJECTED, None for no decision."""
    mark = 0 if state is None else int(state)
    return mark | (_IMPORTED if imported else 0) | (_REMOVED if removed else 0)


def decision_of(mark: int) -> ImageState | None:
    """The decision in a mark, or None."""
    state = mark & _STATE_BITS
    return ImageState(state) if state >= ImageState.ACCEPTED else None


def is_removed(mark: int) -> bool:
    """Whether the image was taken off the list; its label, if any, stays for the day it comes back."""
    return bool(mark & _REMOVED)


def with_removed(mark: int, *, removed: bool) -> int:
    """The same decision, on the list or off it."""
    return mark | _REMOVED if removed else mark & ~_REMOVED


def source_of(mark: int) -> LabelSource | None:
    """Who stands behind the label, or None where the decision is no label."""
    state = decision_of(mark)
    if state not in {ImageState.ACCEPTED, ImageState.CORRECTED}:
        return None
    if mark & _IMPORTED:
        return LabelSource.IMPORTED
    return LabelSource.ACCEPTED if state is ImageState.ACCEPTED else LabelSource.CORRECTED


@dataclass(frozen=True, slots=True)
class Marks:
    """The decisions on many images; entry i of each column belongs to one image.

    Attributes:
        keys: of the images, in the session; array of type "q", each at most once.
        marks: one byte for each, see `make_mark`.
        names: code of each label in the session's vocabulary, `NO_NAME` where there is none; array of type "i".
    """

    keys: array[int]
    marks: bytes
    names: array[int]

    @classmethod
    def of(cls, keys: Iterable[int], marks: Iterable[int], names: Iterable[int]) -> Marks:
        """From any three equally long rows of numbers."""
        return cls(array("q", keys), bytes(marks), array("i", names))

    @classmethod
    def same(cls, keys: Sequence[int], mark: int, name: int = NO_NAME) -> Marks:
        """One decision for all."""
        return cls(array("q", keys), bytes([mark]) * len(keys), array("i", [name]) * len(keys))

    def __len__(self) -> int:
        return len(self.keys)
