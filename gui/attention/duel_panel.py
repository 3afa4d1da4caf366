"""Ask why one class and not another: choose the other, read what decides, and have it confirmed by a real run."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.labels import plain_label
from gui.plain_text import for_menu
from gui.still_controls import StillBox
from gui.theme import TARGET_PX
from gui.viewer.class_search import ClassSearch
from gui.words import tr

_LETTERS = 18


class DuelPanel(QWidget):
    """The controls and words of a duel. What is said is decided elsewhere.

    Signals:
        wanted_changed(bool): the person wants the comparison, or no longer.
        rival_chosen(int): the class to compare with.
        swap_requested(): the two classes are to change places.
        confirm_requested(): the deciding cells are to be hidden in a real run.
    """

    wanted_changed = Signal(bool)
    rival_chosen = Signal(int)
    swap_requested = Signal()
    confirm_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = QCheckBox(tr("Compare with"), self)
        self._rivals = StillBox(self)
        self._swap = QPushButton(tr("Swap"), self)
        self._search = ClassSearch(self)
        self._account, self._cells, self._confirmed = plain_label(), plain_label(), plain_label()
        self._confirm = QPushButton(tr("Hide these cells and ask again"), self)
        self._prepare()
        self._lay_out()
        self.say("", "", can_confirm=False)
        self._wanted.toggled.connect(self.wanted_changed)
        self._rivals.activated.connect(self._on_activated)
        self._search.class_chosen.connect(self.rival_chosen)
        self._swap.clicked.connect(self.swap_requested)
        self._confirm.clicked.connect(self.confirm_requested)

    @property
    def is_wanted(self) -> bool:
        """Whether the comparison is on."""
        return self._wanted.isChecked()

    def set_wanted(self, wanted: bool) -> None:
        """Switch the comparison; tells it, as a click would."""
        self._wanted.setChecked(wanted)

    def choose_rival(self, class_index: int) -> None:
        """Compare with this class; tells it, as a choice in the panel would."""
        self.rival_chosen.emit(class_index)

    def set_classes(self, names: Iterable[str]) -> None:
        """Let a person search among these, in class order."""
        self._search.set_classes(names)

    def set_rivals(self, classes: Sequence[tuple[int, str]], chosen: int) -> None:
        """Offer these classes (index, name); tells nobody."""
        self._rivals.clear()
        for index, name in classes:
            self._rivals.addItem(for_menu(name), index)
        self._rivals.setCurrentIndex(self._rivals.findData(chosen))
        self._swap.setEnabled(True)

    def clear_rivals(self) -> None:
        """Offer none: those that were offered are of another picture, or nothing is compared."""
        self._rivals.clear()
        self._swap.setEnabled(False)

    def set_available(self, available: bool) -> None:
        """Allow or refuse the comparison: it needs the maps of all classes."""
        for widget in (self._wanted, self._rivals, self._search):
            widget.setEnabled(available)
        self._swap.setEnabled(False)

    def say(self, account: str, cells: str, *, can_confirm: bool) -> None:
        """Say how the gap comes about and which cells decide it; what was confirmed is forgotten."""
        self._account.setText(account)
        self._cells.setText(cells)
        self._account.setVisible(bool(account))
        self._cells.setVisible(bool(cells))
        self._confirm.setVisible(can_confirm)
        self._confirm.setEnabled(can_confirm)
        self.say_confirmed("")

    def say_confirmed(self, text: str) -> None:
        """Say what the real run said."""
        self._confirmed.setText(text)
        self._confirmed.setVisible(bool(text))

    def set_busy(self, busy: bool) -> None:
        """A run is under way."""
        self._confirm.setEnabled(not busy)

    def words(self) -> str:
        """All sentences that are shown."""
        labels = (self._account, self._cells, self._confirmed)
        return " ".join(label.text() for label in labels if not label.isHidden())

    def _prepare(self) -> None:
        self._rivals.setAccessibleName(tr("The class to compare with"))
        self._rivals.setSizeAdjustPolicy(StillBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._rivals.setMinimumContentsLength(_LETTERS)
        self._search.setPlaceholderText(tr("Compare with any class…"))
        self._search.setAccessibleName(tr("Find a class to compare with"))
        self._swap.setToolTip(tr("Ask the other way round: why the other class and not this one?"))
        self._confirm.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._confirm.setToolTip(
            tr("Runs the network once on the picture with the hatched cells blurred, and says what it then thinks.")
        )
        for widget in (self._wanted, self._rivals, self._swap, self._search, self._confirm):
            widget.setMinimumHeight(TARGET_PX)
        self._swap.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def _lay_out(self) -> None:
        first = QHBoxLayout()
        first.addWidget(self._wanted, 1)
        first.addWidget(self._swap)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for words in (self._account, self._cells, self._confirmed):
            words.setWordWrap(True)
        column.addLayout(first)
        for part in (self._rivals, self._search, self._account, self._cells, self._confirm, self._confirmed):
            column.addWidget(part)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.rival_chosen.emit(int(self._rivals.itemData(row)))
