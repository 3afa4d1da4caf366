"""Paint a row of the library: a tick if the filter asks for it, a shape, the name, the count."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QModelIndex, QPersistentModelIndex, QPointF, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPen, QPixmap, QPolygonF
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.icons import IconName, shape
from gui.library.facet_model import FacetEntry, FacetRole, count_text
from gui.library.sections import Section
from gui.library.state_shapes import state_color, state_shape
from gui.theme import TARGET_PX, Theme, mixed, theme_of
from inference.sessions.states import ImageState

ACTIVE_FILL = 0.16
"""Share of the selection's colour in the ground of a row that the filter asks for."""
_HOVER_FILL = 0.06
_PAD_PX = 8
_GAP_PX = 6
_SHAPE_PX = 14
_INDENT_PX = 14
_RING_PX = 2
_RADIUS_PX = 4
_TICK = ((0.14, 0.54), (0.40, 0.80), (0.88, 0.22))
"""Corners of a tick in a square of side 1."""


def row_height(metrics: QFontMetrics) -> int:
    """Height of a row in logical pixels: room for the text, and never less than a pointer needs."""
    return max(TARGET_PX, metrics.height() + 6)


def paint_tick(painter: QPainter, square: QRectF, color: QColor) -> None:
    """A tick that fills a square."""
    painter.setPen(QPen(color, square.width() / 7, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    corners = [QPointF(square.left() + x * square.width(), square.top() + y * square.height()) for x, y in _TICK]
    painter.drawPolyline(QPolygonF(corners))


class FacetDelegate(QStyledItemDelegate):
    """Paints the rows of one section. An active row has a tick, a fill and an edge; the focus is a ring."""

    def __init__(self, section: Section, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._section = section
        self._shapes: dict[tuple[IconName, str, int], QPixmap] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del index
        metrics = QFontMetrics(option.font)
        return QSize(metrics.averageCharWidth() * 12, row_height(metrics))

    def editorEvent(self, _event: QEvent, *_others: object) -> bool:
        """Nothing is edited here."""
        return False

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        entry, is_active = index.data(FacetRole.ENTRY), bool(index.data(FacetRole.IS_ACTIVE))
        if not isinstance(entry, FacetEntry):
            return
        theme = theme_of(option.palette)
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        self._paint_ground(painter, rect, theme, state, is_active=is_active, is_choice=entry.is_choice)
        painter.setFont(option.font)
        self._paint_content(painter, option, theme, entry, is_active=is_active)
        if state & QStyle.StateFlag.State_HasFocus:
            painter.setPen(QPen(QColor(theme.accent), _RING_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(rect).adjusted(3, 1, -3, -1), _RADIUS_PX, _RADIUS_PX)
        painter.restore()

    def _paint_ground(
        self,
        painter: QPainter,
        rect: QRect,
        theme: Theme,
        state: QStyle.StateFlag,
        *,
        is_active: bool,
        is_choice: bool,
    ) -> None:
        is_hovered = bool(state & QStyle.StateFlag.State_MouseOver) and is_choice
        if not is_active and not is_hovered:
            return
        painter.setPen(Qt.PenStyle.NoPen)
        front, share = (theme.selection, ACTIVE_FILL) if is_active else (theme.text, _HOVER_FILL)
        painter.setBrush(mixed(front, theme.window, share))
        painter.drawRoundedRect(QRectF(rect).adjusted(2, 0.5, -2, -0.5), _RADIUS_PX, _RADIUS_PX)

    def _paint_content(
        self, painter: QPainter, option: QStyleOptionViewItem, theme: Theme, entry: FacetEntry, *, is_active: bool
    ) -> None:
        metrics = QFontMetrics(option.font)
        mark = max(_SHAPE_PX, metrics.ascent())
        room = option.rect.adjusted(_PAD_PX, 0, -_PAD_PX, 0)
        mirror = _Mirror(room, option.direction)
        x, middle = room.left(), room.center().y() + 1 - mark / 2
        if is_active:
            paint_tick(painter, mirror.of(QRectF(x, middle, mark, mark)), QColor(theme.accent))
        x += mark + _GAP_PX + entry.level * _INDENT_PX
        if self._section is Section.STATE:
            image_state = ImageState(int(entry.key))
            place = mirror.of(QRectF(x, middle, mark, mark))
            self._paint_shape(painter, place, state_shape(image_state), state_color(image_state, theme))
            x += mark + _GAP_PX
        count = count_text(entry)
        count_width = metrics.horizontalAdvance(count)
        right = room.right() - count_width
        is_strong = entry.is_choice and (entry.count > 0 or is_active)
        painter.setPen(QColor(theme.text if is_strong else theme.secondary_text))
        name_room = QRectF(x, room.top(), max(0, right - _GAP_PX - x), room.height())
        text = metrics.elidedText(entry.shown, Qt.TextElideMode.ElideRight, int(name_room.width()))
        # Left means the side where the row begins, whatever script the name is in.
        begin, end = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
        if option.direction == Qt.LayoutDirection.RightToLeft:
            begin, end = end, begin
        lined = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignAbsolute
        painter.drawText(mirror.of(name_room), int(begin | lined | Qt.TextFlag.TextSingleLine), text)
        painter.setPen(QColor(theme.text if is_active else theme.secondary_text))
        count_room = QRectF(right, room.top(), count_width + 1, room.height())
        painter.drawText(mirror.of(count_room), int(end | lined), count)

    def _paint_shape(self, painter: QPainter, place: QRectF, name: IconName, color: str) -> None:
        size_px = round(place.width() * painter.device().devicePixelRatioF())
        key = (name, color, size_px)
        pixmap = self._shapes.get(key)
        if pixmap is None:
            pixmap = self._shapes[key] = shape(name, QColor(color), size_px)
        painter.drawPixmap(place.toRect(), pixmap)


class _Mirror:
    """Turns places of a row that runs left to right into those of the row's direction."""

    def __init__(self, room: QRect, direction: Qt.LayoutDirection) -> None:
        self._room = QRectF(room)
        self._is_mirrored = direction == Qt.LayoutDirection.RightToLeft

    def of(self, place: QRectF) -> QRectF:
        """Where the place is."""
        if not self._is_mirrored:
            return place
        mirrored = QRectF(place)
        mirrored.moveRight(self._room.left() + self._room.right() - place.left())
        return mirrored
