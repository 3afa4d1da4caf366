"""Hold the library at the left of the window: the panel, or the rail of icons where the window is narrow."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QCloseEvent
from PySide6.QtWidgets import QDockWidget, QMainWindow, QStackedWidget, QWidget

from gui.library.library_panel import LibraryPanel
from gui.library.library_rail import LibraryRail
from gui.words import tr

NARROW_PX = 1100
"""A window narrower than this has the rail."""

_USUAL_WIDTH_PX = 220


class LibraryDock(QDockWidget):
    """Shows itself only in places that it belongs to, and only as long as the person wants it.

    Signals:
        wish_changed(is_wished: bool): the person wants the library, or no longer.
    """

    wish_changed = Signal(bool)

    def __init__(self, panel: LibraryPanel, window: QMainWindow) -> None:
        super().__init__(tr("Library"), window)
        self._window = window
        self._panel = panel
        self._rail = LibraryRail(panel)
        self._stack = QStackedWidget()
        self._stack.addWidget(panel)
        self._stack.addWidget(self._rail)
        self._no_title = QWidget(self)
        self._no_title.hide()
        self._is_wished = True
        self._belongs = False
        self.setObjectName("library")  # under this name its place is kept for the next start
        self.setAllowedAreas(Qt.DockWidgetArea.LeftDockWidgetArea | Qt.DockWidgetArea.RightDockWidgetArea)
        self.setFeatures(
            QDockWidget.DockWidgetFeature.DockWidgetMovable | QDockWidget.DockWidgetFeature.DockWidgetClosable
        )
        self.setWidget(self._stack)
        self._fit()
        self.hide()
        window.installEventFilter(self)

    @property
    def is_wished(self) -> bool:
        """Whether the person wants the library where it belongs."""
        return self._is_wished

    def set_wish(self, *, is_wished: bool) -> None:
        """Take what the person wants."""
        if is_wished != self._is_wished:
            self._is_wished = is_wished
            self.wish_changed.emit(is_wished)
        self.renew()

    def set_wanted(self, *, is_wanted: bool) -> None:
        """Say whether the place that is shown has a library."""
        self._belongs = is_wanted
        self.renew()

    def renew(self) -> None:
        """Show or hide itself as it should be, whatever a layout that was put back has made of it."""
        self.setVisible(self._is_wished and self._belongs)

    def closeEvent(self, event: QCloseEvent) -> None:
        """Its own button says that the person does not want it."""
        super().closeEvent(event)
        self.set_wish(is_wished=False)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self._window and event.type() == QEvent.Type.Resize:
            self._fit()
        return False

    def _fit(self) -> None:
        is_narrow = self._window.width() < NARROW_PX
        shown: QWidget = self._rail if is_narrow else self._panel
        if self._stack.currentWidget() is not shown:
            self._stack.setCurrentWidget(shown)
            # A rail is too narrow for a title; F7 and the menu show and hide it as well.
            self.setTitleBarWidget(self._no_title if is_narrow else None)  # type: ignore[arg-type]  # None: Qt's own
        if is_narrow:
            self.setFixedWidth(self._rail.width())
        else:
            self.setMinimumWidth(_USUAL_WIDTH_PX // 2)
            self.setMaximumWidth(16777215)
