"""Offer to check the map on screen against the network, and show what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QProgressBar, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from gui.attention.curve_chart import CurveChart, Points
from gui.labels import plain_label
from gui.plain_text import for_tooltip
from gui.theme import TARGET_PX
from gui.words import tr


class CheckPanel(QWidget):
    """The controls and results of a check. What is checked is decided elsewhere.

    Signals:
        check_requested(filling: str): the person wants the map checked; hidden cells show blur, grey or noise.
        randomise_requested(): the person wants to know whether the map depends on what the network learned.
        stop_requested(): the person waits no longer.
    """

    check_requested = Signal(str)
    randomise_requested = Signal()
    stop_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_available = False
        self._is_busy = False
        self._refusal = ""
        self._fillings = QComboBox(self)
        for name, text in (("blur", tr("blurred")), ("grey", tr("grey")), ("noise", tr("noise"))):
            self._fillings.addItem(text, name)
        self._fillings.setAccessibleName(tr("What hidden cells show"))
        self._check, self._randomise = QPushButton(tr("Check this map")), QPushButton(tr("Randomise the network"))
        self._check.setToolTip(
            tr("Hides what the map calls strongest, runs the network on the changed picture, and sees if it minds.")
        )
        self._stop = QPushButton(tr("Stop"), self)
        self._progress = QProgressBar(self)
        self._badge, self._curves, self._sanity = plain_label(), plain_label(), plain_label()
        self._backbone = plain_label()
        self._chart = CurveChart(self)
        self._lay_out()
        self.set_busy(busy=False)
        self.allow_randomising("")
        self.clear()
        self._check.clicked.connect(lambda: self.check_requested.emit(str(self._fillings.currentData())))
        self._randomise.clicked.connect(self.randomise_requested)
        self._stop.clicked.connect(self.stop_requested)

    def set_available(self, available: bool) -> None:
        """Allow or refuse a check."""
        self._is_available = available
        self._enable()

    def allow_randomising(self, refusal: str) -> None:
        """Allow the network to be randomised, or refuse it for a reason."""
        self._refusal = refusal
        allowed = tr(
            "Replaces the network's weights by random ones, from the last layer down, and makes the map again each"
            " time: one that stays alike shows the picture, not what was learned."
        )
        self._randomise.setToolTip(for_tooltip(refusal or allowed))
        self._enable()

    def set_busy(self, *, busy: bool) -> None:
        """A check is under way, or over."""
        self._is_busy = busy
        self._progress.setVisible(busy)
        self._stop.setVisible(busy)
        self._progress.setRange(0, 0)
        self._enable()

    def set_progress(self, done: int, total: int) -> None:
        """So many runs of the network were made."""
        self._progress.setRange(0, total)
        self._progress.setValue(done)

    def clear(self) -> None:
        """Nothing is known of the map on screen."""
        self.say("")
        self.say_backbone("")

    def say(
        self, badge: str, curves: str = "", sanity: str = "", deletion: Points = (), insertion: Points = ()
    ) -> None:
        """Show results; what is empty is not shown.

        Args:
            badge: what hiding the strongest cells did.
            curves: the areas below the curves.
            sanity: what came of a random last layer.
            deletion: points of that curve.
            insertion: likewise.
        """
        for label, text in ((self._badge, badge), (self._curves, curves), (self._sanity, sanity)):
            label.setText(text)
            label.setVisible(bool(text))
        self._chart.show_curves(deletion, insertion)
        self._chart.setVisible(bool(deletion))
        self._chart.setAccessibleDescription(curves)

    def say_backbone(self, text: str) -> None:
        """Show what came of randomising the network, or what is being done for it; empty for nothing."""
        self._backbone.setText(text)
        self._backbone.setVisible(bool(text))

    def words(self) -> str:
        """All sentences that are shown."""
        labels = (self._badge, self._curves, self._sanity, self._backbone)
        return " ".join(label.text() for label in labels if not label.isHidden())

    def _enable(self) -> None:
        self._check.setEnabled(self._is_available and not self._is_busy)
        self._randomise.setEnabled(self._is_available and not self._is_busy and not self._refusal)

    def _lay_out(self) -> None:
        row, waiting = QHBoxLayout(), QHBoxLayout()
        row.addWidget(plain_label(tr("Hidden cells:")))
        row.addWidget(self._fillings, 1)
        waiting.addWidget(self._progress, 1)
        waiting.addWidget(self._stop)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addLayout(row)
        for button in (self._check, self._randomise):
            button.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)
        column.addWidget(self._check)
        column.addWidget(self._randomise)
        column.addLayout(waiting)
        for widget in (self._check, self._randomise, self._fillings, self._stop):
            widget.setMinimumHeight(TARGET_PX)
        for words in (self._badge, self._curves, self._sanity, self._backbone):
            words.setWordWrap(True)
        for part in (self._badge, self._chart, self._curves, self._sanity, self._backbone):
            column.addWidget(part)
