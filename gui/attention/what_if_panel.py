"""Offer a brush that hides parts of the picture, and show what the network says of what is left."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal, Slot
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QToolButton, QVBoxLayout, QWidget

from gui.attention.what_if_bars import ChangeBars, ChangeRow
from gui.attention.what_if_pair import BeforeAfter
from gui.labels import plain_label
from gui.still_controls import StillBox, StillSlider
from gui.theme import TARGET_PX
from gui.words import tr

SIZES = (4, 60)
"""Diameters of the brush, in percent of the shorter side of what the network saw."""

USUAL_SIZE = 18
_STEP = 4


class WhatIfPanel(QWidget):
    """The controls and results of painting. What is painted, and what is said of it, is decided elsewhere.

    Signals:
        brush_wanted(bool): the person takes the brush, or puts it away.
        size_changed(int): diameter of the brush, in percent of the shorter side of what the network saw.
        filling_chosen(filling: str): what is painted: blur, grey or noise.
        undo_requested(): the last stroke is to go.
        redo_requested(): it is to come back.
        restart_requested(): everything painted is to go.
    """

    brush_wanted = Signal(bool)
    size_changed = Signal(int)
    filling_chosen = Signal(str)
    undo_requested = Signal()
    redo_requested = Signal()
    restart_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._brush = QCheckBox(tr("Brush"), self)
        # Push buttons have a least width, and three of them would widen the column.
        self._undo, self._redo, self._restart = (QToolButton(self) for _ in range(3))
        self._size = StillSlider(Qt.Orientation.Horizontal, self)
        self._fillings = StillBox(self)
        self._sentence = plain_label(secondary=True)
        self.bars = ChangeBars(self)
        self._pair = BeforeAfter(self)
        self._prepare()
        self._lay_out()
        self._brush.toggled.connect(self.brush_wanted)
        self._size.valueChanged.connect(self.size_changed)
        self._fillings.activated.connect(self._on_activated)
        self._undo.clicked.connect(self.undo_requested)
        self._redo.clicked.connect(self.redo_requested)
        self._restart.clicked.connect(self.restart_requested)
        self.show_nothing()
        self.set_steps(can_undo=False, can_redo=False, can_restart=False)

    @property
    def has_brush(self) -> bool:
        """Whether the brush is in the person's hand."""
        return self._brush.isChecked()

    def take_brush(self, *, taken: bool) -> None:
        """Take the brush or put it away; tells it, as a click would."""
        self._brush.setChecked(taken and self._brush.isEnabled())

    @property
    def brush_size(self) -> int:
        """Diameter of the brush, in percent of the shorter side of what the network saw."""
        return self._size.value()

    def step_size(self, steps: int) -> None:
        """Make the brush larger, or smaller; tells it, as the slider would."""
        self._size.setValue(self._size.value() + steps * _STEP)

    @property
    def filling(self) -> str:
        """What is painted."""
        return str(self._fillings.currentData())

    def set_available(self, available: bool) -> None:
        """Allow or refuse to paint."""
        if not available:
            self._brush.setChecked(False)
        self._brush.setEnabled(available)

    def set_steps(self, *, can_undo: bool, can_redo: bool, can_restart: bool) -> None:
        """Enable the buttons that make sense now."""
        self._undo.setEnabled(can_undo)
        self._redo.setEnabled(can_redo)
        self._restart.setEnabled(can_restart)

    def say(self, text: str) -> None:
        """Say something below."""
        self._sentence.setText(text)
        self._sentence.setVisible(bool(text))

    def show_nothing(self) -> None:
        """Nothing is painted."""
        self.bars.hide()
        self._pair.hide()

    def show_changes(self, rows: Sequence[ChangeRow], before: QImage, now: QImage) -> None:
        """Show scores and pictures, before and now."""
        self.bars.show_rows(rows)
        self._pair.show_pictures(before, now)
        self.bars.show()
        self._pair.show()

    def words(self) -> str:
        """All that is shown, in words."""
        lines = [] if self.bars.isHidden() else self.bars.lines()
        return "\n".join([*lines, self._sentence.text()])

    def _prepare(self) -> None:
        for button, text in (
            (self._undo, tr("Undo")),
            (self._redo, tr("Redo")),
            (self._restart, tr("Start again")),
        ):
            button.setText(text)
        self._brush.setToolTip(
            tr("Paint over a part of the picture on screen and see what the network says of the rest.")
        )
        self._size.setRange(*SIZES)
        self._size.setValue(USUAL_SIZE)
        self._size.setPageStep(_STEP)
        self._size.setAccessibleName(tr("Size of the brush"))
        self._size.setToolTip(tr("Size of the brush. With the brush in hand the keys [ and ] change it."))
        for name, text in (("blur", tr("blur")), ("grey", tr("grey")), ("noise", tr("noise"))):
            self._fillings.addItem(text, name)
        self._fillings.setAccessibleName(tr("What is painted"))
        self._sentence.setWordWrap(True)
        for widget in (self._brush, self._undo, self._redo, self._restart, self._size, self._fillings):
            widget.setMinimumHeight(TARGET_PX)

    def _lay_out(self) -> None:
        steps = QHBoxLayout()
        steps.addWidget(self._undo)
        steps.addWidget(self._redo)
        steps.addWidget(self._restart)
        steps.addStretch(1)
        tools = QHBoxLayout()
        tools.addWidget(self._brush)
        tools.addWidget(self._fillings)
        tools.addWidget(self._size, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(tools)
        column.addLayout(steps)
        column.addWidget(self._sentence)
        column.addWidget(self.bars)
        column.addWidget(self._pair)

    @Slot(int)
    def _on_activated(self, row: int) -> None:
        self.filling_chosen.emit(str(self._fillings.itemData(row)))
