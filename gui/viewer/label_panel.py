"""Say what a person decided about one picture, and offer to decide."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from gui.labels import ElidedLabel
from gui.plain_text import elide_middle, for_sentence
from gui.review.button_flow import ButtonFlow
from gui.review.key_button import KeyButton
from gui.words import tr

_LONGEST_ON_BUTTON = 28


class LabelPanel(QWidget):
    """The decision about the picture on screen, with buttons for those who do not know the keys.

    Signals:
        accept_requested(): the person agrees with the first suggestion.
        type_requested(): the person wants another label.
    """

    accept_requested = Signal()
    type_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._decision = ElidedLabel(self)
        self._accept = KeyButton(tr("Enter"), tr("Accept"))
        self._correct = KeyButton("T", tr("Another label…"))
        self._accept.clicked.connect(self.accept_requested)
        self._correct.clicked.connect(self.type_requested)
        buttons = ButtonFlow(self)
        buttons.set_buttons((self._accept, self._correct))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._decision)
        column.addWidget(buttons)
        self.show_decision(tr("none yet"), "", can_decide=False)

    @property
    def text(self) -> str:
        """What is said of the decision."""
        return self._decision.text()

    def show_decision(self, text: str, suggestion: str, *, can_decide: bool) -> None:
        """Show a decision.

        Args:
            text: in words, safe to show.
            suggestion: the first suggestion as the model names it, empty where there is none.
            can_decide: whether labels can be given now.
        """
        self._decision.set_text(text)
        name = for_sentence(elide_middle(suggestion, _LONGEST_ON_BUTTON))
        self._accept.set_words(tr("Accept {name}").format(name=name) if suggestion else tr("Accept"))
        self._accept.setEnabled(can_decide and bool(suggestion))
        self._correct.setEnabled(can_decide)
