"""Give the program its colours, and follow the system where the person chose that."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, Qt, Signal, Slot
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication

from gui.theme import OUTLINED_WIDGETS, Theme, ThemeChoice, outlined_palette_of, palette_of, theme_for

_SCHEMES = {
    ThemeChoice.SYSTEM: Qt.ColorScheme.Unknown,
    ThemeChoice.LIGHT: Qt.ColorScheme.Light,
    ThemeChoice.DARK: Qt.ColorScheme.Dark,
}


class ThemeKeeper(QObject):
    """Sets style and palette of the application.

    On Linux the style is Fusion and the palette always ours. Elsewhere the native style keeps its own palette, unless
    it does not take the scheme that was chosen.

    Signals:
        theme_changed(theme: Theme): other colours are in use.
    """

    theme_changed = Signal(object)

    def __init__(self, application: QApplication) -> None:
        super().__init__(application)
        self._application = application
        self._choice = ThemeChoice.SYSTEM
        self._portal = Qt.ColorScheme.Unknown
        self._theme: Theme | None = None

    @property
    def theme(self) -> Theme:
        """The colours in use."""
        return self._theme or theme_for(self._choice, self._system())

    def start(self, choice: ThemeChoice) -> None:
        """Set the style, apply the choice, and follow the system from now on."""
        if sys.platform.startswith("linux"):
            self._application.setStyle("Fusion")
        self._application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self.set_choice(choice)

    def set_choice(self, choice: ThemeChoice) -> None:
        """Use what the person chose."""
        self._choice = choice
        self._application.styleHints().setColorScheme(_SCHEMES[choice])
        self._apply()

    def set_portal_scheme(self, scheme: Qt.ColorScheme) -> None:
        """What the desktop says where Qt does not know it (plain X11); found out after the first paint."""
        self._portal = scheme
        self._apply()

    def _system(self) -> Qt.ColorScheme:
        scheme = self._application.styleHints().colorScheme()
        return self._portal if scheme == Qt.ColorScheme.Unknown else scheme

    def _apply(self) -> None:
        theme = theme_for(self._choice, self._system())
        changed = self._theme is not theme
        self._theme = theme
        native = not sys.platform.startswith("linux")
        wanted = _SCHEMES[self._choice]
        taken = wanted in {Qt.ColorScheme.Unknown, self._application.styleHints().colorScheme()}
        if native and taken:
            self._application.setPalette(QPalette())
        elif changed:
            self._application.setPalette(palette_of(theme))  # also forgets the palettes of single classes
            for kind in OUTLINED_WIDGETS:
                self._application.setPalette(outlined_palette_of(theme), kind)  # type: ignore[arg-type]  # stubs: bytes
        if changed:
            self.theme_changed.emit(theme)

    @Slot()
    def _on_scheme_changed(self) -> None:
        self._apply()
