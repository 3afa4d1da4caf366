"""Show what the network saw before and what it sees now beside each other, each with its map."""

from __future__ import annotations

import math

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QPalette
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.words import tr

_GAP = 8.0
_LETTERS_WIDE = 30
_WIDEST_PX = 224
"""Of one of the two: more pixels than the network's usual input are not there."""


class BeforeAfter(QWidget):
    """Two small pictures of one size under their captions."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._before, self._now = QImage(), QImage()
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Preferred)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(tr("The picture with its map, before and now"))

    def show_pictures(self, before: QImage, now: QImage) -> None:
        """Show these; both have one size."""
        resized = before.size() != self._before.size()
        self._before, self._now = before, now
        if resized:
            self.updateGeometry()
        self.update()

    def sizeHint(self) -> QSize:
        width = self.fontMetrics().averageCharWidth() * _LETTERS_WIDE
        return QSize(width, self.heightForWidth(width))

    def minimumSizeHint(self) -> QSize:
        width = self.sizeHint().width() // 2
        return QSize(width, self.heightForWidth(width))

    def heightForWidth(self, width: int) -> int:
        return math.ceil(self._side(width) * self._shape() + self.fontMetrics().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        try:
            painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
            painter.setPen(self.palette().color(QPalette.ColorRole.PlaceholderText))
            # Never higher than there is room: where a layout gives less, both are smaller.
            side = min(self._side(self.width()), (self.height() - self.fontMetrics().height()) / self._shape())
            for place, (image, caption) in enumerate(((self._before, tr("before")), (self._now, tr("now")))):
                left, line = place * (side + _GAP), self.fontMetrics().height()
                painter.drawText(QRectF(left, 0, side, line), Qt.AlignmentFlag.AlignLeft, caption)
                if not image.isNull():
                    painter.drawImage(QRectF(left, line, side, side * image.height() / image.width()), image)
        finally:
            painter.end()

    def _side(self, width: float) -> float:
        return min((width - _GAP) / 2, _WIDEST_PX)

    def _shape(self) -> float:
        """Height for each pixel of width."""
        return 1.0 if self._before.isNull() else self._before.height() / self._before.width()
