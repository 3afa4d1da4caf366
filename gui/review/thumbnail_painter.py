"""Paint small pictures and the shapes of states for the review's own views."""

from __future__ import annotations

from collections import OrderedDict

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter, QPalette, QPixmap

from gui.icons import IconName, shape
from gui.theme import Theme, theme_of
from inference.sessions.states import ImageState

_KEPT = 80


def state_color(state: ImageState, theme: Theme) -> str:
    """The colour of a state's shape; its word stands beside it."""
    return {
        ImageState.ACCEPTED: theme.good,
        ImageState.CORRECTED: theme.changed,
        ImageState.FAILED: theme.warning,
        ImageState.QUEUED: theme.secondary_text,
    }.get(state, theme.text)


class ThumbnailPainter:
    """Keeps what is costly to make: pictures in the device pixels of their place, and shapes."""

    def __init__(self) -> None:
        self.theme = theme_of(QPalette())
        self._pixel_ratio = 1.0
        self._pictures: OrderedDict[tuple[int, int, int], QPixmap] = OrderedDict()
        self._shapes: dict[tuple[IconName, str, int], QPixmap] = {}

    def prepare(self, palette: QPalette, pixel_ratio: float) -> None:
        """Take over the view's look; call it when palette or screen change."""
        self.theme = theme_of(palette)
        self._pixel_ratio = pixel_ratio
        self._pictures.clear()
        self._shapes.clear()

    def paint_picture(self, painter: QPainter, area: QRect, image: QImage | None) -> None:
        """The whole picture in the middle of an area, never enlarged; a plain tile where there is none yet."""
        if image is None or image.isNull():
            painter.fillRect(area, QColor(self.theme.tile))
            return
        size = image.size().scaled(area.size(), Qt.AspectRatioMode.KeepAspectRatio)
        if size.width() > image.width() and size.height() > image.height():
            size = image.size()
        target = QRect(0, 0, max(1, size.width()), max(1, size.height()))
        target.moveCenter(area.center())
        painter.drawPixmap(target, self._picture(image, target.size()))

    def paint_state(self, painter: QPainter, area: QRect, state: ImageState, color: str) -> None:
        """The shape of a state, as large as a square area."""
        self.paint_shape(painter, area, IconName(f"state-{state.word}"), color)

    def paint_shape(self, painter: QPainter, area: QRect, name: IconName, color: str) -> None:
        """An icon in one colour, as large as a square area."""
        key = (name, color, area.width())
        pixmap = self._shapes.get(key)
        if pixmap is None:
            pixmap = self._shapes[key] = shape(name, QColor(color), round(area.width() * self._pixel_ratio))
        painter.drawPixmap(area, pixmap)

    def _picture(self, image: QImage, size: QSize) -> QPixmap:
        wanted = size * self._pixel_ratio
        key = (image.cacheKey(), wanted.width(), wanted.height())
        pixmap = self._pictures.get(key)
        if pixmap is None:
            ratio, quality = Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
            scaled = image if image.size() == wanted else image.scaled(wanted, ratio, quality)
            pixmap = self._pictures[key] = QPixmap.fromImage(scaled)
            while len(self._pictures) > _KEPT:
                self._pictures.popitem(last=False)
        else:
            self._pictures.move_to_end(key)
        return pixmap
