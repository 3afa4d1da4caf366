"""Set how strongly the map covers the picture."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QMouseEvent
from PySide6.QtWidgets import QSlider, QWidget

from gui.theme import TARGET_PX

USUAL_PERCENT = 60
_STEP_PERCENT = 5
_PAGE_PERCENT = 20


class StrengthSlider(QSlider):
    """A slider of 0 to 100 % that a double click takes back to the usual 60 %.

    Signals:
        strength_changed(float): 0...1.
    """

    strength_changed = Signal(float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(Qt.Orientation.Horizontal, parent)
        self.setRange(0, 100)
        self.setSingleStep(_STEP_PERCENT)
        self.setPageStep(_PAGE_PERCENT)
        self.setValue(USUAL_PERCENT)
        self.setMinimumHeight(TARGET_PX)
        self.setAccessibleName(self.tr("Map strength"))
        self.setToolTip(self.tr("How strongly the map covers the picture. Double click: 60 %."))
        self.valueChanged.connect(self._on_value_changed)

    @property
    def strength(self) -> float:
        """0...1."""
        return self.value() / 100

    def set_strength(self, strength: float) -> None:
        """Show this strength (0...1); tells nobody."""
        blocked = self.blockSignals(True)
        self.setValue(round(strength * 100))
        self.blockSignals(blocked)
        self.update()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.setValue(USUAL_PERCENT)
        event.accept()

    @Slot(int)
    def _on_value_changed(self, value: int) -> None:
        self.strength_changed.emit(value / 100)
