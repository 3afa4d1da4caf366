"""Compose what is said about reviews: nothing to begin with, nothing left."""

from __future__ import annotations

from gui.user_message import Level, MessageAction, Place, UserMessage
from gui.words import counted, tr


def nothing_to_review() -> UserMessage:
    """None of the images that are shown waits for a decision in this order."""
    text = tr("Nothing to review: every image that is shown has a decision, or does not belong to this order.")
    return UserMessage("T-24", Place.TOAST, Level.INFO, text)


def last_page(left_over: int) -> UserMessage:
    """The pages of all classes were shown, and some images on them wait still."""
    text = counted(
        left_over,
        "That was the last page. %n image was left out and waits for a decision.",
        "That was the last page. %n images were left out and wait for a decision.",
    )
    return UserMessage("T-26", Place.TOAST, Level.INFO, text, actions=(MessageAction.REVIEW,))


def review_finished(reviewed: int) -> UserMessage:
    """The queue is at its end."""
    text = counted(reviewed, "Review finished: %n image reviewed.", "Review finished: %n images reviewed.")
    return UserMessage("T-25", Place.TOAST, Level.INFO, text, actions=(MessageAction.EXPORT,))
