"""List all sessions, to open, rename or put away one of them."""

from __future__ import annotations

import time
from collections.abc import Sequence

from PySide6.QtCore import (
    QItemSelectionModel,
    QModelIndex,
    QSortFilterProxyModel,
    Qt,
    Signal,
    Slot,
)
from PySide6.QtWidgets import QAbstractItemView, QDialog, QHBoxLayout, QHeaderView, QPushButton, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.plain_text import elide_middle, for_sentence
from gui.start.session_lines import SessionOnStart
from gui.start.sessions_model import SessionColumn, SessionsModel
from gui.text_table import TextTableView
from gui.theme import TARGET_PX
from gui.words import tr

_HEIGHT_PX = 440
_WIDTHS_PX = (760, 880)
_WIDTH_CHARACTERS = 100


class SessionsDialog(QDialog):
    """All sessions in a table.

    Signals:
        session_chosen(path: str): open this one; the dialog is closed already.
        new_requested(): begin an empty session; the dialog is closed already.
        rename_requested(path: str, name: str): answer with `set_sessions`.
        trash_requested(path: str): the person confirmed it; answer with `set_sessions`.
    """

    session_chosen = Signal(str)
    new_requested = Signal()
    rename_requested = Signal(str, str)
    trash_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle(tr("Sessions"))
        self._sessions = SessionsModel(self)
        self._order = QSortFilterProxyModel(self)
        self._order.setSourceModel(self._sessions)
        self._order.setSortRole(Qt.ItemDataRole.UserRole)
        self._order.setSortCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self._table = TextTableView(tr("Sessions"))
        self._open = QPushButton(tr("Open"))
        self._rename = QPushButton(tr("Rename"))
        self._trash = QPushButton(tr("Move to Trash..."))
        self._new = QPushButton(tr("New"))
        self._close = QPushButton(tr("Close"))
        self._question = QWidget()
        self._asked = plain_label()
        self._keep = QPushButton(tr("Cancel"))
        self._sure = QPushButton(tr("Move to Trash"))
        self._set_up()
        self._arrange()
        self._connect()
        self._update()

    def set_sessions(self, sessions: Sequence[SessionOnStart], *, now_s: float | None = None) -> None:
        """Show these, newest first until the person sorts otherwise; `now_s` is the present time, for tests."""
        current = self.current_path
        self._sessions.set_sessions(sessions, time.time() if now_s is None else now_s)
        self._question.hide()
        paths = [session.path for session in sessions]
        self.choose(paths.index(current) if current in paths else 0)

    def choose(self, place: int) -> None:
        """Make a session, by its place in what was given last, the current one."""
        index = self._order.mapFromSource(self._sessions.index(place, 0))
        flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
        self._table.selectionModel().setCurrentIndex(index, flags)
        self._update()

    @property
    def current_path(self) -> str:
        """The session file of the current row, or empty."""
        session = self._current()
        return "" if session is None else session.path

    def _current(self) -> SessionOnStart | None:
        index = self._order.mapToSource(self._table.currentIndex())
        return self._sessions.session(index.row()) if index.isValid() else None

    def _set_up(self) -> None:
        self._table.setModel(self._order)
        self._table.setEditTriggers(QAbstractItemView.EditTrigger.EditKeyPressed)
        self._table.setSortingEnabled(True)
        self._table.sortByColumn(SessionColumn.CHANGED, Qt.SortOrder.DescendingOrder)
        height = max(TARGET_PX, self._table.fontMetrics().height() + 8)
        self._table.verticalHeader().setDefaultSectionSize(height)
        header = self._table.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(SessionColumn.NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(SessionColumn.SOURCES, QHeaderView.ResizeMode.Stretch)
        self._asked.setWordWrap(True)
        for button in (self._open, self._rename, self._trash, self._new, self._close, self._keep, self._sure):
            button.setMinimumHeight(TARGET_PX)
            button.setAutoDefault(False)
        self._open.setDefault(True)
        self._question.hide()

    def _arrange(self) -> None:
        question = QHBoxLayout(self._question)
        question.setContentsMargins(0, 0, 0, 0)
        question.addWidget(self._asked, 1)
        question.addWidget(self._keep)
        question.addWidget(self._sure)
        buttons = QHBoxLayout()
        for button in (self._new, self._rename, self._trash):
            buttons.addWidget(button)
        buttons.addStretch(1)
        buttons.addWidget(self._open)
        buttons.addWidget(self._close)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 18, 20, 16)
        column.setSpacing(12)
        column.addWidget(self._table, 1)
        column.addWidget(self._question)
        column.addLayout(buttons)
        # Larger letters get more room, as far as the smallest screens have it.
        wanted = self.fontMetrics().averageCharWidth() * _WIDTH_CHARACTERS
        self.resize(min(_WIDTHS_PX[1], max(_WIDTHS_PX[0], wanted)), _HEIGHT_PX)

    def _connect(self) -> None:
        self._table.doubleClicked.connect(self._on_opened)
        self._table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self._sessions.renamed.connect(self.rename_requested)
        self._open.clicked.connect(self._on_opened)
        self._rename.clicked.connect(self._on_rename)
        self._trash.clicked.connect(self._on_trash)
        self._new.clicked.connect(self._on_new)
        self._close.clicked.connect(self.reject)
        self._keep.clicked.connect(self._on_kept)
        self._sure.clicked.connect(self._on_sure)

    @Slot()
    def _on_opened(self) -> None:
        path = self.current_path
        if path:
            self.accept()
            self.session_chosen.emit(path)

    @Slot()
    def _on_new(self) -> None:
        self.accept()
        self.new_requested.emit()

    @Slot()
    def _on_rename(self) -> None:
        self._table.setFocus()
        self._table.edit(self._table.currentIndex().siblingAtColumn(SessionColumn.NAME))

    @Slot()
    def _on_trash(self) -> None:
        session = self._current()
        if session is not None:
            text = tr("Move {name} to Trash? It can be restored from there.")
            self._asked.setText(text.format(name=for_sentence(elide_middle(session.name))))
            self._question.show()
            self._keep.setFocus()

    @Slot()
    def _on_kept(self) -> None:
        self._question.hide()
        self._table.setFocus()

    @Slot()
    def _on_sure(self) -> None:
        path = self.current_path
        self._question.hide()
        if path:
            self.trash_requested.emit(path)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, _current: QModelIndex, _previous: QModelIndex) -> None:
        self._question.hide()
        self._update()

    def _update(self) -> None:
        for button in (self._open, self._rename, self._trash):
            button.setEnabled(bool(self.current_path))
