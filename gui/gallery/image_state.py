"""Name the states of an image in the list, with one word for each."""

from __future__ import annotations

from gui.words import tr
from inference.sessions.states import ImageState as ImageState  # noqa: PLC0414  # windows import it from here


def state_word(state: ImageState) -> str:
    """The state as a word, since colour and shape alone tell nothing to some."""
    words = {
        ImageState.QUEUED: tr("Queued"),
        ImageState.SUGGESTED: tr("Suggested"),
        ImageState.FAILED: tr("Failed"),
        ImageState.ACCEPTED: tr("Accepted"),
        ImageState.CORRECTED: tr("Corrected"),
        ImageState.UNSURE: tr("Unsure"),
        ImageState.REJECTED: tr("Rejected"),
    }
    return words[state]
