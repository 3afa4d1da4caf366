"""Describe one step that can be taken back: what changed, from what, to what."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from inference.sessions.marks import Marks

MOST_STEPS = 300
"""So many steps can be taken back, also after a restart; older ones are forgotten."""


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
