"""The dock has a title where there is room for one, and is there where it belongs and is wanted."""

import pytest
from PySide6.QtTest import QSignalSpy
from PySide6.QtWidgets import QMainWindow
from pytestqt.qtbot import QtBot

from gui.library.library_dock import NARROW_PX, LibraryDock
from gui.library.library_panel import LibraryPanel
from gui.library.library_rail import RAIL_PX


@pytest.fixture
def dock(qtbot: QtBot) -> LibraryDock:
    """A dock in a wide window."""
    window = QMainWindow()
    qtbot.addWidget(window)
    made = LibraryDock(LibraryPanel(), window)
    window.resize(NARROW_PX + 100, 600)
    window.show()
    qtbot.waitExposed(window)
    made.set_wanted(is_wanted=True)
    return made


def test_a_narrow_window_has_a_rail_without_a_title(dock: LibraryDock, qtbot: QtBot) -> None:
    assert dock.titleBarWidget() is None
    assert dock.width() > RAIL_PX
    window = dock.parentWidget()
    assert window is not None
    window.resize(NARROW_PX - 100, 600)
    qtbot.waitUntil(lambda: dock.width() == RAIL_PX)
    assert dock.titleBarWidget() is not None
    window.resize(NARROW_PX + 100, 600)
    qtbot.waitUntil(lambda: dock.width() > RAIL_PX)
    assert dock.titleBarWidget() is None


def test_it_shows_where_it_belongs_and_is_wanted(dock: LibraryDock) -> None:
    told = QSignalSpy(dock.wish_changed)
    assert dock.isVisible()
    dock.set_wanted(is_wanted=False)
    assert not dock.isVisible()
    dock.set_wanted(is_wanted=True)
    dock.close()
    assert not dock.is_wished
    assert told.count() == 1
    dock.set_wish(is_wished=True)
    assert dock.isVisible()
