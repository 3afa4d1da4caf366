"""Hold the light and the dark colours of the program, and choose between them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

TARGET_PX = 24
"""The least height of what a pointer must hit, in every appearance (WCAG 2.5.8)."""

OUTLINED_WIDGETS = ("QRadioButton", "QCheckBox", "QLineEdit", "QSlider", "QAbstractSpinBox")
"""Widgets that little but their outline shows: they take `outlined_palette_of`."""

_FUSION_DARKER = 140
_LINEAR_LIMIT = 0.04045  # of sRGB: below it the curve is a line


class ThemeChoice(StrEnum):
    """What the person chose."""

    SYSTEM = "system"
    LIGHT = "light"
    DARK = "dark"


@dataclass(frozen=True, slots=True)
class Theme:
    """All colours of one appearance, as `#rrggbb`.

    The first group fills QPalette roles; the named extras have no role. Text colours have a contrast of at least
    4.5 to the backgrounds that they stand on (a test computes it).

    Attributes:
        secondary_text: words that matter less; also the palette's placeholder text.
        accent: links, focus ring, edge of the selection.
        good: agreed with (text and shapes).
        changed: decided otherwise.
        warning: failed, refused, too little.
        surround: around pictures: neutral, since photographers judge colours there.
        surround_text: words on the surround.
        tile: background of a picture that is not here yet.
        border: thin lines between areas.
        outline: the edge of what is clicked or typed into; 3:1 to the window and to the base.
    """

    is_dark: bool
    window: str
    text: str
    base: str
    alternate_base: str
    button: str
    tooltip: str
    disabled_text: str
    selection: str
    selection_text: str
    light: str
    midlight: str
    mid: str
    dark: str
    shadow: str
    secondary_text: str
    accent: str
    good: str
    changed: str
    warning: str
    surround: str
    surround_text: str
    tile: str
    border: str
    outline: str


LIGHT = Theme(
    is_dark=False,
    window="#f4f4f5",
    text="#1b1b1d",
    base="#ffffff",
    alternate_base="#f1f1f3",
    button="#fafafa",
    tooltip="#ffffff",
    disabled_text="#9a9aa1",
    selection="#0072b2",
    selection_text="#ffffff",
    light="#ffffff",
    midlight="#e9e9ec",
    mid="#c9c9ce",
    dark="#a9a9b0",
    shadow="#6f6f76",
    secondary_text="#5c5c63",
    accent="#0072b2",
    good="#007a58",
    changed="#b34700",
    warning="#b34700",
    surround="#d9d9d9",
    surround_text="#3a3a3e",
    tile="#e2e2e5",
    border="#cfcfd4",
    outline="#75757c",
)

DARK = Theme(
    is_dark=True,
    window="#1b1b1d",
    text="#e8e8ea",
    base="#141416",
    alternate_base="#232326",
    button="#2c2c30",
    tooltip="#2c2c30",
    disabled_text="#6d6d74",
    selection="#0072b2",
    selection_text="#ffffff",
    light="#4a4a50",
    midlight="#3a3a3f",
    mid="#2a2a2e",
    dark="#101012",
    shadow="#000000",
    secondary_text="#a8a8ad",
    accent="#56b4e9",
    good="#009e73",
    changed="#e69f00",
    warning="#f0a858",
    surround="#303030",
    surround_text="#d0d0d4",
    tile="#2a2a2d",
    border="#38383d",
    outline="#85858d",
)


def theme_for(choice: ThemeChoice, system: Qt.ColorScheme) -> Theme:
    """The theme to use: the person's choice, else what the system prefers, else light."""
    if choice is ThemeChoice.SYSTEM:
        return DARK if system == Qt.ColorScheme.Dark else LIGHT
    return DARK if choice is ThemeChoice.DARK else LIGHT


def theme_of(palette: QPalette) -> Theme:
    """The theme whose extras suit a palette, ours or a native style's: told by how light its windows are.

    Widgets call this when their palette changes, so a change of theme reaches them without being handed around.
    """
    is_dark = luminance(palette.color(QPalette.ColorRole.Window)) < luminance(
        palette.color(QPalette.ColorRole.WindowText)
    )
    return DARK if is_dark else LIGHT


def palette_of(theme: Theme) -> QPalette:
    """Every role of the palette, disabled texts included.

    Not derived with `QPalette(QColor)`, which gives a black base and a white placeholder colour.
    """
    role = QPalette.ColorRole
    palette = QPalette()
    for entry, color in {
        role.Window: theme.window,
        role.WindowText: theme.text,
        role.Base: theme.base,
        role.AlternateBase: theme.alternate_base,
        role.Text: theme.text,
        role.Button: theme.button,
        role.ButtonText: theme.text,
        role.BrightText: theme.selection_text,
        role.ToolTipBase: theme.tooltip,
        role.ToolTipText: theme.text,
        role.PlaceholderText: theme.secondary_text,
        role.Highlight: theme.selection,
        role.HighlightedText: theme.selection_text,
        role.Accent: theme.accent,
        role.Link: theme.accent,
        role.LinkVisited: theme.accent,
        role.Light: theme.light,
        role.Midlight: theme.midlight,
        role.Mid: theme.mid,
        role.Dark: theme.dark,
        role.Shadow: theme.shadow,
    }.items():
        palette.setColor(entry, QColor(color))
    for entry in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText, role.PlaceholderText, role.Link):
        palette.setColor(QPalette.ColorGroup.Disabled, entry, QColor(theme.disabled_text))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(theme.mid))
    palette.setColor(QPalette.ColorGroup.Disabled, role.Accent, QColor(theme.disabled_text))
    return palette


def outlined_palette_of(theme: Theme) -> QPalette:
    """The palette for widgets whose outline must be seen.

    Fusion has no role for outlines: it darkens the window's colour, which on a dark window is invisible. These widgets
    do not paint their window's colour, so theirs may be the one that darkens to the theme's outline.
    """
    palette = palette_of(theme)
    palette.setColor(QPalette.ColorRole.Window, QColor(theme.outline).lighter(_FUSION_DARKER))
    return palette


def luminance(color: QColor) -> float:
    """Relative luminance 0...1 (WCAG 2)."""
    red, green, blue = (_linear(channel) for channel in (color.redF(), color.greenF(), color.blueF()))
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: QColor | str, other: QColor | str) -> float:
    """Contrast ratio of two opaque colours, 1...21 (WCAG 2)."""
    darker, lighter = sorted((luminance(QColor(one)), luminance(QColor(other))))
    return (lighter + 0.05) / (darker + 0.05)


def mixed(front: str, back: str, share: float) -> QColor:
    """`share` (0...1) of one colour over another, opaque."""
    one, other = QColor(front), QColor(back)
    return QColor(
        round(one.red() * share + other.red() * (1 - share)),
        round(one.green() * share + other.green() * (1 - share)),
        round(one.blue() * share + other.blue() * (1 - share)),
    )


def _linear(channel: float) -> float:
    return channel / 12.92 if channel <= _LINEAR_LIMIT else ((channel + 0.055) / 1.055) ** 2.4
