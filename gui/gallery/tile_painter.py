"""Paint tiles: the picture, the shape and word of its state, the label or the suggestion with its score."""

from __future__ import annotations

from bisect import bisect_left
from collections import OrderedDict

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QImage, QPainter, QPalette, QPen, QPixmap

from gui import words
from gui.gallery.image_state import ImageState, state_word
from gui.gallery.image_table import ImageTable
from gui.gallery.wanted_images import WantedImages
from gui.icons import IconName, shape
from gui.plain_text import file_name
from gui.theme import Theme, theme_of
from gui.words import tr
from inference.texts import visible

INSET_PX = 12
"""Between the cell's edge and the picture: no coloured ring comes nearer than 8 px to a picture."""
RING_PX = 2
_GAP_PX = 10
_PAD_PX = 5
_STATE_PX = 12
_FAILED_PX = 24
_BADGE_PX = 16
_RADIUS_PX = 6
_SCALED_LIMIT = 600
_ELIDED_LIMIT = 4_000
_LONGEST_TYPE = 5

_SHAPES = {
    ImageState.QUEUED: IconName.STATE_QUEUED,
    ImageState.SUGGESTED: IconName.STATE_SUGGESTED,
    ImageState.FAILED: IconName.STATE_FAILED,
    ImageState.ACCEPTED: IconName.STATE_ACCEPTED,
    ImageState.CORRECTED: IconName.STATE_CORRECTED,
    ImageState.UNSURE: IconName.STATE_UNSURE,
    ImageState.REJECTED: IconName.STATE_REJECTED,
}
_WRAPPED = int(Qt.AlignmentFlag.AlignHCenter | Qt.AlignmentFlag.AlignTop | Qt.TextFlag.TextWordWrap)
_DIMMED = 0.4
"""Opacity of a rejected picture; its words stay as they are, to be read."""


def caption_height(metrics: QFontMetrics) -> int:
    """Height of the two lines below a picture, in logical pixels."""
    return 2 * metrics.height() + 3 * _PAD_PX


def heading_height(metrics: QFontMetrics) -> int:
    """Height of the line above a group, in logical pixels."""
    return metrics.height() + 4 * _PAD_PX


