"""Draw the program's icons: single-colour shapes tinted to the palette, and the bird."""

from __future__ import annotations

from enum import StrEnum
from functools import lru_cache

from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QImage, QPainter, QPalette, QPixmap
from PySide6.QtSvg import QSvgRenderer

from inference.profile import PROJECT_ROOT

_FOLDER = PROJECT_ROOT / "assets" / "icons"
_SIZES_PX = (20, 40)
"""Device pixels of a prepared icon; Qt scales down from the next larger one, on dense screens too."""
_APP_SIZES_PX = (16, 24, 32, 48, 64, 128, 256)
_DISABLED_OPACITY = 0.4

_MOST_KEPT = 512
"""Images of icons that are kept: all of them in both sizes, in the colours of both themes; 2 MB at most."""


class IconName(StrEnum):
    """The icons, by the names of their files."""

    ACCEPT_ABOVE = "accept-above"
    ADD = "add"
    AGAIN = "again"
    CLOSE = "close"
    COPY = "copy"
    DROP_IMAGES = "drop-images"
    ERASE = "erase"
    ERROR = "error"
    EXPORT = "export"
    FULLSCREEN = "fullscreen"
    GALLERY = "gallery"
    IMPORT = "import"
    INFO = "info"
    KEYBOARD = "keyboard"
    LABEL = "label"
    LIBRARY = "library"
    MAP = "map"
    MODEL = "model"
    NEXT = "next"
    NEXT_TODO = "next-todo"
    OPEN_FOLDER = "open-folder"
    OPEN_IMAGES = "open-images"
    PASTE = "paste"
    PAUSE = "pause"
    PLAY = "play"
    PREVIOUS = "previous"
    PREVIOUS_TODO = "previous-todo"
    QUIT = "quit"
    RECENT = "recent"
    REDO = "redo"
    REFRESH = "refresh"
    REMOVE = "remove"
    RENAME = "rename"
    REPORT = "report"
    REVEAL = "reveal"
    REVIEW = "review"
    SAVE = "save"
    SEARCH = "search"
    SESSION_NEW = "session-new"
    STATE_ACCEPTED = "state-accepted"
    STATE_CORRECTED = "state-corrected"
    STATE_FAILED = "state-failed"
    STATE_QUEUED = "state-queued"
    STATE_REJECTED = "state-rejected"
    STATE_SUGGESTED = "state-suggested"
    STATE_UNSURE = "state-unsure"
    STOP = "stop"
    UNDO = "undo"
    VIEWER = "viewer"
    WARNING = "warning"
    ZOOM_FIT = "zoom-fit"
    ZOOM_IN = "zoom-in"
    ZOOM_OUT = "zoom-out"


def icon(name: IconName, palette: QPalette) -> QIcon:
    """An icon in the palette's WindowText, paler where its control is disabled. Made anew after a theme change."""
    color = palette.color(QPalette.ColorRole.WindowText).rgba()
    result = QIcon()
    for size_px in _SIZES_PX:
        result.addPixmap(QPixmap.fromImage(_tinted(name, color, size_px)), QIcon.Mode.Normal)
        result.addPixmap(QPixmap.fromImage(_faded(name, color, size_px)), QIcon.Mode.Disabled)
    return result


def shape(name: IconName, color: QColor, size_px: int) -> QPixmap:
    """One icon in one colour, `size_px` device pixels wide and high."""
    return QPixmap.fromImage(_tinted(name, color.rgba(), size_px))


def app_icon() -> QIcon:
    """The program's own icon, a cardinal and the parallel paths that it is named for."""
    result = QIcon()
    for size_px in _APP_SIZES_PX:
        result.addPixmap(QPixmap.fromImage(_rendered("cardinal", size_px)))
    return result


# Kept, since the same icons are asked for again and again: at the start, for every theme, for every tile. As images,
# which may outlive the application, while pixmaps may not.


@lru_cache(maxsize=_MOST_KEPT)
def _tinted(name: IconName, color: int, size_px: int) -> QImage:
    image = _rendered(name.value, size_px)
    painter = QPainter(image)
    painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_SourceIn)
    painter.fillRect(image.rect(), QColor.fromRgba(color))
    painter.end()
    return image


@lru_cache(maxsize=_MOST_KEPT)
def _faded(name: IconName, color: int, size_px: int) -> QImage:
    image = _blank(size_px)
    painter = QPainter(image)
    painter.setOpacity(_DISABLED_OPACITY)
    painter.drawImage(0, 0, _tinted(name, color, size_px))
    painter.end()
    return image


def _rendered(file_stem: str, size_px: int) -> QImage:
    image = _blank(size_px)
    painter = QPainter(image)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    QSvgRenderer(str(_FOLDER / f"{file_stem}.svg")).render(painter, QRectF(0, 0, size_px, size_px))
    painter.end()
    return image


def _blank(size_px: int) -> QImage:
    image = QImage(size_px, size_px, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    return image
