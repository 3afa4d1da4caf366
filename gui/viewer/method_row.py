"""Let a person choose by which method a map is made, of which stage, and whether the average class is left out."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QStandardItem, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QHBoxLayout,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from gui.labels import plain_label
from gui.plain_text import for_tooltip
from gui.progress_bar import ProgressBar
from gui.still_controls import StillBox
from gui.theme import TARGET_PX
from gui.viewer.map_choice import EVIDENCE, STAGE_METHODS, MapChoice, method_name
from gui.words import tr
from inference.attention.methods import FACTS, Method

_STAGE_LETTERS = 4
_GAP = 4
_UNKNOWN = -1
"""Stands in the list of stages while nobody knows which there are."""

_LAST = 0
"""The last stage, of which the network's own feature map is."""


class MethodRow(QWidget):
    """One row of choices; below it words, progress and a way to stop, where there is something to say.

    Signals:
        choice_changed(choice: MapChoice): the person wants another kind of map.
        stages_wanted(): the person wants an earlier stage, and nobody knows yet which there are.
        run_requested(): the network may be run for the chosen method.
        stop_requested(): the person waits no longer.
    """

    choice_changed = Signal(object)
    stages_wanted = Signal()
    run_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._choice = EVIDENCE
        self._is_available = True
        self._methods, self._stages = StillBox(self), StillBox(self)
        self._method_items = QStandardItemModel(self)
        self._stage_items = QStandardItemModel(self)
        self._relative = QCheckBox(tr("Relative"), self)
        self._words, self._state = plain_label(), plain_label()
        self._progress = ProgressBar(self)
        self._run, self._stop = QPushButton(tr("Make this map"), self), QPushButton(tr("Stop"), self)
        self._lay_out()
        self._fill_methods()
        self.set_stages(())
        self.say("")
        self.tell("")
        self.offer_run(offered=False)
        self.set_busy(busy=False)
        self._methods.activated.connect(self._on_method_chosen)
        self._stages.activated.connect(self._on_stage_chosen)
        self._relative.clicked.connect(self._on_relative_clicked)
        self._run.clicked.connect(self.run_requested)
        self._stop.clicked.connect(self.stop_requested)

    @property
    def choice(self) -> MapChoice:
        """What is chosen now."""
        return self._choice

    def choose(self, choice: MapChoice) -> None:
        """Choose as a person would; what the method does not have is left out."""
        possible = choice.possible
        if possible != self._choice:
            self._choice = possible
            self._show_choice()
            self.choice_changed.emit(possible)
        else:
            self._show_choice()

    def set_stages(self, earlier: Sequence[int]) -> None:
        """Offer these earlier stages, the finest last; none: they are found out when somebody asks."""
        self._stage_items.clear()
        self._add(self._stage_items, tr("Last"), _LAST)
        for number in earlier:
            self._add(self._stage_items, tr("Stage {number}").format(number=number), number)
        if not earlier:
            self._add(self._stage_items, tr("Earlier\N{HORIZONTAL ELLIPSIS}"), _UNKNOWN)
        self._show_choice()

    def set_available(self, available: bool) -> None:
        """Allow or refuse other maps than the evidence: they need the feature map and the head."""
        self._is_available = available
        self._show_choice()

    def say(self, text: str) -> None:
        """Say what must be said of the map on screen; empty for nothing."""
        self._words.setText(text)
        self._words.setVisible(bool(text))

    def tell(self, text: str) -> None:
        """Say what is being done for the choices, or why one cannot be made; empty for nothing."""
        self._state.setText(text)
        self._state.setVisible(bool(text))

    def offer_run(self, *, offered: bool) -> None:
        """Offer to run the network for the chosen method, or no longer."""
        self._run.setVisible(offered)

    def set_busy(self, *, busy: bool) -> None:
        """Runs are under way, or over."""
        self._progress.show_progress(0, 0)
        self._progress.setVisible(busy)
        self._stop.setVisible(busy)

    def set_progress(self, done: int, total: int) -> None:
        """So many runs of the network were made."""
        self._progress.show_progress(done, total)

    @property
    def can_stop(self) -> bool:
        """Whether something is under way that can be stopped."""
        return not self._stop.isHidden()

    @property
    def offers_run(self) -> bool:
        """Whether the network can be asked to run."""
        return not self._run.isHidden()

    def words(self) -> str:
        """What is said."""
        return " ".join(label.text() for label in (self._state, self._words) if not label.isHidden())

    def _lay_out(self) -> None:
        for box, items, name in (
            (self._methods, self._method_items, tr("How the map is made")),
            (self._stages, self._stage_items, tr("Stage of the network")),
        ):
            box.setModel(items)
            box.setAccessibleName(name)
            box.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        # One method cut short reads like another one.
        self._methods.setSizeAdjustPolicy(StillBox.SizeAdjustPolicy.AdjustToContents)
        self._stages.setSizeAdjustPolicy(StillBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self._stages.setMinimumContentsLength(_STAGE_LETTERS)
        for widget in (self._methods, self._stages, self._relative, self._run, self._stop):
            widget.setMinimumHeight(TARGET_PX)
        self._run.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        self._relative.setAccessibleDescription(tr("Compare with the average class"))
        for words in (self._state, self._words):
            words.setWordWrap(True)
        choices, waiting = QHBoxLayout(), QHBoxLayout()
        choices.setSpacing(_GAP)
        for choice, stretch in ((self._methods, 1), (self._stages, 1), (self._relative, 0)):
            choices.addWidget(choice, stretch)
        waiting.addWidget(self._progress, 1)
        waiting.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(choices)
        for part in (self._state, self._words, self._run):
            column.addWidget(part)
        column.addLayout(waiting)

    def _fill_methods(self) -> None:
        for method in Method:
            self._add(self._method_items, method_name(method), method.value)

    def _add(self, items: QStandardItemModel, text: str, data: int | str) -> None:
        item = QStandardItem(text)
        item.setData(data, Qt.ItemDataRole.UserRole)
        items.appendRow(item)

    def _show_choice(self) -> None:
        """Show what is chosen, and of the rest what goes with it; the reasons are tool tips."""
        choice = self._choice
        with QSignalBlocker(self._methods), QSignalBlocker(self._stages), QSignalBlocker(self._relative):
            self._methods.setCurrentIndex(self._methods.findData(choice.method.value))
            self._stages.setCurrentIndex(self._stages.findData(choice.stage or _LAST))
            self._relative.setChecked(choice.relative)
        for row, method in enumerate(Method):
            reason = "" if choice.stage is None or method in STAGE_METHODS else _last_stage_only(method)
            _allow(self._method_items.item(row), reason, FACTS[method].paper)
        for row in range(1, self._stage_items.rowCount()):
            reason = "" if choice.method in STAGE_METHODS else _last_stage_only(choice.method)
            _allow(self._stage_items.item(row), reason, tr("Finer cells, which mean less by themselves."))
        self._methods.setEnabled(self._is_available)
        self._stages.setEnabled(self._is_available)
        self._relative.setEnabled(self._is_available and choice.can_be_relative)
        self._methods.setToolTip(for_tooltip(FACTS[choice.method].paper))
        self._stages.setToolTip(
            for_tooltip(
                tr("Earlier stages have finer cells.")
                if choice.method in STAGE_METHODS
                else _last_stage_only(choice.method)
            )
        )
        self._relative.setToolTip(for_tooltip(_relative_words(choice)))

    @Slot(int)
    def _on_method_chosen(self, row: int) -> None:
        method = Method(self._methods.itemData(row))
        self.choose(MapChoice(method, self._choice.stage, self._choice.relative))

    @Slot(int)
    def _on_stage_chosen(self, row: int) -> None:
        number = int(self._stages.itemData(row))
        if number == _UNKNOWN:
            self._show_choice()
            self.stages_wanted.emit()
        else:
            self.choose(MapChoice(self._choice.method, number or None, self._choice.relative))

    @Slot(bool)
    def _on_relative_clicked(self, relative: bool) -> None:
        self.choose(MapChoice(self._choice.method, self._choice.stage, relative))


def _allow(item: QStandardItem, refusal: str, tip: str) -> None:
    item.setEnabled(not refusal)
    item.setToolTip(for_tooltip(refusal or tip))


def _last_stage_only(method: Method) -> str:
    return tr("{method} is made of the last stage only.").format(method=method_name(method))


def _relative_words(choice: MapChoice) -> str:
    if choice.can_be_relative:
        return tr("Leave out what speaks for all classes alike: softmax sees only differences between logits.")
    return tr("{method} does not use the classes' weights, so it cannot be compared with their average.").format(
        method=method_name(choice.method)
    )
