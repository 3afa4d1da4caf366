"""Show the window with its start page before the rest of the program is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QObject, Slot
from PySide6.QtWidgets import QApplication

from gui import notices
from gui.main_window import MainWindow
from gui.settings import LoadedSettings, SettingsStore
from gui.theme_keeper import ThemeKeeper
from gui.trace import Trace
from gui.window_memory import restore_geometry
from inference.pictures.formats import READ_FORMATS
from inference.profile import Profile


class Front(QObject):
    """The window, its colours and its settings; what the program is built upon.

    Attributes:
        store: where the settings are kept.
        settings: as they were found.
        window: not furnished before the program is there.
        theme_keeper: not started before `show`.
        trace: notes the first paint.
    """

    def __init__(self, application: QApplication, profile: Profile) -> None:
        super().__init__()
        self.store = SettingsStore(profile)
        self._loaded: LoadedSettings = self.store.load()
        self.settings = self._loaded.settings
        self.trace = Trace.from_environment()
        self.window = MainWindow()
        self.theme_keeper = ThemeKeeper(application)
        self._is_shown = False
        self._is_closed = False
        self._handed_over: list[HandedOver] = []
        self.window.painted.connect(self._on_painted)
        self.window.close_requested.connect(self._on_close_requested)

    @property
    def is_closed(self) -> bool:
        """Whether the person closed the window."""
        return self._is_closed

    def show(self) -> None:
        """Bring the window on screen in its colours and at its place; a second call does nothing."""
        if self._is_shown:
            return
        self._is_shown = True
        self.theme_keeper.start(self.settings.theme)
        self.window.start_page.set_formats([one.name for one in READ_FORMATS])
        restore_geometry(self.window, self.store.load_window())
        if self._loaded.set_aside is not None:
            self.window.messages.show_message(notices.settings_reset(str(self._loaded.set_aside)))
        self.window.show()

    @Slot(object, object)
    def keep_handed_over(self, paths: list[str], model: str | None) -> None:
        """Another start handed paths over before there is a program to take them."""
        self._handed_over.append(HandedOver(tuple(paths), model))

    def take_handed_over(self) -> list[HandedOver]:
        """What was handed over meanwhile."""
        kept, self._handed_over = self._handed_over, []
        return kept

    @Slot()
    def _on_painted(self) -> None:
        self.trace.note("first-paint")

    @Slot()
    def _on_close_requested(self) -> None:
        self._is_closed = True


@dataclass(frozen=True, slots=True)
class HandedOver:
    """What another start asked for.

    Attributes:
        paths: absolute.
        model: a name or an absolute file, or None.
    """

    paths: tuple[str, ...]
    model: str | None
