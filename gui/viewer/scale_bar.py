"""Draw the colours of a map from one end of its scale to the other."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QPointF, QRectF, QSize
from PySide6.QtGui import QColor, QLinearGradient, QPainter, QPaintEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.viewer.map_mode import MapMode
from gui.viewer.viewer_colors import viewer_colors

_AGAINST = QColor("#0072b2")
_FOR = QColor("#e69f00")
_INFERNO = ("#000004", "#210c4a", "#57106e", "#8a226a", "#bc3754", "#e45a31", "#f98e09", "#f9cb35", "#fcffa4")
_HEAT_CLEAR_BELOW = 0.15
_HEAT_FULL_FROM = 0.60
_BAR_WIDTH_IN_LETTERS = 26


class ScaleBar(QWidget):
    """A strip of colours with a thin outline; a signed scale has a mark at zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._mode = MapMode.EVIDENCE
        self._is_signed = True
        self._outline = viewer_colors().surround_text
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)

    def set_mode(self, mode: MapMode, *, is_signed: bool = True) -> None:
        """Show the colours of this mode; of a map that is never negative, only the half from zero up."""
        self._mode = mode
        self._is_signed = is_signed
        self.update()

    def set_outline(self, color: QColor) -> None:
        """Draw the outline and the mark of zero in this colour."""
        self._outline = color
        self.update()

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _BAR_WIDTH_IN_LETTERS, round(metrics.height() * 0.8))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 3, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        bar = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        gradient = QLinearGradient(bar.topLeft(), bar.topRight())
        has_two_sides = self._mode is MapMode.EVIDENCE and self._is_signed
        stops = _STOPS[self._mode] if has_two_sides or self._mode is not MapMode.EVIDENCE else _positive_stops
        for position, color in stops():
            gradient.setColorAt(position, color)
        outline = QColor(self._outline)
        outline.setAlpha(90)
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(outline)
        painter.setBrush(gradient)
        painter.drawRoundedRect(bar, 2, 2)
        if has_two_sides:
            middle = bar.center().x()
            painter.drawLine(QPointF(middle, bar.top() + 1), QPointF(middle, bar.bottom() - 1))
        painter.end()


def _evidence_stops() -> list[tuple[float, QColor]]:
    clear_against, clear_for = QColor(_AGAINST), QColor(_FOR)
    clear_against.setAlpha(0)
    clear_for.setAlpha(0)
    # Two stops at the middle: a blend from blue to orange would put a muddy hue at zero.
    return [(0.0, _AGAINST), (0.4999, clear_against), (0.5001, clear_for), (1.0, _FOR)]


def _positive_stops() -> list[tuple[float, QColor]]:
    clear = QColor(_FOR)
    clear.setAlpha(0)
    return [(0.0, clear), (1.0, _FOR)]


def _heat_stops() -> list[tuple[float, QColor]]:
    stops = []
    for place, name in enumerate(_INFERNO):
        position = place / (len(_INFERNO) - 1)
        color = QColor(name)
        color.setAlphaF(min(1.0, max(0.0, (position - _HEAT_CLEAR_BELOW) / (_HEAT_FULL_FROM - _HEAT_CLEAR_BELOW))))
        stops.append((position, color))
    return stops


def _spotlight_stops() -> list[tuple[float, QColor]]:
    return [(0.0, QColor(0, 0, 0, 200)), (_HEAT_FULL_FROM, QColor(0, 0, 0, 0)), (1.0, QColor(0, 0, 0, 0))]


_STOPS: dict[MapMode, Callable[[], list[tuple[float, QColor]]]] = {
    MapMode.EVIDENCE: _evidence_stops,
    MapMode.HEAT: _heat_stops,
    MapMode.SPOTLIGHT: _spotlight_stops,
    MapMode.OUTLINE: _spotlight_stops,
    MapMode.OFF: _evidence_stops,
}
