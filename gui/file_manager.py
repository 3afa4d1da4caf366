"""Show a folder in the system's file manager, and say so where none opens."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QUrl
from PySide6.QtGui import QDesktopServices

from gui.plain_text import name_of
from gui.user_message import Level, Place, UserMessage
from gui.words import tr
from inference.texts import visible


def show_folder(folder: str) -> UserMessage | None:
    """Open a folder in the file manager.

    Args:
        folder: as it was given (undecodable bytes as surrogate escapes).

    Returns:
        What to say where no program opens (E-608); None where one does.
    """
    # From the bytes: as text, a name that is not UTF-8 would lead nowhere.
    address = QUrl.fromEncoded(Path(folder).absolute().as_uri().encode("ascii"))
    if QDesktopServices.openUrl(address):
        return None
    text = tr("No file manager could be opened. The folder is {folder}.").format(folder=name_of(folder))
    return UserMessage("E-608", Place.TOAST, Level.WARNING, text, visible(folder))
