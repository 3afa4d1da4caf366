"""Take pictures from the clipboard, and put an image's label or path there."""

from __future__ import annotations

import os

from PySide6.QtCore import QMimeData
from PySide6.QtGui import QGuiApplication

from gui.dropping import decide, uri_list_of
from gui.gallery.image_table import ImageTable
from gui.intake import Intake
from gui.main_window import picture_of


def paste(intake: Intake) -> None:
    """Open what is on the clipboard: files, a picture, or text that says where they are."""
    # None where the clipboard's owner has gone.
    mime = QGuiApplication.clipboard().mimeData() or QMimeData()
    intake.open_clipboard(mime.text(), decide(mime), uri_list_of(mime), picture_of(mime))


def copy_label(table: ImageTable, place: int) -> bool:
    """Copy what a person decided, or else what the model suggests; False where there is neither."""
    text = table.label(place) or table.suggestion(place)
    if text:
        QGuiApplication.clipboard().setText(text)
    return bool(text)


def copy_path(table: ImageTable, place: int) -> bool:
    """Copy the whole path of an image's file; always True."""
    path = os.path.abspath(table.path(place))  # noqa: PTH100 - Path would normalise the name
    QGuiApplication.clipboard().setText(os.fsencode(path).decode("utf-8", "replace"))
    return True
