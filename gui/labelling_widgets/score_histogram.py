"""Paint how many suggestions have which score, and where the line is drawn."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

from gui import words
from gui.theme import mixed, theme_of
from gui.words import tr

_LINES = 6
"""Height in lines of text."""
_LEAST_BAR_PX = 2.0
"""A bar of one suggestion among thousands must still be seen."""
_BAR_SHARE = 0.82
_QUIET = 0.45
_LINE_PX = 2.0
_MARKS = (0, 25, 50, 75, 100)


class ScoreHistogram(QWidget):
    """One bar for each hundredth of the score; those from the threshold on are filled with the accent.

    A slider below it repeats for the keyboard what the pointer does here, so it takes no focus.

    Signals:
        threshold_pointed(float): the pointer was pressed or dragged at this score, 0...1.
    """

    threshold_pointed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._bins: tuple[int, ...] = ()
        self._threshold = 0.0
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(tr("How many suggestions have which score"))

    def set_bins(self, bins: Sequence[int]) -> None:
        """Show these counts, lowest scores first."""
        self._bins = tuple(bins)
        self.update()

    def set_threshold(self, threshold: float) -> None:
        """Draw the line at this score, 0...1."""
        self._threshold = threshold
        self.update()

    def set_summary(self, text: str) -> None:
        """What the picture says, for those who do not see it."""
        self.setAccessibleDescription(text)

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * 60, metrics.height() * (_LINES + 1))

    def minimumSizeHint(self) -> QSize:
        return QSize(160, self.sizeHint().height())

    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._point(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._point(event)

    def _point(self, event: QMouseEvent) -> None:
        area = self._area()
        if event.buttons() & Qt.MouseButton.LeftButton:
            share = (event.position().x() - area.left()) / max(1.0, area.width())
            if self.layoutDirection() == Qt.LayoutDirection.RightToLeft:
                share = 1 - share
            self.threshold_pointed.emit(min(1.0, max(0.0, share)))
        event.accept()

    def _area(self) -> QRectF:
        """Where the bars stand: as wide as the way of a slider's handle below."""
        inset = self.style().pixelMetric(QStyle.PixelMetric.PM_SliderLength, None, self) / 2
        return QRectF(self.rect()).adjusted(inset, 2, -inset, -self.fontMetrics().height() - 2)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = theme_of(self.palette())
        area = self._area()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        is_mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        if is_mirrored:  # the axis runs as the slider does; the numbers are painted unmirrored below
            painter.translate(self.width(), 0)
            painter.scale(-1, 1)
        painter.fillRect(QRectF(area.left(), area.bottom(), area.width(), 1), QColor(theme.outline))
        self._paint_bars(painter, area, QColor(theme.accent), mixed(theme.secondary_text, theme.window, _QUIET))
        at = area.left() + area.width() * self._threshold
        painter.fillRect(QRectF(at - _LINE_PX / 2, area.top(), _LINE_PX, area.height()), QColor(theme.text))
        painter.resetTransform()
        painter.setPen(QColor(theme.secondary_text))
        for mark in _MARKS:
            self._paint_mark(painter, area, 100 - mark if is_mirrored else mark, words.percent(mark / 100))

    def _paint_bars(self, painter: QPainter, area: QRectF, accepted: QColor, left: QColor) -> None:
        highest = max(self._bins, default=0)
        width = area.width() / max(1, len(self._bins))
        for place, count in enumerate(self._bins):
            if count:
                height = max(_LEAST_BAR_PX, area.height() * count / highest)
                bar = QRectF(area.left() + place * width, area.bottom() - height, width * _BAR_SHARE, height)
                painter.fillRect(bar, accepted if (place + 1) / len(self._bins) > self._threshold else left)

    def _paint_mark(self, painter: QPainter, area: QRectF, place: int, text: str) -> None:
        width = self.fontMetrics().horizontalAdvance(text) + 2
        left = area.left() + area.width() * place / 100 - width / 2
        left = min(self.width() - width, max(0.0, left))
        room = QRectF(left, area.bottom() + 2, width, self.fontMetrics().height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)
