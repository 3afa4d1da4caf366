"""Offer to check the map on screen against the network, and show what came of it."""

from __future__ import annotations

from PySide6.QtCore import Signal, Slot
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from gui.attention.asking_row import AskingRow
from gui.attention.curve_chart import CurveChart, Points
from gui.labels import plain_label
from gui.still_controls import StillBox
from gui.theme import TARGET_PX
from gui.words import tr


class CheckPanel(QWidget):
    """The controls and results of two questions, which are asked and stopped by themselves.

    Attributes:
        checking: whether the network bears the map out.
        randomising: whether the map depends on what the network learned.

    Signals:
        check_requested(filling: str): the person wants the map checked; hidden cells show blur, grey or noise.
        randomise_requested(): the person wants to know whether the map depends on what the network learned.
    """

    check_requested = Signal(str)
    randomise_requested = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._is_available = False
        self._refusal = ""
        self._fillings = StillBox(self)
        for name, text in (("blur", tr("blurred")), ("grey", tr("grey")), ("noise", tr("noise"))):
            self._fillings.addItem(text, name)
        self._fillings.setAccessibleName(tr("What hidden cells show"))
        self.checking = AskingRow(tr("Check this map"), self)
        self.randomising = AskingRow(tr("Randomise the network"), self)
        self.checking.explain(
            tr("Hides what the map calls strongest, runs the network on the changed picture, and sees if it minds.")
        )
        self._about = plain_label(secondary=True)
        self._badge, self._curves, self._sanity = plain_label(), plain_label(), plain_label()
        self._backbone = plain_label()
        self._chart = CurveChart(self)
        self._lay_out()
        self.allow_randomising("")
        self.say_about("")
        self.clear()
        self.checking.asked.connect(self._on_check_asked)
        self.randomising.asked.connect(self.randomise_requested)

    def set_available(self, available: bool) -> None:
        """Allow or refuse both questions."""
        self._is_available = available
        self._enable()

    def allow_randomising(self, refusal: str) -> None:
        """Allow the network to be randomised, or refuse it for a reason."""
        self._refusal = refusal
        allowed = tr(
            "Replaces the network's weights by random ones, from the last layer down, and makes the map again each"
            " time: one that stays alike shows the picture, not what was learned."
        )
        self.randomising.explain(refusal or allowed)
        self._enable()

    def clear(self) -> None:
        """Nothing is known of the map on screen."""
        self.say("")
        self.say_backbone("")

    def say_about(self, text: str) -> None:
        """Say which map the questions are about, or what they wait for; empty for nothing."""
        self._about.setText(text)
        self._about.setVisible(bool(text))

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
        """All that was found out."""
        labels = (self._badge, self._curves, self._sanity, self._backbone)
        return " ".join(label.text() for label in labels if not label.isHidden())

    def about(self) -> str:
        """Which map it is about, as it is said."""
        return self._about.text()

    @Slot()
    def _on_check_asked(self) -> None:
        self.check_requested.emit(str(self._fillings.currentData()))

    def _enable(self) -> None:
        self.checking.allow(allowed=self._is_available)
        self.randomising.allow(allowed=self._is_available and not self._refusal)

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.addWidget(plain_label(tr("Hidden cells:")))
        row.addWidget(self._fillings, 1)
        self._fillings.setMinimumHeight(TARGET_PX)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self._about)
        column.addLayout(row)
        for words in (self._about, self._badge, self._curves, self._sanity, self._backbone):
            words.setWordWrap(True)
        # The answer to each question stands below it.
        for part in (self.checking, self._badge, self._chart, self._curves, self._sanity):
            column.addWidget(part)
        for part in (self.randomising, self._backbone):
            column.addWidget(part)
