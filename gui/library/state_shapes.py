"""Show an image's state as a shape and a colour, for lists of states."""

from __future__ import annotations

from gui.icons import IconName
from gui.theme import Theme
from inference.sessions.states import ImageState

STATE_ORDER = (
    ImageState.QUEUED,
    ImageState.SUGGESTED,
    ImageState.ACCEPTED,
    ImageState.CORRECTED,
    ImageState.UNSURE,
    ImageState.REJECTED,
    ImageState.FAILED,
)
"""The states as a person meets them."""


def state_shape(state: ImageState) -> IconName:
    """The state's shape; no two states share one."""
    shapes = {
        ImageState.QUEUED: IconName.STATE_QUEUED,
        ImageState.SUGGESTED: IconName.STATE_SUGGESTED,
        ImageState.FAILED: IconName.STATE_FAILED,
        ImageState.ACCEPTED: IconName.STATE_ACCEPTED,
        ImageState.CORRECTED: IconName.STATE_CORRECTED,
        ImageState.UNSURE: IconName.STATE_UNSURE,
        ImageState.REJECTED: IconName.STATE_REJECTED,
    }
    return shapes[state]


def state_color(state: ImageState, theme: Theme) -> str:
    """The state's colour, which only repeats what shape and word say."""
    colors = {
        ImageState.QUEUED: theme.secondary_text,
        ImageState.FAILED: theme.warning,
        ImageState.ACCEPTED: theme.good,
        ImageState.CORRECTED: theme.changed,
    }
    return colors.get(state, theme.text)
