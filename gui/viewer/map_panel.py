"""Let a person choose how the map is drawn, and say in words what it cannot show."""

from __future__ import annotations

from PySide6.QtCore import QSignalBlocker, Qt, Signal, Slot
from PySide6.QtGui import QFont
from PySide6.QtWidgets import QButtonGroup, QCheckBox, QGridLayout, QLabel, QRadioButton, QVBoxLayout, QWidget

from gui.labels import ElidedLabel, plain_label
from gui.theme import TARGET_PX
from gui.viewer.map_mode import MapMode, MapRemark
from gui.viewer.method_row import MethodRow
from gui.viewer.number_texts import percent_text
from gui.viewer.strength_slider import StrengthSlider
from inference.texts import visible

_MODES = tuple(MapMode)
_MODES_IN_A_ROW = 3


class MapPanel(QWidget):
    """The controls of the map.

    Attributes:
        methods: which kind of map it is.

    Signals:
        mode_changed(MapMode): the person wants the map drawn like this.
        strength_changed(float): the person wants the map this strong, 0...1.
        outline_changed(bool): the person wants lines over the colours, or no longer.
    """

    mode_changed = Signal(MapMode)
    strength_changed = Signal(float)
    outline_changed = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_available = True
        self._group = QButtonGroup(self)
        self._buttons = {
            MapMode.EVIDENCE: QRadioButton(self.tr("Evidence"), self),
            MapMode.HEAT: QRadioButton(self.tr("Heat"), self),
            MapMode.SPOTLIGHT: QRadioButton(self.tr("Spotlight"), self),
            MapMode.OUTLINE: QRadioButton(self.tr("Outline"), self),
            MapMode.OFF: QRadioButton(self.tr("Off"), self),
        }
        self._outline = QCheckBox(self.tr("+ Outline"), self)
        self.methods = MethodRow(self)
        self._slider = StrengthSlider(self)
        self._percent = plain_label()
        self._class = ElidedLabel(self)
        self._remark, self._notice = plain_label(), plain_label()
        self._lay_out()
        self._buttons[MapMode.EVIDENCE].setChecked(True)
        self._buttons[MapMode.EVIDENCE].setToolTip(
            self.tr("Orange speaks for the class, blue against it; clear parts say nothing.")
        )
        self._buttons[MapMode.HEAT].setToolTip(self.tr("Only what speaks for the class, brighter for more."))
        self._buttons[MapMode.SPOTLIGHT].setToolTip(
            self.tr("The photo keeps its colours where something speaks for the class.")
        )
        self._buttons[MapMode.OUTLINE].setToolTip(
            self.tr("Lines at 50 % and 80 % of the strongest evidence for the class.")
        )
        self._outline.setToolTip(self.tr("Draw the lines of Outline over the colours, too."))
        self._outline.setAccessibleName(self.tr("Outline over the colours"))
        self._show_mode(MapMode.EVIDENCE)
        self._show_percent()
        self._group.idClicked.connect(self._on_mode_clicked)
        self._slider.strength_changed.connect(self._on_strength_changed)
        self._outline.toggled.connect(self.outline_changed)

    @property
    def mode(self) -> MapMode:
        """How the map is drawn now."""
        return _MODES[self._group.checkedId()]

    @property
    def has_outline(self) -> bool:
        """Whether lines are wanted over the colours."""
        return self._outline.isChecked()

    @property
    def strength(self) -> float:
        """How strong the map is now, 0...1."""
        return self._slider.strength

    def set_mode(self, mode: MapMode) -> None:
        """Show this mode as the chosen one; tells nobody."""
        self._buttons[mode].setChecked(True)
        self._show_mode(mode)

    def set_outline(self, outline: bool) -> None:
        """Show lines over the colours as wanted, or as not; tells nobody."""
        with QSignalBlocker(self._outline):
            self._outline.setChecked(outline)

    @Slot()
    def toggle_outline(self) -> None:
        """Want lines over the colours, or no longer, as a person would by a click; where the mode has colours."""
        if self._outline.isEnabled():
            self._outline.toggle()

    def set_strength(self, strength: float) -> None:
        """Show this strength (0...1); tells nobody."""
        self._slider.set_strength(strength)
        self._show_percent()

    def step_strength(self, steps: int) -> None:
        """Make the map stronger (above 0) or weaker (below 0), as a person would with the arrow keys."""
        self._slider.setValue(self._slider.value() + steps * self._slider.singleStep())

    def set_class_name(self, name: str) -> None:
        """Say whose map is on screen; empty for none."""
        self._class.set_text(visible(name))

    def set_remark(self, remark: MapRemark) -> None:
        """Say what must be said of the map on screen."""
        texts = {
            MapRemark.NONE: "",
            MapRemark.FLAT: self.tr("The evidence is spread evenly; no area stands out."),
            MapRemark.SAME: self.tr("The features are the same everywhere; no area stands out."),
            MapRemark.SAME_AGAINST: self.tr(
                "The features are the same everywhere, and the evidence is against this class."
            ),
            MapRemark.NOTHING: self.tr("No cell speaks for this class or against it."),
            MapRemark.NOTHING_FOR: self.tr(
                "Nothing speaks for this class; this map leaves out what speaks against it."
            ),
            MapRemark.AGAINST: self.tr("The evidence is against this class."),
            MapRemark.INVALID: self.tr("The model gave no valid numbers for this map."),
            MapRemark.BEST_CLASSES_ONLY: self.tr("This model has maps of its five best classes only."),
        }
        _show(self._remark, texts[remark])

    def set_notice(self, text: str) -> None:
        """Say what holds for all maps of this model (that they are approximate, for example); empty for nothing."""
        _show(self._notice, text)

    def set_available(self, available: bool) -> None:
        """Allow or refuse the controls; `set_notice` says why a model has no maps."""
        for button in self._buttons.values():
            button.setEnabled(available)
        self._is_available = available
        self._show_mode(self.mode)

    def words(self) -> str:
        """All sentences that are shown."""
        return " ".join(label.text() for label in (self._remark, self._notice) if not label.isHidden())

    def _lay_out(self) -> None:
        modes = QGridLayout()
        for number, mode in enumerate(_MODES):
            self._group.addButton(self._buttons[mode], number)
            self._buttons[mode].setMinimumHeight(TARGET_PX)
            modes.addWidget(self._buttons[mode], number // _MODES_IN_A_ROW, number % _MODES_IN_A_ROW)
        modes.addWidget(self._outline, *divmod(len(_MODES), _MODES_IN_A_ROW))
        self._outline.setMinimumHeight(TARGET_PX)
        modes.setColumnStretch(_MODES_IN_A_ROW, 1)
        strength_name, class_name = plain_label(self.tr("Strength")), plain_label(self.tr("for:"))
        strength_name.setBuddy(self._slider)
        bold = QFont(self._class.font())
        bold.setBold(True)
        self._class.setFont(bold)
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance(percent_text(1.0)))
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        rows = QGridLayout()
        rows.addWidget(strength_name, 0, 0)
        rows.addWidget(self._slider, 0, 1)
        rows.addWidget(self._percent, 0, 2)
        rows.addWidget(class_name, 1, 0)
        rows.addWidget(self._class, 1, 1, 1, 2)
        rows.setColumnStretch(1, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(modes)
        column.addLayout(rows)
        column.addWidget(self.methods)
        for words in (self._remark, self._notice):
            words.setWordWrap(True)
            words.hide()
            column.addWidget(words)

    def _show_mode(self, mode: MapMode) -> None:
        """Allow what the mode has: strength, and lines besides its colours."""
        self._slider.setEnabled(self._is_available and mode.has_strength)
        self._outline.setEnabled(self._is_available and mode.has_strength)

    def _show_percent(self) -> None:
        percent = self._slider.value()
        self._percent.setText(f"{percent}\N{NO-BREAK SPACE}%")

    @Slot(int)
    def _on_mode_clicked(self, number: int) -> None:
        mode = _MODES[number]
        self._show_mode(mode)
        self.mode_changed.emit(mode)

    @Slot(float)
    def _on_strength_changed(self, strength: float) -> None:
        self._show_percent()
        self.strength_changed.emit(strength)


def _show(label: QLabel, text: str) -> None:
    label.setText(text)
    label.setVisible(bool(text))
