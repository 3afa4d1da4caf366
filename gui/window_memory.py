"""Take the window's state for the next start, and put it back."""

from __future__ import annotations

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QSplitter

from gui.settings import WindowState

LAYOUT_VERSION = 2
"""Goes up whenever a dock or tool bar is added, so that an old state is not put on a new window."""


def window_state(window: QMainWindow) -> WindowState:
    """How the window looks now."""
    splitters = tuple(
        (splitter.objectName(), bytes(splitter.saveState().data()))
        for splitter in window.findChildren(QSplitter)
        if splitter.objectName()
    )
    geometry, layout = window.saveGeometry(), window.saveState(LAYOUT_VERSION)
    return WindowState(bytes(geometry.data()), bytes(layout.data()), splitters)


def restore_geometry(window: QMainWindow, state: WindowState) -> None:
    """Give the window the place and the size that it had, as far as the screens allow."""
    if state.geometry:
        window.restoreGeometry(QByteArray(state.geometry))


def restore_layout(window: QMainWindow, state: WindowState) -> None:
    """Arrange the window's parts as they were; what does not fit any more is left as it is."""
    if state.layout:
        window.restoreState(QByteArray(state.layout), LAYOUT_VERSION)
    saved = dict(state.splitters)
    for splitter in window.findChildren(QSplitter):
        if splitter.objectName() in saved:
            splitter.restoreState(QByteArray(saved[splitter.objectName()]))
