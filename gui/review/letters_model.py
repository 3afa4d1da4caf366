"""List labels with the letters that they have, as far as they match what is searched."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.plain_text import for_tooltip
from gui.review.letters import LetterKeys
from gui.viewer.class_ranking import SearchableNames, ranked_classes
from gui.words import tr

_AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()
_MOST_MATCHES = 500

LABEL_COLUMN = 0
LETTER_COLUMN = 1


class LettersModel(QAbstractTableModel):
    """Two columns: label and letter. Labels with a letter come first while nothing is searched."""

    def __init__(self, letters: LetterKeys, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._letters = letters
        self._labels: tuple[str, ...] = ()
        self._names = SearchableNames()
        self._query = ""
        self._rows: tuple[int, ...] = ()

    def set_labels(self, labels: Sequence[str]) -> None:
        """Take the labels to choose from: own labels first, then the model's classes; repeated ones count once."""
        owned = [label for _, label in self._letters]
        self._labels = tuple(dict.fromkeys((*labels, *owned)))
        self._names = SearchableNames.of(self._labels)
        self.search(self._query)

    def search(self, query: str) -> None:
        """Show only the labels that match, best first; all of them for an empty query."""
        self.beginResetModel()
        self._query = query
        if query.strip():
            self._rows = ranked_classes(query, self._names, limit=_MOST_MATCHES)
        else:
            owned = {label for _, label in self._letters}
            self._rows = tuple(sorted(range(len(self._labels)), key=lambda place: self._labels[place] not in owned))
        self.endResetModel()

    def label_at(self, row: int) -> str | None:
        """The label of a row, or None where there is no such row."""
        return self._labels[self._rows[row]] if 0 <= row < len(self._rows) else None

    def tell_letters_changed(self) -> None:
        """The letters are others now; the rows stay where they are."""
        if self._rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._rows) - 1, LETTER_COLUMN))

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def columnCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else 2

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | None:
        if orientation != Qt.Orientation.Horizontal or role != Qt.ItemDataRole.DisplayRole:
            return None
        return tr("Label") if section == LABEL_COLUMN else tr("Key")

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        label = self.label_at(index.row()) if index.isValid() else None
        if label is None:
            return None
        shown, letter = self._names.names[self._rows[index.row()]], self._letters.letter(label) or ""
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return shown if index.column() == LABEL_COLUMN else letter
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(label)
            case Qt.ItemDataRole.AccessibleTextRole if letter:
                return tr("{words}, key {key}").format(words=shown, key=letter)
            case Qt.ItemDataRole.AccessibleTextRole:
                return shown
        return None
