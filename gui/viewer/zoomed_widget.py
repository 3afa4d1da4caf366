"""Hold where one picture lies in a widget: fitted, zoomed, moved, at any size and on any screen."""

from __future__ import annotations

import math

from PySide6.QtCore import QEvent, QPointF, QSize, Signal, Slot
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QWidget

from gui.viewer.placement import Placement, ViewArea, fitted

_MARGIN = 12.0
_ZOOM_PER_STEP = 1.25
_LARGEST_ZOOM = 32.0


class ZoomedWidget(QWidget):
    """Knows a picture's place; what is drawn there is its subclass's business.

    Zoom is counted in device pixels for each original pixel: 1.0 is 100 %.

    Signals:
        zoom_changed(float): the zoom is now this; 0 when no picture is shown.
    """

    zoom_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._placement: Placement | None = None
        self._is_fitted = True
        self._known_zoom = 0.0

    @property
    def zoom(self) -> float:
        """Device pixels for each original pixel; 0 without a picture."""
        return 0.0 if self._placement is None else self._placement.scale * self.devicePixelRatioF()

    @property
    def is_fitted(self) -> bool:
        """Whether the picture follows the size of the window."""
        return self._is_fitted

    @property
    def placement(self) -> Placement | None:
        """Where the picture lies in this widget, in logical pixels; None without a picture."""
        return None if self._placement is None else self._placement.on_device_pixels(self._view())

    @Slot()
    def zoom_to_fit(self) -> None:
        """Show the whole picture."""
        if self._placement is not None:
            self._set_placement(fitted(self._placement.width, self._placement.height, self._view()), is_fitted=True)

    @Slot()
    def zoom_to_actual(self) -> None:
        """Show one original pixel on one device pixel, around the middle of the view."""
        self.zoom_at(1.0, self._middle())

    @Slot()
    def zoom_in(self) -> None:
        """One step larger, around the middle of the view."""
        self.zoom_at(self.zoom * _ZOOM_PER_STEP, self._middle())

    @Slot()
    def zoom_out(self) -> None:
        """One step smaller, around the middle of the view."""
        self.zoom_at(self.zoom / _ZOOM_PER_STEP, self._middle())

    def toggle_zoom(self, at: QPointF | None = None) -> None:
        """Switch between the whole picture and 100 % around `at` (the middle where it is None)."""
        if self._is_fitted:
            self.zoom_at(1.0, self._middle() if at is None else at)
        else:
            self.zoom_to_fit()

    def zoom_at(self, zoom: float, at: QPointF) -> None:
        """Zoom so that the original point under `at` stays there, as far as the edges allow.

        The whole picture or 100 %, whichever is smaller, is the smallest; the smallest whole picture is a fitted one.
        """
        if self._placement is None or not math.isfinite(zoom):
            return
        view, ratio = self._view(), self.devicePixelRatioF()
        whole = fitted(self._placement.width, self._placement.height, view)
        smallest, largest = min(whole.scale, 1.0 / ratio), max(whole.scale, _LARGEST_ZOOM / ratio)
        scale = min(largest, max(smallest, zoom / ratio))
        if scale == whole.scale:
            self.zoom_to_fit()
        else:
            self._set_placement(self._placement.zoomed(scale, at.x(), at.y(), view), is_fitted=False)

    def pan(self, dx: float, dy: float) -> None:
        """Move the picture by logical pixels, as far as its edges allow."""
        if self._placement is not None and not self._is_fitted:
            self._set_placement(self._placement.moved(dx, dy, self._view()), is_fitted=False)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._placement is None:
            return
        if self._is_fitted:
            self.zoom_to_fit()
            return
        old = event.oldSize() if event.oldSize().isValid() else event.size()
        moved = self._placement.shifted(
            (event.size().width() - old.width()) / 2, (event.size().height() - old.height()) / 2
        )
        self._set_placement(moved.held(self._view()), is_fitted=False)

    def event(self, event: QEvent) -> bool:
        handled = super().event(event)
        if event.type() == QEvent.Type.DevicePixelRatioChange and self._placement is not None:
            if self._is_fitted:
                self._tell_zoom()
            else:
                # The zoom in device pixels is what a person chose, so it outlives the move to another screen.
                self.zoom_at(self._known_zoom, self._middle())
        return handled

    def _view(self) -> ViewArea:
        return ViewArea(self.width(), self.height(), self.devicePixelRatioF(), _MARGIN)

    def _middle(self) -> QPointF:
        return QPointF(self.width() / 2, self.height() / 2)

    def _has_size(self, size: QSize) -> bool:
        placement = self._placement
        return placement is not None and (placement.width, placement.height) == (size.width(), size.height())

    def _set_placement(self, placement: Placement, *, is_fitted: bool) -> None:
        if placement == self._placement and is_fitted == self._is_fitted:
            return
        self._placement = placement
        self._is_fitted = is_fitted
        self._tell_zoom()
        self.update()

    def _tell_zoom(self) -> None:
        """Tell where the zoom has changed; after every change of the picture or its place."""
        zoom = self.zoom
        if zoom != self._known_zoom:
            self._known_zoom = zoom
            self.zoom_changed.emit(zoom)
        self._on_zoomed()

    def _on_zoomed(self) -> None:
        """The picture or its place may be another."""
