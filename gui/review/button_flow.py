"""Place buttons one after the other, on as many lines as the width makes necessary."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from PySide6.QtCore import QEvent, QRect, QSize
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QSizePolicy, QStyle, QWidget

_GAP_PX = 6


class ButtonFlow(QWidget):
    """Widgets as wide as their words: a narrow place or a large font gives more lines, and never a cut button."""

    def __init__(self, parent: QWidget | None = None, *, fills: bool = False) -> None:
        """With `fills`, the widgets of a line share what is left of its width."""
        super().__init__(parent)
        self._fills = fills
        self._buttons: tuple[QWidget, ...] = ()
        # Not "Fixed": that would take the height of the size hint for the most, whatever the width asks for.
        policy = QSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Minimum)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_buttons(self, buttons: Sequence[QWidget]) -> None:
        """Hold these widgets, in this order for Tab too; the ones before are given up."""
        for button in self._buttons:
            if button not in buttons:
                button.hide()
                button.setParent(None)
                button.deleteLater()
        self._buttons = tuple(buttons)
        for button in buttons:
            button.setParent(self)
            button.show()
        for one, other in pairwise(buttons):
            QWidget.setTabOrder(one, other)
        self.updateGeometry()
        self._place()

    @property
    def buttons(self) -> tuple[QWidget, ...]:
        """The widgets, in order."""
        return self._buttons

    def sizeHint(self) -> QSize:
        width = sum(_wanted(button).width() + _GAP_PX for button in self._buttons) - _GAP_PX
        return QSize(max(0, width), self._line_height())

    def minimumSizeHint(self) -> QSize:
        narrowest = max((button.minimumSizeHint().width() for button in self._buttons), default=0)
        return QSize(narrowest, self._line_height())

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return max(0, len(self._lines(width)) * (self._line_height() + _GAP_PX) - _GAP_PX)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def event(self, event: QEvent) -> bool:
        """Place the buttons anew when one of them says something longer, or the font changed."""
        handled = super().event(event)
        if event.type() in {QEvent.Type.LayoutRequest, QEvent.Type.LayoutDirectionChange}:
            self.updateGeometry()
            self._place()
        return handled

    def _line_height(self) -> int:
        return max((_wanted(button).height() for button in self._buttons), default=0)

    def _lines(self, width: int) -> list[list[tuple[QWidget, int]]]:
        """Each line's widgets with their widths."""
        lines: list[list[tuple[QWidget, int]]] = []
        left = 0
        for button in self._buttons:
            wanted = min(_wanted(button).width(), max(1, width))
            if not lines or left < wanted:
                lines.append([])
                left = width
            lines[-1].append((button, wanted))
            left -= wanted + _GAP_PX
        return lines

    def _place(self) -> None:
        height, top = self._line_height(), 0
        for line in self._lines(self.width()):
            used = sum(width + _GAP_PX for _, width in line) - _GAP_PX
            extra = max(0, self.width() - used) // len(line) if self._fills else 0
            left = 0
            for button, width in line:
                cell = QRect(left, top, width + extra, height)
                button.setGeometry(QStyle.visualRect(self.layoutDirection(), self.rect(), cell))
                left += width + extra + _GAP_PX
            top += height + _GAP_PX


def _wanted(button: QWidget) -> QSize:
    return button.sizeHint().expandedTo(button.minimumSize())
