"""Let a person give letters to labels: find the label, press the letter."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QModelIndex, QObject, Qt, Signal, Slot
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QDialog,
    QDialogButtonBox,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QPushButton,
    QTableView,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from gui.action_table import ACTIONS, ActionId
from gui.labels import plain_label
from gui.plain_text import for_sentence
from gui.review.button_flow import ButtonFlow
from gui.review.letters import FREE_LETTERS, LetterKeys
from gui.review.letters_model import LETTER_COLUMN, LettersModel
from gui.theme import TARGET_PX
from gui.words import tr

_WIDTH_IN_LETTERS = 70
_ROWS = 12
_CLEARING_KEYS = frozenset({Qt.Key.Key_Delete, Qt.Key.Key_Backspace})
_LEAVING_SEARCH = frozenset({Qt.Key.Key_Down, Qt.Key.Key_Return, Qt.Key.Key_Enter})


def action_of_letter(letter: str) -> str | None:
    """What a letter without modifier does in the program, as its menu says it; None where it does nothing."""
    for row in ACTIONS:
        is_fixed = row.id is not ActionId.LABEL_CUSTOM
        if is_fixed and any(key.sequence.upper() == letter.upper() for key in row.keys):
            return tr(row.text).replace("&", "").removesuffix("...")
    return None


class LettersDialog(QDialog):
    """Labels in a table; a letter pressed in the table, or its button, is given to the current label at once.

    A letter that another label has is not taken without asking (E-407): Swap gives it, and the other label gets the
    letter that this one had.

    Signals:
        letters_changed(): `letters` changed.
    """

    letters_changed = Signal()

    def __init__(self, letters: LetterKeys, labels: Sequence[str], parent: QWidget | None = None) -> None:
        """Change `letters`; offer `labels`, own ones first."""
        super().__init__(parent)
        self.letters = letters
        self._asked: tuple[str, str] | None = None
        self._model = LettersModel(letters, self)
        self._search = QLineEdit()
        self._table = QTableView()
        self._told = plain_label()
        self._swap = QPushButton(tr("Swap"))
        self._other = QPushButton(tr("Choose another"))
        self._clear = QPushButton(tr("No key"))
        self._letter_buttons = [_letter_button(letter) for letter in FREE_LETTERS]
        self._close = QDialogButtonBox(QDialogButtonBox.StandardButton.Close)
        self.setWindowTitle(tr("My label keys"))
        self._prepare_table()
        self._lay_out()
        self._connect()
        self._model.set_labels(labels)
        self._go_to(0)
        self._tell(tr("Find a label, then press its letter."))

    @property
    def current_label(self) -> str | None:
        """The label that a letter would be given to."""
        return self._model.label_at(self._table.currentIndex().row())

    @property
    def told(self) -> str:
        """The sentence below the table."""
        return self._told.text()

    def give(self, letter: str) -> None:
        """Give a letter to the current label, or say why not (E-407) and offer what can be done."""
        label, letter = self.current_label, letter.upper()
        if label is None:
            self._tell(tr("Choose a label first."))
        elif letter not in FREE_LETTERS:
            action = action_of_letter(letter)
            usable = tr("These letters can be given: {letters}.").format(letters=" ".join(FREE_LETTERS))
            self._tell(f"{_conflict_text(letter, action)} {usable}" if action else usable)
        elif (owner := self.letters.conflict(letter, label)) is not None:
            self._asked = (letter, label)
            self._tell(_conflict_text(letter, for_sentence(owner)), can_swap=True)
        else:
            self.letters.assign(letter, label)
            self._changed(tr("{key} labels {label}.").format(key=letter, label=for_sentence(label)))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """In the table letters are keys to give; in the search, Down and Enter go to the table."""
        if isinstance(event, QKeyEvent) and event.type() == QEvent.Type.KeyPress:
            if watched is self._table:
                return self._take_key(event)
            if watched is self._search and event.key() in _LEAVING_SEARCH:
                self._table.setFocus(Qt.FocusReason.OtherFocusReason)
                return True
        return super().eventFilter(watched, event)

    def _take_key(self, event: QKeyEvent) -> bool:
        text = event.text()
        if event.key() in _CLEARING_KEYS:
            self._on_clear_clicked()
            return True
        with_modifier = event.modifiers() & ~(Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.KeypadModifier)
        if with_modifier or len(text) != 1 or not text.isalpha():
            return False
        if not event.isAutoRepeat():
            self.give(text)
        return True

    def _prepare_table(self) -> None:
        table = self._table
        table.setModel(self._model)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.setAccessibleName(tr("Labels and their keys"))
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(max(TARGET_PX, self.fontMetrics().height() + 8))
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        table.horizontalHeader().setSectionResizeMode(LETTER_COLUMN, QHeaderView.ResizeMode.ResizeToContents)
        table.horizontalHeader().setHighlightSections(False)
        table.horizontalHeader().setDefaultAlignment(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignVCenter)
        table.installEventFilter(self)

    def _lay_out(self) -> None:
        self._search.setPlaceholderText(tr("Find a label…"))
        self._search.setAccessibleName(tr("Find a label"))
        self._search.setClearButtonEnabled(True)
        self._search.setMinimumHeight(TARGET_PX)
        self._search.installEventFilter(self)
        self._told.setWordWrap(True)
        self._close.button(QDialogButtonBox.StandardButton.Close).setMinimumHeight(TARGET_PX)
        for button in (self._swap, self._other, self._clear):
            button.setAutoDefault(False)
            button.setMinimumSize(TARGET_PX, TARGET_PX)
        letters = ButtonFlow()
        letters.set_buttons((*self._letter_buttons, self._clear))
        answer = QHBoxLayout()
        answer.addWidget(self._told, 1)
        answer.addWidget(self._swap)
        answer.addWidget(self._other)
        column = QVBoxLayout(self)
        column.addWidget(self._search)
        column.addWidget(self._table, 1)
        column.addWidget(letters)
        column.addLayout(answer)
        column.addWidget(self._close)
        metrics = self.fontMetrics()
        rows = self._table.verticalHeader().defaultSectionSize() * _ROWS
        self.resize(metrics.averageCharWidth() * _WIDTH_IN_LETTERS, rows + metrics.height() * 10)

    def _connect(self) -> None:
        self._search.textChanged.connect(self._on_searched)
        self._table.selectionModel().currentRowChanged.connect(self._on_row_changed)
        self._swap.clicked.connect(self._on_swap_clicked)
        self._other.clicked.connect(self._on_other_clicked)
        self._clear.clicked.connect(self._on_clear_clicked)
        self._close.rejected.connect(self.reject)
        for button in self._letter_buttons:
            button.clicked.connect(self._on_letter_clicked)

    def _go_to(self, row: int) -> None:
        if 0 <= row < self._model.rowCount():
            self._table.setCurrentIndex(self._model.index(row, 0))

    def _tell(self, text: str, *, can_swap: bool = False) -> None:
        if not can_swap:
            self._asked = None
        self._told.setText(text)
        self._swap.setVisible(can_swap)
        self._other.setVisible(can_swap)

    def _changed(self, text: str) -> None:
        self._model.tell_letters_changed()
        self._tell(text)
        self.letters_changed.emit()

    @Slot(str)
    def _on_searched(self, text: str) -> None:
        self._model.search(text)
        self._go_to(0)

    @Slot(QModelIndex, QModelIndex)
    def _on_row_changed(self) -> None:
        self._tell("")

    @Slot()
    def _on_letter_clicked(self) -> None:
        button = self.sender()
        if isinstance(button, QToolButton):
            self.give(button.text())

    @Slot()
    def _on_swap_clicked(self) -> None:
        if self._asked is None:
            return
        done = self.letters.swap(*self._asked)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        sentence = tr("{key} labels {label}, no longer {other}.")
        if done.released:
            sentence = tr("{key} labels {label} now, and {other_key} labels {other}.")
        names = {"label": for_sentence(done.label), "other": for_sentence(done.taken_from)}
        self._changed(sentence.format(key=done.letter, other_key=done.released, **names))

    @Slot()
    def _on_other_clicked(self) -> None:
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        self._tell(tr("Press another letter."))

    @Slot()
    def _on_clear_clicked(self) -> None:
        label = self.current_label
        letter = self.letters.letter(label) if label is not None else None
        if label is not None and letter is not None:
            self.letters.clear(letter)
            self._changed(tr("{key} labels nothing now.").format(key=letter))


def _letter_button(letter: str) -> QToolButton:
    button = QToolButton()
    button.setText(letter)
    button.setAccessibleName(tr("Give key {key}").format(key=letter))
    button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
    button.setMinimumSize(TARGET_PX + 4, TARGET_PX + 2)
    return button


def _conflict_text(letter: str, action: str) -> str:
    return tr("The key {key} is used by {action}.").format(key=letter, action=action)
