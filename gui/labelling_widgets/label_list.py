"""Show the labels that a person may mean, each with the score of its class for the image on screen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum, StrEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, QRect, QSize, Qt
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QListView,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QWidget,
)

from gui import words
from gui.icons import IconName, shape
from gui.plain_text import for_sentence, for_tooltip
from gui.theme import TARGET_PX, theme_of
from gui.words import tr
from inference.texts import visible

_PADDING_PX = 10
_GAP_PX = 12
_RADIUS_PX = 5
_ICON_SHARE = 0.9
"""Size of the plus sign, as a share of the letters' height."""


class RowKind(StrEnum):
    """What a row stands for."""

    OWN = "own"
    """A label that the person has used or set up."""
    CLASS = "class"
    """A class of the model."""
    CREATE = "create"
    """A label that does not exist yet."""


@dataclass(frozen=True, slots=True)
class LabelRow:
    """One line of the list.

    Attributes:
        text: the label exactly as it is.
        kind: where it comes from.
        score: softmax 0...1 of its class for the image on screen; None where there is none.
    """

    text: str
    kind: RowKind
    score: float | None = None


class LabelRole(IntEnum):
    """What a row tells besides its text."""

    KIND = Qt.ItemDataRole.UserRole
    SCORE_TEXT = Qt.ItemDataRole.UserRole + 1


class LabelRowsModel(QAbstractListModel):
    """The rows that were found, best first."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: Sequence[LabelRow] = ()

    def set_rows(self, rows: Sequence[LabelRow]) -> None:
        """Show these."""
        self.beginResetModel()
        self._rows = rows
        self.endResetModel()

    def row(self, place: int) -> LabelRow | None:
        """The row at a place, or None."""
        return self._rows[place] if 0 <= place < len(self._rows) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._rows)

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        row = self.row(index.row()) if index.isValid() else None
        return None if row is None else _fact(row, role)


def spoken(row: LabelRow) -> str:
    """What a screen reader says of a row."""
    facts = [_shown(row)]
    if row.kind is RowKind.OWN:
        facts.append(tr("your label"))
    if row.score is not None:
        facts.append(tr("{score} percent").format(score=words.number(round(100 * row.score))))
    return ", ".join(facts)


def _fact(row: LabelRow, role: int) -> object:
    """What the model says about a row; None for roles that it does not have."""
    match role:
        case Qt.ItemDataRole.DisplayRole:
            return _shown(row)
        case Qt.ItemDataRole.AccessibleTextRole:
            return spoken(row)
        case Qt.ItemDataRole.ToolTipRole:
            return for_tooltip(row.text)
        case LabelRole.KIND:
            return row.kind
        case LabelRole.SCORE_TEXT:
            return "" if row.score is None else words.percent(row.score)
        case _:
            return None


def _shown(row: LabelRow) -> str:
    if row.kind is RowKind.CREATE:
        return tr("Create label '{name}'").format(name=for_sentence(row.text))
    return visible(row.text)


class LabelListView(QListView):
    """The list under the line edit. It never takes the focus: the line edit moves its current row."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setItemDelegate(_LabelDelegate(self))
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.viewport().setAutoFillBackground(False)
        self.setAccessibleName(tr("Labels found"))

    @property
    def row_height(self) -> int:
        """Pixels of one row."""
        return _row_height(self.fontMetrics())


class _LabelDelegate(QStyledItemDelegate):
    """The name on the left, on the right whose it is and its score."""

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        del index
        metrics = QFontMetrics(option.font)
        return QSize(metrics.averageCharWidth() * 20, _row_height(metrics))

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        palette: QPalette = option.palette
        state: QStyle.StateFlag = option.state
        rect: QRect = option.rect
        is_current = bool(state & QStyle.StateFlag.State_Selected)
        theme = theme_of(palette)
        text = QColor(theme.selection_text if is_current else theme.text)
        quiet = QColor(theme.selection_text if is_current else theme.secondary_text)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if is_current or state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(theme.selection if is_current else theme.midlight))
            painter.drawRoundedRect(rect, _RADIUS_PX, _RADIUS_PX)
        painter.setFont(option.font)
        metrics = QFontMetrics(option.font)
        room = rect.adjusted(_PADDING_PX, 0, -_PADDING_PX, 0)
        kind = index.data(LabelRole.KIND)
        if kind == RowKind.CREATE:
            room = _paint_plus(painter, room, metrics, text)
        room = _paint_right(painter, room, metrics, str(index.data(LabelRole.SCORE_TEXT)), text)
        if kind == RowKind.OWN:
            room = _paint_right(painter, room, metrics, tr("your label"), quiet)
        painter.setPen(text)
        name = metrics.elidedText(str(index.data()), Qt.TextElideMode.ElideMiddle, room.width())
        flags = Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter | Qt.TextFlag.TextSingleLine
        painter.drawText(room, int(flags), name)
        painter.restore()


def _row_height(metrics: QFontMetrics) -> int:
    return max(TARGET_PX, metrics.height() + _PADDING_PX)


def _paint_plus(painter: QPainter, room: QRect, metrics: QFontMetrics, color: QColor) -> QRect:
    """Paint the sign of something new; returns what is left of the room."""
    size = round(metrics.height() * _ICON_SHARE)
    box = QRect(room.left(), room.center().y() - size // 2, size, size)
    painter.drawPixmap(box, shape(IconName.ADD, color, size * 2))
    return room.adjusted(size + _GAP_PX // 2, 0, 0, 0)


def _paint_right(painter: QPainter, room: QRect, metrics: QFontMetrics, text: str, color: QColor) -> QRect:
    """Paint words at the right end; returns what is left of the room."""
    if not text:
        return room
    painter.setPen(color)
    painter.drawText(room, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), text)
    return room.adjusted(0, 0, -metrics.horizontalAdvance(text) - _GAP_PX, 0)
