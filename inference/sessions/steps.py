"""Describe one step that can be taken back: what changed, from what, to what."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from inference.sessions.marks import Marks

MOST_STEPS = 300
"""So many steps can be taken back, also after a restart; older ones are forgotten."""

MOST_BYTES = 128 * 1024 * 1024
"""All steps together, as they lie in memory; the newest one is kept whatever its size."""

_BYTES_PER_IMAGE = 8 + 2 * (1 + 4)


class StepKind(StrEnum):
    """What a person did."""

    LABEL = "label"
    """Chose a label."""
    ACCEPT = "accept"
    """Agreed with suggestions."""
    ACCEPT_ABOVE = "accept-above"
    """Agreed with all suggestions at or above a score."""
    UNSURE = "unsure"
    REJECT = "reject"
    CLEAR = "clear"
    """Took decisions back."""
    RENAME = "rename"
    """Gave a label another name, or merged it into another label."""
    ADD = "add"
    """Opened images."""
    REMOVE = "remove"
    """Took images off the list."""
    IMPORT = "import"
    """Took labels from a file."""

    @property
    def is_about_pictures(self) -> bool:
        """Whether something is said of pictures as they are now, and not of labels or of the list."""
        return self not in {StepKind.RENAME, StepKind.ADD, StepKind.REMOVE}


@dataclass(frozen=True, slots=True)
class Step:
    """One step.

    Attributes:
        kind: what the person did.
        subject: the label, the new name, the score in percent or the file, as text; empty where there is none.
        before: what stood there, for every image that the step touches.
        after: what stands there since; the same keys in the same order.
        at: when, in seconds since 1970.
    """

    kind: StepKind
    subject: str
    before: Marks
    after: Marks
    at: float

    def __len__(self) -> int:
        return len(self.after)


def kept_steps(counts: Sequence[int]) -> int:
    """How many of the newest steps are kept; window and file follow this one rule, so that they stay in step.

    Args:
        counts: images of each step, oldest first.
    """
    total = 0
    for kept, count in enumerate(reversed(counts)):
        total += count * _BYTES_PER_IMAGE
        if kept >= MOST_STEPS or (kept > 0 and total > MOST_BYTES):
            return kept
    return len(counts)
