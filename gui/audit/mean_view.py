"""Show a class's mean map over its mean picture, and let a person draw a box where the objects are."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QKeyEvent, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme_of
from gui.words import tr

_LEAST_PX, _USUAL_PX = 180, 330
_STRENGTH = 0.75
_LEAST_DRAG_PX = 6
_STEP = 1 / 24
"""Of the arrow keys: the lines of the mean map's grid."""
_RING_PX = 2
_MOVES = {
    Qt.Key.Key_Left: (-_STEP, 0.0),
    Qt.Key.Key_Right: (_STEP, 0.0),
    Qt.Key.Key_Up: (0.0, -_STEP),
    Qt.Key.Key_Down: (0.0, _STEP),
}


class MeanView(QWidget):
    """The picture, the map and the box. Boxes are in shares 0...1 of the picture's sides.

    Arrow keys move the box, with Shift they move its lower right corner.

    Signals:
        box_drawn(box: QRectF, is_final: bool): a box is being drawn, or was.
    """

    box_drawn = Signal(QRectF, bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._picture = QImage()
        self._map = QImage()
        self._box: QRectF | None = None
        self._start: QPointF | None = None
        self._is_drawing = False
        self._has_map = True
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Expanding)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.CrossCursor)
        self.setAccessibleName(tr("Mean map over the mean of the images"))

    def sizeHint(self) -> QSize:
        return QSize(_USUAL_PX, _USUAL_PX)

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, _LEAST_PX)

    def set_map(self, mean_map: QImage) -> None:
        """Lay another map over the picture; null for none."""
        self._map = mean_map
        self.update()

    def set_picture(self, picture: QImage) -> None:
        """Show another picture below the map; null for a plain ground."""
        self._picture = picture
        self.update()

    def set_box(self, box: QRectF | None) -> None:
        """Show a box; tells nobody."""
        self._box = None if box is None else QRectF(box)
        self.update()

    def show_map(self, shown: bool) -> None:
        """With the map, or the picture alone."""
        self._has_map = shown
        self.update()

    def picture_place(self) -> QRectF:
        """Where the picture lies, in logical pixels."""
        size = self._picture.size() if not self._picture.isNull() else QSize(1, 1)
        room = QRectF(self.contentsRect()).adjusted(_RING_PX, _RING_PX, -_RING_PX, -_RING_PX)
        factor = min(room.width() / size.width(), room.height() / size.height())
        place = QRectF(0, 0, size.width() * factor, size.height() * factor)
        place.moveCenter(room.center())
        return place

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme, place = theme_of(self.palette()), self.picture_place()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        if self._picture.isNull():
            painter.fillRect(place, QColor(theme.tile))
        else:
            painter.drawImage(place, self._picture)
        if self._has_map and not self._map.isNull():
            painter.setOpacity(_STRENGTH)
            painter.drawImage(place, self._map)
            painter.setOpacity(1)
        if self._box is not None:
            self._paint_box(painter, self._in_pixels(self._box, place))
        if self.hasFocus():
            painter.setPen(QPen(QColor(theme.accent), _RING_PX))
            painter.drawRect(place.adjusted(-1, -1, 1, 1))
        painter.end()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._start = self._share_at(event.position())
            self._is_drawing = False

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._drag(event.position(), is_final=False)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._drag(event.position(), is_final=True)
            self._start = None

    def keyPressEvent(self, event: QKeyEvent) -> None:
        step = _MOVES.get(Qt.Key(event.key()))
        if step is None or self._box is None:
            super().keyPressEvent(event)
            return
        box = QRectF(self._box)
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            box.setRight(min(1.0, max(box.left() + _STEP, box.right() + step[0])))
            box.setBottom(min(1.0, max(box.top() + _STEP, box.bottom() + step[1])))
        else:
            box.moveLeft(min(1 - box.width(), max(0.0, box.left() + step[0])))
            box.moveTop(min(1 - box.height(), max(0.0, box.top() + step[1])))
        self.box_drawn.emit(box, True)

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.update()

    def _drag(self, position: QPointF, *, is_final: bool) -> None:
        if self._start is None:
            return
        here, place = self._share_at(position), self.picture_place()
        moved = (here.x() - self._start.x()) * place.width(), (here.y() - self._start.y()) * place.height()
        # A box that was begun follows the pointer back as well: else it would never become final.
        if self._is_drawing or max(abs(moved[0]), abs(moved[1])) >= _LEAST_DRAG_PX:
            self._is_drawing = True
            self.box_drawn.emit(QRectF(self._start, here).normalized(), is_final)

    def _share_at(self, position: QPointF) -> QPointF:
        place = self.picture_place()
        across, down = (position.x() - place.left()) / place.width(), (position.y() - place.top()) / place.height()
        return QPointF(min(1.0, max(0.0, across)), min(1.0, max(0.0, down)))

    @staticmethod
    def _in_pixels(box: QRectF, place: QRectF) -> QRectF:
        left, top = place.left() + box.left() * place.width(), place.top() + box.top() * place.height()
        return QRectF(left, top, box.width() * place.width(), box.height() * place.height())

    @staticmethod
    def _paint_box(painter: QPainter, box: QRectF) -> None:
        """Light on dark, so that it shows on any picture."""
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(0, 0, 0), 4))
        painter.drawRect(box)
        painter.setPen(QPen(QColor(255, 255, 255), 2))
        painter.drawRect(box)
