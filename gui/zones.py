"""Move the focus from one part of the window to the next with F6, and back with Shift+F6."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from PySide6.QtCore import QObject, Qt, Slot
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QApplication, QScrollArea, QWidget

from gui.action_table import ACTIONS, ActionId
from gui.keyboard_sheet import KeyboardSheet
from gui.labelling_widgets.label_palette import LabelPalette
from gui.main_window import MainWindow, View


@dataclass(frozen=True, slots=True)
class _Zone:
    """One part of the window.

    Attributes:
        parts: the widgets that it is made of; the focus comes to the first place in them that takes it.
        is_centre: where the images are.
    """

    parts: tuple[QWidget, ...]
    is_centre: bool = False

    def holds(self, widget: QWidget) -> bool:
        return any(part is widget or part.isAncestorOf(widget) for part in self.parts)

    def first_stop(self) -> QWidget | None:
        """Where the focus can come in; None where nothing of it is on screen or takes the focus."""
        return next((stop for part in self.parts if part.isVisible() for stop in _stops_in(part)), None)


class Zones(QObject):
    """The bar of the place that is shown, the library, the images, what stands beside them, and the status line.

    Those that are not on screen are passed over. From a layer over the window, which has keys of its own, no key leads
    away.
    """

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        for action, order in ((ActionId.ZONE_NEXT, self.go_on), (ActionId.ZONE_PREVIOUS, self.go_back)):
            [row] = (row for row in ACTIONS if row.id is action)
            for key in row.keys:
                shortcut = QShortcut(QKeySequence(key.sequence), window)
                # Who holds the key down would not see where it ends.
                shortcut.setAutoRepeat(False)
                shortcut.activated.connect(order)

    @Slot()
    def go_on(self) -> None:
        """To the next part; from the last one to the first."""
        self._go(1)

    @Slot()
    def go_back(self) -> None:
        """To the part before."""
        self._go(-1)

    def _go(self, step: int) -> None:
        if QApplication.activePopupWidget() is not None:
            # It takes all keys: the focus would move under it, unseen.
            return
        zones = self._zones()
        here = self._here(zones)
        if here is None:
            return
        for distance in range(1, len(zones)):
            stop = zones[(here + step * distance) % len(zones)].first_stop()
            if stop is not None:
                # With this reason, Qt has it show that it has the focus, as after Tab.
                stop.setFocus(Qt.FocusReason.ShortcutFocusReason)
                _bring_into_view(stop)
                return

    def _here(self, zones: list[_Zone]) -> int | None:
        """The number of the part that has the focus, or None where something over the window has it."""
        focused = QApplication.focusWidget()
        for number, zone in enumerate(zones):
            if focused is not None and zone.holds(focused):
                return number
        if _is_on_layer(focused):
            return None
        # Nothing has it, or a message, which belongs to the images.
        return next(number for number, zone in enumerate(zones) if zone.is_centre)

    def _zones(self) -> list[_Zone]:
        """The parts as the window shows them now, in their order."""
        window, page = self._window, self._window.page
        library = _Zone((window.library_dock,))
        picture = _Zone((page.picture, page.legend, window.filmstrip, window.review_strip), is_centre=True)
        status = _Zone((window.job_bar, window.statusBar()))
        match window.view:
            case View.START:
                return [_Zone((window.start_page,), is_centre=True), status]
            case View.GALLERY:
                return [_Zone((window.gallery.bar,)), library, _Zone((window.grid,), is_centre=True), status]
            case View.VIEWER:
                return [library, picture, _Zone((page.inspector,)), status]
            case View.REVIEW:
                return [_Zone((window.review_header,)), picture, _Zone((window.review_panel,)), status]
            case View.CLASSES:
                return [_Zone((window.class_page.tiles, window.class_page), is_centre=True), status]
            case View.COMPARE:
                return [_Zone((window.compare.first_focus, window.compare), is_centre=True), status]


def _is_on_layer(widget: QWidget | None) -> bool:
    while widget is not None and not isinstance(widget, KeyboardSheet | LabelPalette):
        widget = widget.parentWidget()
    return widget is not None


def _stops_in(part: QWidget) -> Iterator[QWidget]:
    """The widgets in a part, itself included, that Tab would come to, in its order."""
    widget: QWidget | None = part
    while widget is not None:
        is_inside = widget is part or part.isAncestorOf(widget)
        if is_inside and widget.focusPolicy() & Qt.FocusPolicy.TabFocus and widget.isVisible() and widget.isEnabled():
            yield widget
        widget = widget.nextInFocusChain()
        if widget is part:
            # Once around.
            return


def _bring_into_view(widget: QWidget) -> None:
    """Where it lies in a column that scrolls, which follows Tab only."""
    around = widget.parentWidget()
    while around is not None:
        if isinstance(around, QScrollArea):
            around.ensureWidgetVisible(widget)
        around = around.parentWidget()
