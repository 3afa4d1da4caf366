"""Say in words what is known of one image of the list: for pointers that rest on it, and for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gui import words
from gui.gallery.image_state import ImageState, state_word
from gui.words import tr
from inference.texts import visible

if TYPE_CHECKING:
    from gui.gallery.image_model import ImageModel


def tooltip(images: ImageModel, row: int) -> str:
    """Two lines: the file's name, and the suggestion with its score, the reason of a failure, or the state."""
    name, score = images.name_at(row), images.score_at(row)
    if score is not None:
        return f"{name}\n{visible(images.suggestion_at(row))}  {words.percent(score)}"
    return f"{name}\n{visible(images.reason_at(row)) or state_word(images.state_at(row))}"


def spoken(images: ImageModel, row: int) -> str:
    """What a screen reader says: the state first where it is bad news."""
    facts = {
        "name": images.name_at(row),
        "position": words.number(row + 1),
        "total": words.number(len(images)),
    }
    match images.state_at(row):
        case ImageState.FAILED:
            sentence = tr("Failed, {name}, {text}, {position} of {total}")
            return sentence.format(text=visible(images.reason_at(row)), **facts)
        case ImageState.SUGGESTED:
            score = words.number(round(100 * (images.score_at(row) or 0.0)))
            sentence = tr("{name}, suggestion {text}, {score} percent, {position} of {total}")
            return sentence.format(text=visible(images.suggestion_at(row)), score=score, **facts)
        case ImageState.QUEUED:
            return tr("{name}, queued, {position} of {total}").format(**facts)
