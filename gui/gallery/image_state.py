"""Name the states of an image in the list, with one word for each."""

from __future__ import annotations

from enum import IntEnum

from gui.words import tr


class ImageState(IntEnum):
    """Where an image stands. A suggestion is the model's; labels are people's and come with their own states."""

    QUEUED = 0
    SUGGESTED = 1
    FAILED = 2


def state_word(state: ImageState) -> str:
    """The state as a word, since colour and shape alone tell nothing to some."""
    match state:
        case ImageState.QUEUED:
            return tr("Queued")
        case ImageState.SUGGESTED:
            return tr("Suggested")
        case ImageState.FAILED:
            return tr("Failed")
