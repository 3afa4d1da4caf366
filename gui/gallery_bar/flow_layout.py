"""Lay widgets out in lines that wrap, as words in a text."""

from __future__ import annotations

from PySide6.QtCore import QMargins, QPoint, QRect, QSize, Qt
from PySide6.QtWidgets import QLayout, QLayoutItem, QWidget


class FlowLayout(QLayout):
    """Each widget gets the size it asks for; a line ends where the next one would not fit. Hidden widgets take no room.

    On one line widgets are centred vertically. Where the text runs right to left, so do the lines.
    """

    def __init__(self, parent: QWidget | None = None, *, gap_px: int = 6, line_gap_px: int = 6) -> None:
        super().__init__(parent)
        self._gap_px = gap_px
        self._line_gap_px = line_gap_px
        self._items: list[QLayoutItem] = []
        # Qt asks dozens of times before it lays out once. By width, and for no width in particular.
        self._heights: dict[int, int] = {}
        self._hint: QSize | None = None
        self._least: QSize | None = None
        self.setContentsMargins(QMargins(0, 0, 0, 0))

    def addItem(self, item: QLayoutItem) -> None:
        self._items.append(item)
        self._forget()

    def insert_widget(self, place: int, widget: QWidget) -> None:
        """Put a widget before the one that stands at `place` now."""
        self.addWidget(widget)
        self._items.insert(place, self._items.pop())
        self.invalidate()

    def count(self) -> int:
        return len(self._items)

    def itemAt(self, index: int) -> QLayoutItem | None:
        return self._items[index] if 0 <= index < len(self._items) else None

    def takeAt(self, index: int) -> QLayoutItem | None:
        self._forget()
        return self._items.pop(index) if 0 <= index < len(self._items) else None

    def invalidate(self) -> None:
        """Qt calls it when a widget comes, goes, or wants another size."""
        self._forget()
        super().invalidate()

    def expandingDirections(self) -> Qt.Orientation:
        return Qt.Orientation(0)

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        if width not in self._heights:
            margins = self.contentsMargins()
            lines = self._lines(width - margins.left() - margins.right())
            self._heights[width] = self._height_of(lines) + margins.top() + margins.bottom()
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """All on one line."""
        if self._hint is None:
            sizes = [item.sizeHint() for item in self._shown()]
            width = sum(size.width() for size in sizes) + self._gap_px * max(0, len(sizes) - 1)
            self._hint = self._with_margins(width, max((size.height() for size in sizes), default=0))
        return self._hint

    def minimumSize(self) -> QSize:
        if self._least is None:
            sizes = [item.minimumSize() for item in self._shown()]
            width = max((size.width() for size in sizes), default=0)
            self._least = self._with_margins(width, max((size.height() for size in sizes), default=0))
        return self._least

    def setGeometry(self, rect: QRect) -> None:
        super().setGeometry(rect)
        area = rect.marginsRemoved(self.contentsMargins())
        parent = self.parentWidget()
        is_mirrored = parent is not None and parent.layoutDirection() == Qt.LayoutDirection.RightToLeft
        y = area.top()
        for line in self._lines(area.width()):
            height = max(size.height() for _item, size in line)
            x = area.left()
            for item, size in line:
                place = QRect(QPoint(x, y + (height - size.height()) // 2), size)
                if is_mirrored:
                    place.moveRight(area.left() + area.right() - x)
                item.setGeometry(place)
                x += size.width() + self._gap_px
            y += height + self._line_gap_px

    def _forget(self) -> None:
        self._heights.clear()
        self._hint = self._least = None

    def _shown(self) -> list[QLayoutItem]:
        return [item for item in self._items if not item.isEmpty()]

    def _lines(self, width: int) -> list[list[tuple[QLayoutItem, QSize]]]:
        lines: list[list[tuple[QLayoutItem, QSize]]] = []
        room = 0
        for item in self._shown():
            # An item wider than all the room is cut to it, as far as it can be.
            hint = item.sizeHint()
            size = QSize(max(min(hint.width(), width), item.minimumSize().width()), hint.height())
            if not lines or size.width() > room:
                lines.append([])
                room = width
            lines[-1].append((item, size))
            room -= size.width() + self._gap_px
        return lines

    def _height_of(self, lines: list[list[tuple[QLayoutItem, QSize]]]) -> int:
        heights = [max(size.height() for _item, size in line) for line in lines]
        return sum(heights) + self._line_gap_px * max(0, len(heights) - 1)

    def _with_margins(self, width: int, height: int) -> QSize:
        margins = self.contentsMargins()
        return QSize(width + margins.left() + margins.right(), height + margins.top() + margins.bottom())
