"""Keep the person's choices between two starts, and the window's state apart from them."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from dataclasses import asdict, dataclass, fields
from enum import Enum
from pathlib import Path
from typing import Any

from PySide6.QtCore import QByteArray, QSettings

from gui.theme import ThemeChoice
from gui.viewer.map_choice import EVIDENCE, MapChoice
from gui.viewer.map_mode import MapMode
from inference.attention.methods import Method
from inference.errors import OutputWriteError
from inference.profile import Profile

SCHEMA_VERSION = 1
_SETTINGS_FILE = "settings.ini"
_WINDOW_FILE = "window.ini"
_GROUP = "settings/"
_SPLITTERS = "splitters/"
_LAST_FOLDERS = 8
_MOST_RESULTS = 20
_MOST_STAGES = 100
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settings:
    """What the person chose.

    Attributes:
        theme: System, Light or Dark.
        model: name or path of the model in use; empty for the built-in one.
        device: "auto" or the word of a device.
        map_mode: how maps are drawn.
        map_strength: opacity of the map, 0...1.
        map_outline: lines are drawn over the map's colours, too.
        map_choice: by which method maps are made, of which stage, compared with what.
        last_folders: where images were opened from, newest first, as given.
        top_count: how many suggestions are listed, 1...20.
        thumbnail_px: width of a gallery tile's picture, logical pixels.
        advances: a decision in the viewer goes on to the next image.
        has_library: the library is shown beside gallery and viewer.
    """

    theme: ThemeChoice = ThemeChoice.SYSTEM
    model: str = ""
    device: str = "auto"
    map_mode: MapMode = MapMode.EVIDENCE
    map_strength: float = 0.6
    map_outline: bool = False
    map_choice: MapChoice = EVIDENCE
    last_folders: tuple[str, ...] = ()
    top_count: int = 5
    thumbnail_px: int = 160
    advances: bool = True
    has_library: bool = True


@dataclass(frozen=True, slots=True)
class LoadedSettings:
    """Settings as they were found.

    Attributes:
        settings: valid in every field.
        set_aside: where the damaged old file now lies, or None (message E-604).
    """

    settings: Settings
    set_aside: Path | None = None


@dataclass(frozen=True, slots=True)
class WindowState:
    """How the window looked when it was closed; Qt's own opaque bytes and sizes.

    Attributes:
        geometry: of `QWidget.saveGeometry`.
        layout: of `QMainWindow.saveState`.
        splitters: of `QSplitter.saveState`, by name.
    """

    geometry: bytes = b""
    layout: bytes = b""
    splitters: tuple[tuple[str, bytes], ...] = ()


class SettingsStore:
    """The two files in a profile's `config` folder. Nothing is written before `save`.

    Each value is kept as JSON text, because QSettings forgets types (`False` comes back as the string "false") and
    cannot hold a path that is not UTF-8.
    """

    def __init__(self, profile: Profile) -> None:
        self._folder = profile.config

    @property
    def file(self) -> Path:
        """The settings file."""
        return self._folder / _SETTINGS_FILE

    def load(self) -> LoadedSettings:
        """Read the settings: every field by itself, with its default where it is missing or not valid."""
        if not self.file.exists():
            return LoadedSettings(Settings())
        stored = QSettings(str(self.file), QSettings.Format.IniFormat)
        raw = {key.removeprefix(_GROUP): stored.value(key) for key in stored.allKeys() if key.startswith(_GROUP)}
        if stored.status() != QSettings.Status.NoError or not raw:
            return LoadedSettings(Settings(), self._set_aside())
        return LoadedSettings(_parse(raw))

    def save(self, settings: Settings) -> None:
        """Write the settings, whole or not at all.

        Raises:
            OutputWriteError: if the file cannot be written.
        """
        stored = QSettings(str(self.file), QSettings.Format.IniFormat)
        stored.setValue(f"{_GROUP}schema", json.dumps(SCHEMA_VERSION))
        for name, value in asdict(settings).items():
            stored.setValue(f"{_GROUP}{name}", json.dumps(value.value if isinstance(value, Enum) else value))
        self._sync(stored)

    def load_window(self) -> WindowState:
        """Read the window's state; empty where there is none."""
        stored = QSettings(str(self._folder / _WINDOW_FILE), QSettings.Format.IniFormat)
        splitters = tuple(
            (key.removeprefix(_SPLITTERS), _bytes(stored.value(key)))
            for key in stored.allKeys()
            if key.startswith(_SPLITTERS)
        )
        return WindowState(_bytes(stored.value("geometry")), _bytes(stored.value("layout")), splitters)

    def save_window(self, state: WindowState) -> None:
        """Write the window's state.

        Raises:
            OutputWriteError: if the file cannot be written.
        """
        stored = QSettings(str(self._folder / _WINDOW_FILE), QSettings.Format.IniFormat)
        stored.clear()
        stored.setValue("geometry", QByteArray(state.geometry))
        stored.setValue("layout", QByteArray(state.layout))
        for name, content in state.splitters:
            stored.setValue(f"{_SPLITTERS}{name}", QByteArray(content))
        self._sync(stored)

    def _sync(self, stored: QSettings) -> None:
        stored.sync()
        if stored.status() != QSettings.Status.NoError:
            raise OutputWriteError(stored.fileName(), "the folder cannot be written to, or the disk is full.")

    def _set_aside(self) -> Path | None:
        for number in range(1, 1000):
            target = self._folder / f"{_SETTINGS_FILE}.damaged-{number}"
            if not target.exists():
                try:
                    self.file.rename(target)
                except OSError as error:
                    _log.info("the damaged settings file stays where it is: %s", error)
                    return None
                return target
        return None


