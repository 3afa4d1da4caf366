"""Compose what is said about reviews: nothing to begin with, nothing left."""

from __future__ import annotations

from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, tr


def nothing_to_review() -> UserMessage:
    """None of the images that are shown waits for a decision in this order."""
    text = tr("Nothing to review: every image that is shown has a decision, or does not belong to this order.")
    return UserMessage("T-24", Place.TOAST, Level.INFO, text)


def review_finished(reviewed: int) -> UserMessage:
    """The queue is at its end."""
    text = counted(reviewed, "Review finished: %n image reviewed.", "Review finished: %n images reviewed.")
    return UserMessage("T-25", Place.TOAST, Level.INFO, text, actions=(MessageAction.EXPORT,))
