"""Name the states of an image; windows, commands and exports use the same words."""

from __future__ import annotations

from enum import IntEnum


class ImageState(IntEnum):
    """Where an image stands.

    A person's decision hides what the model said: an image that has both a suggestion and a label is ACCEPTED or
    CORRECTED. Without a decision it is FAILED, SUGGESTED or QUEUED, by what became of classifying it.
    """

    QUEUED = 0
    """It waits."""
    SUGGESTED = 1
    """The model has spoken, nobody has looked."""
    FAILED = 2
    """It could not be read or classified."""
    ACCEPTED = 3
    """A person agreed with the first suggestion."""
    CORRECTED = 4
    """A person chose another label."""
    UNSURE = 5
    """A person skipped it on purpose."""
    REJECTED = 6
    """It is not for the data set."""

    @property
    def word(self) -> str:
        """The state in rows and files: "accepted"."""
        return self.name.lower()

    @property
    def is_reviewed(self) -> bool:
        """Whether it has a label that a person stands behind, so that exports hold it by default."""
        return self in {ImageState.ACCEPTED, ImageState.CORRECTED}


ANSWER_STATES = (ImageState.QUEUED, ImageState.SUGGESTED, ImageState.FAILED)
"""What can become of classifying an image; the others are decisions."""
