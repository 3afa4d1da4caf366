"""Hold beside the picture everything that can be decided about it, each with its key."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.plain_text import for_sentence
from gui.review.button_flow import ButtonFlow
from gui.review.key_button import KeyButton
from gui.review.my_keys import MyKeys
from gui.review.review_suggestions import ReviewSuggestions
from gui.theme import theme_of
from gui.viewer.viewer_colors import ViewerColors, viewer_colors
from gui.words import tr
from inference.results import Prediction
from inference.texts import visible

_WIDTH_IN_LETTERS = 46
_NARROWEST_IN_LETTERS = 26
_GAP_PX = 6


class ReviewPanel(QScrollArea):
    """The right column of Review; scrolls where the window is low. Clicks leave the focus on the picture.

    Attributes:
        suggestions: what the model says.
        my_keys: the letters that the person gave to labels.

    Signals:
        accept_requested(): the first suggestion is right.
        nth_requested(nth: int): the suggestion at this place, 1 to 5, is the label.
        type_requested(): the person wants to type a label.
        again_requested(): the label of the last decision is right here too.
        unsure_requested(): nobody can tell.
        reject_requested(): the image is not for the data set.
        clear_requested(): the decision is to be taken off.
        letter_requested(letter: str): the label of this letter is right.
        letters_requested(): the person wants to choose which letter stands for which label.
        suggestion_hovered(class_index: int): pointer or arrow keys are on this class; -1 when they left.
        suggestion_chosen(class_index: int): this class is now the map's class.
    """

    accept_requested = Signal()
    nth_requested = Signal(int)
    type_requested = Signal()
    again_requested = Signal()
    unsure_requested = Signal()
    reject_requested = Signal()
    clear_requested = Signal()
    letter_requested = Signal(str)
    letters_requested = Signal()
    suggestion_hovered = Signal(int)
    suggestion_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        column = QWidget(self)
        self._decision = ElidedLabel()
        self._sentence = plain_label(secondary=True)
        # They are made in the order in which Tab shall go through them.
        self._accept = KeyButton(tr("Enter"), tr("Accept"), column)
        self.suggestions = ReviewSuggestions(column)
        self._type = KeyButton("T", tr("Type a label…"), column)
        self._again = KeyButton(".", tr("Same as last"), column)
        self._unsure = KeyButton("S", tr("Unsure"))
        self._reject = KeyButton("X", tr("Reject"))
        self._clear = KeyButton("U", tr("Clear"))
        self._verdicts = ButtonFlow(column, fills=True)
        self._verdicts.set_buttons((self._unsure, self._reject, self._clear))
        self.my_keys = MyKeys(column)
        self._lay_out(column)
        self.setWidget(column)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(tr("Review"))
        self._connect()
        self.set_colors(viewer_colors(theme_of(self.palette())))
        self.show_sentence("")
        self.show_decision("")
        self.set_last_label("")

    @property
    def usual_width(self) -> int:
        """The width to begin with, in logical pixels."""
        return self.fontMetrics().averageCharWidth() * _WIDTH_IN_LETTERS

    def set_colors(self, colors: ViewerColors) -> None:
        """Take the theme's colours."""
        self.suggestions.set_colors(colors)

    def show_predictions(self, predictions: tuple[Prediction, ...], *, class_count: int) -> None:
        """Show what the model says of the image; with nothing, there is nothing to accept.

        Args:
            predictions: best first.
            class_count: how many classes the model has.
        """
        self._sentence.hide()
        self.suggestions.show_predictions(predictions, class_count=class_count)
        self.suggestions.setVisible(bool(predictions))
        self._accept.setEnabled(bool(predictions))
        if predictions:
            self._accept.set_words(tr("Accept {label}").format(label=for_sentence(predictions[0].label)))
        else:
            self._accept.set_words(tr("Accept"))

    def show_sentence(self, text: str) -> None:
        """Say why there are no suggestions ("Classifying…"); the image can be labelled all the same."""
        self.show_predictions((), class_count=0)
        self._sentence.setText(text)
        self._sentence.setVisible(bool(text))

    def show_decision(self, text: str) -> None:
        """Say what was decided about the image ("magpie (corrected)"), nothing for no decision; safe to show."""
        self._decision.set_text(text or tr("none yet"))
        self._clear.setEnabled(bool(text))

    def set_last_label(self, name: str) -> None:
        """Take the label that "Same as last" gives; nothing where there is none yet."""
        label = for_sentence(name)
        self._again.set_words(tr("Same as last ({label})").format(label=label) if name else tr("Same as last"))
        self._again.setEnabled(bool(name))

    def set_letters(self, letters: Sequence[tuple[str, str]]) -> None:
        """Show the person's own letters, each with its label."""
        self.my_keys.set_letters([(letter, visible(label)) for letter, label in letters])

    @property
    def decision(self) -> str:
        """What is said about the image's decision."""
        return self._decision.text()

    @property
    def sentence(self) -> str:
        """The sentence in place of suggestions, or nothing."""
        return self._sentence.text() if not self._sentence.isHidden() else ""

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.set_colors(viewer_colors(theme_of(self.palette())))

    def sizeHint(self) -> QSize:
        return QSize(self.usual_width, super().sizeHint().height())

    def minimumSizeHint(self) -> QSize:
        """Wide enough for every button and the scroll bar: only lines are scrolled, never words."""
        column = self.widget()
        inside = column.minimumSizeHint().width() if column is not None else 0
        usual = self.fontMetrics().averageCharWidth() * _NARROWEST_IN_LETTERS
        width = max(usual, inside + self.verticalScrollBar().sizeHint().width())
        return QSize(width, super().minimumSizeHint().height())

    def _lay_out(self, column: QWidget) -> None:
        self._sentence.setWordWrap(True)
        decision = QHBoxLayout()
        decision.addWidget(plain_label(tr("Label"), bold=True))
        decision.addWidget(self._decision, 1)
        layout = QVBoxLayout(column)
        layout.setContentsMargins(14, 12, 14, 12)
        layout.setSpacing(_GAP_PX)
        layout.addLayout(decision)
        layout.addWidget(self._accept)
        layout.addWidget(self._sentence)
        layout.addWidget(self.suggestions)
        layout.addWidget(self._type)
        layout.addWidget(self._again)
        layout.addWidget(self._verdicts)
        layout.addSpacing(2 * _GAP_PX)
        layout.addWidget(self.my_keys)
        layout.addStretch(1)

    def _connect(self) -> None:
        for button, signal in (
            (self._accept, self.accept_requested),
            (self._type, self.type_requested),
            (self._again, self.again_requested),
            (self._unsure, self.unsure_requested),
            (self._reject, self.reject_requested),
            (self._clear, self.clear_requested),
        ):
            button.clicked.connect(signal)
        self.suggestions.nth_requested.connect(self.nth_requested)
        self.suggestions.suggestion_hovered.connect(self.suggestion_hovered)
        self.suggestions.suggestion_chosen.connect(self.suggestion_chosen)
        self.my_keys.letter_requested.connect(self.letter_requested)
        self.my_keys.letters_requested.connect(self.letters_requested)
