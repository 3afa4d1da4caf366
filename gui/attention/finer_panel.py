"""Offer to look closer at the picture, or at all of it, and say what that did to the answer."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import tr

FACTORS = (2, 3)
"""How much larger the network's input may be made; as in `inference.attention.finer`, which imports numpy."""


class FinerPanel(QWidget):
    """The buttons and words of other looks. What is said is decided elsewhere.

    Signals:
        look_requested(factor: int, whole: bool): the network is to look at the picture so many times as large, or at
            all of it.
        back_requested(): the usual look is to come back.
    """

    look_requested = Signal(int, bool)
    back_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._sentence = plain_label(secondary=True)
        self._factors = {factor: QPushButton(tr("{factor} times").format(factor=factor), self) for factor in FACTORS}
        self._whole = QPushButton(tr("Whole picture"), self)
        self._back = QPushButton(tr("Back"), self)
        self._prepare()
        self._lay_out()
        self.set_state(available=False, is_on=False)
        self.say("")
        for factor, button in self._factors.items():
            button.clicked.connect(partial(self.look_requested.emit, factor, False))
        self._whole.clicked.connect(partial(self.look_requested.emit, 1, True))
        self._back.clicked.connect(self.back_requested)

    def set_state(self, *, available: bool, is_on: bool) -> None:
        """Allow or refuse what makes sense now.

        Args:
            available: there is a picture that can be looked at in other ways.
            is_on: another look than the usual one is on screen, or on its way.
        """
        for button in (*self._factors.values(), self._whole):
            button.setEnabled(available)
        self._back.setEnabled(is_on)

    def say(self, text: str) -> None:
        """Say what the look did to the answer, or what could be asked."""
        self._sentence.setText(text)
        self._sentence.setVisible(bool(text))

    def words(self) -> str:
        """All that is said."""
        return self._sentence.text()

    def _prepare(self) -> None:
        self._sentence.setWordWrap(True)
        for factor, button in self._factors.items():
            tip = tr("Runs the network once on an input {factor} times as large: more cells, each of them smaller.")
            button.setToolTip(tip.format(factor=factor))
        self._whole.setToolTip(tr("Runs the network once on all of the picture, not only on its middle."))
        self._back.setToolTip(tr("Shows the map of the usual look again."))
        for button in (*self._factors.values(), self._whole, self._back):
            button.setMinimumHeight(TARGET_PX)

    def _lay_out(self) -> None:
        buttons = QGridLayout()
        for place, button in enumerate((*self._factors.values(), self._whole, self._back)):
            buttons.addWidget(button, place // 2, place % 2)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(buttons)
        column.addWidget(self._sentence)
