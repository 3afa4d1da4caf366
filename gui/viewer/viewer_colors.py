"""Hold the Viewer's colours that no QPalette role names."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtGui import QColor

from gui.theme import LIGHT, Theme


@dataclass(frozen=True, slots=True)
class ViewerColors:
    """The colours that are handed to the Viewer's widgets by `set_colors`.

    Attributes:
        surround: neutral grey around the picture; a tint there would spoil the judgement of colours.
        surround_text: words on the surround.
        secondary_text: words that matter less, on the window colour.
        accent: marks the chosen class and the keyboard focus.
    """

    surround: QColor
    surround_text: QColor
    secondary_text: QColor
    accent: QColor


def viewer_colors(theme: Theme = LIGHT) -> ViewerColors:
    """The Viewer's colours of a theme."""
    return ViewerColors(
        surround=QColor(theme.surround),
        surround_text=QColor(theme.surround_text),
        secondary_text=QColor(theme.secondary_text),
        accent=QColor(theme.accent),
    )
