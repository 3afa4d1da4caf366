"""Turn the pointer over the viewer's picture into a round brush."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRect, QRectF, QSizeF, Qt, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QPaintEvent, QPen, QWheelEvent
from PySide6.QtWidgets import QWidget

from gui.viewer.picture_canvas import PictureCanvas

_RING = 3.0
_WHEEL_STEP = 120
_PRESSES = (QEvent.Type.MouseButtonPress, QEvent.Type.MouseButtonDblClick)


class BrushHand(QWidget):
    """Takes the left button from the picture while the brush is in the hand, and draws the brush's ring over it.

    The wheel alone changes its size: turning pages would throw away what was painted. Everything else stays the
    picture's: Ctrl and the wheel, the middle button, a drag with Shift.

    Signals:
        stroke_began(at: QPointF): the brush was set down at this point of original pixels, which may lie outside.
        stroke_continued(at: QPointF): it was drawn on to this one.
        stroke_ended(): it was taken up.
        size_stepped(steps: int): the wheel was turned: the brush is to be larger (above 0) or smaller.
    """

    stroke_began = Signal(QPointF)
    stroke_continued = Signal(QPointF)
    stroke_ended = Signal()
    size_stepped = Signal(int)

    def __init__(self, picture: PictureCanvas) -> None:
        super().__init__(picture)
        self._picture = picture
        self._is_taken = False
        self._is_painting = False
        self._turn = 0
        self._diameter = 0.0
        self._at: QPointF | None = None
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.hide()
        picture.installEventFilter(self)

    @property
    def is_taken(self) -> bool:
        """Whether the pointer is a brush."""
        return self._is_taken

    def take(self, *, taken: bool) -> None:
        """Take the brush, or put it away; a stroke that is under way ends."""
        if taken == self._is_taken:
            return
        self._finish()
        self._is_taken, self._at = taken, None
        self.setGeometry(self._picture.rect())
        self.setVisible(taken)
        if taken:
            self._picture.setCursor(Qt.CursorShape.CrossCursor)
        else:
            self._picture.unsetCursor()

    def set_diameter(self, diameter: float) -> None:
        """Make the brush so wide, in original pixels."""
        self._move_ring(self._at, diameter)

    def eventFilter(self, _watched: QObject, event: QEvent) -> bool:
        """Whether the event was the brush's."""
        if event.type() == QEvent.Type.Resize:
            self.setGeometry(self._picture.rect())
        if not self._is_taken:
            return False
        if event.type() == QEvent.Type.Leave:
            self._move_ring(None, self._diameter)
        if isinstance(event, QWheelEvent):
            return self._take_wheel(event)
        return isinstance(event, QMouseEvent) and self._take_mouse(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        ring = self._ring(self._at, self._diameter)
        if ring.isEmpty():
            return
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            inside = ring.adjusted(_RING, _RING, -_RING, -_RING)
            # White within black can be seen on any picture.
            for color, width in ((Qt.GlobalColor.black, _RING), (Qt.GlobalColor.white, _RING / 3)):
                painter.setPen(QPen(color, width))
                painter.drawEllipse(inside)
        finally:
            painter.end()

    def _take_mouse(self, event: QMouseEvent) -> bool:
        placement = self._picture.placement
        if placement is None:
            return False
        point = QPointF(*placement.to_picture(event.position().x(), event.position().y()))
        is_left = event.button() == Qt.MouseButton.LeftButton
        if event.type() in _PRESSES and is_left and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._is_painting = True
            self.stroke_began.emit(point)
            return True
        if event.type() == QEvent.Type.MouseButtonRelease and is_left and self._is_painting:
            self._finish()
            return True
        if event.type() != QEvent.Type.MouseMove:
            return False
        self._move_ring(event.position(), self._diameter)
        if self._is_painting:
            self.stroke_continued.emit(point)
        # With another button down somebody pans, or draws a box.
        return self._is_painting or event.buttons() == Qt.MouseButton.NoButton

    def _take_wheel(self, event: QWheelEvent) -> bool:
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            return False
        self._turn += event.angleDelta().y()
        steps = int(self._turn / _WHEEL_STEP)
        if steps:
            self._turn -= steps * _WHEEL_STEP
            self.size_stepped.emit(steps)
        return True

    def _finish(self) -> None:
        if self._is_painting:
            self._is_painting = False
            self.stroke_ended.emit()

    def _move_ring(self, at: QPointF | None, diameter: float) -> None:
        before = self._ring(self._at, self._diameter)
        self._at, self._diameter = at, diameter
        for rect in (before, self._ring(at, diameter)):
            if not rect.isEmpty():
                self.update(_outwards(rect))

    def _ring(self, at: QPointF | None, diameter: float) -> QRectF:
        """What the ring covers here, its line included; empty where the pointer is elsewhere."""
        placement = self._picture.placement
        if at is None or placement is None:
            return QRectF()
        radius = diameter / 2 * placement.scale + _RING
        return QRectF(at - QPointF(radius, radius), QSizeF(2 * radius, 2 * radius))


def _outwards(rect: QRectF) -> QRect:
    return rect.toAlignedRect().adjusted(-1, -1, 1, 1)
