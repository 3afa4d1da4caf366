"""List audited classes: numbers first, then bars that show them side by side."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QAbstractTableModel,
    QItemSelectionModel,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    QPointF,
    QRectF,
    QSize,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPen
from PySide6.QtWidgets import QHeaderView, QStyle, QStyledItemDelegate, QStyleOptionViewItem, QWidget

from gui.plain_text import for_tooltip
from gui.text_table import TextTableView
from gui.theme import TARGET_PX, theme_of
from gui.viewer.number_texts import percent_text
from gui.words import number, tr
from inference.texts import visible

if TYPE_CHECKING:
    from gui.audit.audit_work import ClassLine

_AnyIndex = QModelIndex | QPersistentModelIndex
_BAR_PX = 64
_BAR_HIGH_PX = 8
_MARK_PX = 3
_GAP_PX = 8
_WIDEST_NUMBER = 0.888
_LEAST_LETTERS = 52


class AuditColumn(IntEnum):
    """The columns, from the left."""

    NAME = 0
    PICTURES = 1
    BORDER = 2
    OUTSIDE = 3


_SHARES = frozenset({AuditColumn.BORDER, AuditColumn.OUTSIDE})


class ClassTableModel(QAbstractTableModel):
    """The classes, in the order given: the most suspicious first, which is the order of none of the columns."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._lines: Sequence[ClassLine] = ()

    def set_lines(self, lines: Sequence[ClassLine]) -> None:
        """Show these."""
        self.beginResetModel()
        self._lines = lines
        self.endResetModel()

    def line(self, row: int) -> ClassLine | None:
        """The class of a row, or None."""
        return self._lines[row] if 0 <= row < len(self._lines) else None

    def row_of(self, class_index: int) -> int:
        """Where a class stands, or -1."""
        return next((row for row, line in enumerate(self._lines) if line.index == class_index), -1)

    def rowCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._lines)

    def columnCount(self, parent: _AnyIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(AuditColumn)

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        line = self.line(index.row()) if index.isValid() else None
        if line is None:
            return None
        column = AuditColumn(index.column())
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._text(line, column)
            case Qt.ItemDataRole.UserRole:
                return _share(line, column)
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(line.title) if column is AuditColumn.NAME else None
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
        return None

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(AuditColumn(section))
        if role == Qt.ItemDataRole.ToolTipRole:
            return for_tooltip(_explanation(AuditColumn(section)))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return (tr("Class, most suspicious first"), tr("Images"), tr("On the border"), tr("Outside the box"))[section]

    def _text(self, line: ClassLine, column: AuditColumn) -> str:
        if column is AuditColumn.NAME:
            return visible(line.title)
        if column is AuditColumn.PICTURES:
            return number(line.pictures)
        share = _share(line, column)
        return "" if share is None else percent_text(share)


class ShareDelegate(QStyledItemDelegate):
    """Paints a share as a number and a bar; a line in the bar is where an evenly spread map would be."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.even: dict[int, float] = {}

    def sizeHint(self, option: QStyleOptionViewItem, index: _AnyIndex) -> QSize:
        del index
        width = option.fontMetrics.horizontalAdvance(percent_text(_WIDEST_NUMBER))
        return QSize(width + _BAR_PX + 3 * _GAP_PX, max(TARGET_PX, option.fontMetrics.height()))

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: _AnyIndex) -> None:
        share = index.data(Qt.ItemDataRole.UserRole)
        cell = QStyleOptionViewItem(option)
        self.initStyleOption(cell, index)
        text, cell.text = cell.text, ""
        style = option.widget.style()
        style.drawControl(QStyle.ControlElement.CE_ItemViewItem, cell, painter, option.widget)
        if share is None:
            return
        theme = theme_of(option.palette)
        is_selected = bool(option.state & QStyle.StateFlag.State_Selected)
        front = QColor(theme.selection_text if is_selected else theme.text)
        painter.save()
        painter.setPen(front)
        width = option.fontMetrics.horizontalAdvance(percent_text(_WIDEST_NUMBER))
        room = option.rect.adjusted(_GAP_PX, 0, 0, 0)
        place = QRectF(room.left(), room.top(), width, room.height())
        painter.drawText(place, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
        left = place.right() + _GAP_PX
        bar = QRectF(left, room.center().y() + 1 - _BAR_HIGH_PX / 2, room.right() - _GAP_PX - left, _BAR_HIGH_PX)
        self._paint_bar(painter, bar, float(share), front, self.even.get(index.column()))
        painter.restore()

    def _paint_bar(self, painter: QPainter, bar: QRectF, share: float, front: QColor, even: float | None) -> None:
        painter.setPen(Qt.PenStyle.NoPen)
        ground = QColor(front)
        ground.setAlphaF(0.16)
        painter.fillRect(bar, ground)
        fill = QColor(front)
        fill.setAlphaF(0.72)
        painter.fillRect(QRectF(bar.left(), bar.top(), bar.width() * min(1.0, share), bar.height()), fill)
        if even is not None:
            painter.setPen(QPen(front, 1.0))
            x = bar.left() + bar.width() * even
            painter.drawLine(QPointF(x, bar.top() - _MARK_PX), QPointF(x, bar.bottom() + _MARK_PX))


class ClassTable(TextTableView):
    """The list of classes.

    Signals:
        class_chosen(class_index: int): another class is current.
        images_wanted(): Enter or a double click on the current class.
    """

    class_chosen = Signal(int)
    images_wanted = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(tr("Classes, most suspicious first"), parent=parent)
        self._classes = ClassTableModel(self)
        self._shares = ShareDelegate(self)
        self.setModel(self._classes)
        for column in _SHARES:
            self.setItemDelegateForColumn(column, self._shares)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(AuditColumn.NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(AuditColumn.PICTURES, QHeaderView.ResizeMode.Fixed)
        # Shares are as wide in every row: to measure a thousand classes again for each box would cost frames.
        header.setResizeContentsPrecision(0)
        # The order is the audit's: a click does not change it. No arrow says it either, since shares of few images are
        # drawn towards the mean for it, and those in the columns are not.
        header.setSectionsClickable(False)
        header.setTextElideMode(Qt.TextElideMode.ElideRight)
        self.verticalHeader().setDefaultSectionSize(max(TARGET_PX, self.fontMetrics().height() + _GAP_PX))
        # Narrower, the numbers would lie outside.
        self.setMinimumWidth(self.fontMetrics().averageCharWidth() * _LEAST_LETTERS)
        self.setColumnHidden(AuditColumn.OUTSIDE, True)
        self.selectionModel().currentRowChanged.connect(self._on_row_changed)
        # Not `activated`: some desktops activate on a single click, which chooses here.
        self.doubleClicked.connect(self.images_wanted)

    def set_lines(self, lines: Sequence[ClassLine], border_if_even: float, *, has_box: bool) -> None:
        """Show these classes; the one that was current stays so where it can, else the first is."""
        current = self.current_class
        self._shares.even = {AuditColumn.BORDER: border_if_even}
        self.selectionModel().blockSignals(True)  # Qt's order of arguments
        self._classes.set_lines(lines)
        self.setColumnHidden(AuditColumn.OUTSIDE, not has_box)
        self._fit_numbers(lines)
        self.selectionModel().blockSignals(False)
        self.choose(max(0, self._classes.row_of(current)))

    def _fit_numbers(self, lines: Sequence[ClassLine]) -> None:
        """Make the column of counts as wide as the largest one."""
        largest = number(max((line.pictures for line in lines), default=0))
        wide = self.fontMetrics().horizontalAdvance(largest) + 2 * _GAP_PX
        header = self.horizontalHeader()
        header.resizeSection(AuditColumn.PICTURES, max(wide, header.sectionSizeHint(AuditColumn.PICTURES) + _GAP_PX))

    def choose(self, row: int) -> None:
        """Make a row current."""
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self.selectionModel().setCurrentIndex(self._classes.index(row, 0), flags)

    @property
    def current_class(self) -> int:
        """The index of the current class, or -1."""
        line = self.current_line
        return -1 if line is None else line.index

    @property
    def current_line(self) -> ClassLine | None:
        """What is shown of the current class."""
        return self._classes.line(self.currentIndex().row())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter} and self.current_class >= 0:
            self.images_wanted.emit()
            event.accept()
        else:
            super().keyPressEvent(event)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _before: QModelIndex) -> None:
        if self.current_class >= 0:
            self.class_chosen.emit(self.current_class)


def _share(line: ClassLine, column: AuditColumn) -> float | None:
    if column is AuditColumn.BORDER:
        return line.border
    return line.outside if column is AuditColumn.OUTSIDE else None


def _alignment(column: AuditColumn) -> int:
    side = Qt.AlignmentFlag.AlignTrailing if column is AuditColumn.PICTURES else Qt.AlignmentFlag.AlignLeading
    return int(side | Qt.AlignmentFlag.AlignVCenter)


def _explanation(column: AuditColumn) -> str:
    return {
        AuditColumn.NAME: tr("Most suspicious first; classes with few images are drawn towards the mean of all."),
        AuditColumn.PICTURES: tr("Images whose first suggestion this is, and for which something speaks."),
        AuditColumn.BORDER: tr(
            "Mean share of the evidence for the class in the outer eighth of what the network saw, on each side. "
            "The line is where evenly spread evidence would be."
        ),
        AuditColumn.OUTSIDE: tr("Mean share of the evidence for the class outside the box that you drew."),
    }[column]
