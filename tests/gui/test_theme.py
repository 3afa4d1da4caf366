"""Test gui/theme.py: every text can be read on what it stands on, in both themes."""

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from gui.message_strip import TINT
from gui.theme import (
    DARK,
    LIGHT,
    Theme,
    ThemeChoice,
    contrast,
    mixed,
    outlined_palette_of,
    palette_of,
    theme_for,
    theme_of,
)

_THEMES = pytest.mark.parametrize("theme", [LIGHT, DARK], ids=["light", "dark"])
_GROUNDS = ("window", "base", "alternate_base")
_Role = QPalette.ColorRole


def test_contrast_is_the_wcag_ratio() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#ffffff", "#767676") == contrast("#767676", "#ffffff")


@_THEMES
@pytest.mark.parametrize("ground", _GROUNDS)
@pytest.mark.parametrize("text", ["text", "secondary_text", "accent", "good", "changed", "warning"])
def test_texts_can_be_read(theme: Theme, text: str, ground: str) -> None:
    assert contrast(getattr(theme, text), getattr(theme, ground)) >= 4.5


@_THEMES
@pytest.mark.parametrize(
    ("text", "ground"),
    [
        (_Role.WindowText, _Role.Window),
        (_Role.Text, _Role.Base),
        (_Role.ButtonText, _Role.Button),
        (_Role.ToolTipText, _Role.ToolTipBase),
        (_Role.HighlightedText, _Role.Highlight),
        (_Role.PlaceholderText, _Role.Base),
        (_Role.PlaceholderText, _Role.Window),
        (_Role.Link, _Role.Window),
        (_Role.LinkVisited, _Role.Base),
    ],
)
def test_palette_roles_can_be_read(theme: Theme, text: QPalette.ColorRole, ground: QPalette.ColorRole) -> None:
    for group in (QPalette.ColorGroup.Active, QPalette.ColorGroup.Inactive):
        palette = palette_of(theme)
        assert contrast(palette.color(group, text), palette.color(group, ground)) >= 4.5


@_THEMES
def test_pictures_stand_on_neutral_grey_and_words_there_can_be_read(theme: Theme) -> None:
    assert QColor(theme.surround).saturation() == 0
    assert contrast(theme.surround_text, theme.surround) >= 4.5
    assert contrast(theme.text, theme.tile) >= 4.5
    assert contrast(theme.secondary_text, theme.tile) >= 4.5


@_THEMES
def test_the_focus_ring_stands_out_and_disabled_texts_stand_back(theme: Theme) -> None:
    assert contrast(theme.accent, theme.base) >= 3
    assert contrast(theme.accent, theme.surround) >= 3
    palette = palette_of(theme)
    for role in (_Role.WindowText, _Role.Text, _Role.ButtonText):
        disabled = contrast(palette.color(QPalette.ColorGroup.Disabled, role), theme.window)
        assert 1.8 < disabled < contrast(theme.secondary_text, theme.window)


@_THEMES
def test_outlines_can_be_seen(theme: Theme) -> None:
    assert contrast(theme.outline, theme.window) >= 3
    assert contrast(theme.outline, theme.base) >= 3
    assert theme_of(outlined_palette_of(theme)) is theme


@_THEMES
def test_messages_can_be_read_on_their_tint(theme: Theme) -> None:
    for color in (theme.warning, theme.accent):
        assert contrast(QColor(theme.text), mixed(color, theme.base, TINT)) >= 4.5


@_THEMES
def test_widgets_find_their_theme_from_the_palette(theme: Theme) -> None:
    assert theme_of(palette_of(theme)) is theme


@pytest.mark.parametrize(
    ("choice", "system", "theme"),
    [
        (ThemeChoice.SYSTEM, Qt.ColorScheme.Dark, DARK),
        (ThemeChoice.SYSTEM, Qt.ColorScheme.Light, LIGHT),
        (ThemeChoice.SYSTEM, Qt.ColorScheme.Unknown, LIGHT),
        (ThemeChoice.LIGHT, Qt.ColorScheme.Dark, LIGHT),
        (ThemeChoice.DARK, Qt.ColorScheme.Light, DARK),
    ],
)
def test_the_choice_rules_then_the_system(choice: ThemeChoice, system: Qt.ColorScheme, theme: Theme) -> None:
    assert theme_for(choice, system) is theme
