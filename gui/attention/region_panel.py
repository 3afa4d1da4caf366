"""Show what a part of the picture says by itself, beside what the whole picture says."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.theme import TARGET_PX
from gui.words import tr
from inference.texts import visible

_ROWS = 5


class RegionPanel(QWidget):
    """A small table and the buttons for a box.

    Signals:
        middle_requested(): the person wants a box without a pointer.
        clear_requested(): the box is to go.
    """

    middle_requested = Signal()
    clear_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = plain_label(secondary=True)
        self._sentence.setWordWrap(True)
        self._table = QWidget(self)
        self._middle = QPushButton(tr("Ask the middle"), self)
        self._clear = QPushButton(tr("No region"), self)
        grid = QGridLayout(self._table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.addWidget(plain_label(tr("class"), secondary=True), 0, 0)
        right = Qt.AlignmentFlag.AlignRight
        grid.addWidget(plain_label(tr("here"), secondary=True), 0, 1, right)
        grid.addWidget(plain_label(tr("whole"), secondary=True), 0, 2, right)
        grid.setColumnStretch(0, 1)
        self._cells = [(ElidedLabel(self._table), plain_label(bold=True), plain_label()) for _ in range(_ROWS)]
        for number, (name, here, whole) in enumerate(self._cells, 1):
            grid.addWidget(name, number, 0)
            grid.addWidget(here, number, 1, right)
            grid.addWidget(whole, number, 2, right)
        buttons = QHBoxLayout()
        for button in (self._middle, self._clear):
            button.setMinimumHeight(TARGET_PX)
            buttons.addWidget(button)
        buttons.addStretch(1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._table)
        column.addWidget(self._sentence)
        column.addLayout(buttons)
        self._middle.clicked.connect(self.middle_requested)
        self._clear.clicked.connect(self.clear_requested)
        self.show_sentence("")

    def set_available(self, available: bool) -> None:
        """Allow or refuse to ask."""
        self._middle.setEnabled(available)

    def show_sentence(self, text: str, *, has_region: bool = False) -> None:
        """Say something in place of the table."""
        self._table.hide()
        self._sentence.setText(text)
        self._sentence.setVisible(bool(text))
        self._clear.setEnabled(has_region)

    def show_rows(self, rows: Sequence[tuple[str, str, str]], sentence: str) -> None:
        """Show classes with their two scores, and a sentence below."""
        self.show_sentence(sentence, has_region=True)
        for place, labels in enumerate(self._cells):
            texts = rows[place] if place < len(rows) else ("", "", "")
            labels[0].set_text(visible(texts[0]))
            labels[1].setText(texts[1])
            labels[2].setText(texts[2])
        self._table.show()

    def words(self) -> str:
        """All that is shown."""
        if self._table.isHidden():
            return self._sentence.text()
        cells = [label.text() for _, here, whole in self._cells for label in (here, whole)]
        return " ".join([*cells, self._sentence.text()])
