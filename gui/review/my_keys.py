"""List the person's own letters with their labels; each is a button that gives its label."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.review.button_flow import ButtonFlow
from gui.review.key_button import KeyButton
from gui.theme import TARGET_PX
from gui.words import tr


class MyKeys(QWidget):
    """A heading with the way to choose letters, and the letters below it.

    Signals:
        letter_requested(letter: str): the label of this letter was clicked.
        letters_requested(): the person wants to choose which letter stands for which label.
    """

    letter_requested = Signal(str)
    letters_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._none = plain_label(tr("Give a label its own letter, and one press labels an image."), secondary=True)
        self._none.setWordWrap(True)
        self._grid = ButtonFlow(fills=True)
        self._choose = QPushButton(tr("Choose keys…"))
        self._choose.setAutoDefault(False)
        self._choose.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self._choose.setMinimumHeight(TARGET_PX)
        self._choose.clicked.connect(self.letters_requested)
        heading = QHBoxLayout()
        heading.addWidget(plain_label(tr("My keys"), bold=True), 1)
        heading.addWidget(self._choose)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(heading)
        column.addWidget(self._none)
        column.addWidget(self._grid)
        self._letters: tuple[tuple[str, str], ...] = ()

    def set_letters(self, letters: Sequence[tuple[str, str]]) -> None:
        """Show these pairs of letter and label; labels safe to show already."""
        if tuple(letters) == self._letters:
            return
        self._letters = tuple(letters)
        buttons = []
        for letter, label in letters:
            button = KeyButton(letter, label)
            button.clicked.connect(self._on_clicked)
            buttons.append(button)
        self._grid.set_buttons(buttons)
        self._grid.setVisible(bool(buttons))
        self._none.setVisible(not buttons)

    @property
    def buttons(self) -> tuple[QWidget, ...]:
        """The letters' buttons."""
        return self._grid.buttons

    @Slot()
    def _on_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, KeyButton):
            self.letter_requested.emit(button.key)
