"""Draw the deletion and insertion curves of a map: how a class fares while cells are hidden, or brought back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent, QPalette, QPen, QPolygonF
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.viewer.number_texts import percent_text
from gui.words import tr

_LETTERS_WIDE = 26
_LINES_HIGH = 9
_MARGIN = 4.0

Points = Sequence[tuple[float, float]]
"""Pairs of the share of cells that were changed and the probability, both 0...1."""


class CurveChart(QWidget):
    """Two curves over one square; deletion is dashed, so that colour says nothing that shape does not."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._deletion: Points = ()
        self._insertion: Points = ()
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Deletion and insertion curves"))

    def show_curves(self, deletion: Points, insertion: Points) -> None:
        """Draw these; empty ones draw nothing."""
        self._deletion, self._insertion = tuple(deletion), tuple(insertion)
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS_WIDE, metrics.height() * _LINES_HIGH)

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        try:
            self._paint(painter)
        finally:
            painter.end()

    def _paint(self, painter: QPainter) -> None:
        metrics, palette = self.fontMetrics(), self.palette()
        axis = metrics.horizontalAdvance(percent_text(1.0)) + _MARGIN
        plot = QRectF(self.rect()).adjusted(axis, _MARGIN, -_MARGIN, -metrics.height() - _MARGIN)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(palette.color(QPalette.ColorRole.PlaceholderText))
        painter.drawRect(plot)
        right = Qt.AlignmentFlag.AlignRight
        painter.drawText(QRectF(0, plot.top(), axis - _MARGIN, metrics.height()), right, percent_text(1.0))
        low = QRectF(0, plot.bottom() - metrics.height(), axis - _MARGIN, metrics.height())
        painter.drawText(low, right, percent_text(0.0))
        words = QRectF(plot.left(), plot.bottom() + 1, plot.width(), metrics.height())
        painter.drawText(words, Qt.AlignmentFlag.AlignCenter, tr("cells changed, strongest first"))
        text = palette.color(QPalette.ColorRole.Text)
        for points, style in ((self._deletion, Qt.PenStyle.DashLine), (self._insertion, Qt.PenStyle.SolidLine)):
            line = QPolygonF(
                [QPointF(plot.left() + x * plot.width(), plot.bottom() - y * plot.height()) for x, y in points]
            )
            painter.setPen(QPen(text, 1.8, style))
            painter.drawPolyline(line)