def _bytes(value: object) -> bytes:
    return bytes(value.data()) if isinstance(value, QByteArray) else b""


def _parse(raw: dict[str, object]) -> Settings:
    """Settings from the stored texts; a field that is not valid keeps its default, and the log says so."""
    values: dict[str, Any] = {}
    for field in fields(Settings):
        text = raw.get(field.name)
        if text is None:
            continue
        try:
            values[field.name] = _PARSERS[field.name](json.loads(str(text)))
        except (ValueError, TypeError, RecursionError) as error:
            _log.info("setting %s is not valid and was reset: %s", field.name, error)
    return Settings(**values)


def _text(value: object) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ValueError(f"{value!r} is not a text")
    return value


def _whole(low: int, high: int) -> Callable[[object], int]:
    def parse(value: object) -> int:
        if not isinstance(value, int) or isinstance(value, bool) or not low <= value <= high:
            raise ValueError(f"{value!r} is not a whole number from {low} to {high}")
        return value

    return parse


def _yes_or_no(value: object) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not a yes or a no")
    return value


def _share(value: object) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value <= 1:
        raise ValueError(f"{value!r} is not a number from 0 to 1")
    return float(value)


def _folders(value: object) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise TypeError(f"{value!r} is not a list")
    return tuple(_text(entry) for entry in value[:_LAST_FOLDERS])


def _map_choice(value: object) -> MapChoice:
    """A kind of map that this version knows; which stages the open model has is found out later."""
    if not isinstance(value, dict):
        raise TypeError(f"{value!r} is no kind of map")
    stage = value.get("stage")
    number = None if stage is None else _whole(1, _MOST_STAGES)(stage)
    return MapChoice(Method(_text(value.get("method"))), number, _yes_or_no(value.get("relative"))).possible


_PARSERS: dict[str, Callable[[Any], object]] = {
    "theme": ThemeChoice,
    "model": _text,
    "device": _text,
    "map_mode": MapMode,
    "map_strength": _share,
    "map_outline": _yes_or_no,
    "map_choice": _map_choice,
    "last_folders": _folders,
    "top_count": _whole(1, _MOST_RESULTS),
    "thumbnail_px": _whole(64, 512),
    "advances": _yes_or_no,
    "has_library": _yes_or_no,
}
