"""Let a person filter by score, from one whole percent to another."""

from __future__ import annotations

from PySide6.QtCore import QTimer, Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QSpinBox, QWidget

from gui.gallery_bar.text_filter import DELAY_MS
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import tr

_LEAST, _MOST = 0, 100


class ScoreRange(QWidget):
    """Two numbers in percent; 0 and 100 stand for no limit, so images without a score pass too.

    Signals:
        range_wanted(lowest: float | None, highest: float | None): filter by these scores 0...1, both ends included.
    """

    range_wanted = Signal(object, object)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._lowest: float | None = None
        self._highest: float | None = None
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(DELAY_MS)
        self._delay.timeout.connect(self._tell)
        self._from = _percent_box(_LEAST, tr("Lowest score in percent"))
        self._to = _percent_box(_MOST, tr("Highest score in percent"))
        self._from.valueChanged.connect(self._on_from_changed)
        self._to.valueChanged.connect(self._on_to_changed)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        title, between = plain_label(tr("Score")), plain_label(tr("to"))
        title.setBuddy(self._from)
        between.setBuddy(self._to)
        for widget in (title, self._from, between, self._to):
            row.addWidget(widget)

    def set_range(self, lowest: float | None, highest: float | None) -> None:
        """Show the scores of the filter in force; what is being changed meanwhile stays."""
        if self._delay.isActive():
            return
        self._lowest, self._highest = lowest, highest
        _show(self._from, _LEAST if lowest is None else round(lowest * 100))
        _show(self._to, _MOST if highest is None else round(highest * 100))

    @Slot(int)
    def _on_from_changed(self, percent: int) -> None:
        self._lowest = percent / 100 if percent > _LEAST else None
        if percent > self._to.value():
            _show(self._to, percent)
            self._highest = percent / 100 if percent < _MOST else None
        self._delay.start()

    @Slot(int)
    def _on_to_changed(self, percent: int) -> None:
        self._highest = percent / 100 if percent < _MOST else None
        if percent < self._from.value():
            _show(self._from, percent)
            self._lowest = percent / 100 if percent > _LEAST else None
        self._delay.start()

    @Slot()
    def _tell(self) -> None:
        self.range_wanted.emit(self._lowest, self._highest)


def _percent_box(value: int, name: str) -> QSpinBox:
    box = QSpinBox()
    box.setRange(_LEAST, _MOST)
    box.setSingleStep(5)
    box.setSuffix(tr(" %"))
    box.setValue(value)
    box.setMinimumHeight(TARGET_PX + 2)
    box.setAccessibleName(name)
    box.setToolTip(name)
    # While a number is typed its first digits mean nothing.
    box.setKeyboardTracking(False)
    return box


def _show(box: QSpinBox, percent: int) -> None:
    was_blocked = box.blockSignals(True)
    box.setValue(percent)
    box.blockSignals(was_blocked)
