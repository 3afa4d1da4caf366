"""Draw how the scores of some classes changed: for each class the bar before, the bar now, and both numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPalette, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from gui.theme import theme_of
from gui.viewer.number_texts import percent_text
from gui.words import tr
from inference.texts import visible

_GAP = 4.0
_BAR = 5.0
_LETTERS_WIDE = 24


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One class: its name and its probability (0...1) before and now."""

    name: str
    before: float
    now: float


class ChangeBars(QWidget):
    """A row for each class; the bar of before is an outline, the bar of now is filled."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[ChangeRow, ...] = ()
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(tr("Scores before and now"))

    def show_rows(self, rows: Sequence[ChangeRow]) -> None:
        """Show other classes or numbers."""
        resized = len(rows) != len(self._rows)
        self._rows = tuple(rows)
        self.setAccessibleDescription("; ".join(self.lines()))
        if resized:
            self.updateGeometry()
        self.update()

    def lines(self) -> list[str]:
        """What the rows say, in words."""
        return [f"{visible(row.name)} {_numbers(row)}" for row in self._rows]

    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        return QSize(metrics.averageCharWidth() * _LETTERS_WIDE, round(self._row_height() * len(self._rows)))

    def minimumSizeHint(self) -> QSize:
        return QSize(self.sizeHint().width() // 2, self.sizeHint().height())

    def paintEvent(self, event: QPaintEvent) -> None:
        del event
        painter = QPainter(self)
        try:
            for place, row in enumerate(self._rows):
                self._paint_row(painter, row, place * self._row_height())
        finally:
            painter.end()

    def _row_height(self) -> float:
        return self.fontMetrics().height() + 2 * _BAR + 2 * _GAP

    def _paint_row(self, painter: QPainter, row: ChangeRow, top: float) -> None:
        metrics, theme = self.fontMetrics(), theme_of(self.palette())
        numbers = _numbers(row)
        beside = metrics.horizontalAdvance(numbers) + 2 * _GAP
        painter.setPen(self.palette().color(QPalette.ColorRole.WindowText))
        name = metrics.elidedText(visible(row.name), Qt.TextElideMode.ElideRight, max(0, round(self.width() - beside)))
        line = QRectF(0, top, self.width(), metrics.height())
        flags = int(Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine)
        painter.drawText(line, flags | int(Qt.AlignmentFlag.AlignLeft), name)
        painter.drawText(line, flags | int(Qt.AlignmentFlag.AlignRight), numbers)
        first = top + metrics.height() + _GAP / 2
        room = self.width() - 1.0
        painter.setPen(QPen(QColor(theme.outline), 1.0))
        painter.drawRect(QRectF(0.5, first + 0.5, max(1.0, row.before * room), _BAR - 1))
        painter.fillRect(QRectF(0, first + _BAR + 1, max(1.0, row.now * room + 1), _BAR), QColor(theme.accent))


def _numbers(row: ChangeRow) -> str:
    return f"{percent_text(row.before)} \N{RIGHTWARDS ARROW} {percent_text(row.now)}"
