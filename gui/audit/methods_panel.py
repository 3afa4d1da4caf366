"""Offer to compare the methods on the audited images: how many, which, the table so far and a method's mean curves."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QItemSelectionModel, QModelIndex, Qt, Signal, Slot
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.attention.asking_row import AskingRow
from gui.attention.curve_chart import CurveChart, Points
from gui.audit.methods_words import cost_words, headings, reading_words
from gui.labels import plain_label
from gui.still_controls import StillNumber
from gui.text_table import TextTable, TextTableView
from gui.theme import TARGET_PX
from gui.words import tr
from inference.attention.methods import FACTS, Method

USUAL_IMAGES = 20
_MOST_IMAGES = 9_999
_TABLE_SHARE, _CHART_SHARE = 3, 2
_COLUMN_GAP_PX = 20


class MethodsPanel(QWidget):
    """The controls and results of one comparison. What they show is decided elsewhere.

    Attributes:
        asking: begins and stops it.

    Signals:
        method_chosen(row: int): the person wants the mean curves of this row.
        copy_requested(): the person wants the table on the clipboard.
        save_requested(): the person wants the table as a file.
    """

    method_chosen = Signal(int)
    copy_requested = Signal()
    save_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._images = StillNumber()
        self._costly = {method: QCheckBox() for method in Method if FACTS[method].runs_network}
        # It gets its parent with the others, in their order: so does Tab.
        self.asking = AskingRow(tr("Start comparing"))
        self._refusal, self._standing = plain_label(secondary=True), plain_label()
        self._rows = TextTable(headings(), self)
        self._table = TextTableView(tr("Methods compared"), wide_column=0)
        self._chart = CurveChart()
        self._curves = plain_label(secondary=True)
        self._reading, self._written = plain_label(reading_words(), secondary=True), plain_label()
        self._copy, self._save = QPushButton(tr("Copy")), QPushButton(tr("Save as CSV..."))
        self._set_up()
        self._arrange()
        self.show_costs(0)
        self.allow("")
        self.clear()

    @property
    def images(self) -> int:
        """On how many images the person wants to compare."""
        return self._images.value()

    @property
    def methods(self) -> tuple[Method, ...]:
        """Which methods are to be compared; those that run the network by themselves only where that is wanted."""
        return tuple(method for method in Method if method not in self._costly or self._costly[method].isChecked())

    def set_images(self, count: int) -> None:
        """Compare on so many images, until the person wants another number."""
        self._images.setValue(count)

    def allow(self, refusal: str) -> None:
        """Allow a comparison, or refuse it for a reason."""
        self.asking.allow(allowed=not refusal)
        _say(self._refusal, refusal)

    def show_costs(self, channels: int) -> None:
        """Say what the methods cost that run the network; `channels` of the feature map, 0 where it is not known."""
        for method, box in self._costly.items():
            box.setText(cost_words(method, channels))

    def set_busy(self, *, busy: bool) -> None:
        """A comparison is under way, or no longer."""
        self.asking.set_busy(busy=busy)
        for control in (self._images, *self._costly.values()):
            control.setEnabled(not busy)

    def set_progress(self, done: int, total: int) -> None:
        """So many runs of all that there will be."""
        self.asking.set_progress(done, total)

    def say(self, standing: str) -> None:
        """How far it is, why it ended, what is left out."""
        _say(self._standing, standing)

    def say_written(self, text: str) -> None:
        """What became of the table that was to be copied or saved."""
        _say(self._written, text)

    def show_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show the table so far; `method_chosen` follows for the row that was current, or the first."""
        row = max(0, self._table.currentIndex().row())
        self._rows.set_rows(rows)
        for button in (self._copy, self._save):
            button.setEnabled(bool(rows))
        if rows:
            flags = QItemSelectionModel.SelectionFlag.ClearAndSelect | QItemSelectionModel.SelectionFlag.Rows
            self._table.selectionModel().setCurrentIndex(self._rows.index(min(row, len(rows) - 1), 0), flags)

    def show_curves(self, text: str, deletion: Points = (), insertion: Points = ()) -> None:
        """Draw a method's mean curves and say what they are."""
        self._chart.show_curves(deletion, insertion)
        self._chart.setAccessibleDescription(text)
        _say(self._curves, text)

    def clear(self) -> None:
        """Nothing was compared."""
        self.show_rows(())
        self.show_curves("")
        self.say("")
        self.say_written("")

    def words(self) -> str:
        """All sentences, as a person reads them."""
        labels = (self._refusal, self._standing, self._curves, self._reading, self._written)
        return "\n".join(label.text() for label in labels if label.text())

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self, current: QModelIndex, _before: QModelIndex) -> None:
        if current.isValid():
            self.method_chosen.emit(current.row())

    def _set_up(self) -> None:
        self._images.setRange(1, _MOST_IMAGES)
        self._images.setValue(USUAL_IMAGES)
        self._images.setAccessibleName(tr("How many images"))
        self._images.setToolTip(tr("Drawn from the audited images, always in the same way."))
        self._table.set_model(self._rows)
        # As wide as its heading, a column of numbers would touch the next one's.
        widest = max(self._table.fontMetrics().horizontalAdvance(heading) for heading in headings()[1:-1])
        self._table.horizontalHeader().setMinimumSectionSize(widest + _COLUMN_GAP_PX)
        self._table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        for label in (self._refusal, self._standing, self._curves, self._reading, self._written):
            label.setWordWrap(True)
            label.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for control in (self._images, *self._costly.values(), self._copy, self._save):
            control.setMinimumHeight(TARGET_PX)
        for button in (*self.findChildren(QPushButton), self._copy, self._save):
            button.setAutoDefault(False)
        self._copy.clicked.connect(self.copy_requested)
        self._save.clicked.connect(self.save_requested)

    def _arrange(self) -> None:
        images = QHBoxLayout()
        images.addWidget(plain_label(tr("Images:")))
        images.addWidget(self._images)
        images.addStretch(1)
        curves = QVBoxLayout()
        curves.addWidget(self._chart)
        curves.addWidget(self._curves)
        curves.addStretch(1)
        results = QHBoxLayout()
        results.addWidget(self._table, _TABLE_SHARE)
        results.addLayout(curves, _CHART_SHARE)
        buttons = QHBoxLayout()
        buttons.addWidget(self._written, 1)
        buttons.addStretch(0)
        buttons.addWidget(self._copy)
        buttons.addWidget(self._save)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(images)
        for box in self._costly.values():
            column.addWidget(box)
        for part in (self._refusal, self.asking, self._standing):
            column.addWidget(part)
        column.addLayout(results, 1)
        column.addWidget(self._reading)
        column.addLayout(buttons)


def _say(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
