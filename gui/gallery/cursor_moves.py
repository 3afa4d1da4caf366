"""Find the row to which a key moves the focus."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QAbstractItemView

if TYPE_CHECKING:
    from gui.gallery.row_view import RowView

_Move = QAbstractItemView.CursorAction


def row_after(view: RowView, move: _Move) -> int:
    """The row to go to from the current one; may lie outside all rows, but for moves by one line."""
    row, page, count = view.current_row(), view.page_lines(), len(view.images)
    forward = -1 if view.layoutDirection() == Qt.LayoutDirection.RightToLeft else 1
    steps = {_Move.MoveLeft: -forward, _Move.MoveRight: forward, _Move.MovePrevious: -1, _Move.MoveNext: 1}
    lines = {_Move.MoveUp: -1, _Move.MoveDown: 1}
    pages = {_Move.MovePageUp: -page, _Move.MovePageDown: page}
    if move in steps:
        return row + steps[move]
    if move in lines:
        beside = view.row_by_lines(row, lines[move])
        return beside if 0 <= beside < count else row  # no line there: the focus stays
    if move in pages:
        return view.row_by_lines(row, pages[move])
    return 0 if move == _Move.MoveHome else count - 1