class TilePainter:
    """Paints images by their place in the table, shown in rows or not.

    It keeps what is costly to make: scaled pixmaps, shapes, shortened texts.

    Attributes:
        maps: what lies over the pictures of tiles, by key; None for nothing.
    """

    def __init__(self, table: ImageTable) -> None:
        self.maps: WantedImages | None = None
        self._table = table
        self._theme = theme_of(QPalette())
        self._metrics = QFontMetrics(QFont())
        self._pixel_ratio = 1.0
        self._scaled: OrderedDict[tuple[int, int, int], QPixmap] = OrderedDict()
        self._shapes: dict[tuple[IconName, str, int], QPixmap] = {}
        self._elided: dict[tuple[str, int, Qt.TextElideMode], str] = {}

    def prepare(self, palette: QPalette, font: QFont, pixel_ratio: float) -> None:
        """Take over the view's look; call it when palette, font or screen change."""
        self._theme = theme_of(palette)
        self._metrics = QFontMetrics(font)
        self._pixel_ratio = pixel_ratio
        self._scaled.clear()
        self._shapes.clear()
        self._elided.clear()

    def paint_tile(self, painter: QPainter, cell: QRect, place: int, *, selected: bool, focused: bool) -> None:
        """A gallery tile: picture above, two lines below."""
        caption = caption_height(self._metrics)
        area = cell.adjusted(INSET_PX, INSET_PX, -INSET_PX, -INSET_PX - caption - _GAP_PX + _PAD_PX)
        if selected:
            self._paint_card(painter, cell)
        state = self._table.state(place)
        if state is ImageState.FAILED:
            self._paint_failed(painter, area, place)
        else:
            self._paint_picture(painter, area, place, state, self.maps)
        below = QRect(area.left(), area.bottom() + _GAP_PX, area.width(), caption)
        self._paint_caption(painter, below, place, state, selected=selected)
        if focused:
            self._paint_ring(painter, cell)

    def paint_frame(self, painter: QPainter, cell: QRect, place: int, *, current: bool, focused: bool) -> None:
        """A picture of the filmstrip: no text, a badge unless it has only a suggestion, a ring if it is current."""
        inset = RING_PX + 3
        area = cell.adjusted(inset, inset, -inset, -inset)
        state = self._table.state(place)
        self._paint_picture(painter, area, place, state, None)
        if state is not ImageState.SUGGESTED:
            self._paint_badge(painter, area, state)
        if current:
            color = self._theme.accent if focused else self._theme.secondary_text
            painter.setPen(QPen(QColor(color), RING_PX))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRect(cell.adjusted(1, 1, -1, -1))

    def paint_heading(
        self, painter: QPainter, line: QRect, title: str, count: int, direction: Qt.LayoutDirection
    ) -> None:
        """The line above a group: its name, how many images it has, and a rule to the end of the line."""
        room = line.adjusted(INSET_PX, 0, -INSET_PX, 0)
        number = f"({words.number(count)})"
        taken = self._metrics.horizontalAdvance(number) + 2 * _PAD_PX
        name = self._elide(title, room.width() - taken, Qt.TextElideMode.ElideRight)
        width = self._metrics.horizontalAdvance(name)
        is_mirrored = direction == Qt.LayoutDirection.RightToLeft
        left = room.right() - width + 1 if is_mirrored else room.left()
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(QRect(left, room.top(), width, room.height()), flags, name)
        painter.setPen(QColor(self._theme.secondary_text))
        beside = QRect(
            left - taken + _PAD_PX if is_mirrored else left + width + _PAD_PX, room.top(), taken, room.height()
        )
        painter.drawText(beside, flags, number)
        rule = QRect(room.left(), room.center().y(), beside.left() - room.left() - _PAD_PX, 1)
        if not is_mirrored:
            rule = QRect(beside.right(), room.center().y(), room.right() - beside.right(), 1)
        if rule.width() > 0:
            painter.fillRect(rule, QColor(self._theme.border))

    def _paint_card(self, painter: QPainter, cell: QRect) -> None:
        """Selected tiles stand on neutral grey: a tinted ground would spoil the judgement of colours."""
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(self._theme.surround))
        painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), _RADIUS_PX, _RADIUS_PX)

    def _paint_ring(self, painter: QPainter, cell: QRect) -> None:
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(self._theme.accent), RING_PX))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawRoundedRect(cell.adjusted(2, 2, -2, -2), _RADIUS_PX, _RADIUS_PX)

    def _paint_picture(
        self, painter: QPainter, area: QRect, place: int, state: ImageState, maps: WantedImages | None
    ) -> None:
        key = self._table.key(place)
        image = self._table.thumbnail(key)
        if image is None or image.isNull():
            self._paint_blank(painter, area, place)
            return
        size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > image.width() and size.height() > image.height():
            size = image.size()  # a small picture is shown as small as it is
        target = QRect(0, 0, max(1, size.width()), max(1, size.height()))
        target.moveCenter(area.center())
        if state is ImageState.REJECTED:
            painter.setOpacity(_DIMMED)
        painter.drawPixmap(target, self._pixmap(image, target.size()))
        heat = maps.get(key) if maps is not None else None
        if heat is not None:
            painter.drawPixmap(target, self._pixmap(heat, target.size()))
        painter.setOpacity(1.0)

    def _paint_blank(self, painter: QPainter, area: QRect, place: int) -> None:
        painter.fillRect(area, QColor(self._theme.tile))
        painter.setPen(QColor(self._theme.secondary_text))
        stem, dot, suffix = file_name(self._table.path(place)).rpartition(".")
        kind = visible(suffix).upper() if stem and dot and len(suffix) <= _LONGEST_TYPE else ""
        painter.drawText(area, int(Qt.AlignmentFlag.AlignCenter), kind)

    def _paint_failed(self, painter: QPainter, area: QRect, place: int) -> None:
        painter.fillRect(area, QColor(self._theme.tile))
        lines = self._metrics.height() + self._metrics.lineSpacing()
        top = area.center().y() - (_FAILED_PX + _PAD_PX + lines) // 2
        target = QRect(area.center().x() - _FAILED_PX // 2, top, _FAILED_PX, _FAILED_PX)
        painter.drawPixmap(target, self._shape(IconName.STATE_FAILED, self._theme.warning, _FAILED_PX))
        room = QRect(area.left() + _PAD_PX, target.bottom() + _PAD_PX, area.width() - 2 * _PAD_PX, lines + 2)
        painter.setPen(QColor(self._theme.text))
        painter.drawText(room, _WRAPPED, self.shortened(self._table.reason(place), room.size()))

    def _paint_caption(self, painter: QPainter, area: QRect, place: int, state: ImageState, *, selected: bool) -> None:
        theme = self._theme
        if selected:
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.selection))
            painter.drawRoundedRect(area.adjusted(-_PAD_PX, 0, _PAD_PX, 0), 4, 4)
        weak = theme.selection_text if selected else theme.secondary_text
        plain = theme.selection_text if selected else theme.text
        color = theme.selection_text if selected else _color_of(state, theme)
        height = self._metrics.height()
        line = QRect(area.left(), area.top() + _PAD_PX, area.width(), height)
        mark = QRect(line.left(), line.top() + (height - _STATE_PX) // 2, _STATE_PX, _STATE_PX)
        painter.drawPixmap(mark, self._shape(_SHAPES[state], color, _STATE_PX))
        share = self._share(place, state)
        share_width = self._metrics.horizontalAdvance(share) + _PAD_PX if share else 0
        has_name = state not in {ImageState.QUEUED, ImageState.REJECTED, ImageState.FAILED}
        painter.setPen(QColor(plain if has_name else color))
        room = line.adjusted(_STATE_PX + _PAD_PX, 0, -share_width, 0)
        self._draw_line(painter, room, self._headline(place, state), Qt.TextElideMode.ElideRight)
        if share:
            painter.drawText(line, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), share)
        painter.setPen(QColor(weak))
        line.translate(0, height + _PAD_PX)
        self._draw_line(painter, line, file_name(self._table.path(place)), Qt.TextElideMode.ElideMiddle)

    def _headline(self, place: int, state: ImageState) -> str:
        """The label, or the suggestion, or the state as a word."""
        text = ""
        if state.is_reviewed:
            text = self._table.label(place)
        elif state is ImageState.SUGGESTED:
            text = self._table.suggestion(place)
        elif state is ImageState.UNSURE and self._table.suggestion_code(place) >= 0:
            text = tr("{suggestion} ?").format(suggestion=self._table.suggestion(place))
        return text or state_word(state)

    def _share(self, place: int, state: ImageState) -> str:
        """The score, where it is that of the name before it."""
        score = self._table.score(place)
        is_of_name = state in {ImageState.SUGGESTED, ImageState.UNSURE} or (
            state is ImageState.ACCEPTED and self._table.label_code(place) == self._table.suggestion_code(place)
        )
        return words.percent(score) if score is not None and is_of_name else ""

    def _draw_line(self, painter: QPainter, room: QRect, text: str, mode: Qt.TextElideMode) -> None:
        flags = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.drawText(room, flags, self._elide(text, room.width(), mode))

    def _paint_badge(self, painter: QPainter, area: QRect, state: ImageState) -> None:
        ground = QRect(area.left() + 3, area.bottom() - _BADGE_PX - 2, _BADGE_PX, _BADGE_PX)
        painter.fillRect(ground, QColor(self._theme.window))
        color = self._theme.text if state is ImageState.QUEUED else _color_of(state, self._theme)
        painter.drawPixmap(ground.adjusted(2, 2, -2, -2), self._shape(_SHAPES[state], color, _STATE_PX))

    def _elide(self, text: str, width: int, mode: Qt.TextElideMode) -> str:
        key = (text, width, mode)
        short = self._elided.get(key)
        if short is None:
            if len(self._elided) >= _ELIDED_LIMIT:
                self._elided.clear()
            short = self._elided[key] = self._metrics.elidedText(visible(text), mode, width)
        return short

    def shortened(self, text: str, room: QSize) -> str:
        """A text as far as its wrapped lines have room; an ellipsis where more would follow.

        Twice the width of a line is not what two lines hold: words wrap as wholes.
        """
        key = (text, -room.width(), Qt.TextElideMode.ElideRight)
        short = self._elided.get(key)
        if short is None:
            whole = visible(text)
            area = QRect(0, 0, room.width(), 2 * room.height())

            def fits(candidate: str) -> bool:
                taken = self._metrics.boundingRect(area, _WRAPPED, candidate)
                return taken.height() <= room.height() and taken.width() <= room.width()

            length = len(whole)
            if not fits(whole):
                length = bisect_left(range(length), True, key=lambda count: not fits(_cut(whole, count + 1)))
            short = self._elided[key] = whole if length == len(whole) else _cut(whole, length)
        return short

    def _shape(self, name: IconName, color: str, size_px: int) -> QPixmap:
        key = (name, color, size_px)
        pixmap = self._shapes.get(key)
        if pixmap is None:
            pixmap = self._shapes[key] = shape(name, QColor(color), round(size_px * self._pixel_ratio))
        return pixmap

    def _pixmap(self, image: QImage, size: QSize) -> QPixmap:
        """The thumbnail in the device pixels of its place, kept for the next repaint."""
        wanted = size * self._pixel_ratio
        key = (image.cacheKey(), wanted.width(), wanted.height())
        pixmap = self._scaled.get(key)
        if pixmap is None:
            pixmap = self._scaled[key] = QPixmap.fromImage(_resized(image, wanted))
            while len(self._scaled) > _SCALED_LIMIT:
                self._scaled.popitem(last=False)
        else:
            self._scaled.move_to_end(key)
        return pixmap


def _cut(text: str, length: int) -> str:
    return f"{text[:length].rstrip(' .,;:')}\u2026"


def _color_of(state: ImageState, theme: Theme) -> str:
    """Colour comes third, after shape and word."""
    match state:
        case ImageState.ACCEPTED:
            return theme.good
        case ImageState.CORRECTED:
            return theme.changed
        case ImageState.FAILED:
            return theme.warning
        case ImageState.QUEUED | ImageState.REJECTED:
            return theme.secondary_text
        case _:
            return theme.text


def _resized(image: QImage, size: QSize) -> QImage:
    if image.size() == size:
        return image
    return image.scaled(size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation)
