"""List what the model says of one picture, closed to 100 % by a row for all other classes."""

from __future__ import annotations

from enum import IntEnum

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from gui.plain_text import for_tooltip
from gui.viewer.number_texts import percent_text
from inference.results import Prediction
from inference.texts import visible

NO_CLASS = -1
"""Stands for "no class" where a class index is told."""

KEYS = 5
"""The first five rows answer to the digit keys 1 to 5."""

_Values = dict[int, str | int | float]
_NO_PARENT = QModelIndex()


class SuggestionRole(IntEnum):
    """What a row tells besides its text."""

    CLASS_INDEX = Qt.ItemDataRole.UserRole
    """int: the class's index, or `NO_CLASS` for the row of the others."""
    PROBABILITY = Qt.ItemDataRole.UserRole + 1
    """float: 0...1."""
    PERCENT = Qt.ItemDataRole.UserRole + 2
    """str: the probability as it is shown."""
    IS_CHOSEN = Qt.ItemDataRole.UserRole + 3
    """bool: the map's class."""
    KEY = Qt.ItemDataRole.UserRole + 4
    """str: the digit that chooses the row, or nothing."""


class SuggestionsModel(QAbstractListModel):
    """The predictions of one picture, best first, and what is left for the other classes."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: tuple[_Values, ...] = ()
        self._chosen = NO_CLASS
        self._shared: frozenset[str] = frozenset()

    def set_shared_names(self, names: frozenset[str]) -> None:
        """Take the names that several classes of the model have; they are listed with the number of the class."""
        self._shared = names

    def show_predictions(self, predictions: tuple[Prediction, ...], *, class_count: int) -> None:
        """Replace all rows; the first class becomes the chosen one.

        Args:
            predictions: best first; empty for no rows.
            class_count: how many classes the model has.
        """
        labels = [prediction.label for prediction in predictions]
        rows = [
            # Nobody could tell two cranes apart without a number.
            self._class_row(place, prediction, is_shared=self._is_shared(prediction.label, labels))
            for place, prediction in enumerate(predictions)
        ]
        others = class_count - len(predictions)
        if predictions and others > 0:
            rest = 1.0 - sum(prediction.probability for prediction in predictions)
            rows.append(self._other_row(others, max(0.0, rest)))
        self.beginResetModel()
        self._rows = tuple(rows)
        self._chosen = predictions[0].index if predictions else NO_CLASS
        self.endResetModel()

    def set_chosen(self, class_index: int) -> None:
        """Mark the map's class, which need not be in the list."""
        if class_index == self._chosen:
            return
        before, self._chosen = self._chosen, class_index
        for row in (self.row_of(before), self.row_of(class_index)):
            if row is not None:
                self.dataChanged.emit(self.index(row), self.index(row))

    @property
    def chosen(self) -> int:
        """The chosen class's index, or `NO_CLASS`."""
        return self._chosen

    def row_of(self, class_index: int) -> int | None:
        """The row of a class, or None where it is not listed."""
        if class_index == NO_CLASS:
            return None
        found = (row for row, values in enumerate(self._rows) if values[SuggestionRole.CLASS_INDEX] == class_index)
        return next(found, None)

    def rowCount(self, parent: QModelIndex | QPersistentModelIndex = _NO_PARENT) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(
        self, index: QModelIndex | QPersistentModelIndex, role: int = Qt.ItemDataRole.DisplayRole
    ) -> str | int | float | bool | None:
        if not index.isValid() or not 0 <= index.row() < len(self._rows):
            return None
        values = self._rows[index.row()]
        is_chosen = values[SuggestionRole.CLASS_INDEX] == self._chosen != NO_CLASS
        if role == SuggestionRole.IS_CHOSEN:
            return is_chosen
        if role == Qt.ItemDataRole.AccessibleTextRole and is_chosen:
            return self.tr("{suggestion}, map shown").format(suggestion=values[role])
        return values.get(role)

    def flags(self, index: QModelIndex | QPersistentModelIndex) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        return Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren

    def _is_shared(self, label: str, listed: list[str]) -> bool:
        return label in self._shared or listed.count(label) > 1

    def _class_row(self, place: int, prediction: Prediction, *, is_shared: bool) -> _Values:
        label, percent = visible(prediction.label), percent_text(prediction.probability)
        label = f"{label} ({prediction.index})" if is_shared else label
        key = str(place + 1) if place < KEYS else ""
        spoken = [label, percent] + ([self.tr("key {digit}").format(digit=key)] if key else [])
        return {
            Qt.ItemDataRole.DisplayRole: label,
            Qt.ItemDataRole.ToolTipRole: for_tooltip(f"{label}\n{self.tr('This score is not calibrated.')}"),
            Qt.ItemDataRole.AccessibleTextRole: ", ".join(spoken),
            # Numbers as Python's own: numpy's raise inside Qt.
            SuggestionRole.CLASS_INDEX: int(prediction.index),
            SuggestionRole.PROBABILITY: float(prediction.probability),
            SuggestionRole.PERCENT: percent,
            SuggestionRole.KEY: key,
        }

    def _other_row(self, count: int, rest: float) -> _Values:
        text = self.tr("other %n", "", count)
        return {
            Qt.ItemDataRole.DisplayRole: text,
            Qt.ItemDataRole.ToolTipRole: self.tr("All other classes together."),
            Qt.ItemDataRole.AccessibleTextRole: f"{text}, {percent_text(rest)}",
            SuggestionRole.CLASS_INDEX: NO_CLASS,
            SuggestionRole.PROBABILITY: float(rest),
            SuggestionRole.PERCENT: percent_text(rest),
            SuggestionRole.KEY: "",
        }
