"""Let a person move the box over the picture and pull at its handles, by pointer and by keys."""

from __future__ import annotations

from functools import partial
from typing import Any

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from gui.attention.region_box import FAR_CORNER, WHOLE, Grip, grip_at, handles_of, pulled
from gui.viewer.brush_keys import BrushKeys
from gui.viewer.picture_canvas import PictureCanvas

_HANDLE_PX = 8.0
_STEP_PX = 8.0
"""What one press of a key moves, in logical pixels: the finer the larger the picture is shown."""

_DIRECTIONS = {"Left": (-1, 0), "Right": (1, 0), "Up": (0, -1), "Down": (0, 1)}
_PULLS = tuple(f"{modifiers}+{name}" for modifiers in ("Ctrl", "Ctrl+Shift") for name in _DIRECTIONS)


class RegionHand(QWidget):
    """Draws the handles of a box over the picture and takes what is done to it; everything else stays the picture's.

    Signals:
        box_changed(box: QRectF): it was moved or pulled, in original pixels within the picture.
        box_dismissed(): it is to go.
    """

    box_changed = Signal(QRectF)
    box_dismissed = Signal()

    def __init__(self, page: QWidget, picture: PictureCanvas) -> None:
        super().__init__(picture)
        self._picture = picture
        self._box: QRectF | None = None
        self._held: tuple[Grip, QPointF, QRectF] | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        self._keys = BrushKeys(page, picture, self._key_orders())
        picture.installEventFilter(self)

    def show_box(self, box: QRectF | None, *, has_region: bool) -> None:
        """Take another box.

        Args:
            box: in original pixels; None where there is none that could be pulled at.
            has_region: there is a region, if not a box, that Esc dismisses.
        """
        self._box = None if box is None else QRectF(box)
        if box is None:
            self._held = None
        self._keys.set_active(has_region)
        self._keys.leave(*(() if box is not None else _PULLS))
        self.setGeometry(self._picture.rect())
        # The picture draws the box anew, and this with it; an update of both would draw the picture twice.
        self.setVisible(box is not None)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event was about the box."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._picture.rect())
        return self._box is not None and isinstance(event, QMouseEvent) and self._take_mouse(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        shown = self._shown_box()
        if shown is None:
            return
        painter = QPainter(self)
        half = _HANDLE_PX / 2
        # White within black can be seen on any picture.
        painter.setPen(QPen(Qt.GlobalColor.black, 1.0))
        painter.setBrush(Qt.GlobalColor.white)
        for at in handles_of(shown):
            painter.drawRect(QRectF(round(at.x() - half), round(at.y() - half), _HANDLE_PX, _HANDLE_PX))
        painter.end()

    def _key_orders(self) -> dict[str, Any]:
        orders: dict[str, Any] = {"Esc": self.box_dismissed.emit}
        for name, (across, down) in _DIRECTIONS.items():
            orders[f"Ctrl+{name}"] = partial(self._step, WHOLE, across, down)
            orders[f"Ctrl+Shift+{name}"] = partial(self._step, FAR_CORNER, across, down)
        return orders

    def _step(self, grip: Grip, across: int, down: int) -> None:
        placement = self._picture.placement
        if self._box is not None and placement is not None:
            step = _STEP_PX / placement.scale
            self._pull(self._box, grip, QPointF(across * step, down * step))

    def _take_mouse(self, event: QMouseEvent) -> bool:
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.type() == QEvent.Type.MouseButtonPress:
            return is_left and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier and self._take_hold(event)
        if event.type() == QEvent.Type.MouseButtonRelease and is_left and self._held is not None:
            self._held = None
            return True
        if event.type() != QEvent.Type.MouseMove:
            return False
        if self._held is not None:
            grip, start, box = self._held
            self._pull(box, grip, self._original(event.position()) - start)
            return True
        return event.buttons() == Qt.MouseButton.NoButton and self._show_grip(event.position())

    def _take_hold(self, event: QMouseEvent) -> bool:
        grip = self._grip_at(event.position())
        if grip is None or self._box is None:
            return False
        self._held = (grip, self._original(event.position()), QRectF(self._box))
        self._picture.setFocus(Qt.FocusReason.MouseFocusReason)
        return True

    def _show_grip(self, at: QPointF) -> bool:
        """Whether the pointer shows that there is something to take hold of."""
        grip = self._grip_at(at)
        if grip is None:
            return False
        self._picture.setCursor(grip.cursor)
        return True

    def _pull(self, box: QRectF, grip: Grip, by: QPointF) -> None:
        placement = self._picture.placement
        if placement is None:
            return
        bounds = QRectF(0.0, 0.0, placement.width, placement.height)
        # As small as can be pulled at, but for pictures that are smaller than that.
        least = min(_HANDLE_PX / placement.scale, placement.width, placement.height)
        changed = pulled(box, grip, by, bounds, least)
        if changed != self._box:
            self.box_changed.emit(changed)

    def _grip_at(self, at: QPointF) -> Grip | None:
        shown = self._shown_box()
        return None if shown is None else grip_at(shown, at)

    def _original(self, at: QPointF) -> QPointF:
        placement = self._picture.placement
        return at if placement is None else QPointF(*placement.to_picture(at.x(), at.y()))

    def _shown_box(self) -> QRectF | None:
        """The box as it lies in this widget; None where there is none."""
        placement = self._picture.placement
        if self._box is None or placement is None:
            return None
        corners = (self._box.topLeft(), self._box.bottomRight())
        return QRectF(*(QPointF(*placement.to_view(corner.x(), corner.y())) for corner in corners))
