"""Let a person zoom, pan and turn pages in the picture by wheel, touch, mouse and keys."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPaintEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QGestureEvent, QPinchGesture, QWidget

from gui.viewer.composition import paint_focus_ring
from gui.viewer.picture_canvas import PictureCanvas

_WHEEL_STEP = 120
_ZOOM_PER_WHEEL_STEP = 1.25
_PAN_STEP = 64.0
_SMALLEST_REGION = 4.0
"""In logical pixels: a hand that shakes while it clicks draws no box."""

_PANS = {
    Qt.Key.Key_Left: (_PAN_STEP, 0.0),
    Qt.Key.Key_Right: (-_PAN_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, _PAN_STEP),
    Qt.Key.Key_Down: (0.0, -_PAN_STEP),
}
_PAN_BUTTONS = (Qt.MouseButton.LeftButton, Qt.MouseButton.MiddleButton)


class PictureView(PictureCanvas):
    """A `PictureCanvas` that answers to hands.

    Wheel: next and previous picture. Ctrl+wheel, pinch, plus and minus: zoom. Drag, Shift+arrows, two fingers on a
    touchpad: pan when zoomed. Double click: the whole picture or 100 %. Shift+drag: draw a box.

    Signals:
        region_drawn(region: QRectF): a box is being drawn, in original pixels within the picture.
        region_dismissed(): somebody clicked with Shift and drew no box.
        next_requested(): the wheel was turned towards the person.
        previous_requested(): the wheel was turned away from the person.
    """

    region_drawn = Signal(QRectF)
    region_dismissed = Signal()
    next_requested = Signal()
    previous_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._drag_from: QPointF | None = None
        self._region_from: QPointF | None = None
        self._wheel_turn = 0
        self._has_keyboard_focus = False
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setMouseTracking(True)
        self.grabGesture(Qt.GestureType.PinchGesture)
        self.setAccessibleName(self.tr("Picture"))

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QNativeGestureEvent):
            return self._take_native_gesture(event)
        if isinstance(event, QGestureEvent):
            return self._take_pinch(event)
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        turn = event.angleDelta().y()
        is_touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self.zoom_at(self.zoom * _ZOOM_PER_WHEEL_STEP ** (turn / _WHEEL_STEP), event.position())
        elif is_touchpad and self._can_pan():
            self.pan(event.pixelDelta().x(), event.pixelDelta().y())
        elif event.phase() != Qt.ScrollPhase.ScrollMomentum:
            # A touchpad that rolls out must not turn pages by itself.
            self._turn_pages(turn)
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        has_shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        if event.button() == Qt.MouseButton.LeftButton and has_shift and self._placement is not None:
            self._region_from = event.position()
            self.setCursor(Qt.CursorShape.CrossCursor)
        elif event.button() in _PAN_BUTTONS and self._can_pan():
            self._drag_from = event.position()
            self.setCursor(Qt.CursorShape.ClosedHandCursor)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._region_from is not None:
            region = self._region_to(event.position())
            if region is not None:
                self.region_drawn.emit(region)
        elif self._drag_from is not None:
            moved = event.position() - self._drag_from
            self._drag_from = event.position()
            self.pan(moved.x(), moved.y())
        else:
            self._show_hand()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._region_from is not None and self._region_to(event.position()) is None:
            self.region_dismissed.emit()
        self._drag_from = self._region_from = None
        self._show_hand()
        super().mouseReleaseEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.toggle_zoom(event.position())
            self._show_hand()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        shift = bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier)
        key = Qt.Key(event.key())
        if event.text() in {"+", "="}:
            self.zoom_in()
        elif event.text() == "-":
            self.zoom_out()
        elif shift and key in _PANS and self._can_pan():
            self.pan(*_PANS[key])
        else:
            super().keyPressEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        # The ring is for people who came by keyboard; a photographer who clicks wants no colour beside the picture.
        self._has_keyboard_focus = event.reason() in {
            Qt.FocusReason.TabFocusReason,
            Qt.FocusReason.BacktabFocusReason,
        }
        super().focusInEvent(event)
        self.update()

    def focusOutEvent(self, event: QFocusEvent) -> None:
        self._has_keyboard_focus = False
        super().focusOutEvent(event)
        self.update()

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._has_keyboard_focus:
            painter = QPainter(self)
            paint_focus_ring(painter, QRectF(self.rect()), self._colors.accent)
            painter.end()

    def _region_to(self, end: QPointF) -> QRectF | None:
        """The box from where the drag began to here, within the picture; None where it is too small to be meant."""
        start, placement = self._region_from, self.placement
        if start is None or placement is None:
            return None
        if max(abs(end.x() - start.x()), abs(end.y() - start.y())) < _SMALLEST_REGION:
            return None
        corners = [QPointF(*placement.to_picture(point.x(), point.y())) for point in (start, end)]
        box = QRectF(*corners).normalized().intersected(QRectF(0, 0, placement.width, placement.height))
        return None if box.isEmpty() else box

    def _can_pan(self) -> bool:
        return self._placement is not None and not self.is_fitted and self._placement.is_larger_than(self._view())

    def _show_hand(self) -> None:
        wanted = Qt.CursorShape.OpenHandCursor if self._can_pan() else Qt.CursorShape.ArrowCursor
        if self.cursor().shape() != wanted:
            self.setCursor(wanted)

    def _turn_pages(self, turn: int) -> None:
        if turn * self._wheel_turn < 0:
            self._wheel_turn = 0
        self._wheel_turn += turn
        while abs(self._wheel_turn) >= _WHEEL_STEP:
            if self._wheel_turn < 0:
                self._wheel_turn += _WHEEL_STEP
                self.next_requested.emit()
            else:
                self._wheel_turn -= _WHEEL_STEP
                self.previous_requested.emit()

    def _take_native_gesture(self, event: QNativeGestureEvent) -> bool:
        match event.gestureType():
            case Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_at(self.zoom * (1.0 + event.value()), event.position())
            case Qt.NativeGestureType.SmartZoomNativeGesture:
                self.toggle_zoom(event.position())
            case _:
                return super().event(event)
        return True

    def _take_pinch(self, event: QGestureEvent) -> bool:
        pinch = event.gesture(Qt.GestureType.PinchGesture)
        if not isinstance(pinch, QPinchGesture):
            return super().event(event)
        # The centre point is in global coordinates.
        self.zoom_at(self.zoom * pinch.scaleFactor(), self.mapFromGlobal(pinch.centerPoint()))
        event.accept(pinch)
        return True
