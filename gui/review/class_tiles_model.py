"""Hold the images of one page, and which of them are left out of the label."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from enum import IntEnum
from typing import Protocol

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QImage

from gui.plain_text import for_sentence, for_tooltip
from gui.words import number, percent, tr

_AnyIndex = QModelIndex | QPersistentModelIndex
_NO_PARENT = QModelIndex()


class TileSource(Protocol):
    """Where tiles get what they show; keys are those of the session."""

    def thumbnail(self, key: int) -> QImage | None:
        """The small picture, or None while it is not here."""
        ...

    def score(self, key: int) -> float | None:
        """The softmax 0...1 of the suggestion."""
        ...

    def name(self, key: int) -> str:
        """The name of the file, as it is."""
        ...


class TileRole(IntEnum):
    """What a tile tells besides its text, which is the file's name."""

    KEY = Qt.ItemDataRole.UserRole
    """int: of the image."""
    SCORE = Qt.ItemDataRole.UserRole + 1
    """str: the score as it is shown."""
    IS_LEFT_OUT = Qt.ItemDataRole.UserRole + 2
    """bool: whether accepting the page passes it over."""


class ClassTilesModel(QAbstractListModel):
    """The images of a page. What was left out stays so while the person looks through other pages.

    Signals:
        left_out_changed(): an image was left out or taken in.
    """

    left_out_changed = Signal()

    def __init__(self, source: TileSource, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._source = source
        self._keys: tuple[int, ...] = ()
        self._left_out: set[int] = set()

    def show_keys(self, keys: Sequence[int]) -> None:
        """Replace all tiles."""
        self.beginResetModel()
        self._keys = tuple(keys)
        self.endResetModel()
        self.left_out_changed.emit()

    @property
    def keys(self) -> tuple[int, ...]:
        """The images of the page."""
        return self._keys

    @property
    def accepted(self) -> list[int]:
        """The images that accepting the page labels."""
        return [key for key in self._keys if key not in self._left_out]

    @property
    def left_out(self) -> list[int]:
        """The images of the page that accepting it passes over."""
        return [key for key in self._keys if key in self._left_out]

    def toggle(self, row: int) -> None:
        """Leave an image out, or take it in again; nothing happens where there is none."""
        if 0 <= row < len(self._keys):
            self._left_out.symmetric_difference_update({self._keys[row]})
            self._tell(row, row)

    def invert(self) -> None:
        """Take in what was left out, and leave out what was in."""
        self._left_out.symmetric_difference_update(self._keys)
        if self._keys:
            self._tell(0, len(self._keys) - 1)

    def forget(self, keys: Iterable[int] | None = None) -> None:
        """Take these images in again, all where none are named: another review begins."""
        if keys is None:
            self._left_out.clear()
        else:
            self._left_out.difference_update(keys)
        if self._keys:
            self._tell(0, len(self._keys) - 1)

    def refresh(self, keys: Iterable[int]) -> None:
        """The pictures of these images have come."""
        rows = {key: row for row, key in enumerate(self._keys)}
        for row in (rows[key] for key in keys if key in rows):
            self.dataChanged.emit(self.index(row), self.index(row))

    def keys_without_thumbnail(self) -> list[int]:
        """The images whose pictures are not here."""
        return [key for key in self._keys if self._source.thumbnail(key) is None]

    def rowCount(self, parent: _AnyIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._keys)

    def flags(self, index: _AnyIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def data(self, index: _AnyIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | int | bool | QImage | None:
        if not index.isValid() or not 0 <= index.row() < len(self._keys):
            return None
        key = self._keys[index.row()]
        if role == Qt.ItemDataRole.DecorationRole:
            return self._source.thumbnail(key)
        if role == TileRole.KEY:
            return key
        if role == TileRole.IS_LEFT_OUT:
            return key in self._left_out
        return self._text(index.row(), key, role)

    def _text(self, row: int, key: int, role: int) -> str | None:
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return for_sentence(self._source.name(key))
            case Qt.ItemDataRole.ToolTipRole:
                return for_tooltip(f"{self._source.name(key)}\n{self._score_text(key)}")
            case Qt.ItemDataRole.AccessibleTextRole:
                return self._spoken(row, key)
            case TileRole.SCORE:
                return self._score_text(key)
        return None

    def _score_text(self, key: int) -> str:
        score = self._source.score(key)
        return "" if score is None else percent(score)

    def _spoken(self, row: int, key: int) -> str:
        """The exception first: most images of a page are right."""
        words = [tr("left out")] if key in self._left_out else []
        words += [for_sentence(self._source.name(key)), self._score_text(key)]
        words.append(tr("{position} of {total}").format(position=number(row + 1), total=number(len(self._keys))))
        return ", ".join(filter(None, words))

    def _tell(self, first: int, last: int) -> None:
        self.dataChanged.emit(self.index(first), self.index(last))
        self.left_out_changed.emit()
