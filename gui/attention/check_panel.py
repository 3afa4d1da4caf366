"""Offer to check the map on screen against the network, and show what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.attention.curve_chart import CurveChart, Points
from gui.labels import plain_label
from gui.theme import TARGET_PX
from gui.words import tr


class CheckPanel(QWidget):
    """The controls and results of a check. What is checked is decided elsewhere.

    Signals:
        check_requested(filling: str): the person wants the map checked; hidden cells show blur, grey or noise.
        stop_requested(): the person waits no longer.
    """

    check_requested = Signal(str)
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._fillings = QComboBox(self)
        for name, text in (("blur", tr("blurred")), ("grey", tr("grey")), ("noise", tr("noise"))):
            self._fillings.addItem(text, name)
        self._fillings.setAccessibleName(tr("What hidden cells show"))
        self._check = QPushButton(tr("Check this map"), self)
        self._check.setToolTip(
            tr("Hides what the map calls strongest, runs the network on the changed picture, and sees if it minds.")
        )
        self._stop = QPushButton(tr("Stop"), self)
        self._progress = QProgressBar(self)
        self._badge, self._curves, self._sanity = plain_label(), plain_label(), plain_label()
        self._chart = CurveChart(self)
        row = QHBoxLayout()
        row.addWidget(plain_label(tr("Hidden cells:")))
        row.addWidget(self._fillings, 1)
        self._check.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        column.addWidget(self._check)
        waiting = QHBoxLayout()
        waiting.addWidget(self._progress, 1)
        waiting.addWidget(self._stop)
        column.addLayout(waiting)
        for widget in (self._check, self._fillings, self._stop):
            widget.setMinimumHeight(TARGET_PX)
        for words in (self._badge, self._curves, self._sanity):
            words.setWordWrap(True)
        for part in (self._badge, self._chart, self._curves, self._sanity):
            column.addWidget(part)
        self.set_busy(busy=False)
        self.clear()
        self._check.clicked.connect(lambda: self.check_requested.emit(str(self._fillings.currentData())))
        self._stop.clicked.connect(self.stop_requested)

    def set_available(self, available: bool) -> None:
        """Allow or refuse a check."""
        self._check.setEnabled(available)

    def set_busy(self, *, busy: bool) -> None:
        """A check is under way, or over."""
        self._progress.setVisible(busy)
        self._stop.setVisible(busy)
        self._check.setEnabled(not busy)
        self._progress.setRange(0, 0)

    def set_progress(self, done: int, total: int) -> None:
        """So many runs of the network were made."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def clear(self) -> None:
        """Nothing is known of the map on screen."""
        self.say("")

    def say(
        self, badge: str, curves: str = "", sanity: str = "", deletion: Points = (), insertion: Points = ()
    ) -> None:
        """Show results; what is empty is not shown.

        Args:
            badge: what hiding the strongest cells did.
            curves: the areas below the curves.
            sanity: what came of random weights.
            deletion: points of that curve.
            insertion: likewise.
        """
        for label, text in ((self._badge, badge), (self._curves, curves), (self._sanity, sanity)):
            label.setText(text)
            label.setVisible(bool(text))
        self._chart.show_curves(deletion, insertion)
        self._chart.setVisible(bool(deletion))
        self._chart.setAccessibleDescription(curves)

    def words(self) -> str:
        """All sentences that are shown."""
        labels = (self._badge, self._curves, self._sanity)
        return " ".join(label.text() for label in labels if not label.isHidden())
