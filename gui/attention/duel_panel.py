"""Ask why one class and not another: choose the other, read what decides, and have it confirmed by a real run."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QCheckBox, QComboBox, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.labels import plain_label
from gui.plain_text import for_menu
from gui.theme import TARGET_PX
from gui.words import tr

_LETTERS = 18


class DuelPanel(QWidget):
    """The controls and words of a duel. What is said is decided elsewhere.

    Signals:
        wanted_changed(bool): the person wants the comparison, or no longer.
        rival_chosen(int): the class to compare with.
        confirm_requested(): the deciding cells are to be hidden in a real run.
    """

    wanted_changed = Signal(bool)
    rival_chosen = Signal(int)
    confirm_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._wanted = QCheckBox(tr("Compare with"), self)
        self._rivals = QComboBox(self)
        self._account, self._cells, self._confirmed = plain_label(), plain_label(), plain_label()
        self._confirm = QPushButton(tr("Hide these cells and ask again"), self)
        self._rivals.setAccessibleName(tr("The class to compare with"))
        self._rivals.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._rivals.setMinimumContentsLength(_LETTERS)
        self._confirm.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._confirm.setToolTip(
            tr("Runs the network once on the picture with the hatched cells blurred, and says what it then thinks.")
        )
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        for widget in (self._wanted, self._rivals, self._confirm):
            widget.setMinimumHeight(TARGET_PX)
        for words in (self._account, self._cells, self._confirmed):
            words.setWordWrap(True)
        for part in (self._wanted, self._rivals, self._account, self._cells, self._confirm, self._confirmed):
            column.addWidget(part)
        self.say("", "", can_confirm=False)
        self._wanted.toggled.connect(self.wanted_changed)
        self._rivals.activated.connect(self._on_activated)
        self._confirm.clicked.connect(self.confirm_requested)

    @property
    def is_wanted(self) -> bool:
        """Whether the comparison is on."""
        return self._wanted.isChecked()

    def set_wanted(self, wanted: bool) -> None:
        """Switch the comparison; tells it, as a click would."""
        self._wanted.setChecked(wanted)

    def set_rivals(self, classes: Sequence[tuple[int, str]], chosen: int) -> None:
        """Offer these classes (index, name); tells nobody."""
        self._rivals.clear()
        for index, name in classes:
            self._rivals.addItem(for_menu(name), index)
        self._rivals.setCurrentIndex(self._rivals.findData(chosen))

    def set_available(self, available: bool) -> None:
        """Allow or refuse the comparison: it needs the maps of all classes."""
        self._wanted.setEnabled(available)
        self._rivals.setEnabled(available)

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

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.rival_chosen.emit(int(self._rivals.itemData(row)))
