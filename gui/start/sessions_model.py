"""Hold the rows of the list of sessions."""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from gui.plain_text import for_tooltip
from gui.start.days import day_text
from gui.start.session_lines import SessionOnStart
from gui.words import number, tr
from inference.texts import visible


class SessionColumn(IntEnum):
    """The columns, from the left."""

    NAME = 0
    IMAGES = 1
    LABELLED = 2
    CHANGED = 3
    SOURCES = 4


_AFTER_NUMBER = "\u2002"  # a space: numbers at the right would touch the next column's text
_NUMBERS = frozenset({SessionColumn.IMAGES, SessionColumn.LABELLED})


class SessionsModel(QAbstractTableModel):
    """The sessions; an edited name is told, not kept.

    Signals:
        renamed(path: str, name: str): the person typed another name.
    """

    renamed = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._sessions: Sequence[SessionOnStart] = ()
        self._now_s = 0.0

    def set_sessions(self, sessions: Sequence[SessionOnStart], now_s: float) -> None:
        """Show these; days are told as seen from `now_s`, seconds since 1970."""
        self.beginResetModel()
        self._sessions, self._now_s = sessions, now_s
        self.endResetModel()

    def session(self, row: int) -> SessionOnStart | None:
        """The session of a row, or None."""
        return self._sessions[row] if 0 <= row < len(self._sessions) else None

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._sessions)

    def columnCount(self, parent: QModelIndex | QPersistentModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(SessionColumn)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == SessionColumn.NAME else flags

    def data(self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        session = self.session(index.row()) if index.isValid() else None
        return None if session is None else self._fact(session, SessionColumn(index.column()), role)

    def setData(
        self, index: QModelIndex | QPersistentModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole
    ) -> bool:
        session = self.session(index.row())
        name = str(value).strip()
        if role != Qt.ItemDataRole.EditRole or session is None or name in ("", session.name):
            return False
        self.renamed.emit(session.path, name)
        return True

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation != Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(SessionColumn(section))
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        headings = (tr("Name"), tr("Images"), tr("Labelled"), tr("Changed"), tr("Folders"))
        return headings[section] + (_AFTER_NUMBER if section in _NUMBERS else "")

    def _fact(self, session: SessionOnStart, column: SessionColumn, role: int) -> object:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return self._texts(session)[column]
            case Qt.ItemDataRole.EditRole:
                return session.name
            case Qt.ItemDataRole.UserRole:
                return _sort_values(session)[column]
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip("\n".join(session.sources) if column is SessionColumn.SOURCES else session.path)
            case Qt.ItemDataRole.TextAlignmentRole:
                return _alignment(column)
            case _:
                return None

    def _texts(self, session: SessionOnStart) -> tuple[str, ...]:
        """What stands in the columns."""
        return (
            visible(session.name),
            ("-" if session.is_damaged else number(session.images)) + _AFTER_NUMBER,
            (tr("damaged") if session.is_damaged else number(session.labelled)) + _AFTER_NUMBER,
            day_text(session.changed_at, self._now_s),
            _sources(session),
        )


def _sort_values(session: SessionOnStart) -> tuple[object, ...]:
    return (session.name, session.images, session.labelled, session.changed_at, _sources(session))


def _sources(session: SessionOnStart) -> str:
    return ", ".join(map(visible, session.sources))


def _alignment(column: SessionColumn) -> int:
    side = Qt.AlignmentFlag.AlignTrailing if column in _NUMBERS else Qt.AlignmentFlag.AlignLeading
    return int(side | Qt.AlignmentFlag.AlignVCenter)
