"""Show one picture of several whose zoom and place are the same: what a hand does to one happens to all."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QObject, QSize, Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.viewer.picture_view import PictureView
from gui.viewer.placement import Placement, fitted

_WHEEL_STEP = 120
_ZOOM_PER_WHEEL_STEP = 1.25
_SMALLEST = QSize(120, 72)


@dataclass(frozen=True, slots=True)
class Spot:
    """What a view shows of its picture, whatever its size.

    Attributes:
        zoom: how many times larger than the whole picture in the view.
        x: the picture's point in the middle of the view, as a share of its width.
        y: likewise, of its height.
        scale: logical pixels of the view for each pixel of the picture.
        size: (width, height) of the picture.
        is_fitted: the whole picture is shown, and stays whole when the view changes its size.
    """

    zoom: float
    x: float
    y: float
    scale: float
    size: tuple[float, float]
    is_fitted: bool


class LinkedView(PictureView):
    """A picture that can be zoomed and moved by hand, and can follow another one.

    The wheel zooms, since no pages are turned here.

    Signals:
        moved(): a hand has zoomed or moved it.
    """

    moved = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_following = False

    @property
    def spot(self) -> Spot | None:
        """What it shows, or None without a picture."""
        placement = self._placement
        if placement is None:
            return None
        whole = fitted(placement.width, placement.height, self._view())
        x, y = placement.to_picture(self.width() / 2, self.height() / 2)
        return Spot(
            placement.scale / whole.scale,
            x / placement.width,
            y / placement.height,
            placement.scale,
            (placement.width, placement.height),
            self.is_fitted,
        )

    def follow(self, spot: Spot) -> None:
        """Show the same part of its own picture; tells nobody."""
        placement = self._placement
        if placement is None:
            return
        self._is_following = True
        if spot.is_fitted:
            self.zoom_to_fit()
        else:
            whole = fitted(placement.width, placement.height, self._view())
            # Views that differ by a pixel show the same picture equally large all the same.
            is_alike = spot.size == (placement.width, placement.height)
            scale = spot.scale if is_alike else whole.scale * spot.zoom
            left = self.width() / 2 - spot.x * placement.width * scale
            top = self.height() / 2 - spot.y * placement.height * scale
            wanted = Placement(placement.width, placement.height, scale, left, top)
            self._set_placement(wanted.held(self._view()), is_fitted=False)
        self._is_following = False

    def minimumSizeHint(self) -> QSize:
        """Less than one picture alone needs: the words below several must find their room."""
        return _SMALLEST

    def wheelEvent(self, event: QWheelEvent) -> None:
        is_touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase
        if is_touchpad or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            super().wheelEvent(event)
        else:
            turn = event.angleDelta().y() / _WHEEL_STEP
            self.zoom_at(self.zoom * _ZOOM_PER_WHEEL_STEP**turn, event.position())
            event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        """Shift draws no box here: a region is asked about in the Viewer."""
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            event.ignore()
        else:
            super().mousePressEvent(event)

    def _set_placement(self, placement: Placement, *, is_fitted: bool) -> None:
        before = self._placement
        super()._set_placement(placement, is_fitted=is_fitted)
        if self._placement is not before and not self._is_following:
            self.moved.emit()


class ViewLink(QObject):
    """Lets views follow each other."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._views: list[LinkedView] = []

    def set_views(self, views: Sequence[LinkedView]) -> None:
        """Link these, and no others any more."""
        for view in self._views:
            view.moved.disconnect(self._on_moved)
        self._views = list(views)
        for view in self._views:
            view.moved.connect(self._on_moved)

    @Slot()
    def _on_moved(self) -> None:
        moved = self.sender()
        spot = moved.spot if isinstance(moved, LinkedView) else None
        if spot is not None:
            for view in self._views:
                if view is not moved:
                    view.follow(spot)
