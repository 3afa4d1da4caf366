"""Show what a part of the picture says by itself, beside what the whole picture says, and offer what can be asked."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.theme import TARGET_PX
from gui.words import tr
from inference.texts import visible

_ROWS = 6


@dataclass(frozen=True, slots=True)
class RegionTexts:
    """One class, ready to be read.

    Attributes:
        name: of the class.
        here: its score from the region's cells.
        alone: its score in a run on the region alone; empty while there was none.
        whole: its score in the whole picture.
    """

    name: str
    here: str
    alone: str
    whole: str


class RegionPanel(QWidget):
    """A small table and the buttons for a region.

    Signals:
        middle_requested(): the person wants a box without a pointer.
        map_requested(): the person wants the strongest cells of the map.
        clear_requested(): the region is to go.
        run_requested(): the network is to be asked about the region alone.
        save_requested(): the region is to be written to a file.
        hide_requested(): the region is to be painted over, to ask what if.
    """

    middle_requested = Signal()
    map_requested = Signal()
    clear_requested = Signal()
    run_requested = Signal()
    save_requested = Signal()
    hide_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence, self._run_sentence = plain_label(secondary=True), plain_label(secondary=True)
        self._table = QWidget(self)
        self._middle = QPushButton(tr("The middle"), self)
        self._map = QPushButton(tr("From the map"), self)
        self._run = QPushButton(tr("Ask it alone"), self)
        self._hide = QPushButton(tr("Hide it"), self)
        self._save = QPushButton(tr("Save..."), self)
        self._clear = QPushButton(tr("No region"), self)
        self._can_run = False
        self._names = [ElidedLabel(self._table) for _ in range(_ROWS)]
        self._scores = [(plain_label(bold=True), plain_label(), plain_label()) for _ in range(_ROWS)]
        self._headings = [plain_label(text, secondary=True) for text in (tr("here"), tr("alone"), tr("whole"))]
        self._lay_out()
        self._middle.clicked.connect(self.middle_requested)
        self._map.clicked.connect(self.map_requested)
        self._run.clicked.connect(self.run_requested)
        self._hide.clicked.connect(self.hide_requested)
        self._save.clicked.connect(self.save_requested)
        self._clear.clicked.connect(self.clear_requested)
        self.show_sentence("")

    def set_available(self, available: bool) -> None:
        """Allow or refuse to ask."""
        self._middle.setEnabled(available)
        self._map.setEnabled(available)

    def set_busy(self, busy: bool) -> None:
        """A run about the region is under way, or no longer."""
        self._run.setEnabled(self._can_run and not busy)

    def show_sentence(self, text: str, *, has_region: bool = False, can_run: bool = False) -> None:
        """Say something in place of the table.

        Args:
            text: a sentence, or nothing.
            has_region: there is a region, which says nothing.
            can_run: it may say something in a run on it alone.
        """
        self._table.hide()
        self._set_region(has_region)
        self._can_run = can_run
        self._run.setEnabled(can_run)
        _show(self._sentence, text)
        self.say_of_run("")

    def show_rows(self, rows: Sequence[RegionTexts], sentence: str) -> None:
        """Show classes with their scores, and a sentence below."""
        self._set_region(True)
        self._can_run = True
        self._run.setEnabled(True)
        _show(self._sentence, sentence)
        has_run = any(row.alone for row in rows)
        self._headings[1].setVisible(has_run)
        for place, (name, scores) in enumerate(zip(self._names, self._scores, strict=True)):
            row = rows[place] if place < len(rows) else None
            name.set_text("" if row is None else visible(row.name))
            texts = ("", "", "") if row is None else (row.here, row.alone, row.whole)
            for label, text in zip(scores, texts, strict=True):
                label.setText(text)
            scores[1].setVisible(has_run)
            for widget in (name, scores[0], scores[2]):
                widget.setVisible(row is not None)
        self._table.show()

    def say_of_run(self, text: str) -> None:
        """Say what the run on the region alone said, or why there is none."""
        _show(self._run_sentence, text)

    def words(self) -> str:
        """All that is shown."""
        parts = [label.text() for scores in self._scores for label in scores if not self._table.isHidden()]
        parts += [label.text() for label in (self._sentence, self._run_sentence) if not label.isHidden()]
        return " ".join(part for part in parts if part)

    def _set_region(self, has_region: bool) -> None:
        for button in (self._hide, self._save, self._clear):
            button.setEnabled(has_region)

    def _lay_out(self) -> None:
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(plain_label(tr("class"), secondary=True), 0, 0)
        for column, heading in enumerate(self._headings, 1):
            grid.addWidget(heading, 0, column, right)
        for number, (name, scores) in enumerate(zip(self._names, self._scores, strict=True), 1):
            grid.addWidget(name, number, 0)
            for column, label in enumerate(scores, 1):
                grid.addWidget(label, number, column, right)
        grid.setColumnStretch(0, 1)
        buttons = QGridLayout()
        for place, button in enumerate((self._middle, self._map, self._run, self._hide, self._save, self._clear)):
            button.setMinimumHeight(TARGET_PX)
            buttons.addWidget(button, place // 2, place % 2)
        self._run.setToolTip(
            tr("Cuts the region out, enlarges it to the network's input and runs the network once on it.")
        )
        self._hide.setToolTip(tr("Paints the region over, as the brush of What if? does, and runs the network once."))
        self._map.setToolTip(tr("Takes the strongest cells that together hold half of the evidence for the class."))
        self._save.setToolTip(
            tr("As a mask (PNG, NPY), a COCO data set (JSON) or a YOLO row (TXT), in original pixels.")
        )
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(0, 0, 0, 0)
        column_of_all.addWidget(self._table)
        for words in (self._sentence, self._run_sentence):
            words.setWordWrap(True)
            column_of_all.addWidget(words)
        column_of_all.addLayout(buttons)


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
